"""What verify leaves behind: a note of when bytes were hashed, and live pointers that lead where the journal says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.errors import ConflictError, JournalDamagedError, StorageError

from ...conftest import MakeFile

WITHIN = '[[gate]]\nstage = "staging"\nverified = "24h"\n'


def kinds(store: Store) -> list[EventKind]:
    return [event.kind for event in store.events()]


def object_of(store: Store, ref: str) -> Path:
    digest = store.show(ref).files[0].digest
    return store.root / "objects" / digest[:2] / digest[2:]


def spoil(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"spoilt!")


def pointer(store: Store, model: str = "m") -> Path:
    return store.root / "live" / model / "production"


@pytest.fixture
def served(store: Store, make_file: MakeFile) -> Store:
    """Two models; m has had two versions in production."""
    for model, content in (("m", b"1"), ("m", b"2"), ("other", b"3")):
        store.register(model, make_file(content))
    for ref in ("other@1.0.0", "m@1.0.0", "m@1.0.1"):
        store.promote(ref, "production", reason="first")
    return store


def test_a_gate_that_asks_when_bytes_were_verified_knows_it_afterwards(
    store: Store, make_file: MakeFile
) -> None:
    (store.root / "config.toml").write_text(WITHIN)
    store.register("m", make_file())
    assert not store.gates("m", "staging", verify=False).open
    assert store.verify("m").ok
    assert store.get("m").verified is not None
    assert store.gates("m", "staging", verify=False).open


def test_bytes_found_bad_are_on_record_too(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    store.verify("m")
    spoil(object_of(store, "m"))
    report = store.verify("m")
    assert not report.ok
    assert store.get("m").verified is None
    last = [event for event in store.events() if event.kind is EventKind.VERIFIED][-1]
    assert last.data["ok"] is False
    assert "damaged" in last.data["problem"]


def test_a_read_only_store_is_verified_without_a_word_about_it(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    with open_store(store.root, read_only=True) as reader:
        report = reader.verify("m")
    assert (report.ok, report.notices) == (True, ())
    assert EventKind.VERIFIED not in kinds(store)


def test_what_can_not_be_journaled_is_told_with_what_was_found(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.register("m", make_file())

    def full(*_args: object, **_more: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(store._repository, "append", full)
    report = store.verify("m")
    assert report.ok
    (notice,) = report.notices
    assert notice == "that m@1.0.0 was verified could not be journaled: the disk is full"


def test_a_dataset_that_stayed_where_it_was_is_not_said_to_be_verified(
    store: Store, make_file: MakeFile
) -> None:
    store.register("m", make_file(), datasets={"train:rows": make_file(b"rows", "rows.csv")})
    store.verify("rows")
    assert EventKind.VERIFIED not in kinds(store)


def test_a_version_deleted_meanwhile_is_not_written_about(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.register("m", make_file())
    find = store._repository.objects.problem

    def deleted_on_the_way(name: str, **how: object) -> str | None:
        with open_store(store.root) as other:
            if not any(version.deleted for version in other.versions(deleted=True)):
                other.delete("m@1.0.0", "gone")
        return find(name, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(store._repository.objects, "problem", deleted_on_the_way)
    assert store.verify("m").ok
    assert kinds(store)[-1] is EventKind.DELETE


@pytest.mark.parametrize("mend", ["verify", "repair"])
def test_every_pointer_that_leads_astray_is_mended_and_told(served: Store, mend: str) -> None:
    for model in ("m", "other"):
        os.unlink(pointer(served, model))
    os.symlink(".versions/nowhere", pointer(served, "m"))
    with open_store(served.root) as fresh:
        told = fresh.verify().repaired if mend == "verify" else fresh.repair().actions
        assert len(told) == 2
        assert all("did not lead where the journal says" in sentence for sentence in told)
        assert list(fresh.mended) == []  # told once
        assert (pointer(fresh, "m") / "model.bin").read_bytes() == b"2"
        assert (pointer(fresh, "other") / "model.bin").read_bytes() == b"3"
        assert fresh.verify().repaired == ()
        assert fresh.repair().actions == ()


def test_a_pointer_of_a_model_with_nothing_in_production_goes(served: Store) -> None:
    os.symlink(".versions/1.0.0", served.root / "live" / "m" / "production.new")
    served.promote("m@1.0.1", "archived", reason="off")
    os.rename(served.root / "live" / "m" / "production.new", pointer(served))
    assert "leads to nothing" in served.verify().repaired[0]
    assert not os.path.lexists(pointer(served))


def test_who_may_not_write_is_told_that_a_pointer_leads_astray(served: Store) -> None:
    os.unlink(pointer(served))
    with open_store(served.root, read_only=True) as reader:
        report = reader.verify()
    assert report.ok
    (notice,) = report.notices
    assert notice.startswith(f"{pointer(served)} does not lead where the journal says")
    assert not os.path.lexists(pointer(served))


def test_something_that_is_no_symlink_is_left_alone_and_told(served: Store) -> None:
    served.promote("m@1.0.1", "archived", reason="off")
    pointer(served).write_text("mine")
    (notice,) = served.verify().notices
    assert "could not be mended" in notice
    assert pointer(served).read_text() == "mine"


def test_what_a_change_mended_on_its_way_can_be_read(served: Store, make_file: MakeFile) -> None:
    os.unlink(pointer(served))  # of the last one that was promoted
    with open_store(served.root) as fresh:
        assert list(fresh.mended) == []
        fresh.register("third", make_file(b"4"))
        (told,) = fresh.mended
        assert told == f"{pointer(served)} did not lead where the journal says; now it leads to 1.0.1"
        fresh.note("third", "nothing new to tell")
        assert list(fresh.mended) == [told]


def test_a_damaged_journal_moves_no_pointer(served: Store, make_file: MakeFile) -> None:
    """What it says now may not be the last word: the damaged line may be the promotion that live/ follows."""
    served.promote("m@1.0.0", "production", reason="back again")
    before = os.readlink(pointer(served))
    path = served.root / "journal" / "events.jsonl"
    data = bytearray(path.read_bytes())
    data[data.rindex(b"back again")] ^= 1
    path.write_bytes(data)
    served.close()
    with open_store(served.root) as fresh:
        assert fresh.get("m@production").version == "1.0.1"
        with pytest.raises(JournalDamagedError):
            fresh.register("m", make_file(b"5"))
        assert os.readlink(pointer(served)) == before
        report = fresh.verify()
        assert "journal is damaged" in report.notices[0]
        assert os.readlink(pointer(served)) == before
        assert any("now it leads to 1.0.1" in action for action in fresh.repair().actions)
        assert fresh.verify().ok
        with pytest.raises(ConflictError):
            fresh.promote("m@1.0.1", "production", reason="it is there")
