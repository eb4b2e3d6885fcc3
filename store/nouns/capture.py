"""What was found out about the making of a version, without asking anyone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from ..errors import BadInputError

Part = Literal["git", "python", "system", "gpu", "command", "scheduler"]
PARTS: tuple[Part, ...] = ("git", "python", "system", "gpu", "command", "scheduler")
"""What can be captured, and switched off, one by one."""

FORMAT = 1


class Capture(msgspec.Struct, frozen=True):
    """One capture: ``at`` (UTC) and a mapping of facts for each part that was looked at.

    A part that is switched off is not there. A part, or a fact in one, that couldn't be read is recorded
    as such: its ``problem`` says why. ``packages`` and ``patch`` are the digests of the objects that hold the
    full list of packages (``name==version`` lines) and the uncommitted changes (a git patch); empty without.
    """

    at: datetime
    parts: dict[str, dict[str, Any]]
    packages: str = ""
    patch: str = ""
    format: int = FORMAT

    def part(self, name: Part) -> dict[str, Any]:
        """Return the facts of a part; empty when it was not captured."""
        return self.parts.get(name, {})


class Code(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which code a version was made by, in short: what lists and searches need.

    ``commit`` is the full git hash, ``branch`` is empty when none was checked out, ``dirty`` says that
    there were uncommitted changes.
    """

    commit: str
    branch: str = ""
    dirty: bool = False


def parse_parts(text: str, where: str) -> tuple[Part, ...]:
    """Read ``all``, ``none``, or names of parts with commas; ``where`` begins the complaint.

    Raises:
        BadInputError: a word that is none of these.
    """
    words = [word.strip() for word in text.split(",")]
    if words in (["all"], ["none"]):
        return PARTS if words == ["all"] else ()
    if wrong := [word for word in words if word not in PARTS]:
        raise BadInputError(
            f"{where}: {wrong[0]!r} can't be captured",
            hint=f"Write all, none, or some of {','.join(PARTS)}.",
        )
    return tuple(part for part in PARTS if part in words)
