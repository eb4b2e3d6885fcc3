"""How the lifecycle reads: gate answers, transitions and approvals in words, for the screen and the command line alike.

Pure functions; nothing here imports Textual or Rich. What comes out may hold text from outside: who shows it
makes it safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .words import OVERRIDDEN, ROLLED_BACK, plural, signs, stage_label, stage_sign

if TYPE_CHECKING:
    from ..store import GateOutcome, GateResult, Standing, Transition, Verdict

OUTCOME_STYLES: dict[GateOutcome, tuple[str, ...]] = {
    "pass": ("green",),
    "fail": ("red",),
    "unknown": ("yellow",),
}

_VERDICTS: dict[Verdict, str] = {
    "request": "asks for it",
    "approve": "approves",
    "reject": "REJECTS",
    "withdraw": "withdrew",
}


def outcome_sign(outcome: GateOutcome, *, ascii_only: bool = False) -> str:
    """Return the one-cell sign of a gate's answer: ``✓`` pass, ``✗`` fail, ``?`` can't tell."""
    known = signs(ascii_only)
    return {"pass": known.ok, "fail": known.bad}.get(outcome, known.unknown)


def tally(results: Sequence[GateResult]) -> str:
    """Count the gates that pass: ``3 of 4 gates pass``; ``no gate`` without any."""
    if not results:
        return "no gate"
    passed = sum(result.passed for result in results)
    return f"{passed} of {plural(len(results), 'gate')} {'passes' if len(results) == 1 else 'pass'}"


def obstacles(results: Sequence[GateResult]) -> str:
    """Say what stops a version: ``2 gates fail, 1 can't be told``; empty when nothing does."""
    failing = sum(result.outcome == "fail" for result in results)
    untold = sum(result.outcome == "unknown" for result in results)
    told = [f"{plural(failing, 'gate')} {'fails' if failing == 1 else 'fail'}"] if failing else []
    if untold:
        told.append(f"{untold} can't be told" if failing else f"{plural(untold, 'gate')} can't be told")
    return ", ".join(told)


def sentence(result: GateResult, *, listed: bool = False) -> str:
    """Return what a gate says; of approvals that are ``listed`` beside it only how many there are."""
    values = result.values
    if not listed or "approved" not in values:
        return result.sentence
    by = f" ({values['by']})" if values.get("by") else ""
    no = values.get("rejected")
    against = f", and {plural(int(no), 'person')} against it" if isinstance(no, int) and no else ""
    return f"{values['approved']} of {values['asked']}{by}{against}"


def missing(results: Sequence[GateResult]) -> int:
    """Return how many approvals are missing, of all gates that ask for some."""
    asked = ((result.values.get("asked"), result.values.get("approved")) for result in results)
    return sum(max(a - b, 0) for a, b in asked if isinstance(a, int) and isinstance(b, int))


def way(source: str | None, target: str | None, *, ascii_only: bool = False) -> str:
    """Return from which stage to which: ``◐ validation → ● production``."""
    ends = (stage_label(stage, ascii_only=ascii_only) for stage in (source, target))
    return f" {signs(ascii_only).arrow} ".join(ends)


def displacing(transition: Transition, *, ascii_only: bool = False) -> str:
    """Say what had to leave Production for a version: ``replacing 1.3.2 (▪ archived)``; empty when nothing did."""
    if transition.displaced is None:
        return ""
    if transition.how == "rollback":
        left = f"{stage_sign(ROLLED_BACK, ascii_only=ascii_only)} {ROLLED_BACK}"
    else:
        left = stage_label("archived", ascii_only=ascii_only)
    return f"replacing {transition.displaced} ({left})"


def overruled(transition: Transition) -> str:
    """Say which gates were overruled: ``OVERRIDDEN accuracy, approvals``; empty when none were."""
    if not transition.overridden:
        return ""
    return f"{OVERRIDDEN} {', '.join(result.gate for result in transition.gates if not result.passed)}"


def verdict_word(verdict: Verdict) -> str:
    """Return what a person does, behind his name: ``approves``, ``REJECTS``."""
    return _VERDICTS.get(verdict, verdict)


def worth(standing: Standing) -> str:
    """Say what a verdict is worth beyond counting: why it doesn't, or who signed it; empty when there is no more to say."""
    if standing.counts:
        return standing.why
    return f"doesn't count: {standing.why}"
