"""Ending an A/B test: with a winner, which is promoted through the gates, or without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import events

from ... import words
from ...text import paragraph, visible
from ..changing.ab_tests import PromoteWinner, Running, StopTest, ToTest
from ..changing.changes import Change
from ..changing.prospects import Request
from ..facts import Line
from ..facts.gates import gates, stopping
from .dialog import Dialog

if TYPE_CHECKING:
    from ....store import GateResult, Version
    from ..screens.main import MainScreen

_SENTENCE = 4
"""Lines of what the figures say."""


class EndDialog(Dialog):
    """Ends the test of that name."""

    def __init__(self, main: MainScreen, name: str) -> None:
        super().__init__(main)
        self.test = name

    def essence(self, prospect: Running) -> object:
        """A decision rests on where the arms stand, not on figures: these change all the time, and are told."""
        test = prospect.report.test
        stages = [(arm, version.id, version.stage) for arm, version in prospect.versions.items()]
        blocking = [result.gate for result in stopping(prospect.gates)] if prospect.gates else []
        return test.running, len(test.epochs), stages, prospect.winner, blocking, prospect.problem

    def obstacle(self) -> str:
        """Say that it has ended already."""
        found: Running = self.prospect
        return "" if found.report.test.running else f"the A/B test {self.test} has ended"

    def says(self, columns: int) -> list[Line]:
        """Return what the figures say."""
        found: Running = self.prospect
        texts = paragraph(found.report.sentence, columns, _SENTENCE, ascii_only=self.main.ascii_only)
        return [[(text, "title")] for text in texts]

    def arm(self, name: str, version: Version, told: Line, columns: int) -> Line:
        """Return what becomes of an arm: its name and version, then what was told."""
        ascii_only = self.main.ascii_only
        wide = min(max(len(each) for each in self.prospect.versions), columns // 3)
        sign = words.stage_sign(version.stage, ascii_only=ascii_only)
        number = visible(version.version, columns // 3, ascii_only=ascii_only)
        return [
            (f"{visible(name, wide, ascii_only=ascii_only):<{wide}}  ", "title"),
            (f"{sign} {number}", version.stage or "muted"),
            *told,
        ]


class WinnerDialog(EndDialog):
    """Ends a test with its winner: the arm that the figures name, or one that is chosen."""

    def __init__(self, main: MainScreen, name: str) -> None:
        super().__init__(main, name)
        self._named = ""
        self._overruling = False

    @property
    def verb(self) -> str:  # type: ignore[override]  # control stays where it is
        """What it is called to end it with that arm."""
        found: Running | None = self.prospect
        stays = found and found.winner == found.report.test.spec.control
        return "end the test" if stays else "promote"

    @property
    def heading(self) -> str:
        """Which test."""
        return f"Promote the winner of {self.test}"

    def request(self) -> Request:
        """Ask what it would come to."""
        return ToTest(self.test, self._named, ends=True)

    def choose(self, step: int) -> bool:
        """Name another arm."""
        found: Running | None = self.prospect
        if found is None:
            return False
        arms = list(found.versions)
        at = arms.index(found.winner) + step if found.winner else 0
        self._named, self._overruling = arms[at % len(arms)], False
        return True

    @property
    def _blocking(self) -> Sequence[GateResult]:
        found: Running | None = self.prospect
        return stopping(found.gates) if found and found.gates else ()

    def obstacle(self) -> str:
        """Say that there is no winner, or what keeps it out."""
        found: Running = self.prospect
        if why := super().obstacle() or found.problem:
            return why
        if not found.winner:
            return "the figures name no winner yet: the up and down keys name an arm all the same"
        if (count := len(self._blocking)) and not self._overruling:
            stop = "stops" if count == 1 else "stop"
            return f"{words.plural(count, 'gate')} {stop} {found.winner}: nothing will change"
        return ""

    def alarm(self) -> str:
        """Say what overruling gates means, or that the figures don't name that arm."""
        count = len(self._blocking)
        if not (self._overruling and count):
            return self._against_figures
        many = words.plural(count, "gate")
        return f"{self.main.signs.overridden} enter overrules {many}: told for ever as {words.OVERRIDDEN}"

    @property
    def _against_figures(self) -> str:
        found: Running = self.prospect
        report, sign = found.report, self.main.signs.overridden
        if report.verdict not in ("better", "worse"):
            return f"{sign} the figures name no winner: {found.winner} wins because you say so"
        return "" if found.winner == report.leader else f"{sign} the figures name {report.leader}"

    def change(self, typed: str) -> Change:
        """End it with that arm."""
        return PromoteWinner(
            self.test, self.prospect.winner, typed, self._overruling and bool(self._blocking)
        )

    def command(self) -> str:
        """The same on the command line."""
        arm = f" --arm {self._named}" if self._named else ""
        override = " --override" if self._overruling else ""
        return f"mvtui ab promote-winner {self.test}{arm}{override} --reason WHY"

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys to name another arm, and to overrule gates for those who may."""
        yield "up", "arm"
        found: Running | None = self.prospect
        if found and found.gates and found.gates.overridable and self._blocking:
            yield "ctrl+o", "heed them" if self._overruling else "overrule"

    async def other_key(self, event: events.Key) -> bool:
        """Overrule the gates, or heed them again."""
        if event.key != "ctrl+o":
            return False
        found: Running | None = self.prospect
        if found and found.gates and self._blocking:
            if found.gates.overridable:
                self._overruling = not self._overruling
                self.say("")
            else:
                self.say(
                    "you may not overrule gates here: [access] override in config.toml lists who may",
                    "warning",
                )
        return True

    def body(self, columns: int) -> Sequence[Line]:
        """What the figures say, what becomes of each arm, and what the gates say of the one that wins."""
        found: Running = self.prospect
        look, arrow = self.main.look, f"  {self.main.signs.arrow}  "
        stage = found.report.test.spec.stage
        won, lost = (words.stage_label(each, ascii_only=look.ascii_only) for each in (stage, "archived"))
        winner = found.versions.get(found.winner)
        lines = [*self.says(columns), []]
        for name, version in found.versions.items():
            if name == found.winner:
                stays = version.stage == stage
                told: Line = [("  stays", "muted")] if stays else [(arrow, "muted"), (won, stage)]
            elif winner is None:
                told = []
            elif version.id == winner.id:
                told = [("  the same version", "muted")]
            else:
                told = [(arrow, "muted"), (lost, "archived")]
            lines.append(self.arm(name, version, told, columns))
        if found.gates is not None and (answers := gates(found.gates, look, columns)):
            lines += [[], *answers]
        return lines


class StopDialog(EndDialog):
    """Ends a test without a winner."""

    verb = "stop the test"

    @property
    def heading(self) -> str:
        """Which test."""
        return f"Stop {self.test}"

    def request(self) -> Request:
        """Ask how it stands."""
        return ToTest(self.test)

    def change(self, typed: str) -> Change:
        """End it."""
        return StopTest(self.test, typed)

    def command(self) -> str:
        """The same on the command line."""
        return f"mvtui ab stop {self.test} --reason WHY"

    def body(self, columns: int) -> Sequence[Line]:
        """What the figures say, and who gets every key."""
        found: Running = self.prospect
        control = found.report.test.spec.control
        lines = [*self.says(columns), []]
        for name, version in found.versions.items():
            told = "  gets every key" if name == control else "  serves no more; its stage stays as it is"
            lines.append(self.arm(name, version, [(told, "muted")], columns))
        lines += [[], [("No arm wins, and the test can't go on: another needs another name.", "muted")]]
        return lines
