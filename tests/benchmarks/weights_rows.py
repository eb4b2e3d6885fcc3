"""Rows about the numbers in tensors. Peer: reading the same file, from the page cache, and dropping what is read."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from mvtui.store import health

from .harness import Row, against, timed

_LAYERS, _WIDTH = 16, 4096
_BLOCK = 1 << 20


def rows(work: Path) -> Iterator[Row]:
    """Yield the rows: 1 GiB of F32, and half of that in BF16."""
    for dtype, bound in (("F32", 2.0), ("BF16", 8.0)):
        path = _model(work / f"{dtype}.safetensors", dtype)
        yield against(
            f"health, {dtype}",
            timed(lambda path=path: health(path)),  # type: ignore[misc]
            "read",
            timed(lambda path=path: _read(path)),  # type: ignore[misc]
            bound=bound,
            runs=9,
        )
        path.unlink()


def _read(path: Path) -> None:
    buffer = bytearray(_BLOCK)
    fd = os.open(path, os.O_RDONLY)
    while os.readv(fd, [buffer]):
        pass
    os.close(fd)


def _model(path: Path, dtype: str) -> Path:
    import numpy as np

    numbers = np.random.default_rng(0).standard_normal(_WIDTH * _WIDTH).astype("f4") * np.float32(0.02)
    data = numbers.tobytes() if dtype == "F32" else (numbers.view("u4") >> 16).astype("u2").tobytes()
    header = {
        f"layer.{n}.weight": {
            "dtype": dtype,
            "shape": [_WIDTH, _WIDTH],
            "data_offsets": [n * len(data), (n + 1) * len(data)],
        }
        for n in range(_LAYERS)
    }
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.writelines(data for _ in range(_LAYERS))
    return path
