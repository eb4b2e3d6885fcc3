"""Writing ``.safetensors``, after https://github.com/huggingface/safetensors#format.

A file is the length of the header (unsigned 64 bit, little endian), the header (JSON, padded with spaces
to eight bytes) and the tensors' bytes one after the other. Only float32 is written here.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True, slots=True)
class Tensor:
    """Numbers in row-major order; ``len(values)`` is the product of ``shape``."""

    shape: tuple[int, ...]
    values: Sequence[float]


def encode(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """Return the bytes of a file. The same tensors and metadata give the same bytes.

    Raises:
        ValueError: a tensor's shape does not fit its values.
    """
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    body = bytearray()
    for name, tensor in sorted(tensors.items()):
        if prod(tensor.shape) != len(tensor.values):
            raise ValueError(f"{name}: shape {tensor.shape} does not fit {len(tensor.values)} values")
        numbers = array("f", tensor.values)
        if sys.byteorder == "big":
            numbers.byteswap()
        start = len(body)
        body += numbers.tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, len(body)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(body)
