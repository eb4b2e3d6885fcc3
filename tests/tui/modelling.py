"""Models of real numbers, with the files that people put beside them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from tests.store.knowledge.weights.written import safetensors

HOSTILE = "\x1b]0;owned\x07[red]x[/red][@click=app.quit]\u202e"


def numbers(*values: float) -> tuple[str, list[int], bytes]:
    return "F32", [len(values)], struct.pack(f"<{len(values)}f", *values)


def weights(last: float = 3.0) -> bytes:
    layers = {f"bert.layer.{n}.{part}": numbers(n, 1, 2) for n in range(12) for part in ("w", "b")}
    return safetensors(
        {"bert.embed.w": numbers(1, 1, 2, 2, float("inf")), **layers, "head": numbers(0, last)}
    )


def write(folder: Path, *, last: float = 3.0, layers: int = 12) -> Path:
    """Write a model of 26 tensors, one of them not finite; ``last`` is a number in it, ``layers`` stands in config.json."""
    folder.mkdir(exist_ok=True)
    (folder / "model.safetensors").write_bytes(weights(last))
    config = {"model_type": "bert", "num_hidden_layers": layers, "note": HOSTILE}
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    (folder / "README.md").write_text("# Title\n" + "word " * 60 + "\nlast line\n")
    (folder / "z.txt").write_text(f"hostile {HOSTILE}\n")
    (folder / "other.dat").write_bytes(b"\0\1\2binary" + bytes(300))
    return folder
