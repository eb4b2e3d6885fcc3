"""What the journal's events prove of each other: signatures by the keys in force, gates by the policy in force."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from ..engine.repository import Repository
from ..errors import VerificationError
from ..knowledge import ledger
from ..nouns.approval import Approval
from ..nouns.audit import AuditProblem, ProblemKind
from ..nouns.event import Event, EventKind
from ..nouns.policy import Policy
from ..nouns.stage import GATED
from . import moving, policy, signers, voices
from .signers import Signers


class _Unproven(NamedTuple):
    """A signature that fits what it is about, but was made with a key that did not count then."""

    approval: Approval
    why: str


class Evidence:
    """The events of one walk, taken one by one from the first; ``problems`` and ``notices`` are complete after ``finish``.

    ``signers`` are those in force after the event taken last.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._in_force = {policy.WHAT: "", signers.WHAT: ""}
        self._policy: Policy | None = Policy()
        self._unsure: set[str] = set()  # what may have changed in a stretch that can't be read
        self._named: bool | None = (
            None  # whether the ID of the store, which signatures cover, is known to be that of then
        )
        self._unproven: list[_Unproven] = []
        self._listed: list[tuple[Event, Signers]] = []
        self._used: dict[str, int] = {}
        self.signers = Signers(b"", "")
        self.signatures = 0
        self.policies = 0
        self.repairs: list[Event] = []
        self.problems: list[AuditProblem] = []
        self.notices: list[str] = []

    def take(self, event: Event, *, after_gap: bool) -> None:
        """Look at an event; ``after_gap`` says that what came right before it can't be read."""
        if self._named is None or event.kind is EventKind.REPAIR:
            self._named = self._named or event.kind in (EventKind.INIT, EventKind.REPAIR)
        if after_gap:
            self._unsure = {policy.WHAT, signers.WHAT}
        if event.partial:
            self._add(
                "object",
                event,
                f"details of event {event.seq} are lost: {_short(event.body)} is damaged or missing",
            )
        elif event.kind is EventKind.POLICY:
            self._governed(event)
        elif event.kind is EventKind.APPROVAL:
            self._judged(event)
        elif event.kind is EventKind.TRANSITION:
            self._moved(event)
        elif event.kind is EventKind.REPAIR:
            self._repaired(event)

    def finish(self) -> None:
        """Judge what could not be judged before all was seen."""
        for approval, why in self._unproven:
            told = f"the signature of {approval.by}'s {approval.verdict} of {approval.model}@{approval.version} (event {approval.seq})"
            if (listed := self._listed_later(approval)) is not None:
                self.notices.append(f"{told} was made before its key was listed, by event {listed.seq}")
            elif self._replaced(approval):
                self.notices.append(f"{told} proved nobody: {why}; {approval.by} has replaced it since")
            else:
                self.problems.append(AuditProblem("signature", f"{told} proves nobody: {why}", approval.seq))

    def _listed_later(self, approval: Approval) -> Event | None:
        """Return the event that brought keys into force by which an approval counts: promoting asks for those of its day."""
        later = ((event, keys) for event, keys in self._listed if event.seq > approval.seq)
        return next(
            (e for e, keys in later if not voices.check(self._repository, approval, keys, at=e.at).problem),
            None,
        )

    # -- one kind each ----------------------------------------------------------------------------

    def _governed(self, event: Event) -> None:
        what, old, new = (str(event.data.get(field, "")) for field in ("what", "old", "new"))
        if what not in self._in_force:
            return
        self.policies += 1
        if old != self._in_force[what]:
            seen = f"event {event.seq} replaced {what} {_short(old)}, but {_short(self._in_force[what])} was in force"
            if what in self._unsure:
                self.notices.append(f"{seen}: a change of it was lost in a damaged stretch")
            else:
                self._add("record", event, seen)
        self._unsure.discard(what)
        self._in_force[what] = new
        content = self._content(event, what, new)
        if what == signers.WHAT:
            self.signers = Signers(content or b"", new)
            self._listed.append((event, self.signers))
            if content is None:
                self._unsure.add(what)
            return
        try:
            self._policy = Policy.decode(content) if content is not None else None
        except msgspec.DecodeError:
            self._policy = None
            self._add(
                "object", event, f"{_short(new)}, the policy of event {event.seq}, is none this mvtui knows"
            )

    def _content(self, event: Event, what: str, name: str) -> bytes | None:
        if not name:
            return b""
        try:
            return self._repository.objects.read(name)
        except VerificationError:
            self._add(
                "object",
                event,
                f"{_short(name)}, the {what} that event {event.seq} put in force, is damaged or missing",
            )
            return None

    def _judged(self, event: Event) -> None:
        approval = _approval(event)
        if approval is None or not approval.signature:
            return
        self.signatures += 1
        told = f"the signature of {approval.by}'s {approval.verdict} of {ledger.about(event)}"
        nonce = str(event.data.get("nonce") or approval.signature)
        if (first := self._used.setdefault(nonce, event.seq)) != event.seq:
            self._add("signature", event, f"{told} is a copy of that of event {first}")
            return
        checked = voices.check(self._repository, approval, self.signers, at=event.at)
        if not checked.problem:
            return
        if not self._named or signers.WHAT in self._unsure:
            lost = "whose keys counted then" if self._named else "the ID that the store had then"
            self.notices.append(
                f"{told} (event {event.seq}) can't be checked: {lost} was lost in a damaged stretch"
            )
        elif checked.key:
            self._unproven.append(_Unproven(approval, checked.problem))
        else:
            self._add(
                "signature", event, f"{told} does not prove what event {event.seq} says: {checked.problem}"
            )

    def _replaced(self, approval: Approval) -> bool:
        """Whether its giver has said something else since, so that it counts for nothing any more."""
        with self._repository.reading() as index:
            document = index.version(approval.model, approval.version) or {}
            return any(
                later["seq"] > approval.seq
                and (later["by"], later["stage"]) == (approval.by, approval.stage)
                and later["verdict"] != "request"
                for later in document.get("approvals", ())
            )

    def _moved(self, event: Event) -> None:
        data, about = event.data, ledger.about(event)
        if not self._went_through_its_gates(data):
            self._add(
                "record", event, f"{about} was let in by other gates than were in force at event {event.seq}"
            )
        failed = [gate for gate in data.get("gates", ()) if gate.get("outcome") != "pass"]
        if data.get("how") == "promote" and failed and not data.get("overridden"):
            sentence = f"{about} entered {data.get('to')} although {failed[0].get('gate')} stopped it, and nobody overrode it"
            self._add("record", event, sentence)

    def _went_through_its_gates(self, data: dict[str, Any]) -> bool:
        """Whether the rules that a transition names are those of the policy in force; true where that can't be told."""
        if self._policy is None or policy.WHAT in self._unsure:
            return True
        model, rules = str(data.get("model")), str(data.get("rules", ""))
        if data.get("how") == "promote" and moving.is_up(data.get("from"), data.get("to")):
            return rules == policy.rules_digest(self._policy, model, data.get("to"))
        return not rules or rules in {policy.rules_digest(self._policy, model, stage) for stage in GATED}

    def _repaired(self, event: Event) -> None:
        self.repairs.append(event)
        gaps = len(event.data.get("gaps", ()))
        stretches = "1 damaged stretch" if gaps == 1 else f"{gaps} damaged stretches"
        self.notices.append(
            f"event {event.seq}: {event.actor.user} quarantined {stretches} of the journal on {event.at:%Y-%m-%d}; "
            "what they said is not proven (the bytes are kept beside the journal)"
        )

    def _add(self, kind: ProblemKind, event: Event, sentence: str) -> None:
        self.problems.append(AuditProblem(kind, sentence, event.seq))


def _approval(event: Event) -> Approval | None:
    said: dict[str, Any] = {
        field: event.data[field] for field in Approval.__struct_fields__ if field in event.data
    }
    who = event.actor
    said |= {
        "by": who.user,
        "uid": who.uid,
        "host": who.host,
        "at": event.at,
        "seq": event.seq,
        "reason": event.reason,
    }
    try:
        return msgspec.convert(said, Approval)
    except msgspec.ValidationError:
        return None  # none that any face would have taken for an approval


def _short(digest: str) -> str:
    return f"object {digest[:12]}…" if digest else "none"
