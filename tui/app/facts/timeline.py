"""What happened to the versions of a model: changes of stages, the last first, each with who and why.

A rollback, an override and what was taken back are told in words besides colour. What the selected version went
through itself stands out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ... import lifecycle, words
from ...text import fit, paragraph, visible, width
from ..tables.columns import Look
from .lines import Line, length

if TYPE_CHECKING:
    from ....store import Transition

_ONE_LINE = 84
"""From this many columns on, what happened and why stand beside each other."""

_DATED = 112
"""From this many columns on, the moment stands beside how long ago it was; on two lines the day is told from ``_DAYS`` on."""

_DAYS = 60
_AGE = 6
_NUMBER_MAX, _WHO_MAX, _REMARK_MAX = 14, 12, 400
_WHY_LINES, _OWN_LINES = 2, 6


class _Part(NamedTuple):
    """Text that is not safe to show yet, its style, how many lines it may take, and whether it must not be overlooked."""

    text: str
    style: str
    lines: int = _OWN_LINES
    urgent: bool = False


def timeline(history: Sequence[Transition], own: str, look: Look, columns: int) -> list[Line]:
    """Return the changes, ``columns`` cells wide; ``own`` is the number of the selected version."""
    made = _Timeline(history, own, look, columns)
    return [line for change in history for line in made.entry(change)]


class _Timeline:
    def __init__(self, history: Sequence[Transition], own: str, look: Look, columns: int) -> None:
        self._own, self._look, self._columns = own, look, columns
        self._by_seq: Mapping[int, Transition] = {change.seq: change for change in history}
        self._whole = columns >= _ONE_LINE
        self._number = self._widest((change.version for change in history), _NUMBER_MAX)
        self._who = self._widest((change.actor.user for change in history), _WHO_MAX)
        labels = (words.stage_label(stage, ascii_only=look.ascii_only) for stage in words.STAGES)
        self._stage = max(map(width, labels))

    def entry(self, change: Transition) -> Iterator[Line]:
        """Yield the lines of a change: one where there is room, else a second with the rest."""
        own = change.version == self._own
        plain = "" if own else "muted"
        head: Line = [
            (words.signs(self._look.ascii_only).cursor if own else " ", "accent"),
            (fit(words.age(change.at, self._look.now), _AGE, "right") + "  ", plain),
            (f"{words.clock(change.at)}  " if self._columns >= _DATED else "", plain),
            (self._cut(change.version, self._number, _NUMBER_MAX), "strong" if own else ""),
            ("  ", ""),
            *self._stages(change),
        ]
        parts = [*_remarks(change, self._by_seq, self._look), *_why(change, plain, own=own)]
        if not self._whole:
            yield head
            # Before who did it: a narrow pane shows few words at a glance.
            urgent = [part for part in parts if part.urgent]
            other = [part for part in parts if not part.urgent]
            day = f" on {words.clock(change.at)[:10]}" if self._columns >= _DAYS else ""
            by = _Part(f"by {change.actor.user}{day}", plain, 1)
            yield from self._wrapped([*urgent, by, *other], _AGE + 3)
            return
        head.append(("  " + self._cut(change.actor.user, self._who, _WHO_MAX), plain))
        first, *rest = [*self._wrapped(parts, length(head) + 2)] or [[("", "")]]
        yield [*head, ("  ", ""), *first[1:]]
        yield from rest

    def _widest(self, texts: Iterable[str], most: int) -> int:
        shown = (visible(text, most, ascii_only=self._look.ascii_only) for text in texts)
        return max(map(width, shown), default=0)

    def _cut(self, text: str, columns: int, most: int) -> str:
        """Return a text as wide as its column, where entries are one line and line up."""
        if self._whole:
            return fit(text, columns, ascii_only=self._look.ascii_only)
        return visible(text, most, ascii_only=self._look.ascii_only)

    def _stages(self, change: Transition) -> Line:
        """Return from which stage to which; the words of both where there is room."""
        ascii_only = self._look.ascii_only
        before = words.stage_sign(change.source, ascii_only=ascii_only)
        after = words.stage_label(change.target, ascii_only=ascii_only)
        if self._whole:
            before = fit(words.stage_label(change.source, ascii_only=ascii_only), self._stage)
            after = fit(after, self._stage)
        return [
            (before, change.source or "muted"),
            (f" {words.signs(ascii_only).arrow} ", "muted"),
            (after, change.target or "muted"),
        ]

    def _wrapped(self, parts: Iterable[_Part], lead: int) -> Iterator[Line]:
        """Yield parts two cells apart, on as many lines as they take, each behind ``lead`` blank cells."""
        room = max(self._columns - lead, 8)
        line: Line = [(" " * lead, "")]
        for part in parts:
            texts = paragraph(part.text, room, part.lines, ascii_only=self._look.ascii_only)
            for at, text in enumerate(texts):
                gap = 2 if len(line) > 1 else 0
                if gap and (at or length(line) + gap + width(texts[0]) > lead + room or len(texts) > 1):
                    yield line
                    line, gap = [(" " * lead, "")], 0
                line += [("  ", "")] if gap else []
                line.append((text, part.style))
        if len(line) > 1:
            yield line


def _remarks(change: Transition, by_seq: Mapping[int, Transition], look: Look) -> Iterator[_Part]:
    """Yield what must not be overlooked, then what else is known."""
    if change.how == "rollback":
        sign = words.stage_sign(words.ROLLED_BACK, ascii_only=look.ascii_only)
        left = f" from {change.displaced}" if change.displaced else ""
        yield _Part(f"{sign} ROLLBACK{left}", "warning", urgent=True)
    elif change.how in ("undo", "redo"):
        yield _Part(_taken_back(change, by_seq), "warning", urgent=True)
    if change.overridden:
        sign = words.signs(look.ascii_only).overridden
        yield _Part(f"{sign} {lifecycle.overruled(change)}"[:_REMARK_MAX], "bad", urgent=True)
    if change.displaced and change.how == "promote":
        yield _Part(f"replaces {change.displaced}", "muted")
    if change.gates and not change.overridden:
        passed = sum(result.passed for result in change.gates)
        told = f"{passed} of {words.plural(len(change.gates), 'gate')}"
        yield _Part(told, "muted" if passed == len(change.gates) else "warning")


def _taken_back(change: Transition, by_seq: Mapping[int, Transition]) -> str:
    if change.how == "redo":
        return "REDONE"
    undone = by_seq.get(change.undoes)
    what = {"promote": "the change of", "rollback": "the rollback to"}.get(undone.how if undone else "", "")
    return f"UNDONE: {what} {undone.version}" if undone and what else f"UNDONE: event {change.undoes}"


def _why(change: Transition, style: str, *, own: bool) -> Iterator[_Part]:
    # An undo has no reason of its own, only the number of what it takes back.
    if change.reason and change.how != "undo":
        yield _Part(f'"{change.reason}"', style, _OWN_LINES if own else _WHY_LINES)
