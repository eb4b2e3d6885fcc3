"""What an audit found, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import output

if TYPE_CHECKING:
    from ...store import AuditReport

_SHOWN = 5
"""Checkpoints that fit and are named, the latest."""


def write(report: AuditReport) -> None:
    """Print what does not hold, the first bad line first, then what is worth a look, then what does hold."""
    from ..words import clock, plural

    signs = output.sign_set()
    for problem in report.problems:
        place = f"line {problem.line}, byte {problem.offset:,}: " if problem.line else ""
        output.data(f"{output.paint(signs.bad, 'red')} {place}{output.safe(problem.sentence, 2000)}")
    for notice in report.notices:
        output.data(f"{output.paint(signs.overridden, 'yellow')} {output.safe(notice, 2000)}")
    _write_checkpoints(report, signs.ok)
    kinds = {problem.kind for problem in report.problems}
    if "chain" not in kinds and report.first and report.last:
        when = f"from {clock(report.first)} to {clock(report.last)}"
        gaps = f" but for {plural(len(report.repairs), 'repair')}" if report.repairs else ""
        output.data(
            f"{output.paint(signs.ok, 'green')} {plural(report.events, 'event')} {when}: an unbroken chain{gaps}"
        )
    if not kinds & {"signature", "object", "record"}:
        output.data(
            f"{output.paint(signs.ok, 'green')} {plural(report.signatures, 'signature')} and "
            f"{plural(report.policies, 'change')} of policy or signers checked, as they were in force"
        )
    if not kinds & {"live", "chain"}:
        output.data(f"{output.paint(signs.ok, 'green')} live/ leads where the journal says")
    if report.problems:
        output.talk(
            f"{plural(len(report.problems), 'problem')}: the journal's head, event {report.seq}, proves less than it should"
        )


def _write_checkpoints(report: AuditReport, sign: str) -> None:
    from ..words import clock

    # One whose signature proves nobody may fit, and is worth nothing: it was told as a problem.
    fitting = [
        each
        for each in report.checkpoints
        if each.fits and bool(each.checkpoint.signature) == bool(each.signer)
    ]
    for checked in fitting[-_SHOWN:]:
        made = checked.checkpoint
        who = f"signed by {checked.signer}" if checked.signer else f"by {made.user}@{made.host}, not signed"
        told = f"history up to event {made.seq} is as it was on {clock(made.at)} ({who})"
        output.data(f"{output.paint(sign, 'green')} {output.safe(told, 500)}")
    if (more := len(fitting) - _SHOWN) > 0:
        output.data(f"  and {more:,} earlier checkpoints fit")
