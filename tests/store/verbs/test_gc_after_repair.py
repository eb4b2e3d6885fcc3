"""A quarantined event may have named bytes: gc keeps what a lost version is made of."""

from __future__ import annotations

from pathlib import Path

from mvtui.store import open_store
from mvtui.store.api import Store


def _damage_event(store: Store, marker: bytes) -> None:
    events = store.root / "journal" / "events.jsonl"
    data = bytearray(events.read_bytes())
    data[data.index(marker)] ^= 1
    events.write_bytes(data)


def test_the_bytes_of_a_version_whose_event_was_lost_stay(store: Store, tmp_path: Path) -> None:
    lost, kept = tmp_path / "lost.bin", tmp_path / "kept.bin"
    lost.write_bytes(b"lost" * 100)
    kept.write_bytes(b"kept" * 100)
    store.register("lost", lost)
    store.register("kept", kept)
    before = {path for path in (store.root / "objects").glob("*/*") if path.is_file()}
    _damage_event(store, b'"model":"lost"')

    fresh = open_store(store.root)
    fresh.repair()
    assert [model.name for model in fresh.models()] == ["kept"]
    report = fresh.gc(dry_run=False)

    assert report.items == ()
    assert {path for path in (store.root / "objects").glob("*/*") if path.is_file()} == before
    digest = next(path.parent.name + path.name for path in before if path.read_bytes() == b"lost" * 100)
    assert fresh.why(digest) == ("perhaps a version whose event was lost: a journal stretch was quarantined",)


def test_without_a_gap_an_unneeded_manifest_goes(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "model.bin"
    source.write_bytes(b"x" * 100)
    store.register("gone", source)
    store.delete("gone@1.0.0", "a test")
    report = store.gc(dry_run=False)
    assert [item.what for item in report.items] == ["object"]
