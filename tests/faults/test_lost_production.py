"""The journal line that registered what is in production goes bad: serving goes on, and so does work."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Store
from mvtui.store.errors import JournalDamagedError, NotFoundError

MakeFile = Callable[..., Path]


def _flip(store: Store, *texts: bytes) -> None:
    """Change a bit of the last of these texts that follow each other in the journal."""
    path = store.root / "journal" / "events.jsonl"
    data, at = bytearray(path.read_bytes()), 0
    for text in texts:
        at = data.index(text, at)
    data[at] ^= 1
    path.write_bytes(data)


def _pointer(store: Store) -> Path:
    return store.root / "live" / "m" / "production"


@pytest.mark.parametrize("legible", [True, False])
def test_a_lost_registration_takes_nothing_out_of_service(
    store: Store, make_file: MakeFile, legible: bool
) -> None:
    """Of a line whose number can still be read, repair keeps that; of another it knows nothing."""
    for content in (b"1", b"2", b"3"):
        store.register("m", make_file(content))
    for number in ("1.0.0", "1.0.1"):
        store.promote(f"m@{number}", "production", reason="so")
    served = os.readlink(_pointer(store))
    _flip(store, b'"version":"1.0.1"', *([b'"kind"'] if legible else []))
    store.close()
    with open_store(store.root) as left:
        with pytest.raises(JournalDamagedError):
            left.register("m", make_file(b"4"))
        left.verify()
        assert os.readlink(_pointer(left)) == served
        left.repair()
        left.note("m@1.0.0", "work goes on")
        assert os.readlink(_pointer(left)) == served
        assert (_pointer(left) / "model.bin").read_bytes() == b"2"
        with pytest.raises(
            NotFoundError, match="was deleted: its event was damaged" if legible else "no version"
        ):
            left.get("m@production")
        (notice,) = left.verify().notices
        assert "stays as it is: what the journal said of it is lost" in notice

        assert left.rollback("m", reason="3 a.m.").version.version == "1.0.0"
        assert (_pointer(left) / "model.bin").read_bytes() == b"1"
        left.promote("m@1.0.2", "production", reason="better")
        assert (_pointer(left) / "model.bin").read_bytes() == b"3"
        assert left.stages("m")["production"] == ("1.0.2",)
        assert left.verify().notices == ()
        assert left.at(left.transitions("m")[0].at)[0].version == "1.0.2"


def test_a_model_of_which_all_is_lost_is_served_on(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"1"))
    store.promote("m@1.0.0", "production", reason="so")
    store.register("other", make_file(b"2"))
    store.promote("other@1.0.0", "production", reason="so")
    _flip(store, b'"model":"m","version":"1.0.0","id"')
    store.close()
    with open_store(store.root) as left:
        left.repair()
        assert [model.name for model in left.models()] == ["other"]
        left.note("other", "work goes on")
        assert "stays as it is" in left.verify().notices[0]
        assert (_pointer(left) / "model.bin").read_bytes() == b"1"
