"""How a text differs word by word: what was taken out and put in, in the midst of what stayed."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Stretch(msgspec.Struct, frozen=True):
    """A piece of text: removed (``-``), added (``+``), or the same in both (a blank); ``@`` stands where equal lines were left out.

    Line breaks are part of it. What is the same is told as the newer text has it.
    """

    sign: Literal["-", "+", " ", "@"]
    text: str = ""


class WordDiff(msgspec.Struct, frozen=True):
    """How a file differs between two versions, word by word.

    ``stretches`` without what is left out make up the newer text where it changed, with what the older one had in its place before
    it. ``added`` and ``removed`` count words. ``left`` is how many stretches were left out at the end; ``note`` says what else
    there is to know.
    """

    path: str
    stretches: tuple[Stretch, ...] = ()
    added: int = 0
    removed: int = 0
    left: int = 0
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found
