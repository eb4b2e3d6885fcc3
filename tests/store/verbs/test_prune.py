"""prune: what goes, what stays and why; decided again under the lock."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mvtui import init_store, open_store
from mvtui.store import EventKind, PruneReport, Store
from mvtui.store.errors import (
    BadInputError,
    MvtuiError,
    NotAllowedError,
    NotFoundError,
    ReadOnlyError,
    UsageError,
    VerificationError,
)
from mvtui.store.verbs import policy, prune

from ...conftest import MakeFile


def numbers(report: PruneReport) -> list[str]:
    return [each.version for each in report.pruned]


def reasons(report: PruneReport) -> dict[str, str]:
    return {each.version: "; ".join(each.reasons) for each in report.kept}


@pytest.fixture
def six(store: Store, make_file: MakeFile) -> Store:
    """m@1.0.0 … 1.0.5 of 100 B each, accuracy rising up to 1.0.3, then falling."""
    for number, accuracy in enumerate((0.1, 0.2, 0.3, 0.9, 0.5, 0.4)):
        store.register("m", make_file(b"%d" % number * 100), metrics={"accuracy": accuracy})
    return store


def test_a_dry_run_tells_and_changes_nothing(six: Store) -> None:
    before = list(six.events())
    report = six.prune("m", keep_last=2, keep_best={"accuracy": 1})
    assert report.dry_run
    assert numbers(report) == ["1.0.0", "1.0.1", "1.0.2"]
    assert reasons(report) == {
        "1.0.5": "is one of the last 2",
        "1.0.4": "is one of the last 2",
        "1.0.3": "has the best accuracy, 0.9",
    }
    assert (report.frees, [each.frees for each in report.pruned]) == (300, [100, 100, 100])
    assert list(six.events()) == before


def test_what_was_told_is_what_is_done_one_event_each(six: Store) -> None:
    told = six.prune("m", keep_last=2)
    done = six.prune("m", keep_last=2, reason="old runs", dry_run=False)
    assert (done.pruned, done.kept, done.dry_run) == (told.pruned, told.kept, False)
    events = [event for event in six.events() if event.kind is EventKind.DELETE]
    assert [(event.data["version"], event.reason) for event in events] == [
        (number, "old runs") for number in numbers(told)
    ]
    assert [version.version for version in six.versions("m")] == ["1.0.5", "1.0.4"]
    assert six.gc(dry_run=False).trashed == told.frees == 400
    assert six.verify().ok
    assert six.prune("m", keep_last=2, reason="again", dry_run=False).pruned == ()
    six.undo()
    assert [version.version for version in six.versions("m")] == ["1.0.5", "1.0.4", "1.0.3"]


def test_nothing_goes_that_is_staged_aliased_protected_or_needed(six: Store, make_file: MakeFile) -> None:
    for number in ("1.0.0", "1.0.1"):
        six.promote(f"m@{number}", "production", reason="in turn")
    six.promote("m@1.0.2", "staging", reason="x")
    six.alias("m@1.0.3", "champion")
    six.register("m", make_file(b"lora", "adapter.bin"), kind="adapter", parents=["m@1.0.4"], version="2.0.0")
    report = six.prune("m", keep_last=1, reason="all old ones", dry_run=False)
    assert numbers(report) == ["1.0.5"]
    assert reasons(report) == {
        "2.0.0": "is the last",
        "1.0.4": "is the base of m@2.0.0",
        "1.0.3": "is held by the alias 'champion'",
        "1.0.2": "is in staging",
        "1.0.1": "is in production",
        "1.0.0": "is one of the versions that production could go back to",
    }


def test_all_reasons_are_named(six: Store) -> None:
    six.promote("m@1.0.5", "production", reason="x")
    six.alias("m@1.0.5", "champion")
    six.tag("m@1.0.5", {"release": "1"})
    report = six.prune("m", keep_last=1, keep_tags=["release"], older_than="1d")
    assert reasons(report)["1.0.5"] == (
        "is held by the alias 'champion'; is in production; is the last; has the tag release; "
        "was made less than 1 day ago"
    )
    assert numbers(report) == []


def test_what_was_rolled_back_from_may_go(six: Store) -> None:
    for number in ("1.0.0", "1.0.1"):
        six.promote(f"m@{number}", "production", reason="in turn")
    six.rollback("m", reason="bad")
    assert "1.0.1" in numbers(six.prune("m", keep_last=1))


def test_age_is_that_of_the_files(store: Store, make_file: MakeFile) -> None:
    for days in (100, 95, 10):
        created = datetime.now(UTC) - timedelta(days=days)
        store.register("m", make_file(b"%d" % days), created=created)
    report = store.prune("m", keep_last=1, older_than=timedelta(days=90))
    assert numbers(report) == ["1.0.0", "1.0.1"]
    assert numbers(store.prune("m", keep_last=1, older_than="97d")) == ["1.0.0"]


def test_what_is_shared_goes_with_the_last_that_needs_it(store: Store, make_file: MakeFile) -> None:
    for number in range(3):
        make_file(b"s" * 500, "out/large.bin")
        store.register("m", make_file(b"%d" % number * 100, "out/small.bin").parent)
    make_file(b"last", "out/large.bin")
    store.register("m", make_file(b"last", "out/small.bin").parent)
    assert [each.frees for each in store.prune("m", keep_last=1).pruned] == [100, 100, 600]
    store.register("copy", make_file(b"s" * 500))
    assert [each.frees for each in store.prune("m", keep_last=1).pruned] == [100, 100, 100]


def test_the_same_content_in_another_model_stays(store: Store, make_file: MakeFile) -> None:
    for content in (b"1" * 100, b"2" * 100):
        store.register("m", make_file(content))
    store.register("copy", make_file(b"1" * 100))
    report = store.prune("m", keep_last=1, reason="x", dry_run=False)
    assert [(each.version, each.frees) for each in report.pruned] == [("1.0.0", 0)]
    assert store.gc(dry_run=False).trashed == 0
    assert store.verify().ok


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({}, UsageError),
        ({"older_than": "90d"}, UsageError),
        ({"keep_last": 1, "dry_run": False}, UsageError),
        ({"keep_last": 1, "dry_run": False, "reason": "  "}, UsageError),
        ({"keep_last": -2}, BadInputError),
        ({"keep_best": {"my_index": 1}}, BadInputError),
        ({"keep_best": {"f1": 1}}, NotFoundError),
        ({"keep_tags": ["nobody-has-this"]}, NotFoundError),
        ({"keep_tags": ["no tag"]}, BadInputError),
        ({"keep_last": 1, "older_than": "soon"}, BadInputError),
    ],
)
def test_what_can_not_be_meant_is_refused_and_nothing_goes(
    six: Store, how: dict[str, Any], error: type[MvtuiError]
) -> None:
    with pytest.raises(error):
        six.prune("m", **how)
    assert len(six.versions("m")) == 6


def test_a_metric_is_ranked_as_the_config_says(six: Store) -> None:
    (six.root / "config.toml").write_text('[metrics]\nlower = ["accuracy"]\n')
    with open_store(six.root) as fresh:
        assert reasons(fresh.prune("m", keep_best={"accuracy": 1})) == {"1.0.0": "has the best accuracy, 0.1"}


def test_who_may_not_delete_may_not_prune(six: Store) -> None:
    (six.root / "config.toml").write_text('[access]\ndelete = ["nobody-here"]\n')
    assert numbers(six.prune("m", keep_last=5)) == ["1.0.0"]
    with pytest.raises(NotAllowedError):
        six.prune("m", keep_last=5, reason="x", dry_run=False)
    assert len(six.versions("m")) == 6


def test_a_read_only_store_can_be_asked(six: Store) -> None:
    with open_store(six.root, read_only=True) as reader:
        assert numbers(reader.prune("m", keep_last=5)) == ["1.0.0"]
        with pytest.raises(ReadOnlyError):
            reader.prune("m", keep_last=5, reason="x", dry_run=False)


def test_what_is_newly_held_when_the_lock_is_there_stays(six: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process gives an alias, and registers, between the look and the lock."""
    look = prune._held

    def meanwhile(*args: Any) -> object:
        with open_store(six.root) as other:
            other.alias("m@1.0.1", "champion")
            source = six.root.parent / "source" / "model.bin"
            source.write_bytes(b"new")
            other.register("m", source)
        return look(*args)

    monkeypatch.setattr(prune, "_held", meanwhile)
    report = six.prune("m", keep_last=3, reason="old", dry_run=False)
    assert numbers(report) == ["1.0.0", "1.0.2"]  # nor 1.0.3, which is not among the last three any more
    assert reasons(report)["1.0.1"] == "is held by the alias 'champion'"
    assert {version.version for version in six.versions("m")} == {"1.0.1", "1.0.3", "1.0.4", "1.0.5", "1.0.6"}
    assert report.frees == six.gc(dry_run=False).trashed == 200


def test_many_go_in_batches_so_that_others_can_write(six: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune, "_BATCH", 2)
    holds = []
    check = policy.settle

    def counted(*args: Any) -> object:
        holds.append(args)
        return check(*args)

    monkeypatch.setattr(policy, "settle", counted)
    report = six.prune("m", keep_last=1, reason="old", dry_run=False)
    assert (numbers(report), len(holds)) == (["1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4"], 3)
    assert report.frees == six.gc(dry_run=False).trashed


def test_a_damaged_manifest_stops_it(six: Store) -> None:
    identity = six.get("m@1.0.5").id
    (six.root / "objects" / identity[:2] / identity[2:]).unlink()
    with pytest.raises(VerificationError, match=r"manifest of m@1\.0\.5"):
        six.prune("m", keep_last=1, reason="x", dry_run=False)
    assert len(six.versions("m")) == 6


def test_a_model_that_is_not_there(six: Store) -> None:
    with pytest.raises(NotFoundError):
        six.prune("n", keep_last=1)


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize("seed", range(3))
def test_what_is_told_is_what_gc_frees(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    with init_store(tmp_path / "store") as store:
        for _ in range(25):
            source = tmp_path / "source"
            shutil.rmtree(source, ignore_errors=True)
            source.mkdir()
            for at in range(chance.randrange(1, 4)):
                (source / f"{at}.bin").write_bytes(bytes([chance.randrange(65, 75)]) * 100)
            store.register(chance.choice("mmmn"), source, metrics={"accuracy": chance.random()})
        some: list[Callable[[str], object]] = [
            lambda ref: store.promote(ref, "production", reason="x"),
            lambda ref: store.alias(ref, "champion"),
        ]
        for act in some:
            act(chance.choice(store.versions("m")).ref)
        report = store.prune("m", keep_last=2, keep_best={"accuracy": 2}, reason="old", dry_run=False)
        assert report.pruned
        assert store.gc(dry_run=False).trashed == report.frees
        assert store.verify().ok
        assert {each.version for each in report.kept} == {each.version for each in store.versions("m")}
