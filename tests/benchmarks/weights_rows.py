"""Rows about the numbers in tensors. Peer: reading the same file from the page cache with NumPy (``numpy.fromfile``).

The second comparison of two versions is measured by itself: it is to be there at once.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

from mvtui.store import health, init_store

from .harness import Row, absolute, against, timed

_LAYERS, _WIDTH = 16, 4096


def rows(work: Path) -> Iterator[Row]:
    """Yield the rows: 1 GiB of F32, and half of that in BF16."""
    for dtype, bound in (("F32", 2.0), ("BF16", 2.0)):
        path = _model(work / f"{dtype}.safetensors", dtype)
        yield against(
            f"health, {dtype}",
            timed(lambda path=path: health(path)),  # type: ignore[misc]
            "numpy.fromfile",
            timed(lambda path=path: _read(path)),  # type: ignore[misc]
            bound=bound,
            runs=9,
        )
        if dtype == "F32":
            yield from _compared(work, path)
        path.unlink()


def _compared(work: Path, path: Path) -> Iterator[Row]:
    """Yield what comparing two versions takes, one of whose layers differs, when it was done before."""
    with init_store(work / "store") as store:
        store.register("m", path)
        with open(path, "r+b") as file:
            file.seek(-8, os.SEEK_END)
            file.write(bytes(8))
        store.register("m", path)
        first = timed(lambda: store.diff_tensors("m@1.0.0", "m@1.0.1"))()
        again = timed(lambda: store.diff_tensors("m@1.0.0", "m@1.0.1"))
        yield absolute(f"tensor diff again (first {first:.2f} s)", again, bound=0.02)
    shutil.rmtree(work / "store")


def _read(path: Path) -> None:
    import numpy as np

    np.fromfile(path, "u1")


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
