"""Two texts compared: line by line, or by what they say where both are JSON."""

from __future__ import annotations

import difflib
import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, TypeAlias

from ...errors import BadFileError
from ...nouns.file_diff import DiffLine, FileDiff, ValueChange, ValueOutcome
from ..formats import json_text

MOST_CHANGES = 2000
"""Changes of one file that are told; the rest is counted."""

_CONTEXT = 3
_MOST_LINES = 2000
"""Lines in which pairs are looked for: it takes the square of their number."""
_LONGEST = 500
"""Characters of a value, or of a line, that are kept."""
_DEEPEST = 100
_PLAIN = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_CUTS = 3
"""How often the parts of a long text are cut again."""
_SMALL = 20
"""Elements of lists that are compared as a whole."""

_Places: TypeAlias = "tuple[int, int, int, int]"
"""Lines of the older text, from and to, and those of the newer one that stand for them."""


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
    counts: dict[ValueOutcome, int] = {"added": 0, "removed": 0, "changed": 0}
    kept: list[ValueChange] = []
    for key, before_value, after_value in _changes("", one, other, 0):
        outcome: ValueOutcome = "changed"
        if before_value is _NOTHING or after_value is _NOTHING:
            outcome = "added" if before_value is _NOTHING else "removed"
        counts[outcome] += 1
        if len(kept) < MOST_CHANGES:
            kept.append(ValueChange(key, outcome, _written(before_value), _written(after_value)))
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


def _changes(key: str, one: Any, other: Any, depth: int) -> Iterator[tuple[str, Any, Any]]:
    """Yield where two values differ, and both there; ``_NOTHING`` where one of them has none."""
    if depth < _DEEPEST and isinstance(one, dict) and isinstance(other, dict):
        for name in [*other, *(name for name in one if name not in other)]:
            left, right = one.get(name, _NOTHING), other.get(name, _NOTHING)
            if left is _NOTHING or right is _NOTHING or not _same_scalar(left, right):
                yield from _changes(_below(key, name), left, right, depth + 1)
    elif depth < _DEEPEST and isinstance(one, list) and isinstance(other, list) and not _small(one, other):
        for at, (left, right) in enumerate(zip_longest(one, other, fillvalue=_NOTHING)):
            if not _same_scalar(left, right):
                yield from _changes(f"{key}[{at}]", left, right, depth + 1)
    elif one is _NOTHING or other is _NOTHING or _as_json(one) != _as_json(other):
        yield key, one, other


_NOTHING = object()


def _same_scalar(one: Any, other: Any) -> bool:
    """Whether two values are the same text or number, of one type: 1, 1.0 and true are not."""
    return type(one) is type(other) and not isinstance(one, dict | list) and one == other


def _small(one: list[Any], other: list[Any]) -> bool:
    """Whether two lists read best as a whole."""
    return max(len(one), len(other)) <= _SMALL and not any(
        isinstance(each, dict | list) for each in (*one, *other)
    )


def _below(key: str, name: str) -> str:
    if _PLAIN.fullmatch(name):
        return f"{key}.{name}" if key else name
    return f"{key}[{json.dumps(name[:_LONGEST], ensure_ascii=False)}]"


def _as_json(value: Any) -> str:
    """Return a value as JSON."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "(nested too deeply to be shown)"


def _written(value: Any) -> str | None:
    """Return a value as JSON, cut to a length; None for none."""
    if value is _NOTHING:
        return None
    text = _as_json(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def by_lines(path: str, before: str, after: str) -> FileDiff:
    """Compare two texts line by line; three lines that are the same stand around what differs."""
    old, new = _lines(before), _lines(after)
    changes = _differences(old, new)
    if not changes:
        note = "only the ends of lines differ" if before != after else ""
        return FileDiff(path, "lines", None, None, note=note)
    return _told(path, old, new, changes)


def _lines(text: str) -> list[str]:
    """Return the lines of a text as editors count them."""
    found = text.replace("\r\n", "\n").split("\n")
    return found[:-1] if not found[-1] else found


def _differences(old: Sequence[str], new: Sequence[str], depth: int = 0) -> list[_Places]:
    """Return which lines of both stand for each other and differ, in order.

    Long texts are cut at lines that are there just once in both, as Bram Cohen's patience diff does, and the parts compared.
    """
    start = _alike(old, new)
    end = min(_alike(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    found: list[_Places] = []
    if max(len(old), len(new)) <= _MOST_LINES:
        found = _paired(old, new)
    elif depth >= _CUTS or not (anchors := _anchors(old, new)):
        found = [(0, len(old), 0, len(new))]
    else:
        at, to = 0, 0
        for first, begin in [*anchors, (len(old), len(new))]:
            parts = _differences(old[at:first], new[to:begin], depth + 1)
            found += [(a + at, b + at, c + to, d + to) for a, b, c, d in parts]
            at, to = first + 1, begin + 1
    return [(a + start, b + start, c + start, d + start) for a, b, c, d in found]


def _paired(old: Sequence[str], new: Sequence[str]) -> list[_Places]:
    found = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(first, last, begin, stop) for tag, first, last, begin, stop in found if tag != "equal"]


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of lines that are there once in both: as many as are in one order."""
    counts = Counter(old), Counter(new)
    places = {line: at for at, line in enumerate(new) if counts[0][line] == counts[1][line] == 1}
    pairs = [(at, places[line]) for at, line in enumerate(old) if line in places]
    ends: list[int] = []  # the least place in which a rising row of each length ends
    rows: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        rows[length : length + 1] = [number]
    found: list[tuple[int, int]] = []
    number = rows[-1] if rows else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _told(path: str, old: Sequence[str], new: Sequence[str], changes: Sequence[_Places]) -> FileDiff:
    lines: list[DiffLine] = []
    added = removed = 0
    shown = 0, 0  # how many lines of both are told or left out so far
    for at, (first, last, begin, stop) in enumerate(changes):
        lead = min(first - shown[0], _CONTEXT)
        if first - lead > shown[0]:
            lines.append(DiffLine("@"))
        lines += _same(old, first - lead, begin - lead, lead)
        lines += [DiffLine("-", _cut(old[n]), n + 1) for n in range(first, last)]
        lines += [DiffLine("+", _cut(new[n]), None, n + 1) for n in range(begin, stop)]
        added, removed = added + stop - begin, removed + last - first
        following = changes[at + 1][0] if at + 1 < len(changes) else len(old)
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
