"""Saying yes or no to a version entering a stage, asking others to, or taking one's own verdict back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import events

from ... import words
from ...text import paragraph
from ..changing.changes import Change, Say
from ..changing.prospects import Opinion, Request, ToSay
from ..facts import Line
from ..facts.gates import gates
from ..facts.lines import length
from ..facts.signing import signing
from .dialog import Dialog

if TYPE_CHECKING:
    from ....store import Verdict, Version
    from ..screens.main import MainScreen

_VERDICTS: tuple[Verdict, ...] = ("approve", "reject", "request", "withdraw")
_MEANS = {
    "approve": "it may enter",
    "reject": "it may not enter, until you withdraw that; needs a reason",
    "request": "ask those who can for their approval",
    "withdraw": "take back what you said",
}
_STAGES = ("staging", "validation", "production")


class ApproveDialog(Dialog):
    """Records a verdict on a version. A reason is asked for, and only a rejection must have one."""

    def __init__(self, main: MainScreen, version: Version) -> None:
        super().__init__(main)
        self.version = version
        self.stage = ""
        self.verdict: Verdict = "approve"
        self._signed: bool | None = None

    @property
    def signed(self) -> bool:
        """Whether it is to be signed: as chosen, else where a gate takes nothing else."""
        if self.verdict == "request":
            return False
        found: Opinion | None = self.prospect
        return self._signed if self._signed is not None else found is not None and found.report.signed

    @property
    def verb(self) -> str:  # type: ignore[override]  # it is another with each choice
        """The verdict chosen."""
        return "ask for approval" if self.verdict == "request" else self.verdict

    @property
    def heading(self) -> str:
        """Which version."""
        return f"Approve {self.version.ref}"

    def request(self) -> Request:
        """Ask what the gates say of it."""
        return ToSay(self.version.ref, self.stage)

    def essence(self, prospect: Opinion) -> object:
        """An approval is bound to the content, the stage and the rules."""
        report = prospect.report
        return report.version.id, report.source, report.target, report.rules

    def choose(self, step: int) -> bool:
        """Take another verdict."""
        self.verdict = _VERDICTS[(_VERDICTS.index(self.verdict) + step) % len(_VERDICTS)]
        self.say("")
        return False

    def lacks(self, typed: str) -> str:
        """Only a rejection must say why."""
        return (
            "" if typed or self.verdict != "reject" else "say why you reject it: it is kept with the verdict"
        )

    def obstacle(self) -> str:
        """Say what makes a verdict pointless."""
        found: Opinion = self.prospect
        target = found.report.target
        if found.report.source == target:
            return f"it is in {target} already: tab chooses another stage"
        return ""

    def change(self, typed: str) -> Change:
        """Record it."""
        return Say(self.version.ref, self.prospect.report.target, self.verdict, typed, self.signed)

    def command(self) -> str:
        """The same on the command line."""
        found: Opinion = self.prospect
        why = " --reason WHY" if self.verdict == "reject" else ""
        why += " --sign" if self.signed else ""
        verb = self.verdict
        return f"mvtui {verb} {self.version.ref} --to {found.report.target}{why}"

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys to choose verdict and stage, and whether to sign."""
        if self.verdict != "request":
            yield "ctrl+s", "don't sign" if self.signed else "sign"
        yield "up", "other verdict"
        yield "tab", "other stage"

    async def other_key(self, event: events.Key) -> bool:
        """Choose the next stage, or whether to sign."""
        if event.key == "ctrl+s" and self.prospect is not None and self.verdict != "request":
            self._signed = not self.signed
            self.show()
            return True
        if event.key not in ("tab", "shift+tab") or self.prospect is None:
            return False
        step = 1 if event.key == "tab" else -1
        at = _STAGES.index(self.prospect.report.target) + step
        self.stage = _STAGES[at % len(_STAGES)]
        self._chosen_anew()
        return True

    def body(self, columns: int) -> Sequence[Line]:
        """What is chosen, who asks for it, what it is worth, and what the gates say.

        Where that is too long those that pass are told in short, and then the verdicts, too.
        """
        lines = self._body(columns, 0)
        for short in (1, 2):
            if len(lines) + 2 > self.rows:
                lines = self._body(columns, short)
        return lines

    def _body(self, columns: int, short: int) -> list[Line]:
        found: Opinion = self.prospect
        look, report = self.main.look, found.report
        lines: list[Line] = [
            [
                (words.stage_label(report.source, ascii_only=look.ascii_only), report.source or "muted"),
                (f"  {self.main.signs.arrow}  ", "muted"),
                (words.stage_label(report.target, ascii_only=look.ascii_only), report.target),
            ]
        ]
        if found.request:
            asked = found.request.request
            why = f': "{asked.reason}"' if asked.reason else ""
            told = f"{asked.by} asks for your approval, {words.ago(asked.at, look.now)}{why}"
            lines += [[(t, "accent")] for t in paragraph(told, columns, 3, ascii_only=look.ascii_only)]
        lines += [[], *(self._verdicts() if short < 2 else [self._verdict(columns)]), []]
        for notice in report.notices:
            lines += [[(t, "warning")] for t in paragraph(notice, columns, 3, ascii_only=look.ascii_only)]
        if worth := self._worth(found, columns):
            lines += [*worth, []]
        asking = any(result.gate == "approvals" for result in report.results)
        if not asking:
            told = (
                f"no gate of {report.target} asks for approvals: a verdict is recorded, and changes nothing"
            )
            lines += [[(t, "warning")] for t in paragraph(told, columns, 2, ascii_only=look.ascii_only)]
        return [*lines, *gates(report, look, columns, folded=short > 0)]

    def _worth(self, found: Opinion, columns: int) -> list[Line]:
        """Say what signs it; and of an approval that would not count why, and what makes it count."""
        report, told = found.report, list[tuple[str, str]]()
        if self.verdict == "approve" and report.unheard and not (self.signed and report.signing_helps):
            told.append((f"{self.main.signs.overridden} it won't count: {report.unheard}", "warning"))
        helps = self.verdict == "approve" and bool(report.unheard) and report.signing_helps
        if self.signed or helps:
            told += signing(found.key, found.me, signed=self.signed)
        return [
            [(text, style)]
            for each, style in told
            for text in paragraph(each, columns, 4, ascii_only=self.main.ascii_only)
        ]

    def _verdict(self, columns: int) -> Line:
        others = ", ".join(verdict for verdict in _VERDICTS if verdict != self.verdict)
        line: Line = [(f"{self.main.signs.cursor} {self.verdict}  ", "accent"), (_MEANS[self.verdict], "")]
        rest = f"   {self.shown('up')} {others}"
        return [*line, (rest, "muted")] if length(line) + len(rest) <= columns else line

    def _verdicts(self) -> Iterable[Line]:
        for verdict in _VERDICTS:
            chosen = verdict == self.verdict
            sign = self.main.signs.cursor if chosen else " "
            style = "accent" if chosen else "muted"
            yield [(f"{sign} {verdict.ljust(10)}", style), (_MEANS[verdict], "" if chosen else "muted")]
