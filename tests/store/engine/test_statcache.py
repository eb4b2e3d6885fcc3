"""The stat cache: it vouches for a file's state only when nothing could have slipped in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui.store.engine.statcache import SMALL, Stamp, StatCache

DIGEST = "ab" * 32
SECOND = 1_000_000_000
NOW = 1_800_000_000 * SECOND


def stamp(ino: int = 7, size: int = SMALL, mtime: int = NOW, ctime: int = NOW) -> Stamp:
    return Stamp(1, ino, size, mtime, ctime)


@pytest.mark.parametrize(("age", "kept"), [(0, False), (1, False), (1.999, False), (2, True), (100, True)])
@pytest.mark.parametrize("which", ["mtime", "ctime"])
def test_a_file_changed_within_two_seconds_is_not_vouched_for(
    tmp_path: Path, age: float, kept: bool, which: str
) -> None:
    cache = StatCache(str(tmp_path / "cache"), temp_dir=str(tmp_path), clock=lambda: NOW)
    old, changed = NOW - 1000 * SECOND, NOW - int(age * SECOND)
    seen = stamp(mtime=changed if which == "mtime" else old, ctime=changed if which == "ctime" else old)
    cache.put(seen, DIGEST, began_ns=cache.now())
    assert cache.get(seen) == (DIGEST if kept else None)
    cache.close()


@pytest.mark.parametrize("field", ["dev", "ino", "size", "mtime_ns", "ctime_ns"])
def test_any_difference_makes_it_another_state(tmp_path: Path, field: str) -> None:
    cache = StatCache(str(tmp_path / "cache"), temp_dir=str(tmp_path))
    cache.put_own(stamp(), DIGEST)
    other = {name: getattr(stamp(), name) for name in ("dev", "ino", "size", "mtime_ns", "ctime_ns")}
    other[field] += 1
    assert cache.get(stamp()) == DIGEST
    assert cache.get(Stamp(**other)) is None
    cache.close()


def test_it_is_shared_between_processes_and_the_last_word_wins(tmp_path: Path) -> None:
    one, two = (
        StatCache(str(tmp_path / "cache"), temp_dir=str(tmp_path)),
        StatCache(str(tmp_path / "cache"), temp_dir=str(tmp_path)),
    )
    one.put_own(stamp(), DIGEST)
    assert two.get(stamp()) == DIGEST
    two.put_own(stamp(), "cd" * 32)
    assert one.get(stamp()) == "cd" * 32
    one.close()
    two.close()


def test_a_flipped_bit_never_vouches_for_other_bytes(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    cache = StatCache(str(path), temp_dir=str(tmp_path))
    cache.put_own(stamp(), DIGEST)
    cache.close()
    whole = path.read_bytes()
    used = [at for at, byte in enumerate(whole) if byte]
    assert used
    for at in used:
        for bit in range(8):
            with path.open("r+b") as file:
                file.seek(at)
                file.write(bytes([whole[at] ^ (1 << bit)]))
            assert cache.get(stamp()) in (None, DIGEST)
            with path.open("r+b") as file:
                file.seek(at)
                file.write(whole[at : at + 1])
    assert cache.get(stamp()) == DIGEST
    cache.close()


@pytest.mark.parametrize("content", [b"", b"junk\n" * 1000, b"\xff" * 70_000])
def test_junk_in_its_place_costs_a_hash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache"
    path.write_bytes(content)
    cache = StatCache(str(path), temp_dir=str(tmp_path))
    assert cache.get(stamp()) is None
    cache.put_own(stamp(), DIGEST)
    assert cache.get(stamp()) == DIGEST
    cache.close()


def test_where_it_cannot_write_it_remembers_in_memory(tmp_path: Path) -> None:
    cache = StatCache(str(tmp_path / "no" / "such" / "directory"), temp_dir=str(tmp_path))
    cache.put_own(stamp(), DIGEST)
    assert cache.get(stamp()) == DIGEST
    assert os.listdir(tmp_path) == []
    cache.close()
