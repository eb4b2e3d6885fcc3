"""The index of weights in several files: ``model.safetensors.index.json``, ``pytorch_model.bin.index.json``.

A JSON object with ``weight_map`` (tensor → file beside the index) and ``metadata`` (``total_size`` in bytes), as
transformers' ``save_pretrained`` writes it. The files it names are opened by nobody here.
"""

from __future__ import annotations

from typing import Any

from ...errors import BadFileError, UnsafePathError
from ...nouns.inspection import InspectedFile
from ...nouns.manifest import check_path
from . import kept
from .json_text import parse_object
from .limits import MAX_HEADER, MAX_TENSORS, Cursor, Source, shown

NAME = "weights index"
FILES = ("*.index.json",)

MAX_SHARDS = 4096
"""Most files that an index may name."""


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """Whether a file looks like an index."""
    return head.lstrip().startswith(b"{") and b'"weight_map"' in head


def read(source: Source) -> InspectedFile:
    """Return which file holds which tensor.

    Raises:
        BadFileError: it is no such index, or names a file outside its directory.
    """
    cursor = Cursor(source, NAME)
    if source.size > MAX_HEADER:
        raise cursor.bad(f"it has {source.size:,} bytes, and {MAX_HEADER:,} are the most that is read")
    found = parse_object(cursor.take(source.size, "it"), NAME)
    shards = found.get("weight_map")
    if not isinstance(shards, dict) or not all(isinstance(file, str) for file in shards.values()):
        raise cursor.bad("weight_map is not an object of file names")
    if len(shards) > MAX_TENSORS:
        raise cursor.bad(f"it lists {len(shards):,} tensors, and {MAX_TENSORS:,} are the most that is read")
    files = sorted(set(shards.values()))
    if len(files) > MAX_SHARDS:
        raise cursor.bad(f"it names {len(files):,} files, and {MAX_SHARDS:,} are the most that is read")
    for file in files:
        _check_name(file)
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        metadata=_metadata(found),
        shards={kept.printable(name): file for name, file in shards.items()},
    )


def _metadata(found: dict[str, Any]) -> dict[str, Any]:
    said = kept.value(found.get("metadata"))
    return said if isinstance(said, dict) else {}


def _check_name(file: str) -> None:
    try:
        check_path(file)
        file.encode()
    except (UnsafePathError, UnicodeEncodeError):
        raise BadFileError(f"it names {shown(file)}, which would leave its directory", format=NAME) from None
    if "\\" in file:
        raise BadFileError(f"it names {shown(file)}, which is no path of this system", format=NAME)
