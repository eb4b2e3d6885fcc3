"""Files of real numbers, written byte by byte."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.store.knowledge.formats import made


def safetensors(tensors: Mapping[str, tuple[str, Sequence[int], bytes]]) -> bytes:
    """Return a file of tensors: name → dtype, shape, bytes."""
    header: dict[str, Any] = {}
    at = 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
    content = b"".join(data for _, _, data in tensors.values())
    return made.safetensors_of(json.dumps(header).encode(), content)
