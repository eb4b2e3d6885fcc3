"""Promoting a version: from which stage to which, what that displaces, what the gates say, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import events

from ... import words
from ...text import paragraph, visible
from ..changing.changes import Change, Promote, Say
from ..changing.prospects import Promotion, Request, ToPromote
from ..facts import Line
from ..facts.gates import gates, stopping
from ..facts.metric_diff import metric_diff
from .dialog import Dialog

if TYPE_CHECKING:
    from ....store import GateReport, GateResult, Version
    from ..screens.main import MainScreen

_TARGETS = ("staging", "validation", "production", "archived", "none")
_NEXT = {None: "staging", "staging": "validation", "validation": "production"}


class PromoteDialog(Dialog):
    """Moves one version to the next stage, or ``to`` another; and the keys choose yet another."""

    may_wait = True

    def __init__(self, main: MainScreen, version: Version, to: str = "") -> None:
        super().__init__(main)
        self.version = version
        self._replaced = main.selection.in_production(version.model)
        self.target = to or _NEXT.get(version.stage, "")
        self._overruling = False

    @property
    def verb(self) -> str:  # type: ignore[override]  # it is another with each stage
        """What moving to the stage chosen is called."""
        if self.target in ("archived", "none"):
            return "archive" if self.target == "archived" else "take out"
        order = [stage or "none" for stage in _NEXT] + ["production"]
        now = self._now.stage or "none"
        back = self.target and now in order and order.index(self.target) < order.index(now)
        return "move back" if back else "promote"

    @property
    def heading(self) -> str:
        """Which version, and what is done with it."""
        verb = self.verb
        return (
            f"Take {self.version.ref} out"
            if verb == "take out"
            else f"{verb.capitalize()} {self.version.ref}"
        )

    @property
    def targets(self) -> list[str]:
        """The stages it can go to from where it stands now."""
        now = self._now.stage or "none"
        return [target for target in _TARGETS if target != now]

    @property
    def _now(self) -> Version:
        return self.prospect.version if self.prospect else self.version

    def request(self) -> Request:
        """Ask about the target chosen; without one about production, to show where it stands."""
        return ToPromote(self.version.ref, self.target or "none")

    def essence(self, prospect: Promotion) -> object:
        """A decision rests on where it stands, what it would displace, and what stops it."""
        displaced = prospect.production.id if prospect.production else ""
        blocked = [r.gate for r in stopping(prospect.report)] if prospect.report else []
        return prospect.token, displaced, blocked, prospect.problem

    def is_expected(self, prospect: Promotion) -> bool:
        """It is the version that was selected, it stands where it stood, and what it would replace was in production."""
        found = prospect.version
        production = found if found.stage == "production" else prospect.production
        now = (found.id, found.stage, production.version if production else None)
        return now == (self.version.id, self.version.stage, self._replaced)

    def choose(self, step: int) -> bool:
        """Take the stage before or after."""
        self._overruling = False
        targets = self.targets
        at = targets.index(self.target) + step if self.target in targets else 0 if step > 0 else -1
        self.target = targets[at % len(targets)]
        return True

    def obstacle(self) -> str:
        """Say what keeps it out."""
        found: Promotion = self.prospect
        if not self.target:
            where = words.stage_word(self._now.stage)
            return f"no stage comes after {where}: choose one with the up and down keys"
        if (found.version.stage or "none") == self.target:
            return f"it is in {self.target} already: choose another stage with the up and down keys"
        if found.problem:
            return found.problem
        blocking = self._blocking
        if not blocking or self._overruling:
            return ""
        people = [result for result in blocking if result.gate == "approvals"]
        told = []
        if others := len(blocking) - len(people):
            told.append(f"{words.plural(others, 'gate')} {'stops' if others == 1 else 'stop'} it")
        if people:
            told.append("an approval is missing" if not _rejected(people) else "it was rejected")
        return f"{' and '.join(told)}: nothing will change{self._past_them}"

    @property
    def _past_them(self) -> str:
        """What leads past gates that stop it, for the end of a sentence; nothing where nobody may."""
        report, many = self._report, len(self._blocking) > 1
        if report is None or not report.overrulers:
            return ""
        those = "them" if many else "it"
        if report.overridable:
            return f"; ctrl-o overrules {those}"
        return f"; {', '.join(report.overrulers)} may overrule {those}"

    def alarm(self) -> str:
        """Say what overruling gates means."""
        count = len(self._blocking)
        if not (self._overruling and count):
            return ""
        gates = words.plural(count, "gate")
        unread = ", and what reading its bytes finds" if self._report and self._report.unhashed else ""
        sign = self.main.signs.overridden
        return f"{sign} enter overrules {gates}{unread}: told for ever as {words.OVERRIDDEN}"

    @property
    def enter_does(self) -> str:
        """What enter does, and that it overrules gates."""
        count = len(self._blocking) if self._overruling else 0
        return f"{self.verb} past {words.plural(count, 'gate')}" if count else self.verb

    def change(self, typed: str) -> Change:
        """Move it, if it still stands where it stood."""
        overrule = self._overruling and bool(self._blocking)
        return Promote(self.version.ref, self.target, typed, self.prospect.token, overrule)

    def command(self) -> str:
        """The same on the command line."""
        to = f" --to {self.target}" if self.target else ""
        override = " --override" if self._overruling else ""
        return f"mvtui promote {self.version.ref}{to}{override} --reason WHY"

    def body(self, columns: int) -> Sequence[Line]:
        """From where to where, what the gates say, and how it measures up to what is in production; gates that pass in short where that is too long."""
        lines = self._body(columns, folded=False)
        return lines if len(lines) + 2 <= self.rows else self._body(columns, folded=True)

    def _body(self, columns: int, *, folded: bool) -> list[Line]:
        found: Promotion = self.prospect
        look = self.main.look
        lines: list[Line] = [self._way(found, columns)]
        if found.report is not None:
            for notice in found.report.notices:
                texts = paragraph(notice, columns, 3, ascii_only=look.ascii_only)
                lines += [[(text, "warning")] for text in texts]
            told = gates(found.report, look, columns, folded=folded, overruled=self._overruling)
            lines += [[], *(told or [_unguarded(self.target)])]
        elif self.target and not found.problem:
            lines += [[], [("no gate is asked on the way back, or out", "muted")]]
        if found.comparison is not None and self.target in ("validation", "production"):
            lines += [[], *metric_diff(found.comparison, look, columns)]
        return lines

    def _way(self, found: Promotion, columns: int) -> Line:
        ascii_only = self.main.ascii_only
        now = found.version.stage
        line: Line = [
            (words.stage_label(now, ascii_only=ascii_only), now or "muted"),
            (f"  {self.main.signs.arrow}  ", "muted"),
        ]
        if not self.target:
            return [*line, ("?", "warning")]
        stage = "" if self.target == "none" else self.target
        line.append((words.stage_label(stage or None, ascii_only=ascii_only), stage or "muted"))
        if stage == "production" and found.production:
            left = words.stage_sign("archived", ascii_only=ascii_only)
            number = visible(found.production.version, columns // 3, ascii_only=ascii_only)
            here = words.stage_sign("production", ascii_only=ascii_only)
            line += [
                ("     replaces ", "muted"),
                (f"{here} {number}", "production"),
                (f"  {self.main.signs.arrow}  {left} archived", "muted"),
            ]
        elif now == "production":
            line.append(("     nothing will be in production", "warning"))
        return line

    # -- asking for approval, or doing without ---------------------------------------------------------

    @property
    def _report(self) -> GateReport | None:
        found: Promotion | None = self.prospect
        return found.report if found else None

    @property
    def _may_ask(self) -> bool:
        return bool(self._report and self._report.askable)

    @property
    def _blocking(self) -> Sequence[GateResult]:
        return stopping(self._report) if self._report else ()

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys to choose the stage, to ask for approval, and to overrule gates for those who may."""
        yield "up", "stage"
        if self._overruling and self._blocking:
            yield "ctrl+o", "heed them"
            return
        if self._may_ask:
            yield "ctrl+r", "ask"
        if self._report and self._report.overridable and self._blocking:
            yield "ctrl+o", "overrule"

    async def other_key(self, event: events.Key) -> bool:
        """Ask those who can for their approval, with what was typed as the reason; or overrule the gates, or heed them again."""
        if event.key == "ctrl+o":
            self._overrule()
        elif event.key != "ctrl+r":
            return False
        elif self._may_ask:
            self.start(Say(self.version.ref, self.target, "request", self.typed))
        return True

    def _overrule(self) -> None:
        if not self._report or not self._blocking:
            self.say("no gate stops it: there is nothing to overrule", "muted")
        elif not self._report.overridable:
            who = ", ".join(self._report.overrulers) or "nobody"
            self.say(
                f"you may not overrule gates here: {who} may ([access] override in config.toml)", "cursor"
            )
        else:
            self._overruling = not self._overruling
            self.say("")
            self.show()


def _unguarded(target: str) -> Line:
    return [(f"no gate guards {target}", "muted")]


def _rejected(results: Sequence[object]) -> bool:
    return any(getattr(result, "values", {}).get("rejected") for result in results)
