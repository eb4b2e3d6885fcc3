"""What the gates of a stage say of a version, and who approved: for the view of stages, and for dialogs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ... import lifecycle, words
from ...text import fit, paragraph, visible, width
from ..tables.columns import Look
from .lines import Line

if TYPE_CHECKING:
    from ....store import GateReport, GateResult, Standing

_LABEL_MAX = 52
_SENTENCE_ROOM = 34
"""Cells that a sentence needs beside its gate's name; where there are fewer it stands below."""

_SENTENCE_LINES = 3
_STYLES = {"pass": "better", "fail": "bad", "unknown": "warning"}
_FIRST = {"bytes verified": "promoting hashes them first", "finite-weights": "promoting reads them first"}
"""Gates about bytes that a report may have left unread, and what comes of that."""
_APPROVALS = "approvals"


def gates(
    report: GateReport, look: Look, columns: int, *, folded: bool = False, overruled: bool = False
) -> list[Line]:
    """Return the gates' answers, each with its sign, its name and why; under approvals, what each is worth.

    What stops the version comes first. ``folded`` those that pass take one line; ``overruled`` what stops it is marked so.
    """
    blocking = stopping(report)
    ordered = sorted(report.results, key=lambda r: (r not in blocking, r.passed))
    told_of = [result for result in ordered if not (folded and result.passed)]
    layout = _Layout(told_of, look, columns)
    lines: list[Line] = []
    told = False
    for result in told_of:
        sign = mark(report, result, look)
        if overruled and result in blocking:
            sign = words.signs(look.ascii_only).overridden, "bad"
        lines += layout.answer(sign, result.gate, _sentence(report, result))
        if result.gate == _APPROVALS and not told:
            told = True
            lead = layout.lead
            below = [*approvals(report, look, columns - lead), *_missing(report, look, columns - lead)]
            lines += [[(" " * lead, ""), *line] for line in below]
    if len(told_of) < len(ordered):
        lines += _passing([result for result in ordered if result.passed], look, columns)
    return lines


def answers(results: Sequence[GateResult], look: Look, columns: int) -> list[Line]:
    """Return answers of gates as they were given once, each with its sign, its name and why."""
    layout = _Layout(results, look, columns)
    return [
        line
        for result in results
        for line in layout.answer(_sign(result, look), result.gate, lifecycle.sentence(result))
    ]


class _Layout:
    """Where names and sentences of answers stand: beside each other where there is room for all, else each as it fits."""

    def __init__(self, results: Sequence[GateResult], look: Look, columns: int) -> None:
        names = (visible(result.gate, _LABEL_MAX, ascii_only=look.ascii_only) for result in results)
        self._label = max(map(width, names), default=0)
        self._beside = columns - self._label - 4 >= _SENTENCE_ROOM
        self._columns, self._ascii = columns, look.ascii_only
        self.lead = self._label + 4 if self._beside else 2
        """Cells before a sentence that has lines of its own."""

    def answer(self, sign: tuple[str, str], gate: str, sentence: str) -> Iterator[Line]:
        name = visible(gate, _LABEL_MAX, ascii_only=self._ascii)
        mark = (f"{sign[0]} ", sign[1])
        texts = paragraph(sentence, self._columns - self.lead, _SENTENCE_LINES, ascii_only=self._ascii)
        if self._beside:
            yield [mark, (fit(name, self._label) + "  ", ""), ((texts or [""])[0], "muted")]
            texts = texts[1:]
        elif len(texts) == 1 and width(name) + width(texts[0]) + 4 <= self._columns:
            yield [mark, (name + "  ", ""), (texts[0], "muted")]
            return
        else:
            yield from _hanging(mark, paragraph(gate, self._columns - 2, 2, ascii_only=self._ascii), "")
        yield from ([(" " * self.lead + text, "muted")] for text in texts)


def _passing(results: Sequence[GateResult], look: Look, columns: int) -> Iterator[Line]:
    """Yield those that pass, by name only."""
    names = ", ".join(result.gate for result in results)
    told = f"{len(results)} {'passes' if len(results) == 1 else 'pass'}: {names}"
    texts = paragraph(told, columns - 2, 2, ascii_only=look.ascii_only)
    yield from _hanging((f"{words.signs(look.ascii_only).ok} ", _STYLES["pass"]), texts, "muted")


def _sign(result: GateResult, look: Look) -> tuple[str, str]:
    return lifecycle.outcome_sign(result.outcome, ascii_only=look.ascii_only), _STYLES[result.outcome]


def mark(report: GateReport, result: GateResult, look: Look) -> tuple[str, str]:
    """Return the sign of an answer and its style."""
    if to_be_read(report, result):
        return words.signs(look.ascii_only).ellipsis, "muted"
    return _sign(result, look)


def to_be_read(report: GateReport, result: GateResult) -> bool:
    """Whether a gate can't tell only since the bytes were not read yet."""
    return report.unhashed and result.gate in _FIRST and result.outcome == "unknown"


def stopping(report: GateReport) -> list[GateResult]:
    """Return the answers that keep the version out, whatever reading its bytes comes to."""
    return [r for r in report.results if not r.passed and not to_be_read(report, r)]


def tally(report: GateReport) -> str:
    """Return how many gates pass, in words."""
    if not report.results:
        return "no gate guards it"
    passed = sum(result.passed for result in report.results)
    return f"{passed} of {len(report.results)} pass"


def _sentence(report: GateReport, result: GateResult) -> str:
    if to_be_read(report, result):
        return f"{result.sentence}: {_FIRST[result.gate]}"
    return lifecycle.sentence(result, listed=True)  # who said what stands below, a line each


def _missing(report: GateReport, look: Look, columns: int) -> Iterator[Line]:
    """Yield how many approvals are missing, and of whom."""
    count = lifecycle.missing(report.results)
    if count:
        whose = f"; asked of {', '.join(report.askable)}" if report.askable else ""
        sign = words.signs(look.ascii_only).ellipsis
        told = f"{count} missing{whose}"
        yield from _hanging((f"{sign} ", "warning"), _texts(told, columns, look), "warning")


def approvals(report: GateReport, look: Look, columns: int) -> list[Line]:
    """Return who said what, and what that is worth now."""
    return [line for standing in report.approvals for line in _standing(standing, look, columns)]


def _standing(standing: Standing, look: Look, columns: int) -> Iterator[Line]:
    known = words.signs(look.ascii_only)
    said = standing.approval
    told = f"{standing.person} {lifecycle.verdict_word(said.verdict)}, {words.ago(said.at, look.now)}"
    if said.reason:
        told += f': "{said.reason}"'
    worth = lifecycle.worth(standing)
    if standing.counts:
        sign, style = (known.bad, "bad") if said.verdict == "reject" else (known.ok, "better")
        told += f" ({worth})" if worth else ""
        yield from _hanging((f"{sign} ", style), _texts(told, columns, look), "")
    else:
        yield from _hanging((f"{known.dash} ", "muted"), _texts(told, columns, look), "muted")
        yield from _hanging(("  ", ""), _texts(worth, columns, look), "warning")


def _texts(told: str, columns: int, look: Look) -> list[str]:
    return paragraph(told, columns - 2, _SENTENCE_LINES, ascii_only=look.ascii_only)


def _hanging(lead: tuple[str, str], texts: Sequence[str], style: str) -> Iterator[Line]:
    blank = " " * width(lead[0])
    yield from ([(blank, "") if at else lead, (text, style)] for at, text in enumerate(texts))
