"""Whether the files that an index of weights names are there, and hold what it says."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...nouns.inspection import InspectedFile
from .json_text import whole
from .limits import shown


class Checked(NamedTuple):
    """What is wrong with an index and its files, and what is worth knowing."""

    problems: list[str]
    notes: list[str]


def check_index(index: InspectedFile, files: Sequence[InspectedFile]) -> Checked:
    """Compare an index with the files beside it."""
    directory = posixpath.dirname(index.path)
    listed: dict[str, set[str]] = {}
    for name, shard in index.shards.items():
        listed.setdefault(posixpath.join(directory, shard), set()).add(name)
    here = {file.path: file for file in files if file.path in listed}
    if not here and any(file.tensors for file in files):
        return Checked([], [f"{index.path}: none of the {len(listed):,} files it names is here"])
    problems = [
        f"{path}: missing, and {index.path} says it holds {_many(listed[path])}"
        for path in sorted(listed.keys() - here.keys())
    ]
    readable = {path: file for path, file in here.items() if not file.problem and file.tensors}
    for path, file in sorted(readable.items()):
        there = {tensor.name for tensor in file.tensors}
        if lost := listed[path] - there:
            problems.append(f"{path}: {index.path} says it holds {_example(lost)}, and it does not")
        if extra := there - listed[path]:
            problems.append(f"{path}: {index.path} does not list {_example(extra)}")
    return Checked(problems, _size(index, readable.values()) if len(readable) == len(listed) else [])


def _size(index: InspectedFile, shards: Iterable[InspectedFile]) -> list[str]:
    """Return a note when the index says another size than the tensors have: shared ones may be counted twice."""
    said = whole(index.metadata.get("total_size"))
    found = sum(tensor.nbytes for shard in shards for tensor in shard.tensors)
    if said is None or said == found:
        return []
    return [f"{index.path}: it says that the tensors have {said:,} bytes, and they have {found:,}"]


def _many(names: set[str]) -> str:
    return f"{len(names):,} tensors" if len(names) != 1 else "1 tensor"


def _example(names: set[str]) -> str:
    first = shown(min(names))
    return first if len(names) == 1 else f"{first} and {len(names) - 1:,} more"
