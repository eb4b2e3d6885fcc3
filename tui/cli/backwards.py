"""A rollback as text: where it leads, how the metrics differ, what came of it. Kept light: it is for bad nights."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any

from ..lifecycle import obstacles
from ..words import ROLLED_BACK, clock, duration, past, stage_label, stage_sign
from . import moves, output, table

if TYPE_CHECKING:
    from ...store import DiffSection, Moved, Progress, ProgressCallback, RollbackPlan, Store

_METRICS_SHOWN = 8
_PASSED_OVER_SHOWN = 5


def metrics(store: Store, plan: RollbackPlan) -> DiffSection | None:
    """Return how the target's metrics differ from those of what is in production; None when nothing is.

    Also None when they can't be compared: that must not keep anyone from going back.
    """
    from ...store import errors

    if plan.current is None:
        return None
    try:
        return store.metric_changes(plan.current.ref, plan.target.ref)
    except errors.MvtuiError as error:
        moves.notices([f"the metrics can't be compared: {error}"])
        return None


def swap(plan: RollbackPlan) -> str:
    """Return the plan as ``Store.rollback`` expects it."""
    return f"{plan.current.version if plan.current else ''}>{plan.target.version}"


def as_dict(plan: RollbackPlan, metrics: DiffSection | None) -> dict[str, Any]:
    """Return the plan as JSON types, with the metrics that differ."""
    rows = metrics.as_dict(only_differences=True)["rows"] if metrics is not None else []
    return plan.as_dict() | {"metrics": rows}


def show(plan: RollbackPlan, metrics: DiffSection | None, *, dry_run: bool = False) -> None:
    """Show where a rollback leads, before it does: as talk, or as the data of a dry run."""
    stream, say = (sys.stdout, output.data) if dry_run else (sys.stderr, output.talk)
    say(_swap_in_words(plan, stream))
    say(f"  {_held(plan)}")
    for passed in plan.passed_over[:_PASSED_OVER_SHOWN]:
        say(f"  passed over: {output.safe(passed, 300)}")
    if (left := len(plan.passed_over) - _PASSED_OVER_SHOWN) > 0:
        say(f"  passed over: {left:,} more")
    for name in plan.ends:
        say(f"  the A/B test {name} ends with it")
    if metrics is not None:
        for line in _metric_lines(plan, metrics, stream):
            say(line)
    if dry_run:
        output.talk("nothing was changed")


def _swap_in_words(plan: RollbackPlan, stream: IO[str]) -> str:
    plain = output.ascii_only()
    signs = output.sign_set()
    here = stage_sign("production", ascii_only=plain)
    target = output.paint(plan.target.version, "bold", stream=stream)
    stood = ROLLED_BACK if plan.target.rolled_back else plan.target.stage
    comes = f"{stage_sign(stood, ascii_only=plain)} {target} {signs.arrow} {stage_label('production', ascii_only=plain)}"
    if plan.current is None:
        return f"{plan.model}: production is empty; {comes}"
    left = f"{stage_sign(ROLLED_BACK, ascii_only=plain)} {ROLLED_BACK}"
    return f"{plan.model}: {here} {plan.current.version} {signs.arrow} {left}; {comes}"


def _held(plan: RollbackPlan) -> str:
    number = plan.target.version
    if plan.left is None:
        return f"{number} held production last from {clock(plan.held)}, {past(plan.held)}"
    span = duration((plan.left - plan.held).total_seconds())
    return f"{number} held production last for {span}, until {clock(plan.left)}, {past(plan.left)}"


def _metric_lines(plan: RollbackPlan, metrics: DiffSection, stream: IO[str]) -> list[str]:
    from .. import differences
    from .diff_grids import grids

    plain = output.ascii_only()
    assert plan.current is not None
    if not metrics.rows:
        return ["  metrics: none were measured of both"]
    lines = [f"  metrics: {differences.tally(metrics, ascii_only=plain)}"]
    room = table.terminal_width() if output.is_tty(stream) else None
    labels = [plan.current.version, plan.target.version]
    for part in grids(metrics, metrics.differing[:_METRICS_SHOWN], labels, room):
        lines += (f"  {line}" for line in part.without_blank_columns().lines(stream))
    if (left := len(metrics.differing) - _METRICS_SHOWN) > 0:
        lines.append(f"    {left:,} more: mvtui diff {plan.current.ref} {plan.target.ref}")
    lines += (f"  ! {output.safe(note, 500)}" for note in metrics.notes)
    return lines


def announcing(plan: RollbackPlan, progress: ProgressCallback | None) -> ProgressCallback:
    """Return a callback that says, before the first byte is hashed, that the swap is done already."""
    told = False

    def report(state: Progress) -> None:
        nonlocal told
        if not told:
            told = True
            label = stage_label("production", ascii_only=output.ascii_only())
            output.talk(f"{plan.target.ref} is in {label} now; hashing its bytes")
        if progress is not None:
            progress(state)

    return report


def tell(store: Store, done: Moved) -> None:
    """Tell what is in production now, what a person should read besides, and how to take it back."""
    change = done.transition
    plain = output.ascii_only()
    name = output.paint(change.ref, "bold", stream=sys.stderr)
    checked = "; its bytes were hashed after the swap, and are good" if change.bytes == "later" else ""
    if done.verified:
        output.talk(f"{name} is in {stage_label('production', ascii_only=plain)} now{checked}")
    if found := obstacles(change.gates):
        moves.notices([f"gates don't stop a rollback; on record is that {found}"])
    moves.notices(done.notices)
    output.talk(moves.way(store, "undo"))
    output.result(change.ref)


def alarm(done: Moved) -> None:
    """Say loudly that what is in production is damaged, and what to do."""
    change = done.transition
    model = change.model
    head = output.paint("DAMAGED BYTES ARE IN PRODUCTION:", "bold", "red", stream=sys.stderr)
    output.talk(f"{head} {change.ref}: {output.safe(done.problem, 1000)}")
    output.talk(f'go back further:  mvtui rollback {model} --reason "bytes of {change.version} are bad"')
    output.talk("or undo it:       mvtui undo")
    output.talk(f"or mend it:       register good files of {change.version} again; mvtui verify {change.ref}")
