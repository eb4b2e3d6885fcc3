"""Random histories: several people, two hands on one store, every verb; held against the oracle after each step."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from mvtui import init_store
from mvtui.store import BUMPS, Bump, Store
from mvtui.store.nouns.semver import SemVer

from tests.store.engine.test_index import replayed, tables

from . import checks
from .acting import Hand, Here, become
from .oracle import GATED, Oracle, Ref, Refused, Seen
from .policies import POLICIES
from .states import state, without_times

MODELS = ("alpha", "alpha", "beta")
PEOPLE = ("ann", "ann", "bob", "eve", "root")
WORDS = (*GATED, "archived", "none")
BUNDLES = "pair"
REGISTERED_FIRST = (("alpha", 0), ("alpha", 1), ("alpha", 2), ("beta", 0))


class Histories(RuleBasedStateMachine):
    """Every rule acts as one of several people, by one of two hands on the same directory."""

    other: ClassVar[type[Hand]] = Here
    refs: Bundle[Ref] = Bundle("refs")

    @initialize(target=refs, policy=st.sampled_from(sorted(POLICIES)))
    def begin(self, policy: str) -> Any:
        self.base = Path(tempfile.mkdtemp(prefix="mvtui-machine-"))
        self.root = self.base / "store"
        self.source = self.base / "model.bin"
        become("ann")
        init_store(self.root).close()
        self.first = Here(self.root)
        self.hands: list[Hand] = [self.first, self.other(self.root)]
        self.oracle = Oracle()
        first = [
            self._register(0, "ann", model, content, 0, None, None, "") for model, content in REGISTERED_FIRST
        ]
        for ref in first[:2]:
            self.promote(0, "ann", ref, "production", override=False, back=False)
        self.configure(0, "ann", policy)
        return multiple(*first)

    def teardown(self) -> None:
        if isinstance(second := self.hands[1], Here):
            assert tables(self.store) == tables(second.store)
        for hand in self.hands:
            hand.reopen()
        assert tables(self.store) == replayed(self.store)
        for hand in self.hands:
            hand.close()
        shutil.rmtree(self.base)

    @property
    def store(self) -> Store:
        """The store as the first hand has it."""
        return self.first.store

    hand = st.integers(0, 1)
    who = st.sampled_from(PEOPLE)

    def act(self, hand: int, who: str, expect: Callable[[], object], verb: str, *words: Any) -> Any:
        """Do something, and have it done, or refused, as the oracle does; return the answer."""
        expected = None
        try:
            expect()
        except Refused as refused:
            expected = str(refused)
        error, value = self.hands[hand].do(who, verb, *words)
        assert error == expected, f"{who} {verb} {words}: {error}, not {expected}"
        return value

    def change(
        self, hand: int, who: str, back: bool, expect: Callable[[], object], verb: str, *words: Any
    ) -> Any:
        """Do something that can be undone; with ``back`` undo it, redo it, and have the state be what it was."""
        before = state(self.store) if back else {}
        count = len(self.oracle.done[who])
        value = self.act(hand, who, expect, verb, *words)
        if back and len(self.oracle.done[who]) > count:
            after = state(self.store)
            self.take_back(1 - hand, who, redo=False)
            if len(self.oracle.done[who]) == count:
                assert state(self.store) == before
                self.take_back(hand, who, redo=True)
                if len(self.oracle.done[who]) > count:
                    assert without_times(state(self.store)) == without_times(after)
        return value

    # -- verbs of issues A and B -----------------------------------------------------------------

    def _same(self, model: str, content: tuple[Any, ...]) -> str | None:
        for (name, number), seen in self.oracle.versions.items():
            if name == model and not seen.deleted and seen.content == content:
                return number
        return None

    @rule(
        target=refs,
        hand=hand,
        who=who,
        model=st.sampled_from(MODELS),
        content=st.integers(0, 4),
        params=st.integers(0, 1),
        bump=st.sampled_from([None, *BUMPS]),
        metric=st.none() | st.sampled_from([0.25, 0.5, 0.75]),
        note=st.sampled_from(["", "first", "second"]),
        number=st.sampled_from([None, None, None, "0.1.0", "2.0.0-rc.1", "7.0.0"]),
    )
    def register(
        self,
        hand: int,
        who: str,
        model: str,
        content: int,
        params: int,
        bump: Bump | None,
        metric: float | None,
        note: str,
        number: str | None,
    ) -> Any:
        if number is None:
            return self._register(hand, who, model, content, params, bump, metric, note)
        return self._register_as(hand, who, model, number)

    def _register(
        self,
        hand: int,
        who: str,
        model: str,
        content: int,
        params: int,
        bump: Bump | None,
        metric: float | None,
        note: str,
    ) -> Ref:
        self.source.write_bytes(b"content %d" % content)
        metrics = {} if metric is None else {"accuracy": metric}
        known = self._same(model, (content, params))
        more = {"bump": bump, "params": {"lr": params}, "metrics": metrics, "note": note}
        error, value = self.hands[hand].do(who, "register", model, str(self.source), **more)
        assert error is None
        number, created, identity = value
        assert created == (known is None)
        if known is None:
            self._is_new(model, number)
        else:
            assert number == known
        seen = Seen(identity, (content, params), who, note, metrics=metrics)
        self.oracle.register(who, (model, number), seen)
        return model, number

    @rule(target=refs, hand=hand, who=who, one=refs, other=refs)
    def make_one(self, hand: int, who: str, one: Ref, other: Ref) -> Any:
        """Two versions become one; members may be the same, and not bundles of that name."""

        def expect() -> None:
            for ref in (one, other):
                self.oracle.alive(ref)
                if ref[0] == BUNDLES:
                    raise Refused("BadInputError")

        add = {"one": "@".join(one), "other": "@".join(other)}
        value = self.act(hand, who, expect, "bundle", BUNDLES, add)
        if value is None:
            return multiple()
        number, created, identity = value
        first, second = (self.oracle.versions[ref] for ref in (one, other))
        content = (first.content[0], one, other)
        assert created == (self._same(BUNDLES, content) is None)
        if created:
            self._is_new(BUNDLES, number)
        ids = first.id, second.id
        self.oracle.register(
            who, (BUNDLES, number), Seen(identity, content, who, links=set(ids), members=ids)
        )
        return (BUNDLES, number) if created else multiple()

    def _is_new(self, model: str, number: str) -> None:
        """A number that was never used, above the latest."""
        versions = self.oracle.versions
        alive = [SemVer.parse(n) for (m, n), seen in versions.items() if m == model and not seen.deleted]
        latest = max([n for n in alive if not n.pre] or alive, default=None)
        assert (model, number) not in versions
        assert latest is None or SemVer.parse(number) > latest

    def _register_as(self, hand: int, who: str, model: str, number: str) -> Any:
        content = len(self.oracle.versions) + 100
        self.source.write_bytes(b"content %d" % content)
        taken = (model, number) in self.oracle.versions
        error, value = self.hands[hand].do(
            who, "register", model, str(self.source), version=number, params={"lr": 0}
        )
        assert error == ("ConflictError" if taken else None)
        if taken:  # numbers are never used again
            return multiple()
        self.oracle.register(who, (model, number), Seen(value[2], (content, 0), who))
        return model, number

    @rule(
        hand=hand,
        who=who,
        ref=refs,
        what=st.sampled_from(
            [
                *(("note", text) for text in ("", "a note", "é" * 3000)),
                *(("tag", key, value) for key in ("owner", "team/x") for value in (None, "", "bob")),
                *((verb, name) for verb in ("alias", "unalias") for name in ("champion", "rival")),
            ]
        ),
        back=st.booleans(),
    )
    def annotate(self, hand: int, who: str, ref: Ref, what: tuple[Any, ...], back: bool) -> None:
        verb, *words = what
        oracle, (model, number) = self.oracle, ref
        expect: dict[str, Callable[[], object]] = {
            "note": lambda: oracle.note(who, ref, *words),
            "tag": lambda: oracle.tag(who, ref, *words),
            "alias": lambda: oracle.alias(who, model, words[0], number),
            "unalias": lambda: oracle.alias(who, model, words[0], None),
        }
        about = model if verb == "unalias" else "@".join(ref)
        self.change(hand, who, back, expect[verb], verb, about, *words)

    @rule(hand=hand, who=who, ref=refs, value=st.sampled_from([0.25, 0.5, 0.75, "name:x", "hf:org/y"]))
    def add(self, hand: int, who: str, ref: Ref, value: Any) -> None:
        """A figure, or an edge."""

        def expect() -> None:
            seen = self.oracle.alive(ref)
            if isinstance(value, str):
                seen.links.add(value)
            else:
                seen.metrics["accuracy"] = value

        self.act(hand, who, expect, "link" if isinstance(value, str) else "log", "@".join(ref), value)

    @rule(hand=hand, who=who, ref=refs, back=st.booleans())
    def delete(self, hand: int, who: str, ref: Ref, back: bool) -> None:
        self.change(hand, who, back, lambda: self.oracle.delete(who, ref), "delete", "@".join(ref))

    @rule(hand=hand, ref=refs, what=st.sampled_from(["gc", "repair", "verify", "reopen", "reopen"]))
    def keep_house(self, hand: int, ref: Ref, what: str) -> None:
        if what == "gc":
            self.act(hand, "ann", lambda: None, "gc")
        elif what == "repair":
            assert self.act(hand, "ann", lambda: None, "repair") == []
        elif what == "verify":
            ok = self.act(hand, "ann", lambda: self.oracle.alive(ref), "verify", "@".join(ref))
            assert ok is not False
        else:
            acknowledged = [(event.seq, event.hash) for event in self.store.events()]
            self.hands[hand].reopen()
            assert [(event.seq, event.hash) for event in self.store.events()] == acknowledged

    # -- the lifecycle ---------------------------------------------------------------------------

    @rule(
        hand=hand,
        who=who,
        ref=refs,
        to=st.sampled_from([None, *WORDS, "production"]),
        override=st.booleans(),
        back=st.booleans(),
    )
    def promote(self, hand: int, who: str, ref: Ref, to: str | None, override: bool, back: bool) -> None:
        def expect() -> None:
            stage = self._next(ref) if to is None else to
            self.oracle.promote(who, ref, None if stage == "none" else stage, override=override)

        self.change(hand, who, back, expect, "promote", "@".join(ref), to, override)

    @rule(hand=hand, who=who, ref=refs, override=st.booleans(), back=st.booleans())
    def put_in_production(self, hand: int, who: str, ref: Ref, override: bool, back: bool) -> None:
        self.promote(hand, who, ref, "production", override, back)

    def _next(self, ref: Ref) -> str:
        stage = self.oracle.alive(ref).stage
        order = [None, *GATED]
        if stage not in order[:-1]:
            raise Refused("ConflictError")
        return str(order[order.index(stage) + 1])

    @rule(hand=hand, who=who, ref=refs, named=st.booleans(), later=st.booleans(), back=st.booleans())
    def rollback(self, hand: int, who: str, ref: Ref, named: bool, later: bool, back: bool) -> None:
        model, to = ref[0], ref[1] if named else None
        expect = lambda: self.oracle.rollback(who, model, to)  # noqa: E731
        value = self.change(hand, who, back, expect, "rollback", model, to, later)
        assert value is None or value[1]

    def take_back(self, hand: int, who: str, *, redo: bool) -> None:
        verb = "redo" if redo else "undo"
        self.act(hand, who, lambda: self.oracle.take_back(who, redo=redo), verb)

    @rule(hand=hand, who=who, redo=st.booleans())
    def undo(self, hand: int, who: str, redo: bool) -> None:
        self.take_back(hand, who, redo=redo)

    @rule(
        hand=hand,
        who=who,
        ref=refs,
        verdict=st.sampled_from(["approve", "approve", "reject", "withdraw", "request"]),
        stage=st.sampled_from(GATED),
    )
    def say(self, hand: int, who: str, ref: Ref, verdict: str, stage: str) -> None:
        expect = lambda: self.oracle.say(who, ref, verdict, stage)  # noqa: E731
        counts = self.act(hand, who, expect, "verdict", "@".join(ref), verdict, stage)
        if counts is not None:
            assert counts == self._counts(who, ref, verdict, stage)

    def _counts(self, who: str, ref: Ref, verdict: str, stage: str) -> bool:
        policy = self.oracle.policy
        asked = [rule for rule in policy.gates.get(stage, ()) if rule[0] == "approvals"]
        if verdict == "withdraw" or not asked:
            return verdict == "withdraw"
        return verdict == "request" or any(
            self.oracle.verdicts(policy, rule, ref, stage)[who][1] for rule in asked
        )

    @rule(hand=hand, who=who, policy=st.sampled_from([*sorted(POLICIES), None, None]))
    def configure(self, hand: int, who: str, policy: str | None) -> None:
        """Someone edits config.toml; or accepts what it says."""
        if policy is None:
            self.act(hand, who, lambda: self.oracle.accept(who), "accept")
        else:
            (self.root / "config.toml").write_text(POLICIES[policy].toml)
            self.oracle.file = POLICIES[policy]

    # -- looking ---------------------------------------------------------------------------------

    @rule(ref=refs)
    def look(self, ref: Ref) -> None:
        checks.look_at(self.store, self.oracle, ref)

    @invariant()
    def what_happened_is_seen(self) -> None:
        """By the first hand; the other is left behind until it acts."""
        checks.versions(self.store, self.oracle)
        checks.production(self.store, self.oracle)
        checks.journal(self.store)
