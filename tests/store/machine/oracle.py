"""What a store is, in plain lines: the picture that random histories are held against.

It knows nothing of events, indexes or files. Undo is here what it is in an editor: a person's changes lie on a stack, and
one can be taken back while nothing else lies on top of what it changed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .policies import POLICIES, Policy

Ref: TypeAlias = tuple[str, str]
GATED = ("staging", "validation", "production")
KEPT = 4  # what is in production, and three to go back to


class Refused(Exception):  # noqa: N818 - what the store should say, not what went wrong here
    """The store should refuse with the error of this name."""


@dataclass(eq=False)
class Seen:
    """One version. A bundle's content begins with that of its first member."""

    id: str
    content: tuple[Any, ...]
    author: str
    note: str = ""
    stage: str | None = None
    entered: int = 0
    rolled_back: bool = False
    deleted: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    members: tuple[str, ...] = ()  # IDs
    overridden: set[str] = field(default_factory=set)
    said: list[tuple[str, str, str, Any]] = field(default_factory=list)  # who, verdict, stage, rules then


@dataclass(eq=False)
class Change:
    """Something a person did that can be taken back: what it touched, and old and new values of where it wrote."""

    kind: str
    touched: list[Any]
    writes: list[tuple[Any, Any, Any, Any]] = field(default_factory=list)  # where, which, old, new
    below: list[Any] = field(default_factory=list)
    refs: tuple[Ref, ...] = ()
    way: tuple[str | None, str | None] = (None, None)


def is_up(source: str | None, target: str | None) -> bool:
    """Whether gates are asked."""
    if target not in GATED:
        return False
    return source not in GATED or GATED.index(source) < GATED.index(target)


class Oracle:
    """A store."""

    def __init__(self) -> None:
        self.versions: dict[Ref, Seen] = {}
        self.aliases: dict[Ref, str | None] = {}
        self.held: dict[str, tuple[str, ...]] = defaultdict(tuple)  # who had Production, the last at the end
        self.file = self.agreed = POLICIES["nothing"]
        self.clock = 0
        self.tops: dict[Any, list[Any]] = defaultdict(list)
        self.done: dict[str, list[Change]] = defaultdict(list)
        self.undone: dict[str, list[Change]] = defaultdict(list)

    # -- what is so ------------------------------------------------------------------------------

    def alive(self, ref: Ref) -> Seen:
        if self.versions[ref].deleted:
            raise Refused("NotFoundError")
        return self.versions[ref]

    def in_stage(self, model: str, stage: str) -> list[str]:
        """Numbers of versions, the last to enter first."""
        there = [(s.entered, n) for (m, n), s in self.versions.items() if (m, s.stage) == (model, stage)]
        return [
            number for _, number in sorted(there, reverse=True) if not self.versions[model, number].deleted
        ]

    def production(self, model: str) -> str | None:
        return next(iter(self.in_stage(model, "production")), None)

    def ways_back(self, model: str, leaving: str | None) -> list[str]:
        """Whom Production could go back to, the nearest first."""
        latest = dict.fromkeys(reversed(self.held[model]))
        seen = {number: self.versions[model, number] for number in latest if number != leaving}
        return [number for number, s in seen.items() if not s.deleted and not s.rolled_back]

    # -- the policy ------------------------------------------------------------------------------

    @property
    def policy(self) -> Policy:
        """What governs: the file, unless those who may change it are listed and have not accepted it."""
        return self.file if self.agreed.config is None else self.agreed

    def settle(self) -> Policy:
        """What is acted on is agreed on."""
        self.agreed = self.policy
        return self.agreed

    def accept(self, who: str) -> None:
        if self.policy == self.file:
            raise Refused("ConflictError")
        if who not in (self.agreed.config or ()):
            raise Refused("NotAllowedError")
        self.agreed = self.file

    @staticmethod
    def allow(who: str, listed: tuple[str, ...] | None) -> None:
        if listed is not None and who not in listed:
            raise Refused("NotAllowedError")

    def allow_move(self, policy: Policy, who: str, source: str | None, target: str | None) -> None:
        self.allow(who, policy.promote.get(target or ""))
        if source == "production":
            self.allow(who, policy.promote.get(source))

    # -- gates -----------------------------------------------------------------------------------

    def is_open(self, policy: Policy, ref: Ref, stage: str) -> bool:
        return all(self.passes(policy, rule, ref, stage) for rule in policy.gates.get(stage, ()))

    def passes(self, policy: Policy, rule: tuple[Any, ...], ref: Ref, stage: str) -> bool:
        model, number = ref
        mine, now = self.versions[ref].metrics.get("accuracy"), self.production(model)
        if rule[0] == "min":
            return mine is not None and mine >= rule[1]
        if rule[0] == "within":
            if now in (None, number):
                return True
            theirs = self.versions[model, str(now)].metrics.get("accuracy")
            return mine is not None and theirs is not None and theirs - mine <= rule[1]
        if rule[0] == "target":
            return bool(self.ways_back(model, number))
        if rule[0] == "approvals":
            verdicts = [
                verdict for verdict, counts in self.verdicts(policy, rule, ref, stage).values() if counts
            ]
            return "reject" not in verdicts and verdicts.count("approve") >= rule[1]
        assert rule[0] == "verified"
        return True

    def verdicts(
        self, policy: Policy, rule: tuple[Any, ...], ref: Ref, stage: str
    ) -> dict[str, tuple[str, bool]]:
        """Each person's latest verdict on a version entering a stage, and whether it counts."""
        _, _, listed, four_eyes = rule
        latest: dict[str, tuple[str, bool]] = {}
        for who, verdict, about, rules in self.versions[ref].said:
            if about != stage or verdict == "request":
                continue
            latest.pop(who, None)
            if verdict != "withdraw":
                right = (not listed or who in listed) and not (
                    four_eyes and who in ("root", self.versions[ref].author)
                )
                latest[who] = verdict, right and (verdict == "reject" or rules == policy.gates.get(stage))
        return latest

    # -- changes ---------------------------------------------------------------------------------

    def write(self, change: Change, where: Any, which: Any, new: Any) -> None:
        old = where.get(which) if isinstance(where, dict) else getattr(where, which)
        change.writes.append((where, which, old, new))

    def put(self, writes: list[tuple[Any, Any, Any]]) -> None:
        for where, which, value in writes:
            if not isinstance(where, dict):
                setattr(where, which, value)
            elif value is None:
                where.pop(which, None)
            else:
                where[which] = value

    def do(self, who: str, change: Change) -> None:
        change.below = [self.top(thing) for thing in change.touched]
        self.put([(where, which, new) for where, which, _, new in change.writes])
        for thing in change.touched:
            self.tops[thing].append(change)
        self.done[who].append(change)
        self.undone[who].clear()

    def top(self, thing: Any) -> Any:
        return self.tops[thing][-1] if self.tops[thing] else None

    def note(self, who: str, ref: Ref, text: str) -> None:
        if self.alive(ref).note != text:
            change = Change("note", [("note", ref)], refs=(ref,))
            self.write(change, self.versions[ref], "note", text)
            self.do(who, change)

    def tag(self, who: str, ref: Ref, key: str, value: str | None) -> None:
        tags = self.alive(ref).tags
        if value is None and key not in tags:
            raise Refused("NotFoundError")
        if tags.get(key) != value:
            change = Change("tag", [("tag", ref, key)], refs=(ref,))
            self.write(change, tags, key, value)
            self.do(who, change)

    def alias(self, who: str, model: str, name: str, number: str | None) -> None:
        if number is not None:
            self.alive((model, number))
        elif self.aliases.get((model, name)) is None:
            raise Refused("NotFoundError")
        if self.aliases.get((model, name)) != number:
            change = Change("alias", [("alias", model, name)])
            self.write(change, self.aliases, (model, name), number)
            self.do(who, change)

    def needed(self, ref: Ref) -> bool:
        model, number = ref
        return (
            self.versions[ref].stage in GATED
            or number in [n for (m, _), n in self.aliases.items() if m == model]
            or number in self.ways_back(model, None)[:KEPT]
            or self.is_member(self.versions[ref].id)
        )

    def is_member(self, identity: str) -> bool:
        """Whether a bundle needs this content, which is there under no other name."""
        alive = [seen for seen in self.versions.values() if not seen.deleted]
        twins = [seen for seen in alive if seen.id == identity]
        return len(twins) < 2 and any(identity in seen.members for seen in alive)

    def delete(self, who: str, ref: Ref) -> None:
        self.alive(ref)
        if self.needed(ref):
            raise Refused("ConflictError")
        self.allow(who, self.settle().delete)
        change = Change("delete", [("version", ref)], refs=(ref,))
        self.write(change, self.versions[ref], "deleted", new=True)
        self.do(who, change)

    def promote(self, who: str, ref: Ref, to: str | None, *, override: bool) -> None:
        seen = self.alive(ref)
        if seen.stage == to:
            raise Refused("ConflictError")
        self.allow_move(self.policy, who, seen.stage, to)
        policy = self.settle()
        overridden = is_up(seen.stage, to) and not self.is_open(policy, ref, str(to))
        if overridden:
            if not override:
                raise Refused("GateError")
            self.allow(who, policy.override)
            seen.overridden.add(str(to))
        displaced = self.production(ref[0]) if to == "production" else None
        self.move(who, "move", ref, to, displaced, rolled_back=seen.rolled_back and to != "production")

    def rollback(self, who: str, model: str, to: str | None) -> None:
        now = self.production(model)
        if to is None:
            targets = self.ways_back(model, now)
        else:
            self.alive((model, to))
            targets = [to] if to != now and to in self.held[model] else []
        if not targets:
            raise Refused("ConflictError")
        self.allow(who, self.policy.rollback)
        self.settle()
        self.move(who, "rollback", (model, targets[0]), "production", now, rolled_back=False)

    def move(
        self, who: str, kind: str, ref: Ref, to: str | None, displaced: str | None, *, rolled_back: bool
    ) -> None:
        self.clock += 1
        model, number = ref
        refs = (ref, (model, displaced)) if displaced is not None else (ref,)
        change = Change(kind, [("stage", each) for each in refs], refs=refs)
        change.way = self.versions[ref].stage, to
        for each, stage, mark in zip(refs, (to, "archived"), (rolled_back, kind == "rollback"), strict=False):
            self.write(change, self.versions[each], "stage", stage)
            self.write(change, self.versions[each], "entered", self.clock)
            self.write(change, self.versions[each], "rolled_back", mark)
        if "production" in change.way:
            change.touched.append(("production", model))
        if to == "production":
            self.write(change, self.held, model, (*self.held[model], number))
        self.do(who, change)

    # -- undo ------------------------------------------------------------------------------------

    def take_back(self, who: str, *, redo: bool) -> None:
        stack, other = (self.undone, self.done) if redo else (self.done, self.undone)
        if not stack[who]:
            raise Refused("ConflictError")
        change = stack[who][-1]
        expected = change.below if redo else [change] * len(change.touched)
        if [self.top(thing) for thing in change.touched] != expected or self.is_gone(change, redo=redo):
            raise Refused("ConflictError")
        self.allow_to_take_back(who, change, redo=redo)
        self.put([(where, which, new if redo else old) for where, which, old, new in change.writes])
        for thing in change.touched:
            if redo:
                self.tops[thing].append(change)
            else:
                self.tops[thing].pop()
        other[who].append(stack[who].pop())

    def is_gone(self, change: Change, *, redo: bool) -> bool:
        """Whether something it needs is not there any more."""
        if change.kind == "delete":
            (ref,) = change.refs
            if redo:
                return self.needed(ref)
            same = [(r[0], s.content) for r, s in self.versions.items() if not s.deleted]
            return (ref[0], self.versions[ref].content) in same
        if change.kind == "alias":
            ((_, (model, _), old, new),) = change.writes
            back = new if redo else old
            return back is not None and self.versions[model, back].deleted
        return any(self.versions[ref].deleted for ref in change.refs)

    def allow_to_take_back(self, who: str, change: Change, *, redo: bool) -> None:
        if change.kind == "delete":
            self.allow(who, self.settle().delete)
        if change.kind not in ("move", "rollback"):
            return
        policy = self.settle()
        if change.kind == "rollback":
            self.allow(who, policy.rollback)
        else:
            source, target = change.way if redo else reversed(change.way)
            self.allow_move(policy, who, source, target)
        if (redo and change.kind == "rollback") or (
            not redo and change.kind == "move" and is_up(*change.way)
        ):
            return
        for where, which, old, new in change.writes:
            if which == "stage":
                target = new if redo else old
                (ref,) = [ref for ref in change.refs if self.versions[ref] is where]
                if is_up(where.stage, target) and not self.is_open(policy, ref, target):
                    raise Refused("GateError")

    # -- what can't be undone --------------------------------------------------------------------

    def say(self, who: str, ref: Ref, verdict: str, stage: str) -> None:
        seen = self.alive(ref)
        mine = [said for by, said, about, _ in seen.said if (by, about) == (who, stage) and said != "request"]
        if verdict == "withdraw":
            if not mine or mine[-1] == "withdraw":
                raise Refused("ConflictError")
        elif seen.stage == stage:
            raise Refused("ConflictError")
        seen.said.append((who, verdict, stage, self.settle().gates.get(stage)))

    def register(self, who: str, ref: Ref, seen: Seen) -> None:
        """A version that is new, or what registering known content adds to it."""
        self.settle()
        if ref not in self.versions:
            self.versions[ref] = seen
            return
        known = self.versions[ref]
        known.metrics |= seen.metrics
        if seen.note and seen.note != known.note:
            known.note = seen.note
            self.tops["note", ref].append(object())
