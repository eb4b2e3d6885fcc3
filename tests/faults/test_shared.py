"""A store that several users share by a group, with real users, and one that its owner keeps to himself."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from mvtui import open_store

from tests.faults.members import ANN, BOB, EVE, TEAM, User
from tests.faults.together import check_modes, impatient, live_at, walk


def test_members_in_turn_use_what_the_other_made(place: Path, root: Path) -> None:
    check_modes(root)
    impatient(root)
    for user in (ANN, BOB, ANN, BOB):
        live_at(place, root, 2, user)
        check_modes(root)
    with open_store(root) as store:
        assert {model.name for model in store.models()} >= {f"u{ANN.uid}", f"u{BOB.uid}"}
        assert {event.actor.uid for event in store.events() if event.actor} >= {ANN.uid, BOB.uid}
        assert store.verify().ok
        assert not [finding for finding in store.doctor() if finding.level in {"warn", "bad"}]
    assert os.listdir(root / "tmp") == []
    assert {status.st_uid for _, status in walk(root)} == {ANN.uid, BOB.uid}


@pytest.mark.parametrize("grace", ["0s", "14d"])
def test_members_at_once(place: Path, root: Path, grace: str) -> None:
    if grace == "0s":
        impatient(root)
    live_at(place, root, 4, ANN, BOB, User(61004, 0o027, (TEAM,)), User(61005, 0o777 & ~0o700, (TEAM,)))
    check_modes(root)
    with open_store(root) as store:
        assert len(store.models()) == 4
        assert store.verify().ok
    assert os.listdir(root / "tmp") == []


def test_who_is_not_in_the_group_reads_and_is_told_why_no_more(place: Path, root: Path) -> None:
    live_at(place, root, 3, ANN, BOB)
    (root / "trash").rmdir()  # repair would make it again
    before = [(path, status.st_ino, status.st_mtime_ns) for path, status in walk(root)]
    said = EVE.does("read", root)
    assert f"can't be written by {EVE.uid}: it belongs to {ANN.uid}" in said
    assert f"the group {TEAM} may write it" in said
    assert f"sudo usermod -aG {TEAM} {EVE.uid}" in said
    told = EVE.does("doctor", root)
    assert f"ok shared with the group {TEAM}" in told
    assert "warn access the store at" in told
    assert "bad" not in told
    after = [(path, status.st_ino, status.st_mtime_ns) for path, status in walk(root)]
    assert after == before


def test_a_store_can_be_kept_from_everyone_else(place: Path, root: Path) -> None:
    root.chmod(0o2770)
    live_at(place, root, 1, BOB)
    assert stat.S_IMODE((root / "index.json").stat().st_mode) == 0o660
    code, said = EVE.fails("read", root)
    assert code == 7
    assert f"shared with the group {TEAM}" in said


def test_a_private_store_stays_private(place: Path) -> None:
    root = place / "store"
    ANN.does("init", root)
    impatient(root)
    live_at(place, root, 4, ANN)
    for path, status in walk(root):
        if not path.is_symlink():
            assert not stat.S_IMODE(status.st_mode) & 0o7077, path
    for user in (BOB, EVE):
        code, said = user.fails("read", root)
        assert code == 7
        assert f"belongs to {ANN.uid}" in said


def test_a_private_store_inside_a_shared_directory_stays_private(place: Path) -> None:
    shared = place / "team"
    shared.mkdir()
    os.chown(shared, BOB.uid, TEAM)
    shared.chmod(0o2775)
    ANN.does("init", shared / "store")
    live_at(place, shared / "store", 1, ANN)
    for path, status in walk(shared / "store"):
        if not path.is_symlink():
            assert not stat.S_IMODE(status.st_mode) & 0o077, path
    code, _ = BOB.fails("read", shared / "store")
    assert code == 7


def test_someone_elses_store_that_is_open_to_read_says_who_can_share_it(place: Path) -> None:
    root = place / "store"
    BOB.does("init", root)
    live_at(place, root, 1, BOB)
    said = EVE.does("read", root)
    assert f"it belongs to {BOB.uid}" in said
    assert "mvtui init --shared GROUP" in said


def test_an_owner_whose_files_root_took_is_told_how_to_take_them_back(place: Path) -> None:
    """As when a container ran as root."""
    root = place / "store"
    BOB.does("init", root)
    live_at(place, root, 1, BOB)
    os.chown(root / "journal" / "events.jsonl", 0, 0)
    said = BOB.does("read", root)
    assert f"{root}/journal/events.jsonl belongs to root" in said
    assert f"sudo chown -R {BOB.uid} {root}" in said
    assert "bad access the store at" in BOB.does("doctor", root)


@pytest.mark.parametrize("umask", [0o077, 0o022])
def test_a_store_that_is_there_is_shared_later(place: Path, umask: int) -> None:
    root, owner = place / "store", User(EVE.uid, umask, (TEAM,))
    owner.does("init", root)
    live_at(place, root, 3, owner)
    owner.does("init", root, TEAM)
    check_modes(root, for_others=umask == 0o022)
    before = {path: status.st_ctime_ns for path, status in walk(root)}
    BOB.does("init", root, TEAM)  # nothing is left to do, so it is no matter that it is another's
    assert before == {path: status.st_ctime_ns for path, status in walk(root)}
    live_at(place, root, 3, BOB, ANN)
    check_modes(root, for_others=umask == 0o022)


def test_what_may_not_be_given_to_the_group_is_named(place: Path, root: Path) -> None:
    live_at(place, root, 1, ANN)
    spoiled = root / "journal" / "events.jsonl"
    spoiled.chmod(0o604)
    os.chown(spoiled, ANN.uid, ANN.uid)
    code, said = BOB.fails("init", root, TEAM)
    assert code == 7
    assert str(spoiled) in said
    assert f"sudo mvtui init --shared {TEAM} {root}" in said
    ANN.does("init", root, TEAM)
    check_modes(root)
    live_at(place, root, 1, BOB)


def test_doctor_names_what_keeps_members_out_and_the_command_that_mends_it(place: Path, root: Path) -> None:
    live_at(place, root, 1, ANN)
    healthy = BOB.does("doctor", root)
    assert f"ok access this user, {BOB.uid}, is in the group {TEAM} and can write" in healthy
    assert "everything in it is the group's to use" in healthy
    journal = root / "journal" / "events.jsonl"
    journal.chmod(0o644)
    told = BOB.does("doctor", root)
    assert (
        f"bad access the store at {root} can't be written by {BOB.uid}: {journal} belongs to {ANN.uid}"
        in told
    )
    assert f"-> sudo chmod 0664 {journal}" in told
    assert BOB.fails("note", root, f"u{ANN.uid}", "x")[0] == 7
    shard = next((root / "objects").iterdir())
    os.chown(shard, ANN.uid, ANN.uid)
    shard.chmod(0o755)
    told = BOB.does("doctor", root)
    assert "bad shared" in told
    assert "can't use 2 files and directories" in told
    assert f"-> sudo mvtui init --shared {TEAM} {root}" in told
    ANN.does("init", root, TEAM)
    assert BOB.does("doctor", root) == healthy
    place.chmod(0o700)
    with open_store(root) as store:
        found = [
            finding for finding in store.doctor() if finding.level == "warn" and finding.topic == "shared"
        ]
    place.chmod(0o777)
    assert [finding.fix.partition(",")[0] for finding in found] == [f"chmod o+x {place}"]


def test_a_group_one_is_not_in_and_one_that_is_not(place: Path) -> None:
    code, said = EVE.fails("init", place / "store", TEAM)
    assert code == 7
    assert f"{EVE.uid} is not in the group {TEAM}" in said
    assert not (place / "store").exists()
    code, said = EVE.fails("init", place / "store", "no-such-group")
    assert code == 4
    assert "there is no group 'no-such-group'" in said
    assert EVE.fails("init", place / "store", 2**32 - 1)[0] == 4
    assert EVE.fails("init", place / "store", -1)[0] == 4
    assert not (place / "store").exists()


def test_root_makes_a_store_for_a_group_it_is_not_in(place: Path) -> None:
    root = place / "store"
    User(0, 0o077).does("init", root, TEAM)
    live_at(place, root, 2, ANN, BOB)
    User(0, 0o077).does("note", root, f"u{ANN.uid}", "from root")
    check_modes(root)


def test_a_directory_made_ready_by_an_administrator_is_shared_without_a_word(place: Path) -> None:
    root = place / "store"
    root.mkdir()
    os.chown(root, 0, TEAM)
    root.chmod(0o2770)
    ANN.does("init", root)
    live_at(place, root, 2, ANN, BOB)
    check_modes(root, for_others=False)


@pytest.mark.parametrize(("umask", "is_sound"), [(0o002, True), (0o022, False)])
def test_an_owner_who_is_not_in_the_group_is_told_that_it_may_lock_others_out(
    place: Path, umask: int, is_sound: bool
) -> None:
    root, owner = place / "store", User(EVE.uid, umask)
    root.mkdir()
    os.chown(root, owner.uid, TEAM)
    root.chmod(0o2775)
    owner.does("init", root)
    told = owner.does("doctor", root)
    assert (
        f"warn access this user, {owner.uid}, can write as the owner but is not in the group {TEAM}" in told
    )
    assert ("everything in it is the group's to use" in told) == is_sound
    if is_sound:  # the kernel gave each directory its bit, and nothing took it away
        live_at(place, root, 1, owner)
        check_modes(root)
