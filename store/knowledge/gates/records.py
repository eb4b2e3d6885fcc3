"""Gates about what is on record of a version: metrics and parameters by name, data, code, parents, time, bytes."""

from __future__ import annotations

from ...nouns.gate import (
    BaseInStage,
    Contained,
    GateOutcome,
    GateResult,
    Named,
    Recorded,
    RollbackTarget,
    Verified,
    Waited,
)
from ...nouns.health import Health
from ...nouns.lineage import PARENT_EDGES
from ...nouns.manifest import Scalar, scalar_text
from ...nouns.metric import split, to_stored
from ...nouns.pickles import Pickles, PickleVerdict
from ...nouns.stage import GATED, Stage, word
from .facts import Facts

_TRAINED_ON = "trained-on"
_NAME = 60  # characters of a name that are told


def named(rule: Named, facts: Facts) -> GateResult:
    """Say whether a metric or parameter is there."""
    if rule.what == "param":
        if rule.name in facts.version.params:
            value = facts.version.params[rule.name]
            return GateResult(rule.label, "pass", scalar_text(value), {"value": value})
        return GateResult(rule.label, "fail", "it was not recorded")
    metrics = facts.version.metrics
    name = rule.name if rule.name in metrics else next((k for k in metrics if split(k)[0] == rule.name), None)
    if name is None:
        return GateResult(rule.label, "fail", "it was not measured")
    values: dict[str, Scalar] = {"value": to_stored(metrics[name]), "metric": name}
    return GateResult(rule.label, "pass", f"{metrics[name]:g}", values)


def recorded(rule: Recorded, facts: Facts) -> GateResult:
    """Say whether what made the version is on record."""
    if rule.what == "clean-git":
        return GateResult(rule.label, *_code(facts))
    types = {_TRAINED_ON} if rule.what == "dataset" else PARENT_EDGES
    edges = [edge for edge in facts.version.edges if edge.type in types]
    stated = [edge for edge in edges if not edge.guess]
    if stated:
        other = facts.called(stated[0].to)[:_NAME]
        return GateResult(rule.label, "pass", f"{stated[0].type} {other}", {"edges": len(stated)})
    if edges:
        said = f"{edges[0].type} {facts.called(edges[0].to)[:_NAME]} is only guessed from {edges[0].guess}; mvtui link confirms it"
        return GateResult(rule.label, "unknown", said)
    what = "which data it was trained on" if rule.what == "dataset" else "what it came from"
    return GateResult(rule.label, "fail", f"nobody said {what}")


def _code(facts: Facts) -> tuple[GateOutcome, str]:
    code = facts.version.code
    if code is None:
        return "fail", "no commit was recorded"
    if code.dirty:
        return "fail", f"{code.commit[:12]} with uncommitted changes"
    return "pass", f"{code.commit[:12]}, nothing uncommitted"


def verified(rule: Verified, facts: Facts) -> GateResult:
    """Say whether the bytes were hashed lately enough."""
    if facts.checked:
        return GateResult(rule.label, "fail", facts.checked)
    if facts.checked is not None:
        return GateResult(rule.label, "pass", "hashed now", {"hashed": "now"})
    if facts.verified is None:
        return GateResult(rule.label, "unknown", "they were not hashed since they were stored")
    past = (facts.now - facts.verified).total_seconds()
    values: dict[str, Scalar] = {"hashed": facts.verified.isoformat()}
    said = f"hashed {span(past)} ago"
    if rule.seconds and past <= rule.seconds:
        return GateResult(rule.label, "pass", said, values)
    asked = span(rule.seconds) if rule.seconds else "now"
    return GateResult(rule.label, "unknown", f"{said}, {asked} asked", values)


def lately(rule: Verified, facts: Facts) -> bool:
    """Whether the bytes need not be hashed again for this gate."""
    return verified(rule, facts).passed


def contained(rule: Contained, facts: Facts) -> GateResult:
    """Say whether what the files hold is harmless."""
    if rule.what == "finite-weights":
        if (kind := facts.version.kind) in WITHOUT_WEIGHTS:
            return GateResult(rule.label, "pass", f"a {WITHOUT_WEIGHTS[kind]} has no weights", {"kind": kind})
        return _weights(rule, facts.weights)
    return _pickles(rule, facts.pickles)


WITHOUT_WEIGHTS = {"prompt": "prompt", "hosted": "hosted model"}
"""Kinds that have none to be asked about: what they are here is text."""

_PICKLES: dict[PickleVerdict, tuple[GateOutcome, str]] = {
    "safe": ("pass", "its pickles are safe"),
    "unsafe": ("fail", "unsafe"),
    "unknown": ("unknown", "unknown"),
    "partial": ("unknown", "partly inspected"),
}
_REASONS = 3


def _pickles(rule: Contained, pickles: Pickles | None) -> GateResult:
    if pickles is None:
        return GateResult(rule.label, "pass", "there are no pickles", {"verdict": "none"})
    outcome, said = _PICKLES[pickles.verdict]
    values: dict[str, Scalar] = {"verdict": pickles.verdict}
    if pickles.reasons:
        names = ", ".join(name[:_NAME] for name in pickles.reasons[:_REASONS])
        values["names"] = names + (
            f", and {left:,} more" if (left := len(pickles.reasons) - _REASONS) > 0 else ""
        )
        said = f"{said}: {values['names']}"
    return GateResult(rule.label, outcome, said, values)


def _weights(rule: Contained, weights: Health | None) -> GateResult:
    if weights is None:
        return GateResult(rule.label, "unknown", "its numbers were not looked at")
    values: dict[str, Scalar] = {"tensors": len(weights.tensors), "verdict": weights.verdict}
    if weights.verdict == "not finite":
        bad = next(each for each in weights.tensors if each.nan or each.inf)
        values |= {"tensor": bad.tensor.name[:_NAME], "first": bad.first or 0}
        return GateResult(rule.label, "fail", weights.sentence, values)
    outcome: GateOutcome = "pass" if weights.verdict == "finite" else "unknown"
    return GateResult(rule.label, outcome, weights.sentence, values)


def waited(rule: Waited, facts: Facts) -> GateResult:
    """Say whether the version was long enough in the stage before."""
    at = GATED.index(facts.stage)
    before: Stage | None = GATED[at - 1] if at else None
    if facts.version.stage != before:
        said = f"it is in {word(facts.version.stage)}, not in {word(before)}"
        return GateResult(rule.label, "fail", said)
    past = (facts.now - (facts.since or facts.version.registered)).total_seconds()
    said = f"{span(past)} in {word(before)}, {span(rule.seconds)} asked"
    values: dict[str, Scalar] = {"seconds": int(past), "asked": rule.seconds}
    return GateResult(rule.label, "pass" if past >= rule.seconds else "fail", said, values)


def rollback_target(rule: RollbackTarget, facts: Facts) -> GateResult:
    """Say whether there is a way back."""
    if facts.target is None:
        return GateResult(rule.label, "fail", "there would be no version to go back to")
    return GateResult(rule.label, "pass", facts.target, {"target": facts.target})


def base_in_stage(rule: BaseInStage, facts: Facts) -> GateResult:
    """Say whether an adapter's base is where the adapter goes."""
    if facts.version.kind != "adapter":
        return GateResult(rule.label, "pass", "it is no adapter")
    if not facts.bases:
        outside = next((e.to for e in facts.version.edges if e.type == "adapter-of" and e.outside), "")
        what = (
            f"its base {outside[:_NAME]} is not in the store" if outside else "nobody said what its base is"
        )
        said = f"{what}; mvtui link binds it to a version"
        return GateResult(rule.label, "fail", said)
    best = max(facts.bases, key=lambda base: (_height(base.stage), base.ref in facts.entering))
    values: dict[str, Scalar] = {"base": best.ref, "stage": best.stage}
    if _height(best.stage) >= _height(facts.stage):
        return GateResult(rule.label, "pass", f"its base {best.ref} is in {best.stage}", values)
    if best.ref in facts.entering:
        return GateResult(rule.label, "pass", f"its base {best.ref} is asked into {facts.stage}", values)
    where = f"in {best.stage}" if best.stage else "in no stage"
    return GateResult(rule.label, "fail", f"its base {best.ref} is {where}", values)


def _height(stage: Stage | None) -> int:
    return GATED.index(stage) if stage in GATED else -1


_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def span(length: float) -> str:
    """Write a span of time, in seconds, in its largest unit: ``2 d``, ``5 h``, ``40 s``."""
    seconds = max(int(length), 0)
    unit, name = next(((unit, name) for unit, name in _UNITS if seconds >= unit), _UNITS[-1])
    return f"{seconds // unit:,} {name}"
