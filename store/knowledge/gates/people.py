"""Gates about people: which approvals count, and why others don't.

An approval is bound to the version's content, the stage and the rules that guarded it. Nothing is ever written to void
one: each is weighed anew whenever it matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ...nouns.approval import Approval, Standing
from ...nouns.gate import Approvals, GateResult
from ...nouns.manifest import Scalar
from .facts import Facts, Voice

_NAMED = 5


def weigh(rule: Approvals, facts: Facts) -> tuple[Standing, ...]:
    """Return each person's latest verdict on the version entering the stage, and whether it counts; oldest first."""
    found: list[Standing] = []
    with_key: dict[str, str] = {}
    for voice in _latest(rule, facts):
        if voice.approval.verdict == "withdraw":
            continue
        why = _why_not(rule, facts, voice)
        if not why and (other := with_key.setdefault(voice.key, voice.person)) != voice.person and voice.key:
            why = f"{other} signed with the same key"
        proven = f"signed by {voice.person}" if voice.signature == "good" else ""
        found.append(Standing(voice.approval, voice.person, counts=not why, why=why or proven, key=voice.key))
    return tuple(found)


def _latest(rule: Approvals, facts: Facts) -> list[Voice]:
    """Return each person's latest verdict, oldest first."""
    latest: list[Voice] = []
    for voice in facts.voices:
        if voice.approval.stage != facts.stage or voice.approval.verdict == "request":
            continue
        before = [each for each in latest if _is_same_person(each, voice, facts)]
        if not (rule.signed and _says_too_little(voice, before)):
            latest = [*(each for each in latest if each not in before), voice]
    return latest


def _is_same_person(one: Voice, other: Voice, facts: Facts) -> bool:
    """Whether two verdicts are of one person: by signature, or by an account that is one person's."""
    same_account = one.approval.by == other.approval.by
    return one.person == other.person or (same_account and not _is_shared(one, facts))


def _is_shared(voice: Voice, facts: Facts) -> bool:
    """Whether a verdict came from an account that several people use."""
    return voice.approval.uid == 0 or voice.approval.by in facts.shared


def _says_too_little(voice: Voice, before: Iterable[Voice]) -> bool:
    """Whether a verdict would have to be signed to take the place of those that the person signed before.

    An objection need not be, nor what takes an approval back: both only keep the version where it is.
    """
    if voice.signature == "good" or voice.approval.verdict == "reject":
        return False
    signed = {each.approval.verdict for each in before if each.signature == "good"}
    return bool(signed & ({"reject"} if voice.approval.verdict == "withdraw" else {"approve", "reject"}))


def weigh_all(rules: Iterable[Approvals], facts: Facts) -> tuple[Standing, ...]:
    """Return each person's latest verdict as ``weigh``; it counts when it does for one of the rules."""
    found: dict[int, Standing] = {}
    for rule in rules:
        for standing in weigh(rule, facts):
            if standing.counts or standing.approval.seq not in found:
                found[standing.approval.seq] = standing
    return tuple(found[seq] for seq in sorted(found))


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


def waits_for(rule: Approvals, facts: Facts, person: str, since: int = 0) -> bool:
    """Whether the gate still lacks approvals, and this person could give one.

    What was said after event ``since`` is an answer also where it doesn't count, unless content or gates changed after it.
    """
    standings = weigh(rule, facts)
    if any(s.person == person and (s.counts or _answers(s, facts, since)) for s in standings):
        return False
    if sum(s.counts and s.approval.verdict == "approve" for s in standings) >= rule.count:
        return False
    return not _may_not(rule, facts, person)


def _answers(standing: Standing, facts: Facts, since: int) -> bool:
    said = standing.approval
    return said.seq > since and said.id == facts.version.id and said.gates == facts.digest


def why_not_yet(rules: Iterable[Approvals], facts: Facts, given: Approval, *, signed: bool) -> str:
    """Return why an approval, were it ``given`` now, would not count for any of the rules; empty when it would for one.

    ``signed`` supposes that it has a good signature of the account that gives it.
    """
    voice = Voice(given, given.by, "good" if signed else "none")
    why = [_why_not(rule, facts, voice) for rule in rules]
    return next((said for said in why if said), "") if all(why) else ""


def _why_not(rule: Approvals, facts: Facts, voice: Voice) -> str:
    """Say why a verdict doesn't count; an empty text when it does. A rejection needs only the right person."""
    if voice.signature == "bad" and voice.approval.verdict != "reject":  # whose it is can't be told, then
        return voice.note or "its signature is wrong"
    if problem := _may_not(rule, facts, voice.person, of=voice):
        return problem
    if voice.approval.verdict == "reject":
        return "it was about other content" if voice.approval.id != facts.version.id else ""
    if voice.approval.id != facts.version.id:
        return "it was for other content"
    if voice.approval.gates != facts.digest:
        return "the gates have changed since"
    if rule.signed and voice.signature == "none":
        return "it is not signed"
    return ""


def _may_not(rule: Approvals, facts: Facts, person: str, of: Voice | None = None) -> str:
    author = facts.version.author
    own = person == author or (of is not None and of.approval.by == author and not _is_shared(of, facts))
    if own and rule.four_eyes:  # by whatever name his key is listed
        return "it is the author's own"
    unknown = of is not None and of.signature != "good" and _is_shared(of, facts)
    if unknown and rule.four_eyes:  # whoever sits there may be anyone, the author included
        return f"{person} may be anyone: only a signed approval tells who it is"
    if rule.by and not any(facts.member(person, name) for name in rule.by):
        return f"{person} is not among {_names(rule.by)}"
    return ""


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
