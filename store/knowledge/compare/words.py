"""Two texts compared word by word: prose, such as a prompt's, where a line is a paragraph and one word in it counts.

Lines are paired first, as ``texts`` does, so that time stays within bounds; then the words of those that differ.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from ...nouns.word_diff import Stretch, WordDiff

MOST_STRETCHES = 4000
"""Stretches of one file that are told; the rest is counted."""

_CONTEXT = 2
"""Lines that are the same and are told around what differs."""
_MOST_LINES = 4000
_MOST_WORDS = 4000
"""Lines, and words of lines that follow each other, that are paired: finding pairs takes the square of their number."""
_WORD = re.compile(r"\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}|\{\w+[^{}\n]*\}|\n|[^\S\n]+|\w+|[^\w\s]")
"""A variable of a prompt is one word, with its braces."""

Sign = Literal["-", "+", " ", "@"]


def by_words(path: str, before: str, after: str) -> WordDiff:
    """Compare two texts word by word. Words are letters and digits together; a sign is one by itself."""
    old, new = (text.replace("\r\n", "\n").splitlines(keepends=True) for text in (before, after))
    pieces = list(_merged(_with_context(_pieces(old, new))))
    counts = {sign: sum(len(_words(one.text)) for one in pieces if one.sign == sign) for sign in "+-"}
    note = "" if counts["+"] or counts["-"] or before == after else "only white space or ends of lines differ"
    kept = tuple(pieces[:MOST_STRETCHES])
    return WordDiff(path, kept, counts["+"], counts["-"], len(pieces) - len(kept), note)


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word.isspace()]


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    """Yield stretches: of lines that are the same each by itself, of others word by word."""
    for tag, first, last, begin, stop in _opcodes(old, new, _MOST_LINES):
        if tag == "equal":
            yield from (Stretch(" ", line) for line in new[begin:stop])
        elif tag == "replace":
            yield from _changed("".join(old[first:last]), "".join(new[begin:stop]))
        else:
            yield from _both("".join(old[first:last]), "".join(new[begin:stop]))


def _changed(before: str, after: str) -> Iterator[Stretch]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    codes = list(_opcodes(old, new, _MOST_WORDS))
    alike = sum(
        len(word) for tag, _, _, b, s in codes if tag == "equal" for word in new[b:s] if not word.isspace()
    )
    if alike * 4 < max(len(before.strip()), len(after.strip())):
        yield from _both(before, after)  # what has only "the" in common is no change of words
        return
    for tag, first, last, begin, stop in _bridged(codes, new):
        one, other = "".join(old[first:last]), "".join(new[begin:stop])
        if tag == "equal":
            yield Stretch(" ", other)
        else:
            yield from _both(one, other)


def _both(before: str, after: str) -> Iterator[Stretch]:
    if before:
        yield Stretch("-", before)
    if after:
        yield Stretch("+", after)


_Code = tuple[str, int, int, int, int]


def _opcodes(old: Sequence[str], new: Sequence[str], most: int) -> Iterator[_Code]:
    """Yield how one sequence becomes another; what begins and ends alike is never paired, and cheap."""
    start = _alike(old, new)
    end = min(_alike(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    if start:
        yield "equal", 0, start, 0, start
    middle, other = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(middle), len(other)) > most:
        yield "replace", start, start + len(middle), start, start + len(other)
    elif middle or other:
        for tag, first, last, begin, stop in difflib.SequenceMatcher(
            None, middle, other, autojunk=False
        ).get_opcodes():
            yield tag, first + start, last + start, begin + start, stop + start
    if end:
        yield "equal", len(old) - end, len(old), len(new) - end, len(new)


def _bridged(codes: Sequence[_Code], new: Sequence[str]) -> list[_Code]:
    """Join changes that only white space stands between: three words replaced are one change, not three."""
    joined: list[_Code] = []
    for at, code in enumerate(codes):
        tag, first, last, begin, stop = code
        between = 0 < at < len(codes) - 1 and "\n" not in new[begin:stop]
        if tag == "equal" and between and not "".join(new[begin:stop]).strip():
            tag = "replace"
        if joined and tag != "equal" and joined[-1][0] != "equal":
            _, one, _, other, _ = joined[-1]
            joined[-1] = ("replace", one, last, other, stop)
        else:
            joined.append((tag, first, last, begin, stop))
    return joined


def _with_context(pieces: Iterator[Stretch]) -> Iterator[Stretch]:
    """Leave out lines that are the same and far from what differs."""
    changed: Stretch | None = None
    waiting = ""
    for piece in pieces:
        if piece.sign == " ":
            waiting += piece.text
            continue
        yield from _around(waiting, _behind(changed), _CONTEXT + (not waiting.endswith("\n")))
        waiting, changed = "", piece
        yield piece
    yield from _around(waiting, _behind(changed), 0)


def _behind(changed: Stretch | None) -> int:
    """Return how many lines behind a change are told; the rest of the line in which it ends is no line of its own."""
    return 0 if changed is None else _CONTEXT + (not changed.text.endswith("\n"))


def _around(same: str, head: int, tail: int) -> Iterator[Stretch]:
    lines = same.splitlines(keepends=True)
    if len(lines) <= head + tail:
        yield from (Stretch(" ", line) for line in lines)
        return
    yield from (Stretch(" ", line) for line in lines[:head])
    yield Stretch("@")
    yield from (Stretch(" ", line) for line in lines[len(lines) - tail :])


def _merged(pieces: Iterator[Stretch]) -> Iterator[Stretch]:
    """Yield stretches so that none follows one of its own sign."""
    held: Stretch | None = None
    for piece in pieces:
        if held is not None and held.sign == piece.sign != "@":
            held = Stretch(held.sign, held.text + piece.text)
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
