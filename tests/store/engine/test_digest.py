"""Digests against the official BLAKE3 test vectors, and b3sum where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from mvtui.store.engine import digest

# https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json: input bytes are i % 251.
VECTORS = {
    0: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    1: "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
    1023: "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
    1024: "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
    1025: "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
    2048: "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
}
LENGTHS = [
    *VECTORS,
    2,
    63,
    64,
    65,
    4096,
    8192,
    102_400,
    (4 << 20) - 1,
    4 << 20,
    (4 << 20) + 1,
    (16 << 20) + 7,
]


def pattern(length: int) -> bytes:
    return (bytes(range(251)) * (length // 251 + 1))[:length]


@pytest.mark.parametrize("length", VECTORS)
def test_official_vectors(length: int, tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(pattern(length))
    assert digest.of_bytes(pattern(length)) == VECTORS[length]
    fd = os.open(path, os.O_RDONLY)
    try:
        assert digest.of_fd(fd) == (VECTORS[length], length)
    finally:
        os.close(fd)


@pytest.mark.parametrize("length", LENGTHS)
def test_every_way_to_hash_agrees(length: int, tmp_path: Path) -> None:
    data = pattern(length)
    path, copied = tmp_path / "input", tmp_path / "copied"
    path.write_bytes(data)
    told: list[int] = []
    with path.open("rb") as source, copied.open("w+b") as target:
        one = digest.of_fd(source.fileno(), told.append)
        os.lseek(source.fileno(), 0, os.SEEK_SET)
        two = digest.copy(source.fileno(), target.fileno())
    assert one == two == (digest.of_bytes(data), length)
    assert sum(told) == length
    assert copied.read_bytes() == data
    if shutil.which("b3sum"):
        said = subprocess.run(["b3sum", path], capture_output=True, check=True, text=True).stdout
        assert said.split()[0] == one[0]


def test_what_advance_raises_stops_the_work(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(bytes(17 << 20))

    def stop(count: int) -> None:
        raise InterruptedError

    with path.open("rb") as source, pytest.raises(InterruptedError):
        digest.of_fd(source.fileno(), stop)


def test_what_is_a_digest() -> None:
    assert digest.is_digest(VECTORS[0])
    for text in ("", "a" * 63, "A" * 64, "g" * 64, "٠" * 64):
        assert not digest.is_digest(text)
