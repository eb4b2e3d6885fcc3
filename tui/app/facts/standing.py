"""Where a version stands, since when, and what stays true of it wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ... import members, words
from ..tables.columns import Look, standing, standing_style, told_as_rolled_back
from .lines import Piece

if TYPE_CHECKING:
    from ....store import Version


def badge(version: Version, look: Look) -> list[Piece]:
    """Return sign and word of its stage, and since when it is there."""
    pieces = [(standing(version, look), standing_style(version))]
    if version.staged:
        if told_as_rolled_back(version):
            pieces.append((f" {words.past(version.staged, look.now)}", "muted"))
            return pieces
        age = words.age(version.staged, look.now)
        plain = age == "now" or age.startswith("+")  # the latter by a clock that is wrong, or was
        pieces.append((f" {age}" if plain else f" for {age}", "muted"))
    return pieces


def marks(version: Version, look: Look) -> Iterator[Piece]:
    """Yield what must not be overlooked and is not in its badge, in sign, words and colour."""
    if version.rolled_back and not told_as_rolled_back(version):
        sign = words.stage_sign(words.ROLLED_BACK, ascii_only=look.ascii_only)
        yield f"{sign} production went back from it", "warning"
    if version.overridden:
        sign = words.signs(look.ascii_only).overridden
        yield f"{sign} {words.OVERRIDDEN}: past gates of {', '.join(version.overridden)}", "bad"
    for sentence in version.mismatch:
        yield f"{words.signs(look.ascii_only).overridden} {members.MISFIT}: {sentence}", "warning"
