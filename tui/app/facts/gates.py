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


def gates(report: GateReport, look: Look, columns: int) -> list[Line]:
    """Return the gates' answers, each with its sign, its name and why; under approvals, what each is worth."""
    names = [visible(result.gate, _LABEL_MAX, ascii_only=look.ascii_only) for result in report.results]
    label = max(map(width, names), default=0)
    beside = columns - label - 4 >= _SENTENCE_ROOM
    lines: list[Line] = []
    told = False
    for result, name in zip(report.results, names, strict=True):
        sign, style = mark(report, result, look)
        lead = label + 4 if beside else 2
        texts = paragraph(
            _sentence(report, result), columns - lead, _SENTENCE_LINES, ascii_only=look.ascii_only
        )
        if beside:
            lines.append([(f"{sign} ", style), (fit(name, label) + "  ", ""), ((texts or [""])[0], "muted")])
            texts = texts[1:]
        else:
            lines += _hanging(
                (f"{sign} ", style), paragraph(name, columns - 2, 2, ascii_only=look.ascii_only), ""
            )
        lines += [[(" " * lead + text, "muted")] for text in texts]
        if result.gate == _APPROVALS and not told:
            told = True
            below = [*approvals(report, look, columns - lead), *_missing(report, look, columns - lead)]
            lines += [[(" " * lead, ""), *line] for line in below]
    return lines


def mark(report: GateReport, result: GateResult, look: Look) -> tuple[str, str]:
    """Return the sign of an answer and its style."""
    if to_be_read(report, result):
        return words.signs(look.ascii_only).ellipsis, "muted"
    return lifecycle.outcome_sign(result.outcome, ascii_only=look.ascii_only), _STYLES[result.outcome]


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
