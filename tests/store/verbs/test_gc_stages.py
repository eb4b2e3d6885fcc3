"""What gc knows of stages: what is served stays, what was served goes when nobody can still be reading it."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import EventKind, Store
from mvtui.store.engine import durable
from mvtui.store.engine.digest import of_bytes
from mvtui.store.errors import ConflictError, JournalDamagedError, MvtuiError
from mvtui.store.verbs import marks

from ...conftest import MakeFile

DAY = 86400
Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let gc run so many days from now."""

    def set_clock(days: float) -> None:
        now = time.time() + days * DAY
        monkeypatch.setattr("mvtui.store.verbs.gc.time.time", lambda: now)

    return set_clock


@pytest.fixture
def served(store: Store, make_file: MakeFile) -> Store:
    """m@1.0.0 was in production, m@1.0.1 is; another model has the same numbers the other way round."""
    for model in ("m", "other"):
        for content in (b"one", b"two"):
            store.register(model, make_file(content + model.encode()))
    for ref in ("m@1.0.0", "m@1.0.1", "other@1.0.1", "other@1.0.0"):
        store.promote(ref, "production", reason="in turn")
    return store


def trees(store: Store, model: str = "m") -> list[str]:
    home = store.root / "live" / model / ".versions"
    return sorted(name.partition("-")[0] for name in os.listdir(home)) if home.is_dir() else []


def test_what_was_served_stays_for_the_grace_period_and_then_goes(served: Store, later: Later) -> None:
    held = (served.root / "live" / "m" / "production").resolve()
    served.gc(dry_run=False)
    assert trees(served) == ["1.0.0", "1.0.1"]
    later(13.9)
    assert served.gc(dry_run=False).items == ()
    later(14.1)
    assert [(item.what, item.name) for item in served.gc().items] == [
        ("live", "m@1.0.0"),
        ("live", "other@1.0.1"),
    ]
    assert trees(served) == ["1.0.0", "1.0.1"]  # so far it was only told
    served.gc(dry_run=False)
    assert (trees(served), trees(served, "other")) == (["1.0.1"], ["1.0.0"])
    assert (held / "model.bin").read_bytes() == b"twom"
    later(4000)
    assert served.gc(dry_run=False).items == ()
    assert served.verify().repaired == ()


def test_the_time_counts_from_when_it_left_last(served: Store, later: Later) -> None:
    served.rollback("m", reason="back")  # 1.0.0 again
    served.undo()
    later(13.9)
    assert served.gc().items == ()
    later(14.1)
    assert ("live", "m@1.0.0") in [(item.what, item.name) for item in served.gc().items]


def test_what_went_is_built_again_for_a_rollback(served: Store, later: Later) -> None:
    later(20)
    served.gc(dry_run=False)
    served.rollback("m", reason="back")
    assert (served.root / "live" / "m" / "production" / "model.bin").read_bytes() == b"onem"


def test_what_was_made_ready_and_never_served_goes_too(
    store: Store, make_file: MakeFile, later: Later
) -> None:
    (store.root / "config.toml").write_text(
        '[[gate]]\nstage = "production"\nmetric = "accuracy"\nmin = 0.9\n'
    )
    store.register("m", make_file())
    with pytest.raises(MvtuiError):
        store.promote("m", "production", reason="too early")
    assert trees(store) == ["1.0.0"]
    assert store.gc(dry_run=False).items == ()
    assert "was made ready at" in store.why("m@1.0.0")[1]
    later(15)
    assert [item.name for item in store.gc(dry_run=False).items] == ["m@1.0.0"]
    assert os.listdir(store.root / "live") == [".trees"]  # nothing is left of it
    store.log_metrics("m", {"accuracy": 0.95})
    store.promote("m", "production", reason="now")
    assert (store.root / "live" / "m" / "production" / "model.bin").read_bytes() == b"weights"


def test_a_directory_with_something_of_the_users_in_it_stays(served: Store, later: Later) -> None:
    served.promote("m@1.0.1", "archived", reason="off")
    (served.root / "live" / "m" / "NOTES").write_text("mine")
    os.symlink(
        ".versions/1.0.1", served.root / "live" / "other" / ".versions" / ".next"
    )  # left by a process that died
    served.promote("other@1.0.0", "archived", reason="off")
    later(15)
    served.gc(dry_run=False)
    assert sorted(os.listdir(served.root / "live")) == [".trees", "m"]
    assert os.listdir(served.root / "live" / "m") == ["NOTES"]


def test_where_the_pointer_leads_stays_whatever_the_journal_says(served: Store, later: Later) -> None:
    pointer = served.root / "live" / "m" / "production"
    (old,) = (served.root / "live" / "m" / ".versions").glob("1.0.0-*")
    os.unlink(pointer)
    os.symlink(old.relative_to(pointer.parent), pointer)
    later(15)
    assert [item.name for item in served.gc().items] == ["other@1.0.1"]
    assert served.why("m@1.0.0")[1] == f"{old} stays: the live pointer leads to it"


def test_the_bytes_behind_what_is_still_served_outlive_their_version(served: Store, later: Later) -> None:
    reader = (served.root / "live" / "m" / "production").resolve()
    served.rollback("m", reason="it was bad")
    served.delete("m@1.0.1", "it was bad")
    later(13.9)
    served.gc(dry_run=False)
    assert (reader / "model.bin").read_bytes() == b"twom"
    (why,) = served.why(of_bytes(b"twom"))
    assert why.startswith("served from live/ as m@1.0.1, which was deleted: it left production at ")
    later(14.1)
    assert {("live", "m@1.0.1"), ("object", of_bytes(b"twom"))} <= {
        (item.what, item.name) for item in served.gc(dry_run=False).items
    }
    assert not reader.exists()


def test_what_keeps_a_version_in_live_is_told(served: Store) -> None:
    first, second = served.why("m@1.0.1")
    assert first == "m@1.0.1 was not deleted: its objects stay"
    assert second.endswith("stays: it is in production")
    assert "left production at 20" in served.why("m@1.0.0")[1]


def test_copies_count_as_what_is_freed(tmp_path: Path, make_file: MakeFile, later: Later) -> None:
    with init_store(tmp_path / "store"):
        (tmp_path / "store" / "config.toml").write_text("[live]\ncopy = true\n")
    with open_store(tmp_path / "store") as store:
        for content in (b"1" * 5000, b"2" * 5000):
            store.promote(store.register("m", make_file(content)).version.ref, "production", reason="x")
        assert not (store.root / "live" / "m" / "production" / "model.bin").is_symlink()
        later(15)
        report = store.gc(dry_run=False)
        assert 5000 <= report.freed < 6000
        assert report.freed == report.items[0].size


def test_a_tree_is_published_although_gc_took_the_empty_directory_for_it(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.register("m", make_file())
    publish = durable.TempTree.publish

    def after_gc(tree: durable.TempTree, target: str) -> None:
        monkeypatch.setattr(durable.TempTree, "publish", publish)
        with open_store(store.root) as other:
            other.gc(dry_run=False)
        assert not (store.root / "live" / "m").exists()
        publish(tree, target)

    monkeypatch.setattr(durable.TempTree, "publish", after_gc)
    store.promote("m", "production", reason="x")
    assert (store.root / "live" / "m" / "production" / "model.bin").read_bytes() == b"weights"


@pytest.mark.parametrize(
    ("act", "model", "content"),
    [
        (lambda store: store.rollback("m", reason="back"), "m", b"onem"),
        (lambda store: store.promote("m@1.0.0", "production", reason="again"), "m", b"onem"),
        (lambda store: store.undo(), "other", b"twoother"),
    ],
)
def test_what_gc_takes_between_look_and_lock_is_made_again(
    served: Store,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Store], object],
    model: str,
    content: bytes,
) -> None:
    writing = served._repository.writing
    left: list[list[str]] = []

    def after_gc() -> AbstractContextManager[object]:
        monkeypatch.setattr(served._repository, "writing", writing)
        with open_store(served.root) as other:
            other.gc(dry_run=False)
        left.append(trees(served, model))
        return writing()

    later(15)
    monkeypatch.setattr(served._repository, "writing", after_gc)
    act(served)
    assert [len(found) for found in left] == [1]
    assert (served.root / "live" / model / "production" / "model.bin").read_bytes() == content


@pytest.mark.usefixtures("no_grace")
def test_a_deletion_undone_is_as_if_it_never_was(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"kept"))
    store.delete("m@1.0.0", "a mistake")
    store.undo()
    assert store.gc(dry_run=False).items == ()
    assert store.verify().ok
    assert store.checkout("m@1.0.0", store.root.parent / "out")


def test_an_undo_after_gc_brings_the_bytes_back_until_they_are_gone(
    store: Store, make_file: MakeFile, later: Later
) -> None:
    store.register("m", make_file(b"kept"))
    store.delete("m@1.0.0", "a mistake")
    store.gc(dry_run=False)
    store.undo()
    assert store.verify("m@1.0.0").ok
    store.redo()
    store.gc(dry_run=False)
    later(15)
    store.gc(dry_run=False)
    with pytest.raises(ConflictError, match=r"the bytes of m@1\.0\.0 are gone: gc removed model\.bin"):
        store.undo()
    assert store.verify().ok


@pytest.mark.usefixtures("no_grace")
def test_what_gates_and_approvals_need_stays(store: Store, make_file: MakeFile) -> None:
    (store.root / "config.toml").write_text(
        '[gc]\ngrace = "0s"\n[[gate]]\nstage = "staging"\napprovals = 1\nfour_eyes = false\n'
        '[access]\nconfig = ["nobody-here"]\n'
    )
    store.register("m", make_file())
    store.approve("m", "staging", reason="x" * 1900)
    store.promote("m", "staging", reason="approved")
    agreed = store.policy().digest
    store.gc(dry_run=False)
    (store.root / "config.toml").write_text(
        '[gc]\ngrace = "0s"\n'
    )  # waits: the old one is read from its object
    with open_store(store.root) as fresh:
        assert fresh.policy().digest == agreed
        assert fresh.policy().waiting == ("config.toml",)
        assert fresh.verify().ok
        bodies = [name for event in fresh.events() for name in event.names()]
        assert bodies
        assert all(fresh.why(name) for name in bodies)


def test_an_event_whose_names_are_lost_stops_it(store: Store, make_file: MakeFile) -> None:
    """A capture that only such an event named would look unneeded."""
    store.register("m", make_file(b"1"))
    many = [store._repository.objects.put_bytes(b"%d" % n) for n in range(60)]
    with store._repository.writing():
        data = {"model": "m", "version": "1.0.0", "objects": many}
        event = store._repository.append(EventKind.ADD, data)
    assert event.body
    assert "objects" in event.data
    assert store.gc().items == ()
    os.unlink(store.root / "objects" / event.body[:2] / event.body[2:])
    with open_store(store.root) as fresh, pytest.raises(JournalDamagedError, match="details of event"):
        fresh.gc()


def test_a_deleted_version_is_in_production_no_more_by_whichever_event(served: Store) -> None:
    """No verb writes such an event; a later mvtui, or someone else's program, may."""
    with served._repository.writing():
        served._repository.append(EventKind.DELETE, {"model": "m", "version": "1.0.1"}, "forged")
    found = marks.replayed(served._repository)
    assert found.production == {"other": "1.0.0"}
    assert ("m", "1.0.1") in found.left


@pytest.fixture
def no_grace(store: Store) -> None:
    (store.root / "config.toml").write_text('[gc]\ngrace = "0s"\n')
    store._repository.read_config()


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize("seed", range(4))
def test_the_journal_replayed_says_what_the_index_does(seed: int, tmp_path: Path) -> None:
    """Whatever is done: the same versions stand, the same are in production, and nothing that stands loses a byte."""
    chance = random.Random(seed)
    with init_store(tmp_path / "store") as store:
        (store.root / "config.toml").write_text('[gc]\ngrace = "0s"\n')
        store._repository.read_config()
        source = tmp_path / "model.bin"

        def some() -> str:
            return chance.choice([version.ref for version in store.versions()])

        stages = ["production", "production", "archived", "none"]
        acts: list[Callable[[], object]] = [
            lambda: source.write_bytes(b"%d" % chance.randrange(6)),
            lambda: store.register(chance.choice("ab"), source),
            lambda: store.promote(some(), chance.choice(stages), reason="x"),
            lambda: store.rollback(chance.choice("ab"), reason="x"),
            lambda: store.delete(some(), "x"),
            store.undo,
            store.redo,
            lambda: store.gc(dry_run=False),
        ]
        for _ in range(100):
            try:
                chance.choice(acts)()
            except (MvtuiError, IndexError, FileNotFoundError):
                continue
            found = marks.replayed(store._repository)
            assert found.doubt is None
            assert {f"{m}@{n}" for m, n in found.standing} == {version.ref for version in store.versions()}
            assert found.production == {m.name: m.production for m in store.models() if m.production}
        report = store.verify()
        assert report.ok
        assert report.repaired == ()
        shutil.rmtree(store.root)
