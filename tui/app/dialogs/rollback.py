"""Rolling back: what leaves Production, what returns to it, how their metrics differ, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ... import words
from ...text import paragraph, visible
from ..changing.changes import Change, RollBack
from ..changing.prospects import Request, Return, ToRollBack
from ..facts import Line
from ..facts.metric_diff import metric_diff
from .dialog import Dialog

if TYPE_CHECKING:
    from ....store import RollbackPlan, Version
    from ..screens.main import MainScreen


class RollbackDialog(Dialog):
    """Lets Production of a model go back, to the version before or to one that is chosen (``to``, its number)."""

    verb = "roll back"
    may_wait = True

    def __init__(self, main: MainScreen, model: str, to: str = "") -> None:
        super().__init__(main)
        self.model = model
        self._replaced = main.selection.in_production(model)
        self.target = to
        self._holders: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Which model."""
        return f"Roll back {self.model}"

    def request(self) -> Request:
        """Ask where it would lead."""
        return ToRollBack(self.model, self.target)

    def essence(self, prospect: Return) -> object:
        """A decision rests on what leaves and what returns."""
        return self._way_of(prospect) if prospect.plan else prospect.problem

    def is_expected(self, prospect: Return) -> bool:
        """What leaves is what was in production."""
        return (prospect.current.version if prospect.current else None) == self._replaced

    def choose(self, step: int) -> bool:
        """Take another version that held Production."""
        found: Return | None = self.prospect
        if found is None or not found.holders:
            return False
        now = found.plan.target.version if found.plan else ""
        at = found.holders.index(now) + step if now in found.holders else 0
        self.target = found.holders[at % len(found.holders)]
        return True

    def obstacle(self) -> str:
        """Say why there is nothing to go back to."""
        found: Return = self.prospect
        if found.plan is None and found.holders:
            return f"{found.problem}; the up and down keys name another"
        return found.problem

    def change(self, typed: str) -> Change:
        """Go back, if it is still the same two."""
        return RollBack(self.model, self.target, typed, self._way_of(self.prospect))

    @staticmethod
    def _way_of(prospect: Return) -> str:
        plan = prospect.plan
        if plan is None:
            return ""
        return f"{plan.current.version if plan.current else None}>{plan.target.version}"

    def command(self) -> str:
        """The same on the command line."""
        to = f" --to {self.target}" if self.target else ""
        return f"mvtui rollback {self.model}{to} --reason WHY"

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys to choose another version."""
        found: Return | None = self.prospect
        if found and len(found.holders) > 1:
            yield "up", "other version"

    def body(self, columns: int) -> Sequence[Line]:
        """What leaves, what returns, since when it was away, and how they measure."""
        found: Return = self.prospect
        look, plan = self.main.look, found.plan
        if plan is None:
            where = f"in production: {found.current.version}" if found.current else "nothing is in production"
            return [[(visible(where, columns, ascii_only=look.ascii_only), "")]]
        lines: list[Line] = []
        if plan.current:
            lines.append(self._leaves(plan.current, columns))
        lines.append(self._returns(plan.target, columns))
        lines += [[], *([(text, "muted")] for text in self._held(plan, columns))]
        for each in plan.passed_over:
            texts = paragraph(f"passed over: {each}", columns, 2, ascii_only=look.ascii_only)
            lines += [[(text, "muted")] for text in texts]
        for name in plan.ends:
            told = visible(f"the A/B test {name} ends with it", columns, ascii_only=look.ascii_only)
            lines.append([(told, "warning")])
        if plan.target.rolled_back:
            sign = words.stage_sign(words.ROLLED_BACK, ascii_only=look.ascii_only)
            lines.append([(f"{sign} it was rolled back from itself", "warning")])
        if found.comparison is not None:
            lines += [[], *metric_diff(found.comparison, look, columns)]
        return lines

    def _leaves(self, version: Version, columns: int) -> Line:
        ascii_only = self.main.ascii_only
        number = visible(version.version, columns // 3, ascii_only=ascii_only)
        archived = words.stage_label("archived", ascii_only=ascii_only)
        back = words.stage_label(words.ROLLED_BACK, ascii_only=ascii_only)
        return [
            (f"{words.stage_sign('production', ascii_only=ascii_only)} {number}", "production"),
            (f"  {self.main.signs.arrow}  {archived}, marked ", "muted"),
            (back, "warning"),
        ]

    def _returns(self, version: Version, columns: int) -> Line:
        ascii_only = self.main.ascii_only
        number = visible(version.version, columns // 3, ascii_only=ascii_only)
        return [
            (f"{words.stage_sign(version.stage, ascii_only=ascii_only)} {number}", version.stage or "muted"),
            (f"  {self.main.signs.arrow}  ", "muted"),
            (words.stage_label("production", ascii_only=ascii_only), "production"),
        ]

    def _held(self, plan: RollbackPlan, columns: int) -> list[str]:
        now = self.main.look.now
        told = f"{plan.target.version} was put in production {words.ago(plan.held, now)}"
        if plan.left:
            held = words.duration((plan.left - plan.held).total_seconds())
            told = f"{plan.target.version} held production for {held}, until {words.ago(plan.left, now)}"
        told += ". Its bytes are checked before anything is swapped; no gate blocks a way back."
        return paragraph(told, columns, 3, ascii_only=self.main.ascii_only)
