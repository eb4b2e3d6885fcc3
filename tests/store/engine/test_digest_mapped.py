"""Hashing through mappings: the same digest as reading, and never a SIGBUS."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from blake3 import blake3
from mvtui.store.engine import digest, platform

PAGE = 4096


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "_LARGE", 2 * PAGE)
    monkeypatch.setattr(digest, "_WINDOW", PAGE)
    monkeypatch.setattr(digest, "_BLOCK", PAGE)


def _file(tmp_path: Path, size: int) -> tuple[Path, bytes]:
    data = os.urandom(size)
    path = tmp_path / "file"
    path.write_bytes(data)
    return path, data


def _hash(path: Path) -> tuple[str, int, int]:
    seen = 0

    def advance(count: int) -> None:
        nonlocal seen
        seen += count

    fd = os.open(path, os.O_RDONLY)
    try:
        return (*digest.of_fd(fd, advance), seen)
    finally:
        os.close(fd)


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("size", [2 * PAGE, 2 * PAGE + 1, 5 * PAGE - 1, 9 * PAGE])
def test_the_digest_is_that_of_the_bytes(tmp_path: Path, size: int) -> None:
    path, data = _file(tmp_path, size)
    assert _hash(path) == (blake3(data).hexdigest(), size, size)


@pytest.mark.usefixtures("small_windows")
def test_a_file_open_for_writing_is_read_instead(tmp_path: Path) -> None:
    path, data = _file(tmp_path, 5 * PAGE)
    with (
        open(path, "r+b") as writer,
        open(path, "rb") as reader,
        platform.held_still(reader.fileno()) as is_still,
    ):
        assert is_still is None
        assert writer.writable()
        assert _hash(path)[0] == blake3(data).hexdigest()


@pytest.mark.usefixtures("small_windows")
def test_a_window_that_cant_be_read_in_is_left_to_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, data = _file(tmp_path, 7 * PAGE)
    asked = iter([True, True, False])
    populate = platform.populate
    monkeypatch.setattr(platform, "populate", lambda window: next(asked) and populate(window))
    assert _hash(path) == (blake3(data).hexdigest(), 7 * PAGE, 7 * PAGE)


_TRUNCATED_MEANWHILE = """
import os, subprocess, sys
from mvtui.store.engine import digest
digest._LARGE, digest._WINDOW, digest._BLOCK = 8192, 4096, 4096
path, children = sys.argv[1], []
def advance(count):
    if not children:
        code = "import os, sys; os.truncate(sys.argv[1], 10); print('cut')"
        child = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
        children.append(child)
        while "BREAKING" not in open("/proc/locks").read():
            pass
fd = os.open(path, os.O_RDONLY)
print(*digest.of_fd(fd, advance))
os.close(fd)
assert children[0].communicate()[0] == "cut\\n", "the other program must get its way"
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="leases are Linux's")
def test_a_program_that_cuts_the_file_short_kills_nobody_and_waits_for_one_window(tmp_path: Path) -> None:
    path, data = _file(tmp_path, 400 * PAGE)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _TRUNCATED_MEANWHILE, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    _, size = done.stdout.split()
    assert int(size) < len(data), "the hash went on although another program waited"
    assert path.stat().st_size == 10
