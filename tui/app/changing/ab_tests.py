"""A/B tests as the screen changes them: what a change would come to, read before it is made, and the change.

For the worker's thread, as ``prospects`` and ``changes``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ....store.errors import MvtuiError
from .changes import Change, Made
from .prospects import is_gated, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....store import ABChange, ABReport, GateReport, ProgressCallback, Store, Version

_MOST_NAMES = 1000


class ToTest(msgspec.Struct, frozen=True):
    """Ask how a test stands; with ``ends`` also what its end with a winner would come to: the one named, or that of the figures."""

    name: str
    arm: str = ""
    ends: bool = False

    def read(self, store: Store) -> Running:
        """Answer it. Raises MvtuiError when there is no such test."""
        report = store.ab_report(self.name)
        spec = report.test.spec
        versions = {arm.name: store.get(f"{spec.model}@{arm.version}") for arm in spec.arms}
        if not self.ends:
            return Running(report, versions)
        arm = self.arm or (report.leader if report.verdict in ("better", "worse") else "")
        gates, problem = None, ""
        if arm and is_gated(versions[arm].stage, spec.stage):
            try:
                gates = store.gates(versions[arm].ref, spec.stage, verify=False)
            except MvtuiError as error:
                problem = said(error)
        return Running(report, versions, arm, gates, problem)


class Running(msgspec.Struct, frozen=True):
    """How a test stands, and each arm's version by its name.

    ``winner`` is the arm that would win, empty where the figures name none; ``gates`` are what the gates of the stage say of
    it, None where none are asked, or can't be (``problem``).
    """

    report: ABReport
    versions: Mapping[str, Version]
    winner: str = ""
    gates: GateReport | None = None
    problem: str = ""


class ToStart(msgspec.Struct, frozen=True):
    """Ask what a test of some versions of one model would come to: the references that are to be its arms."""

    refs: tuple[str, ...]

    def read(self, store: Store) -> Planned:
        """Answer it. Raises MvtuiError when a version can't be read."""
        from ..asking.reading import deciding_metric, in_production

        versions = [store.get(ref) for ref in self.refs]
        control = in_production(store, versions[0].model)
        problem, found = "", {version.id: version for version in versions}
        if control is None:
            problem = f"nothing of {versions[0].model} is in production, and that is what others are compared with: promote one first"
        elif len(versions) > 1 and control.id not in found:
            problem = f"none of the marked versions is in production, which has {control.version}: mark that, or none"
        else:
            found = {control.id: control} | found
        if not problem and len(found) < 2:
            problem = "it is in production: select another version, or mark the two to compare"
        arms = tuple(found.values())
        gates: dict[str, GateReport] = {}
        for version in arms:
            if not problem and is_gated(version.stage, "production"):
                try:
                    gates[version.id] = store.gates(version.ref, "production", verify=False)
                except MvtuiError as error:
                    problem = said(error)
        return Planned(arms, _free_name(store, arms[-1]), deciding_metric(store, arms), gates, problem)


class Planned(msgspec.Struct, frozen=True):
    """The arms of a test that would be started, control first; a name that is free, and the metric that would decide it.

    ``gates`` have what the gates say of versions, by hash ID; ``problem`` says why there can be no test.
    """

    arms: tuple[Version, ...]
    name: str
    metric: str
    gates: Mapping[str, GateReport]
    problem: str = ""


def _free_name(store: Store, version: Version) -> str:
    """Return a name that no test has yet: ``chat-1-1-0``."""
    taken = {test.name for test in store.ab_tests()}
    wanted = "".join(
        c if c.isascii() and c.isalnum() else "-" for c in f"{version.model[:40]}-{version.version[:16]}"
    )
    wanted = wanted.strip("-")
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, _MOST_NAMES)))
    return next((name for name in names if name not in taken), wanted)


class StartTest(Change, frozen=True):
    """Start a test: ``arms`` are names, references and shares in percent."""

    name: str
    arms: tuple[tuple[str, str, float], ...]
    metric: str
    reason: str

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        done = store.ab_start(
            self.name,
            {arm: (ref, share) for arm, ref, share in self.arms},
            metrics=[self.metric] if self.metric else (),
            reason=self.reason,
            progress=progress,
        )
        return _made(f"{self.name} runs", done)


class ShareOut(Change, frozen=True):
    """Change the shares of a test, in percent."""

    name: str
    shares: tuple[tuple[str, float], ...]
    reason: str

    def make(self, store: Store, progress: ProgressCallback) -> Made:  # noqa: ARG002 - as every change
        """Make it."""
        done = store.ab_ramp(self.name, dict(self.shares), reason=self.reason)
        return _made(f"{self.name} has other shares: {done.moved:g} % of all keys changed arms", done)


class StopTest(Change, frozen=True):
    """End a test without a winner."""

    name: str
    reason: str

    def make(self, store: Store, progress: ProgressCallback) -> Made:  # noqa: ARG002 - as every change
        """Make it."""
        return _made(f"{self.name} has ended without a winner", store.ab_stop(self.name, reason=self.reason))


class PromoteWinner(Change, frozen=True):
    """End a test with a winner; ``override`` overrules gates."""

    name: str
    arm: str
    reason: str
    override: bool = False

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        done = store.ab_promote_winner(
            self.name, reason=self.reason, arm=self.arm, override=self.override, progress=progress
        )
        spec = done.test.spec
        archived = f", archived: {', '.join(done.archived)}" if done.archived else ""
        return _made(
            f"{self.name} has ended: {self.arm} ({spec.model}@{spec.arm(self.arm).version}) won{archived}",
            done,
        )


def _made(sentence: str, done: ABChange) -> Made:
    return Made(sentence, done.notices)
