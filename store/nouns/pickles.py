"""The verdict on pickled data: what loading it would import and run, as far as that can be told without doing so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

PickleVerdict: TypeAlias = Literal["safe", "unsafe", "unknown", "partial"]
"""What looking at pickled data came to: ``partial`` means that not all of it could be looked at. There is no "clean"."""

_WORST_FIRST: tuple[PickleVerdict, ...] = ("unsafe", "unknown", "partial", "safe")
PICKLE_WORDS: tuple[str, ...] = _WORST_FIRST

RULES = 3
"""Number of the rules by which verdicts are reached. One that was kept under a lower number is worth looking at again."""


class Pickles(msgspec.Struct, frozen=True):
    """What the pickled data of a file, or of several, would import and run when loaded.

    ``safe``: all that it imports is known to do no more than build data. ``unsafe``: something in it could run code;
    ``unsafe`` names it, ``calls`` shows the calls with their arguments. ``unknown``: it imports names (``unknown``) of which
    nothing is known here. ``partial``: of what was looked at nothing is wrong, but not all was; ``unread`` says what, and why.
    ``imports`` are all globals that it names (``torch._utils._rebuild_tensor_v2``). All text comes from the files.
    """

    verdict: PickleVerdict
    imports: tuple[str, ...] = ()
    unsafe: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not safe: what is unsafe, else what is unknown, else what could not be looked at."""
        return self.unsafe or self.unknown or self.unread


def kept_verdict(document: Mapping[str, Any]) -> str:
    """Return what the verdict kept with a version is worth now; nothing if it has none.

    What was safe by rules that missed something is ``unknown``.
    """
    verdict: str = document.get("pickles", "")
    return "unknown" if verdict == "safe" and document.get("pickle_rules", 1) < RULES else verdict


def worst(found: Iterable[Pickles | None]) -> Pickles | None:
    """Return what several files' pickled data come to together: the worst verdict, all names; None without any."""
    there = [pickles for pickles in found if pickles is not None]
    if not there:
        return None
    return Pickles(
        min((pickles.verdict for pickles in there), key=_WORST_FIRST.index),
        *(
            tuple(dict.fromkeys(name for pickles in there for name in getattr(pickles, field)))
            for field in ("imports", "unsafe", "unknown", "unread", "calls")
        ),
    )


def prefixed(pickles: Pickles | None, path: str) -> Pickles | None:
    """Return a verdict on one file of several: what could not be looked at is told with the file's path."""
    if pickles is None or not path or not pickles.unread:
        return pickles
    return msgspec.structs.replace(pickles, unread=tuple(f"{path}: {why}" for why in pickles.unread))
