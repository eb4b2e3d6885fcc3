"""Sharing by itself: what is given to a group, what is said to who may not write. Real users are in tests/faults."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store, errors
from mvtui.store.engine import modes, platform, sharing
from mvtui.store.engine.layout import Layout


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    with init_store(tmp_path / "shared", group=os.getgid()) as made:
        return made.root


def test_the_directory_alone_says_that_a_store_is_shared(store: Store, shared: Path) -> None:
    assert sharing.group_of(str(store.root)) is None
    assert sharing.group_of(str(shared)) == os.getgid()
    shared.chmod(0o2755)
    assert sharing.group_of(str(shared)) is None


def test_a_group_goes_by_name_or_id(tmp_path: Path) -> None:
    gid = os.getgid()
    ways: tuple[str | int, ...] = (gid, str(gid), platform.group_name(gid))
    for number, group in enumerate(ways):
        with init_store(tmp_path / str(number), group=group) as store:
            assert sharing.group_of(str(store.root)) == gid
            assert store.writable


@pytest.mark.parametrize("group", ["no-such-group", "", "-1", -1, 2**32 - 1, "1.5", "²", "staff\0", "\udc80"])
def test_a_group_that_is_none_is_refused_before_anything_is_made(tmp_path: Path, group: str | int) -> None:
    with pytest.raises(errors.BadInputError, match="there is no group") as caught:
        init_store(tmp_path / "store", group=group)
    assert "getent group" in caught.value.hint
    assert not (tmp_path / "store").exists()


def test_a_group_that_the_system_refuses_is_an_error_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(fd: int, uid: int, gid: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    monkeypatch.setattr(platform, "is_mine", lambda group: True)
    with pytest.raises(errors.StorageError, match="could be given to the group 61500") as caught:
        init_store(tmp_path / "store", group=61500)
    assert "sudo mvtui init --shared 61500" in caught.value.hint


def test_sharing_goes_as_deep_as_there_are_directories(tmp_path: Path) -> None:
    deep = tmp_path.joinpath("top", *["d"] * 300)
    deep.mkdir(parents=True, mode=0o700)
    (deep / "file").touch(mode=0o400)
    assert sharing.share(str(tmp_path / "top"), os.getgid()) == []
    assert stat.S_IMODE(deep.stat().st_mode) & 0o2070 == 0o2070
    assert stat.S_IMODE((deep / "file").stat().st_mode) & 0o660 == 0o440
    assert list(sharing.astray(str(tmp_path / "top"), os.getgid())) == []


def test_sharing_keeps_no_descriptor(shared: Path) -> None:
    before = os.listdir("/proc/self/fd")
    sharing.share(str(shared), os.getgid())
    assert os.listdir("/proc/self/fd") == before


def test_a_directory_that_is_there_is_opened_to_the_group_alone(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(mode=0o700)
    with init_store(tmp_path / "store", group=os.getgid()) as store:
        assert stat.S_IMODE(store.root.stat().st_mode) == 0o2770


def test_what_is_missing_is_in_no_ones_way(shared: Path) -> None:
    (shared / "tmp").rmdir()
    assert not (shared / "lock").exists()
    assert sharing.in_the_way(Layout(str(shared))) == ""
    with open_store(shared) as store:
        assert store.writable
        store.repair()
    assert stat.S_IMODE((shared / "tmp").stat().st_mode) == 0o2775


def test_who_was_added_to_the_group_after_logging_in_is_told_to_log_in_again(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, group = platform.user_name(), platform.group_name(os.getgid())
    monkeypatch.setattr(sharing, "is_ours", lambda root: False)
    monkeypatch.setattr(sharing, "in_the_way", lambda layout: layout.journal)
    monkeypatch.setattr(platform, "group_members", lambda gid: ("someone", me))
    with open_store(shared) as store:
        assert not store.writable
        with pytest.raises(
            errors.ReadOnlyError, match=f"began before {me} was in its group, {group}"
        ) as caught:
            store.repair()
        assert f"newgrp {group}" in caught.value.hint
        found = {finding.topic: finding for finding in store.doctor() if finding.level == "warn"}
    assert "began before" in found["access"].message


def test_a_store_opened_for_reading_only_is_no_fault(shared: Path) -> None:
    with open_store(shared, read_only=True) as store:
        access = [finding for finding in store.doctor() if finding.topic == "access"]
    assert [finding.level for finding in access] == ["info"]


def test_the_bits_that_others_have_stay(store: Store) -> None:
    store.root.chmod(0o750)
    (store.root / "journal").chmod(0o711)
    init_store(store.root, group=os.getgid()).close()
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o2770
    assert stat.S_IMODE((store.root / "journal").stat().st_mode) == 0o2771
    assert modes.is_shared(str(store.root))
