"""The words and signs of a comparison, for the screen and the command line alike.

Pure functions; nothing here imports Textual or Rich. What comes out may hold text from outside: who shows it
makes it safe.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..store import CHANGE_WORDS, scalar_text
from .words import count, decimals, number, plural, signs, size

if TYPE_CHECKING:
    from ..store import Change, Comparison, DiffCell, DiffRow, DiffSection, Evidence, Outcome, Unit, Value

LONG = 40
"""A text of more characters, or of several lines, is shown below its row and not in a cell."""

EVIDENCE_SHOWN = 3

_MOST_LINES = 1000
"""Lines of a text that are looked at for what differs: finding it takes the square of their number."""

_WORDS: dict[Outcome, str] = {"unknown": "not known"}
_SAY_IT_ALL = ("newer", "older", *CHANGE_WORDS.values())
"""How notes begin that say also that something changed."""

_UNICODE: dict[Outcome, str] = {"changed": "≠", "added": "+", "removed": "-", "renamed": "→", "unknown": "?"}
_ASCII: dict[Outcome, str] = _UNICODE | {"changed": "*", "renamed": ">"}
_TITLES = {"about": "version"}
ROLE_WORDS = {
    "production": "in production",
    "before": "the version before",
    "parent": "its parent",
    "base": "its base",
    "replaced": "which it takes the place of",
}
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_ORDER: tuple[Outcome, ...] = (
    "better",
    "worse",
    "changed",
    "added",
    "removed",
    "renamed",
    "unknown",
    "same",
)


def outcome_sign(outcome: Outcome, *, ascii_only: bool = False) -> str:
    """Return the one-cell sign of what became of a row: ``▲`` better, ``▼`` worse, ``=`` same, ``≠`` changed."""
    known = signs(ascii_only)
    shared = {"better": known.better, "worse": known.worse, "same": known.same}
    return shared.get(outcome) or (_ASCII if ascii_only else _UNICODE)[outcome]


def outcome_word(outcome: Outcome) -> str:
    """Return the word beside the sign."""
    return _WORDS.get(outcome, outcome)


def verdict_text(cell: DiffCell, *, ascii_only: bool = False) -> str:
    """Return what became of a row in sign and words: ``▲ better``, ``→ renamed to new/name``, ``≠ newer``."""
    sign, word = outcome_sign(cell.outcome, ascii_only=ascii_only), outcome_word(cell.outcome)
    if cell.note == CHANGE_WORDS["weights"]:  # beside two texts that are the same it has to say what isn't
        return f"{sign} other numbers"
    if cell.note.startswith(_SAY_IT_ALL):
        return f"{sign} {cell.note}"
    between = " " if cell.outcome == "renamed" else ", "
    return f"{sign} {word}{between}{cell.note}" if cell.note else f"{sign} {word}"


def section_title(section: DiffSection) -> str:
    """Return what a section is called."""
    return _TITLES.get(section.name, section.name)


def role_words(comparison: Comparison) -> str:
    """Say why the base is the base: ``in production``, ``the version before``; empty when it was named."""
    return ROLE_WORDS.get(comparison.chosen, "")


def labels(comparison: Comparison) -> list[str]:
    """Return a heading for each version: its number, or the whole reference when the models differ."""
    one_model = len({version.model for version in comparison.versions}) == 1
    return [version.version if one_model else version.ref for version in comparison.versions]


def tally(section: DiffSection, *, ascii_only: bool = False) -> str:
    """Count a section's rows: ``3 better · 1 worse · 9 same`` for one pair, ``4 differ · 9 same`` for several."""
    if not section.differing:
        return f"{count(section.same)} the same"
    if len(section.rows[0].cells) == 2:
        found = Counter(row.cells[1].outcome for row in section.rows)
        parts = [f"{count(found[o])} {outcome_word(o)}" for o in _ORDER if found[o]]
    else:
        parts = [f"{count(len(section.differing))} differ"]
        parts += [f"{count(section.same)} same"] if section.same else []
    return f" {signs(ascii_only).dot} ".join(parts)


def share(section: DiffSection) -> str:
    """Say how many of a section's rows differ: ``3 of 14 differ``, ``14 the same``."""
    if not section.differing:
        return f"{count(section.same)} the same"
    differ = "differs" if len(section.rows) == 1 else "differ"
    return f"{count(len(section.differing))} of {count(len(section.rows))} {differ}"


def is_missing(value: Value) -> bool:
    """Say whether there is no value."""
    from ..store import MISSING

    return value is MISSING


def is_number(value: Value) -> bool:
    """Say whether a value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_long(value: Value) -> bool:
    """Say whether a value is text that no cell holds."""
    return isinstance(value, str) and (len(value) > LONG or "\n" in value) and not _HASH.fullmatch(value)


def value_text(value: Value, unit: Unit = "", places: int | None = None, *, ascii_only: bool = False) -> str:
    """Return a value as a cell shows it; with ``places`` decimals when it is a metric's.

    A missing one is a dash, and bytes are in their unit; other values are as configuration files write them.
    A git hash is cut to twelve digits.
    """
    if is_missing(value):
        return signs(ascii_only).dash
    if isinstance(value, int) and is_number(value):
        return size(value) if unit == "bytes" else count(value) if unit else str(value)
    if isinstance(value, float):
        return _float(value) if places is None else number(value, places)
    if isinstance(value, str):
        return value[:12] if _HASH.fullmatch(value) else value or '""'
    return scalar_text(value)  # type: ignore[arg-type]  # missing ones are gone


def _float(value: float) -> str:
    """Return a number as it was written; without the dust of binary fractions, which only its delta tells."""
    written = repr(value)
    return written if len(written) <= 12 else f"{value:.10g}"


def row_places(row: DiffRow) -> int:
    """Return the decimals that show a metric's values beside each other."""
    return decimals(cell.value for cell in row.cells if isinstance(cell.value, float))


def delta_text(cell: DiffCell, unit: Unit = "", places: int | None = None) -> str:
    """Return by how much a cell differs, signed: ``+0.013``, ``-2.4 MB``; empty where that is nothing."""
    if not cell.delta:
        return ""
    sign, much = ("+" if cell.delta > 0 else "-"), abs(cell.delta)
    if unit == "bytes":
        return f"{sign}{size(int(much))}"
    if isinstance(much, int):
        return f"{sign}{much:,}"
    return sign + (f"{much:.4g}" if places is None else number(much, places))


def percent_text(cell: DiffCell) -> str:
    """Return by how many percent a cell differs: ``+1.4 %``; empty where that is nothing, or undefined."""
    if not cell.percent:
        return ""
    much = abs(cell.percent)
    digits = f"{much:.1f}" if 0.05 <= much < 999.95 else f"{much:,.0f}" if 1 <= much < 1e6 else f"{much:.1g}"
    return f"{'+' if cell.percent > 0 else '-'}{digits} %"


def evidence_text(evidence: Evidence, *, ascii_only: bool = False) -> str:
    """Return one thing that shows a change: ``torch 2.4.0 → 2.5.1``, ``model.safetensors changed``, ``warmup added``."""
    name, before, after = evidence.name, evidence.before, evidence.after
    if evidence.section == "git" and evidence.name == "dirty":
        return "uncommitted changes" if after is True else "no uncommitted changes any more"
    if evidence.section == "git" and evidence.name == "uncommitted changes":
        return "other uncommitted changes"
    if evidence.section == "about" and evidence.note:
        return evidence.note.replace("→", "->") if ascii_only else evidence.note
    told = f"{name} {outcome_word(evidence.outcome)}"
    if evidence.section == "files" or any(is_long(value) for value in (before, after)):
        return told
    if is_missing(before) or is_missing(after):
        there = after if is_missing(before) else before
        return f"{name} {value_text(there, ascii_only=ascii_only)} {outcome_word(evidence.outcome)}"
    arrow = "->" if ascii_only else "→"
    return f"{name} {value_text(before)} {arrow} {value_text(after)}"


def change_text(change: Change, most: int = EVIDENCE_SHOWN, *, ascii_only: bool = False) -> str:
    """Return the strongest evidence of a change, and how much more there is."""
    told = [evidence_text(one, ascii_only=ascii_only) for one in change.evidence[:most]]
    if (left := len(change.evidence) - most) > 0:
        told.append(f"{count(left)} more")
    return f" {signs(ascii_only).dot} ".join(told)


def aligned(values: Sequence[Value], texts: Sequence[str]) -> list[str]:
    """Pad the texts of a column so that numbers line up on the decimal point, or where it would be.

    Texts of other values stay as they are; a missing one stands where a number's last digit would.
    """
    lined = by_point(
        text if is_missing(value) or is_number(value) else ""
        for value, text in zip(values, texts, strict=True)
    )
    return [number or text for number, text in zip(lined, texts, strict=True)]


def by_point(texts: Iterable[str]) -> list[str]:
    """Pad numbers, with their sign and unit, so that they line up on the decimal point; empty ones stay empty."""
    parts = [_NUMBER.fullmatch(text) for text in texts]
    before = max((len(part[1]) for part in parts if part), default=0)
    behind = max((len(part[2]) for part in parts if part), default=0)
    return [f"{part[1]:>{before}}{part[2]:<{behind}}" if part else "" for part in parts]


_NUMBER = re.compile(
    r"([+-]?(?:[\d,]+|NaN|inf|—|-))((?:\.\d+)?(?:e[+-]?\d+)?(?: (?:%|B|[kMGTPE]B))?)", re.ASCII
)


def changed_lines(before: str, after: str, most: int = 20) -> Iterator[tuple[str, str]]:
    """Yield the lines that differ between two texts, as (``-`` or ``+``, line), with a line of context (a blank sign).

    Where lines were left out the sign is ``@``, and after ``most`` lines the last one says how many are left. Of two
    long lines what they begin with alike is left out.
    """
    import difflib

    old, new = _differing(before.splitlines(), after.splitlines())
    if len(old) == len(new) == 1:
        old, new = _from_difference(old[0], new[0])
    # The first three lines are headings; those of later parts say that lines were left out.
    found = list(difflib.unified_diff(old, new, lineterm="", n=1))[3:]
    shown = most if len(found) > most + 1 else len(found)
    for line in found[:shown]:
        yield ("@", "") if line.startswith("@@") else (line[:1], line[1:])
    if left := len(found) - shown:
        yield "@", plural(left, "more line")


def _differing(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Return two texts from a line before the first that differs to a line after the last, both cut to a size."""
    start = _alike(old, new)
    end = _alike(old[:start:-1], new[:start:-1])
    first = max(start - 1, 0)

    def cut(lines: list[str]) -> list[str]:
        return lines[first : len(lines) - end + 1][:_MOST_LINES]

    return cut(old), cut(new)


def _from_difference(old: str, new: str) -> tuple[list[str], list[str]]:
    start = _alike(old, new) - LONG
    if start <= LONG:
        return [old], [new]
    return [f"…{old[start:]}"], [f"…{new[start:]}"]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items two sequences begin with that are the same."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def outcomes_in(rows: Iterable[DiffRow]) -> list[Outcome]:
    """Return the outcomes that rows have, in the order of a legend."""
    found = {cell.outcome for row in rows for cell in row.cells[1:]}
    return [outcome for outcome in _ORDER if outcome in found]
