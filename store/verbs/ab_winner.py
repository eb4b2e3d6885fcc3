"""Ending an A/B test with its winner: promoted through the gates, the others archived, with the numbers in the reason."""

from __future__ import annotations

from ..engine import pointers
from ..engine.documents import TESTS, Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError
from ..nouns import names
from ..nouns.ab_report import ABChange, ABReport, MetricResult
from ..nouns.event import EventKind
from ..nouns.reports import ProgressCallback
from ..nouns.stage import ARCHIVED
from ..nouns.transition import Move
from . import ab_look, ab_outcomes, ab_tests, moving, policy, promote
from .moving import Step


def promote_winner(
    repository: Repository,
    name: str,
    reason: str,
    *,
    arm: str | None,
    override: bool,
    progress: ProgressCallback | None,
) -> ABChange:
    """Promote the arm that won, archive the others and end the test; see ``Store.ab_promote_winner``."""
    reason = moving.needs_reason(reason, "promoting a winner")
    repository.check_writable()
    with repository.reading() as index:
        ab_tests.running(index, name)
    ab_outcomes.seal(repository, name)
    report = ab_look.report(repository, name)
    winner = _winner(report, arm)
    reason = with_numbers(reason, report)
    spec = report.test.spec
    losers = tuple(
        dict.fromkeys(each.version for each in spec.arms if each.version != spec.arm(winner).version)
    )
    refs = tuple(f"{spec.model}@{number}" for number in losers)
    if winner == spec.control:
        return _keep_control(repository, name, reason, refs)
    moved = promote.promote(
        repository,
        f"{spec.model}@{spec.arm(winner).version}",
        spec.stage,
        reason,
        override=override,
        progress=progress,
        decides=promote.Decides(name, winner, losers),
    )
    test = ab_look.info(repository, name)
    return ABChange(test, moved.transition.seq, archived=refs, notices=moved.notices)


def _winner(report: ABReport, arm: str | None) -> str:
    """Return the arm that won: the one named, else the one that the figures name.

    Raises:
        ConflictError: they name none.
    """
    if arm is not None:
        return report.test.spec.arm(arm).name
    if report.verdict in ("better", "worse"):
        return report.leader
    name = report.test.name
    raise ConflictError(
        f"no arm of the A/B test {name} has won: {report.sentence}",
        hint=f'Name one all the same: mvtui ab promote-winner {name} --arm ARM --reason "…"; or go on.',
    )


def _keep_control(repository: Repository, name: str, reason: str, losers: tuple[str, ...]) -> ABChange:
    """Control stays where it is; the others are archived by one event, which ends the test."""
    with repository.writing() as index:
        document = ab_tests.running(index, name)
        governs = policy.settle(repository, index)
        policy.check_move(governs.policy, None, document["stage"])
        documents = [_version(index, ref) for ref in losers]
        leaving = [each for each in documents if each.get("stage") != ARCHIVED and not each.get("deleted")]
        for each in leaving:
            policy.check_move(governs.policy, each.get("stage"), ARCHIVED)
        if not leaving:  # every arm has the version of control
            data = {
                "model": document["model"],
                "test": name,
                "step": "stop",
                "ending": "winner",
                "winner": document["control"],
            }
            event = repository.append(EventKind.AB_TEST, data, reason)
            told = pointers.follow(repository, document["model"])
            return ABChange(ab_look.as_info(index.tables[TESTS][name]), event.seq, notices=tuple(told))
        first = leaving[0]
        step = Step(
            first,
            first.get("stage"),
            ARCHIVED,
            "promote",
            reason,
            tuple(Move(each["version"], ARCHIVED) for each in leaving),
            ends={"test": name, "winner": document["control"]},
        )
        transition, notices = moving.write(repository, step)
        test = ab_look.as_info(index.tables[TESTS][name])
        return ABChange(test, transition.seq, archived=tuple(map(ref_of, leaving)), notices=tuple(notices))


def _version(index: Index, ref: str) -> Document:
    model, _, number = ref.partition("@")
    return index.version(model, number) or {"version": number, "deleted": True}


def with_numbers(reason: str, report: ABReport) -> str:
    """Return a reason with what was measured behind it, as far as it fits."""
    numbers = [f"[A/B test {report.test.name}: {report.sentence}]"]
    numbers += [_numbers(metric) for metric in report.metrics if any(arm.n for arm in metric.arms)]
    while numbers:
        whole = f"{reason} {' '.join(numbers)}"
        if len(whole.encode()) <= names.MAX_REASON * 3 // 4:
            return whole
        numbers.pop()
    return reason


def _numbers(metric: MetricResult) -> str:
    def told(mean: float) -> str:
        return f"{100 * mean:.4g} %" if metric.type == "rate" else f"{mean:.5g}"

    arms = ", ".join(
        f"{arm.arm} {told(arm.mean)} of {arm.n:,}" for arm in metric.arms if arm.mean is not None
    )
    return f"[{metric.name}: {arms}]"
