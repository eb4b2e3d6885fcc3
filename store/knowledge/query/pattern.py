"""Patterns: text with gaps, compared without regard to case."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec


class Pattern(msgspec.Struct, frozen=True):
    """Text with gaps: ``pieces`` must follow one another, the first at the beginning and the last at the end.

    ``bert*base`` has the pieces ``bert`` and ``base``; text without ``*`` is one piece. Pieces are folded, unless
    it is ``exact``: then upper and lower case differ.
    """

    pieces: tuple[str, ...]
    exact: bool = False

    @property
    def anything(self) -> bool:
        """Whether it is a lone ``*``."""
        return len(self.pieces) > 1 and not any(self.pieces)

    @property
    def plain(self) -> str | None:
        """The text, if there is no gap."""
        return self.pieces[0] if len(self.pieces) == 1 else None

    def fits(self, text: str) -> bool:
        """Say whether the whole of a text is of this form. Takes linear time."""
        text = text if self.exact else fold(text)
        first, *rest = self.pieces
        if not rest:
            return text == first
        *middle, last = rest
        if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
            return False
        at, end = len(first), len(text) - len(last)
        for piece in middle:
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    def within(self, text: str) -> bool:
        """Say whether some part of a text is of this form."""
        return Pattern(("", *self.pieces, "")).fits(text)


def fold(text: str) -> str:
    """Return text as it is compared: lower case, and one spelling for letters with accents."""
    if not text.isascii():
        from unicodedata import normalize

        text = normalize("NFC", text)
    return text.lower()


def fitting(pattern: Pattern) -> Callable[[str], bool]:
    """Return what tells whether a text is of a form, quicker than ``fits``; ``*`` wants some text, not none."""
    if pattern.anything:
        return bool
    if (plain := pattern.plain) is not None and not pattern.exact:
        return lambda text: fold(text) == plain
    return pattern.fits


def containing(pattern: Pattern) -> Callable[[str], bool]:
    """Return what tells whether a text has a part of a form, likewise."""
    if pattern.anything:
        return bool
    if (plain := pattern.plain) is not None and not pattern.exact:
        return lambda text: plain in fold(text)
    return pattern.within


def any_of(values: Iterable[object]) -> Callable[[str], bool]:
    """Return what tells whether a text is of the form of one of the patterns among ``values``."""
    fits = [fitting(value) for value in values if isinstance(value, Pattern)]
    return fits[0] if len(fits) == 1 else lambda text: any(one(text) for one in fits)
