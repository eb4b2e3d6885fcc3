"""The thread that talks to the store, without a screen."""

from __future__ import annotations

from pathlib import Path

from mvtui.store import Store, init_store, open_store
from mvtui.tui.app.asking.messages import FromStore, ModelsListed
from mvtui.tui.app.asking.worker import StoreWorker


def test_a_change_that_another_job_read_first_is_still_told(tmp_path: Path) -> None:
    source = tmp_path / "model.bin"
    source.write_bytes(b"1")
    posted: list[FromStore] = []

    def listed(store: Store) -> list[tuple[str, ...]]:
        worker._poll(store)
        found = [message.arrived for message in posted if isinstance(message, ModelsListed)]
        posted.clear()
        return found

    with init_store(tmp_path / "store") as store, open_store(store.root) as other:
        worker = StoreWorker(lambda: store, posted.append)
        store.register("m", source)
        assert listed(store) == [()]
        assert listed(store) == []
        source.write_bytes(b"2")
        other.register("m", source)
        assert len(store.versions("m")) == 2  # as a job does that reads a version's files
        assert listed(store) == [("m@1.0.1",)]
        assert listed(store) == []
