"""Gates about people: which approvals count, and why others don't.

An approval is bound to the version's content, the stage and the rules that guarded it. Nothing is ever written to void
one: each is weighed anew whenever it matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ...nouns.approval import Standing
from ...nouns.gate import Approvals, GateResult
from ...nouns.manifest import Scalar
from .facts import Facts, Voice

_NAMED = 5


def weigh(rule: Approvals, facts: Facts) -> tuple[Standing, ...]:
    """Return each person's latest verdict on the version entering the stage, and whether it counts; oldest first."""
    latest: dict[str, Voice] = {}
    for voice in facts.voices:
        if voice.approval.stage == facts.stage and voice.approval.verdict != "request":
            latest.pop(voice.person, None)
            latest[voice.person] = voice
    found = []
    for voice in latest.values():
        if voice.approval.verdict != "withdraw":
            why = _why_not(rule, facts, voice)
            proven = f"signed by {voice.person}" if voice.signature == "good" else ""
            found.append(Standing(voice.approval, voice.person, counts=not why, why=why or proven))
    return tuple(found)


def weigh_all(rules: Sequence[Approvals], facts: Facts) -> tuple[Standing, ...]:
    """Return each person's latest verdict as ``weigh``; it counts when it does for one of the rules."""
    found = (weigh(rule, facts) for rule in rules)
    return tuple(
        next((standing for standing in of_one if standing.counts), of_one[0])
        for of_one in zip(*found, strict=True)
    )


def askable(rules: Iterable[Approvals], facts: Facts) -> tuple[str, ...]:
    """Return whose approval is still lacking, each once: accounts, ``@groups``, or ``anyone`` (``anyone but ann``)."""
    names: list[str] = []
    for rule in rules:
        yes = _approving(rule, facts)
        if len(yes) < rule.count:
            names += _asked(rule, facts, yes)
    return tuple(dict.fromkeys(names))


def _asked(rule: Approvals, facts: Facts, yes: Collection[str]) -> list[str]:
    author = facts.version.author if rule.four_eyes else None
    if rule.by:
        return [name for name in rule.by if name not in yes and name != author]
    return [f"anyone but {author}" if author is not None else "anyone"]


def _approving(rule: Approvals, facts: Facts) -> list[str]:
    return [s.person for s in weigh(rule, facts) if s.counts and s.approval.verdict == "approve"]


def approvals(rule: Approvals, facts: Facts) -> GateResult:
    """Say whether enough people approve, and nobody who may objects."""
    standings = weigh(rule, facts)
    yes = [s.person for s in standings if s.counts and s.approval.verdict == "approve"]
    no = [s for s in standings if s.counts and s.approval.verdict == "reject"]
    void = [f"{s.person}'s doesn't count: {s.why}" for s in standings if not s.counts]
    values: dict[str, Scalar] = {
        "approved": len(yes),
        "asked": rule.count,
        "by": ", ".join(yes),
        "rejected": len(no),
    }
    if no:
        said = f"{no[0].person} rejects it: {no[0].approval.reason}"
        return GateResult(rule.label, "fail", said, values)
    said = f"{len(yes)} of {rule.count}"
    if yes:
        said += f" ({', '.join(yes[:_NAMED])})"
    if len(yes) >= rule.count:
        return GateResult(rule.label, "pass", said, values)
    if rule.by:
        said += f"; asked of {_names(_asked(rule, facts, yes))}"
    return GateResult(rule.label, "fail", "; ".join([said, *void[:_NAMED]]), values)


def waits_for(rule: Approvals, facts: Facts, person: str) -> bool:
    """Whether the gate still lacks approvals, and this person could give one."""
    standings = weigh(rule, facts)
    if any(s.person == person and s.counts for s in standings):
        return False
    if sum(s.counts and s.approval.verdict == "approve" for s in standings) >= rule.count:
        return False
    return not _may_not(rule, facts, person)


def _why_not(rule: Approvals, facts: Facts, voice: Voice) -> str:
    """Say why a verdict doesn't count; an empty text when it does. A rejection needs only the right person."""
    if problem := _may_not(rule, facts, voice.person, of=voice):
        return problem
    if voice.approval.verdict == "reject":
        return "it was about other content" if voice.approval.id != facts.version.id else ""
    if voice.approval.id != facts.version.id:
        return "it was for other content"
    if voice.approval.gates != facts.digest:
        return "the gates have changed since"
    if voice.signature == "bad":
        return voice.note or "its signature is wrong"
    if rule.signed and voice.signature == "none":
        return "it is not signed"
    return ""


def _may_not(rule: Approvals, facts: Facts, person: str, of: Voice | None = None) -> str:
    if rule.four_eyes and person == facts.version.author:
        return "it is the author's own"
    unknown = of is not None and of.signature != "good" and (of.approval.uid == 0 or person in facts.shared)
    if unknown and rule.four_eyes:  # whoever sits there may be anyone, the author included
        return f"{person} may be anyone: only a signed approval tells who it is"
    if rule.by and not any(facts.member(person, name) for name in rule.by):
        return f"{person} is not among {_names(rule.by)}"
    return ""


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
