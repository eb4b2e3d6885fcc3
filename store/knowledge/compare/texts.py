"""Two texts compared: line by line, or by what they say where both are JSON."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from ...errors import BadFileError
from ...nouns.file_diff import DiffLine, FileDiff, ValueChange
from ..formats import json_text

MOST_CHANGES = 2000
"""Changes of one file that are told; the rest is counted."""

_CONTEXT = 3
_MOST_LINES = 4000
"""Lines between the first and the last difference that are paired: finding pairs takes the square of their number."""
_LONGEST = 500
"""Characters of a value, or of a line, that are kept."""
_DEEPEST = 100
_PLAIN = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_SMALL = 20
"""Elements of lists that are compared as a whole."""


def compare(path: str, before: str, after: str) -> FileDiff:
    """Compare two texts; sizes are left to the caller."""
    if path.lower().endswith(".json") and (found := _as_values(path, before, after)):
        return found
    return by_lines(path, before, after)


def _as_values(path: str, before: str, after: str) -> FileDiff | None:
    """Compare what two JSON texts say; None if one of them isn't JSON, or no object or list."""
    try:
        one, other = (json_text.parse(text.encode("utf-8", "replace"), "JSON") for text in (before, after))
    except BadFileError:
        return None
    if not (isinstance(one, dict | list) and type(one) is type(other)):
        return None
    counts = {"added": 0, "removed": 0, "changed": 0}
    kept: list[ValueChange] = []
    for change in _changes("", one, other, 0):
        counts[change.outcome] += 1
        if len(kept) < MOST_CHANGES:
            kept.append(change)
    note = "" if kept else "the values are the same, written in another way"
    left = sum(counts.values()) - len(kept)
    return FileDiff(
        path,
        "values",
        None,
        None,
        tuple(kept),
        added=counts["added"],
        removed=counts["removed"],
        changed=counts["changed"],
        left=left,
        note=note,
    )


def _changes(key: str, one: Any, other: Any, depth: int) -> Iterator[ValueChange]:
    if depth < _DEEPEST and isinstance(one, dict) and isinstance(other, dict):
        for name in [*other, *(name for name in one if name not in other)]:
            below = _below(key, name)
            if name not in one:
                yield ValueChange(below, "added", after=_written(other[name]))
            elif name not in other:
                yield ValueChange(below, "removed", before=_written(one[name]))
            else:
                yield from _changes(below, one[name], other[name], depth + 1)
    elif depth < _DEEPEST and isinstance(one, list) and isinstance(other, list) and not _small(one, other):
        for at, (left, right) in enumerate(zip_longest(one, other, fillvalue=_NOTHING)):
            below = f"{key}[{at}]"
            if left is _NOTHING:
                yield ValueChange(below, "added", after=_written(right))
            elif right is _NOTHING:
                yield ValueChange(below, "removed", before=_written(left))
            else:
                yield from _changes(below, left, right, depth + 1)
    elif not _equal(one, other):
        yield ValueChange(key, "changed", _written(one), _written(other))


_NOTHING = object()


def _equal(one: Any, other: Any) -> bool:
    """Whether two values are the same, and of one type: 1, 1.0 and true are not."""
    return _written(one, None) == _written(other, None)


def _small(one: list[Any], other: list[Any]) -> bool:
    """Whether two lists read best as a whole."""
    return max(len(one), len(other)) <= _SMALL and not any(
        isinstance(each, dict | list) for each in (*one, *other)
    )


def _below(key: str, name: str) -> str:
    if _PLAIN.fullmatch(name):
        return f"{key}.{name}" if key else name
    return f"{key}[{json.dumps(name[:_LONGEST], ensure_ascii=False)}]"


def _written(value: Any, most: int | None = _LONGEST) -> str:
    """Return a value as JSON, cut to a length."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        text = "(nested too deeply to be shown)"
    return text if most is None or len(text) <= most else text[: most - 1] + "…"


def by_lines(path: str, before: str, after: str) -> FileDiff:
    """Compare two texts line by line; three lines that are the same stand around what differs."""
    old, new = _lines(before), _lines(after)
    start = _alike(old, new)
    end = min(_alike(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    differing = old[start : len(old) - end], new[start : len(new) - end]
    if not any(differing):
        note = "only the ends of lines differ" if before != after else ""
        return FileDiff(path, "lines", None, None, note=note)
    cut = max(map(len, differing)) > _MOST_LINES
    whole = [("replace", 0, len(differing[0]), 0, len(differing[1]))]
    pairs = whole if cut else _paired(*differing)
    return _told(path, old, new, [(tag, *(number + start for number in places)) for tag, *places in pairs])


def _lines(text: str) -> list[str]:
    """Return the lines of a text as editors count them."""
    found = text.replace("\r\n", "\n").split("\n")
    return found[:-1] if not found[-1] else found


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    found = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [each for each in found if each[0] != "equal"]


def _told(path: str, old: Sequence[str], new: Sequence[str], changes: Sequence[tuple[Any, ...]]) -> FileDiff:
    lines: list[DiffLine] = []
    added = removed = 0
    shown = 0, 0  # how many lines of both are told or left out so far
    for at, (_, first, last, begin, stop) in enumerate(changes):
        lead = min(first - shown[0], _CONTEXT)
        if first - lead > shown[0]:
            lines.append(DiffLine("@"))
        lines += _same(old, first - lead, begin - lead, lead)
        lines += [DiffLine("-", _cut(old[n]), n + 1) for n in range(first, last)]
        lines += [DiffLine("+", _cut(new[n]), None, n + 1) for n in range(begin, stop)]
        added, removed = added + stop - begin, removed + last - first
        following = changes[at + 1][1] if at + 1 < len(changes) else len(old)
        behind = min(following - last, _CONTEXT)
        lines += _same(old, last, stop, behind)
        shown = last + behind, stop + behind
    if shown[0] < len(old):
        lines.append(DiffLine("@"))
    kept = lines[:MOST_CHANGES]
    left = sum(line.sign in "+-" for line in lines[MOST_CHANGES:])
    return FileDiff(path, "lines", None, None, (), tuple(kept), added, removed, left=left)


def _same(old: Sequence[str], before: int, after: int, many: int) -> list[DiffLine]:
    return [DiffLine(" ", _cut(old[before + n]), before + n + 1, after + n + 1) for n in range(many)]


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines two texts begin with that are the same."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
