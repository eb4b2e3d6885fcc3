"""Where a version stands, as ``show`` prints it: since when, what stays true of it, and who approved of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..members import MISFIT
from ..words import OVERRIDDEN, ROLLED_BACK, clock, past, pickles_label, signs, stage_sign
from . import output, voices
from .cells import pickles_style

if TYPE_CHECKING:
    from ...store import Approval, GateReport, Store, Version

_SHOWN = 20


def facts(version: Version) -> list[tuple[str, str]]:
    """Return the facts of a version's stages, each with its name."""
    found = []
    if version.stage and version.staged:
        found.append(("stage", f"{version.stage} since {clock(version.staged)}, {past(version.staged)}"))
    if version.rolled_back:
        sign = stage_sign(ROLLED_BACK, ascii_only=output.ascii_only())
        found.append((ROLLED_BACK, f"{sign} production went back from it"))
    if version.overridden:
        told = f"{OVERRIDDEN} on its way into {', '.join(version.overridden)}"
        found.append(("gates", output.paint(told, "bold", "red")))
    for sentence in version.mismatch:
        sign = signs(output.ascii_only()).overridden
        found.append((MISFIT, output.paint(f"{sign} {output.safe(sentence, 500)}", "bold", "yellow")))
    if told := pickles_label(version.pickles, ascii_only=output.ascii_only()):
        names = ", ".join(output.safe(name, 120) for name in version.pickle_reasons)
        found.append(("pickles", output.paint(told, *pickles_style(told)) + (f": {names}" if names else "")))
    if version.verified:
        found.append(("verified", f"bytes hashed {clock(version.verified)}, {past(version.verified)}"))
    return found


def write(store: Store, version: Version) -> None:
    """Write who approves of a version and who objects, and who asked; nothing when nobody did.

    What was said of the next stage is weighed by its gates as they are now.
    """
    said = store.approvals(version.ref)
    if not said:
        return
    output.data("\n" + output.paint("approvals", "bold"))
    report = _report(store, version)
    weighed = {standing.approval.seq: standing for standing in report.approvals} if report else {}
    latest = _latest(said)
    voices.lines(
        [
            voices.weighed(weighed[one.seq], stage=True) if one.seq in weighed else voices.unweighed(one)
            for one in latest[-_SHOWN:]
        ]
    )
    if (left := len(latest) - _SHOWN) > 0:
        output.data(f"  {left:,} more: mvtui history {version.ref}")


def _report(store: Store, version: Version) -> GateReport | None:
    """Return what the gates say; None when they can't be asked, which ``mvtui gates`` explains."""
    from ...store import errors

    try:
        return store.gates(version.ref, verify=False)
    except errors.MvtuiError as error:
        output.warn(f"the gates can't be asked: {error}", error.hint)
        return None


def _latest(said: Sequence[Approval]) -> list[Approval]:
    """Return what each person said last of each stage, oldest first; what was taken back is left out."""
    found: dict[tuple[str, str, bool], Approval] = {}
    for one in said:
        place = (one.by, one.stage, one.verdict == "request")
        found.pop(place, None)
        if one.verdict != "withdraw":
            found[place] = one
    return list(found.values())
