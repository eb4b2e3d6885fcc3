"""Other shares for the arms of an A/B test: one arm's share is chosen, and control takes what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events

from ... import words
from ...text import visible
from ..changing.ab_tests import Running, ShareOut, ToTest
from ..changing.changes import Change
from ..changing.prospects import Request
from ..facts import Line
from .dialog import Dialog

if TYPE_CHECKING:
    from ..screens.main import MainScreen

STEPS = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 33.33, 50.0, 66.67, 75.0, 80.0, 90.0, 95.0, 100.0)
"""Shares in percent that the keys go through; the command line takes any."""


def beside(share: float, step: int, most: float) -> float:
    """Return the share a step up or down from one, ``most`` at most."""
    if step > 0:
        return next((each for each in STEPS if share < each <= most), most)
    return next((each for each in reversed(STEPS) if each < share), 0.0)


def share_lines(
    arms: Sequence[tuple[str, str, str | None]],
    shares: Mapping[str, float],
    chosen: str,
    before: Mapping[str, float],
    main: MainScreen,
    columns: int,
) -> list[Line]:
    """Return a line for each arm (name, version's number, stage): its share, and what that was ``before``."""
    ascii_only, signs = main.ascii_only, main.signs
    wide = min(max(len(name) for name, _, _ in arms), columns // 3)
    number_wide = min(max(len(number) for _, number, _ in arms), columns // 3)
    lines: list[Line] = []
    for name, number, stage in arms:
        here, share = name == chosen, shares[name]
        told = f"{share:>6g} %"
        if before and before[name] != share:
            told = f"{before[name]:>6g} %  {signs.arrow} {told}"
        sign = words.stage_sign(stage, ascii_only=ascii_only)
        shown = visible(number, number_wide, ascii_only=ascii_only)
        lines.append(
            [
                (f"{signs.cursor if here else ' '} ", "accent"),
                (f"{visible(name, wide, ascii_only=ascii_only):<{wide}}  ", "title"),
                (f"{sign} {shown:<{number_wide}}", stage or "muted"),
                (told, "" if (before and before[name] != share) or not before else "muted"),
            ]
        )
    return lines


class SharesDialog(Dialog):
    """Changes the shares of the test of that name."""

    verb = "share out"

    def __init__(self, main: MainScreen, name: str) -> None:
        super().__init__(main)
        self.test = name
        self._arm = ""
        self._shares: dict[str, float] = {}

    @property
    def heading(self) -> str:
        """Which test."""
        return f"Shares of {self.test}"

    def request(self) -> Request:
        """Ask how it stands."""
        return ToTest(self.test)

    def essence(self, prospect: Running) -> object:
        """A decision rests on what the shares are now."""
        return prospect.report.test.running, prospect.report.test.epochs[-1].shares

    @property
    def _before(self) -> dict[str, float]:
        found: Running = self.prospect
        return {arm: count / 100 for arm, count in found.report.test.epochs[-1].shares.items()}

    @property
    def _challengers(self) -> list[str]:
        found: Running = self.prospect
        spec = found.report.test.spec
        return [arm.name for arm in spec.arms if arm.name != spec.control]

    def _wanted(self) -> dict[str, float]:
        """Return every arm's share: control has what the others leave."""
        found: Running = self.prospect
        shares = self._before | self._shares
        control = found.report.test.spec.control
        rest = sum(share for arm, share in shares.items() if arm != control)
        return shares | {control: round(100 - rest, 2)}

    def choose(self, step: int) -> bool:
        """Give the arm a larger share, or a smaller one."""
        if self.prospect is not None:
            arm, wanted = self._chosen, self._wanted()
            control = self.prospect.report.test.spec.control
            self._shares[arm] = beside(wanted[arm], -step, round(wanted[arm] + wanted[control], 2))
            self.say("")
        return False

    @property
    def _chosen(self) -> str:
        arms = self._challengers
        return self._arm if self._arm in arms else arms[0]

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys to choose the share, and the arm that gets it."""
        yield "up", "share"
        if self.prospect is not None and len(self._challengers) > 1:
            yield "tab", "arm"

    async def other_key(self, event: events.Key) -> bool:
        """Go to another arm."""
        if event.key not in ("tab", "shift+tab") or self.prospect is None:
            return False
        arms, step = self._challengers, 1 if event.key == "tab" else -1
        self._arm = arms[(arms.index(self._chosen) + step) % len(arms)]
        self.show()
        return True

    def obstacle(self) -> str:
        """Say that nothing would change."""
        found: Running = self.prospect
        if not found.report.test.running:
            return f"the A/B test {self.test} has ended"
        if self._wanted() == self._before:
            return "these are its shares: the up and down keys choose others"
        return ""

    def change(self, typed: str) -> Change:
        """Share out the keys anew."""
        return ShareOut(self.test, tuple(self._wanted().items()), typed)

    def command(self) -> str:
        """The same on the command line."""
        told = " ".join(f"{arm}={share:g}" for arm, share in self._wanted().items())
        return f"mvtui ab ramp {self.test} {told} --reason WHY"

    def body(self, columns: int) -> Sequence[Line]:
        """Each arm's share, now and then."""
        found: Running = self.prospect
        arms = [(name, version.version, version.stage) for name, version in found.versions.items()]
        wanted, before = self._wanted(), self._before
        moved = sum(max(0.0, share - before[arm]) for arm, share in wanted.items())
        told = f"{moved:g} % of all keys change arms; going back brings each of them back"
        lines = share_lines(arms, wanted, self._chosen, before, self.main, columns)
        return [*lines, [], [(told, "muted")]]
