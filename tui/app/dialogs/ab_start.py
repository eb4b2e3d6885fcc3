"""Starting an A/B test: of the selected version against production, or of the versions that are marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING

from ... import words
from ...text import paragraph
from ..changing.ab_tests import Planned, StartTest, ToStart
from ..changing.changes import Change
from ..changing.prospects import Request
from ..facts import Line
from ..facts.gates import gates, stopping
from .ab_shares import beside, share_lines
from .dialog import Dialog

if TYPE_CHECKING:
    from ....store import Version
    from ..screens.main import MainScreen

_FIRST = 10.0
"""Percent of the keys that the versions to be tested get together at first."""


class StartDialog(Dialog):
    """Starts a test of a version, or of several (``refs``); what is in production is control."""

    verb = "start"

    def __init__(self, main: MainScreen, version: Version, refs: tuple[str, ...]) -> None:
        super().__init__(main)
        self.version, self._refs = version, refs
        self._together = _FIRST

    @property
    def heading(self) -> str:
        """Which model."""
        return f"Start an A/B test of {self.version.model}"

    def request(self) -> Request:
        """Ask what it would come to."""
        return ToStart(self._refs)

    def essence(self, prospect: Planned) -> object:
        """A decision rests on the arms, where they stand, and what stops them."""
        arms = [(version.id, version.stage) for version in prospect.arms]
        blocked = {each: [r.gate for r in stopping(report)] for each, report in prospect.gates.items()}
        return arms, blocked, prospect.name, prospect.metric, prospect.problem

    @property
    def _arms(self) -> list[tuple[str, Version, float]]:
        found: Planned = self.prospect
        each = round(self._together / max(len(found.arms) - 1, 1), 2)
        shares = [round(100 - each * (len(found.arms) - 1), 2), *[each] * (len(found.arms) - 1)]
        return list(zip(ascii_lowercase, found.arms, shares, strict=False))

    def choose(self, step: int) -> bool:
        """Give control a smaller share, or a larger one."""
        if self.prospect is not None:
            self._together = min(max(beside(self._together, -step, 100.0), 0.1), 99.0)
            self.say("")
        return False

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys to choose the share."""
        yield "up", "share"

    def obstacle(self) -> str:
        """Say why there can be no test."""
        found: Planned = self.prospect
        if found.problem:
            return found.problem
        for arm, version, _ in self._arms:
            report = found.gates.get(version.id)
            if report and (blocking := stopping(report)):
                stop = "stops" if len(blocking) == 1 else "stop"
                gates_ = words.plural(len(blocking), "gate")
                return (
                    f"{gates_} {stop} {arm}, which serves the same people as production: nothing will change"
                )
        return ""

    def change(self, typed: str) -> Change:
        """Start it."""
        found: Planned = self.prospect
        arms = tuple((arm, version.ref, share) for arm, version, share in self._arms)
        return StartTest(found.name, arms, found.metric, typed)

    def command(self) -> str:
        """The same on the command line."""
        found: Planned = self.prospect
        arms = " ".join(f"--arm {arm}={version.ref}:{share:g}" for arm, version, share in self._arms)
        metric = f" --metric {found.metric}" if found.metric else ""
        return f"mvtui ab start {found.name} {arms}{metric} --reason WHY"

    def body(self, columns: int) -> Sequence[Line]:
        """What it is called, what decides it, each arm's version and share, and what gates say of those that aren't let in yet."""
        found: Planned = self.prospect
        look = self.main.look
        if found.problem:
            return []
        name, _, goal = found.metric.partition(":")
        way = {"max": "more is better", "min": "less is better"}.get(goal, "")
        told = (
            f"{found.name}: {name} decides, {way}" if name else f"{found.name}: whatever is recorded decides"
        )
        lines: list[Line] = [
            [(text, "title")] for text in paragraph(told, columns, 2, ascii_only=look.ascii_only)
        ]
        rows = [(arm, version.version, version.stage) for arm, version, _ in self._arms]
        shares = {arm: share for arm, _, share in self._arms}
        lines += [[], *share_lines(rows, shares, "", {}, self.main, columns)]
        for arm, version, _ in self._arms:
            report = found.gates.get(version.id)
            if report and (answers := gates(report, look, columns - 2, folded=True)):
                lines += [[], [(f"gates for {arm}", "muted")], *([("  ", ""), *line] for line in answers)]
        served = "It serves beside production, and each key always gets the same arm. Another name, or other metrics: the command line."
        texts = paragraph(served, columns, 3, ascii_only=look.ascii_only)
        return [*lines, [], *([(text, "muted")] for text in texts)]
