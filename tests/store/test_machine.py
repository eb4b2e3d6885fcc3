"""Random histories against a simple picture of what a store is, with a second Store acting in between."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from mvtui import init_store, open_store
from mvtui.store import BUMPS, Bump, Store
from mvtui.store.errors import AmbiguousError, ConflictError, NotFoundError
from mvtui.store.nouns.semver import SemVer

from tests.store.engine.test_index import replayed, tables

MODELS = ("alpha", "beta")


@dataclass
class Seen:
    """What the picture knows of one version."""

    content: int
    params: int
    id: str
    note: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    deleted: bool = False


class Histories(RuleBasedStateMachine):
    """Every rule acts through one of two Store objects on the same directory."""

    refs: Bundle[tuple[str, str]] = Bundle("refs")

    @initialize()
    def begin(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="mvtui-machine-"))
        self.stores = [init_store(self.base / "store"), open_store(self.base / "store")]
        self.known: dict[tuple[str, str], Seen] = {}
        self.aliases: dict[tuple[str, str], str] = {}
        self.source = self.base / "model.bin"

    def teardown(self) -> None:
        assert tables(self.stores[0]) == tables(self.stores[1])
        for store in self.stores:
            store.close()
        shutil.rmtree(self.base)

    who = st.integers(0, 1)

    def _same(self, model: str, content: int, params: int) -> str | None:
        for (name, number), seen in self.known.items():
            if name == model and not seen.deleted and (seen.content, seen.params) == (content, params):
                return number
        return None

    @rule(
        target=refs,
        who=who,
        model=st.sampled_from(MODELS),
        content=st.integers(0, 3),
        params=st.integers(0, 1),
        bump=st.sampled_from([None, *BUMPS]),
        metric=st.none() | st.floats(-10, 10),
        note=st.sampled_from(["", "first", "second"]),
    )
    def register(
        self,
        who: int,
        model: str,
        content: int,
        params: int,
        bump: Bump | None,
        metric: float | None,
        note: str,
    ) -> tuple[str, str]:
        self.source.write_bytes(b"content %d" % content)
        metrics = {} if metric is None else {"accuracy": metric}
        known = self._same(model, content, params)
        done = self.stores[who].register(
            model, self.source, bump=bump, params={"lr": params}, metrics=metrics, note=note
        )
        number = done.version.version
        assert done.created == (known is None)
        if known is None:
            alive = [
                SemVer.parse(n) for (m, n), seen in self.known.items() if m == model and not seen.deleted
            ]
            latest = max([n for n in alive if not n.pre] or alive, default=None)
            assert (model, number) not in self.known  # numbers are never used again
            assert latest is None or SemVer.parse(number) > latest
            self.known[model, number] = Seen(content, params, done.version.id)
        else:
            assert number == known
        seen = self.known[model, number]
        seen.metrics |= metrics
        seen.note = note or seen.note
        return model, number

    @rule(
        target=refs,
        who=who,
        model=st.sampled_from(MODELS),
        number=st.sampled_from(["0.1.0", "2.0.0-rc.1", "7.0.0"]),
    )
    def register_as(self, who: int, model: str, number: str) -> Any:
        content = len(self.known) + 100
        self.source.write_bytes(b"content %d" % content)
        if (model, number) in self.known:
            with pytest.raises(ConflictError):
                self.stores[who].register(model, self.source, version=number, params={"lr": 0})
            return multiple()
        version = self.stores[who].register(model, self.source, version=number, params={"lr": 0}).version
        assert version.version == number
        self.known[model, number] = Seen(content, 0, version.id)
        return model, number

    @rule(who=who, ref=refs, text=st.sampled_from(["", "a note", "é" * 3000]))
    def note(self, who: int, ref: tuple[str, str], text: str) -> None:
        if self._gone(who, ref):
            return
        self.stores[who].note("@".join(ref), text)
        self.known[ref].note = text

    @rule(
        who=who,
        ref=refs,
        key=st.sampled_from(["owner", "team/x"]),
        value=st.sampled_from(["", "bob"]),
        remove=st.booleans(),
    )
    def tag(self, who: int, ref: tuple[str, str], key: str, value: str, remove: bool) -> None:
        if self._gone(who, ref):
            return
        if not remove:
            self.stores[who].tag("@".join(ref), {key: value})
            self.known[ref].tags[key] = value
        elif key in self.known[ref].tags:
            self.stores[who].tag("@".join(ref), remove=[key])
            del self.known[ref].tags[key]
        else:
            with pytest.raises(NotFoundError):
                self.stores[who].tag("@".join(ref), remove=[key])

    @rule(who=who, ref=refs, name=st.sampled_from(["champion", "rival"]))
    def alias(self, who: int, ref: tuple[str, str], name: str) -> None:
        if self._gone(who, ref):
            return
        self.stores[who].alias("@".join(ref), name)
        self.aliases[ref[0], name] = ref[1]

    @rule(who=who, model=st.sampled_from(MODELS), name=st.sampled_from(["champion", "rival"]))
    def unalias(self, who: int, model: str, name: str) -> None:
        if (model, name) in self.aliases:
            version = self.stores[who].unalias(model, name)
            assert version.version == self.aliases.pop((model, name))
        else:
            with pytest.raises(NotFoundError):
                self.stores[who].unalias(model, name)

    @rule(who=who, ref=refs)
    def delete(self, who: int, ref: tuple[str, str]) -> None:
        if self._gone(who, ref):
            return
        if ref[1] in [number for (model, _), number in self.aliases.items() if model == ref[0]]:
            with pytest.raises(ConflictError):
                self.stores[who].delete("@".join(ref), "reason")
            return
        assert self.stores[who].delete("@".join(ref), "reason").deleted
        self.known[ref].deleted = True

    @rule(who=who)
    def gc(self, who: int) -> None:
        self.stores[who].gc(dry_run=False)

    @rule(who=who)
    def repair(self, who: int) -> None:
        assert self.stores[who].repair().actions == ()

    @rule(who=who)
    def reopen(self, who: int) -> None:
        self.stores[who].close()
        self.stores[who] = open_store(self.base / "store")

    def _gone(self, who: int, ref: tuple[str, str]) -> bool:
        """Nothing can be done to a deleted version, by any name."""
        if not self.known[ref].deleted:
            return False
        with pytest.raises(NotFoundError):
            self.stores[who].note("@".join(ref), "never")
        return True

    @invariant()
    def what_happened_is_seen(self) -> None:
        for store in self.stores[:1]:  # the other is left behind, until it acts
            assert {(v.model, v.version) for v in store.versions(deleted=True)} == set(self.known)
            for (model, number), seen in self.known.items():
                if seen.deleted:
                    with pytest.raises(NotFoundError):
                        store.get(f"{model}@{number}")
                    continue
                version = store.get(f"{model}@{number}")
                assert (version.id, version.note) == (seen.id, seen.note)
                assert (version.tags, version.metrics) == (seen.tags, seen.metrics)
                assert version.aliases == tuple(
                    sorted(a for (m, a), n in self.aliases.items() if (m, n) == (model, number))
                )
                self._found_by_prefix(store, model, seen)
            for (model, name), number in self.aliases.items():
                assert store.get(f"{model}@{name}").version == number
            for model in MODELS:
                self._latest_is_right(store, model)

    def _found_by_prefix(self, store: Store, model: str, seen: Seen) -> None:
        for length in (4, 64):
            prefix = seen.id[:length]
            fits = [(m, n) for (m, n), s in self.known.items() if s.id.startswith(prefix) and not s.deleted]
            if len(fits) == 1:
                assert store.get(f"id:{prefix}").id == seen.id
            else:
                with pytest.raises(AmbiguousError) as caught:
                    store.get(f"id:{prefix}")
                assert len(caught.value.candidates) == len(fits)
            if len([fit for fit in fits if fit[0] == model]) == 1:
                assert store.get(f"{model}@{prefix}").id == seen.id

    def _latest_is_right(self, store: Store, model: str) -> None:
        numbers = [SemVer.parse(n) for (m, n), s in self.known.items() if m == model and not s.deleted]
        if not numbers:
            with pytest.raises(NotFoundError):
                store.get(f"{model}@latest")
            return
        releases = [number for number in numbers if not number.pre] or numbers
        assert store.get(model).version == str(max(releases))
        (row,) = [row for row in store.models() if row.name == model]
        assert (row.version_count, row.latest) == (len(numbers), str(max(releases)))

    @invariant()
    def the_index_is_what_the_journal_says(self) -> None:
        assert tables(self.stores[0]) == replayed(self.stores[0])

    @invariant()
    def every_byte_verifies(self) -> None:
        assert self.stores[0].verify().ok


@pytest.mark.usefixtures("no_sync")
def test_random_histories() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=100, stateful_step_count=30))
