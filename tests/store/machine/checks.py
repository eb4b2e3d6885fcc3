"""Whether a store is what the oracle says it is."""

from __future__ import annotations

import json
import os

import pytest
from mvtui.store import Store
from mvtui.store.errors import AmbiguousError, ConflictError, NotFoundError
from mvtui.store.nouns.semver import SemVer

from tests.store.engine.test_index import replayed, tables

from .oracle import GATED, Oracle, Ref, Seen


def look_at(store: Store, oracle: Oracle, ref: Ref) -> None:
    """References, gates and the way back are what the oracle says."""
    model, seen = ref[0], oracle.versions[ref]
    if seen.deleted:
        with pytest.raises(NotFoundError):
            store.get("@".join(ref))
    else:
        assert store.get("@".join(ref)).id == seen.id
        for stage in GATED:
            report = store.gates("@".join(ref), stage)
            assert report.open == oracle.is_open(oracle.policy, ref, stage)
        _found_by_prefix(store, oracle, seen)
    _members_are_told(store, oracle, ref)
    for name in {model for model, _ in oracle.versions}:
        _latest_is_right(store, oracle, name)
    _way_back_is_right(store, oracle, model)
    governing = store.policy()
    assert bool(governing.waiting) == (oracle.policy != oracle.file)


def _members_are_told(store: Store, oracle: Oracle, ref: Ref) -> None:
    for member in store.members("@".join(ref)):
        model, _, number = member.ref.partition("@")
        seen = oracle.versions[model, number]
        assert (member.stage, member.deleted, member.rolled_back) == (
            seen.stage,
            seen.deleted,
            seen.rolled_back,
        )
        now = oracle.production(model)
        assert member.current == (f"{model}@{now}" if now not in (None, number) else "")


def _found_by_prefix(store: Store, oracle: Oracle, seen: Seen) -> None:
    for length in (4, 64):
        prefix = seen.id[:length]
        fits = [r for r, s in oracle.versions.items() if s.id.startswith(prefix) and not s.deleted]
        if len(fits) == 1:
            assert store.get(f"id:{prefix}").id == seen.id
        else:
            with pytest.raises(AmbiguousError) as caught:
                store.get(f"id:{prefix}")
            assert len(caught.value.candidates) == len(fits)


def _latest_is_right(store: Store, oracle: Oracle, model: str) -> None:
    versions = oracle.versions.items()
    numbers = [SemVer.parse(n) for (m, n), seen in versions if m == model and not seen.deleted]
    if not numbers:
        with pytest.raises(NotFoundError):
            store.get(f"{model}@latest")
        return
    releases = [number for number in numbers if not number.pre] or numbers
    assert store.get(model).version == str(max(releases))
    (row,) = [row for row in store.models() if row.name == model]
    assert (row.version_count, row.latest) == (len(numbers), str(max(releases)))


def _way_back_is_right(store: Store, oracle: Oracle, model: str) -> None:
    now = oracle.production(model)
    back = oracle.ways_back(model, now)
    if back:
        plan = store.rollback_plan(model)
        assert plan.target.version == back[0]
        assert (plan.current.version if plan.current else None) == now
    else:
        with pytest.raises(ConflictError):
            store.rollback_plan(model)
    before = [number for number in dict.fromkeys(reversed(oracle.held[model])) if number != now]
    if before and not oracle.versions[model, before[0]].deleted:
        assert store.get(f"{model}@production~1").version == before[0]
    else:
        with pytest.raises(NotFoundError):
            store.get(f"{model}@production~1")


def versions(store: Store, oracle: Oracle) -> None:
    """Every version, and all that is known of it."""
    found = {(version.model, version.version): version for version in store.versions(deleted=True)}
    assert set(found) == set(oracle.versions)
    for ref, seen in oracle.versions.items():
        version = found[ref]
        assert (version.id, version.note, version.author) == (seen.id, seen.note, seen.author)
        assert (version.tags, version.metrics) == (seen.tags, seen.metrics)
        assert {edge.to for edge in version.edges} == seen.links
        assert (version.stage, version.deleted) == (seen.stage, seen.deleted)
        assert (version.rolled_back, set(version.overridden)) == (seen.rolled_back, seen.overridden)
        assert {edge.to for edge in version.edges if edge.type == "composed-of"} == set(seen.members)
        named = [alias for (m, alias), n in oracle.aliases.items() if (m, n) == ref]
        assert version.aliases == tuple(sorted(named))


def production(store: Store, oracle: Oracle) -> None:
    """Every model's stages, and what is served of it."""
    for model in store.models():
        stages = store.stages(model.name)
        assert {stage: list(numbers) for stage, numbers in stages.items()} == {
            stage: oracle.in_stage(model.name, stage) for stage in (*GATED, "archived")
        }
        assert model.production == oracle.production(model.name)
        assert len(stages["production"]) <= 1
        pointer = store.root / "live" / model.name / "production"
        if model.production is None:
            assert not os.path.lexists(pointer)
            continue
        card = json.loads((pointer / "version.json").read_bytes())
        seen = oracle.versions[model.name, model.production]
        assert (card["version"], card["id"]) == (model.production, seen.id)
        served = pointer / "one" / "model.bin" if seen.members else pointer / "model.bin"
        assert served.read_bytes() == b"content %d" % seen.content[0]


def journal(store: Store) -> None:
    """Tables are what a replay makes of it, bytes what it says, and nothing had to be put right."""
    assert tables(store) == replayed(store)
    report = store.verify()
    assert report.ok
    assert (report.repaired, report.notices) == ((), ())
    assert store.mended == ()
