"""What several files are together: which of them make up the weights, and what else says something about the model.

A directory often holds the same weights in several forms (safetensors, ONNX), a merged file beside its shards, states of a
training. Each parameter is to be counted once, and what was left out is said.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from ...nouns.inspection import (
    UNKNOWN_FORMAT,
    Architecture,
    InspectedFile,
    Inspection,
    Quantisation,
    Tensor,
    Tokenizer,
)
from ...nouns.pickles import prefixed, worst
from . import adapter_config, config, weights_index
from .shards import check_index

MAX_TENSORS = 1_000_000
"""Most tensors of all files together that are kept."""
MAX_SAID = 200
"""Most notes, and most problems, that are kept."""

EXTERNAL_DATA = "external data"
"""The format of a file that an ONNX model names as the place of its weights; it has no header of its own."""

_FIRST, _LAST = ("safetensors", "GGUF"), ("ONNX", "NumPy archive", "NumPy")
_STATE = re.compile(r"(?:optimizer|scheduler|scaler|rng_state|training_args|random_states)(?:[._\d-]|$)")
"""Names of what a training keeps beside its weights."""
T = TypeVar("T")


def combine(files: Sequence[InspectedFile]) -> Inspection:
    """Return what files are together; their paths are relative to one root, and unique."""
    files = _with_external_data(files)
    indexes = [file for file in files if file.shards]
    notes: list[str] = []
    problems = [f"{file.path}: {file.problem}" for file in files if file.problem]
    for index in indexes:
        found = check_index(index, files)
        problems += found.problems
        notes += found.notes
    problems += _missing_external_data(files)
    weights, left_out = _weights(files, indexes)
    tensors, told = _tensors(weights)
    notes += left_out + told
    for file in files:
        notes += [f"{file.path}: {note}" if len(files) > 1 else note for note in file.notes]
    architecture = _architecture(files)
    tokenizer = _nearest(files, lambda file: file.tokenizer)
    notes += _disagreement(architecture, tokenizer)
    return Inspection(
        format=_format(files, weights),
        files=tuple(files),
        tensors=tensors,
        architecture=architecture,
        quantisation=_quantisation(files, weights),
        tokenizer=tokenizer,
        pickles=worst(prefixed(file.pickles, file.path if len(files) > 1 else "") for file in files),
        notes=_some(notes),
        problems=_some(problems),
    )


def external_files(file: InspectedFile) -> dict[str, int]:
    """Return the files that hold weights of this one, and how many tensors are said to lie in each."""
    found: dict[str, int] = {}
    for tensor in file.tensors:
        if tensor.file != file.path:
            found[tensor.file] = found.get(tensor.file, 0) + 1
    return found


def _with_external_data(files: Sequence[InspectedFile]) -> list[InspectedFile]:
    """Return the files, those that others name as the place of their weights known as such."""
    external = {path for file in files for path in external_files(file)}
    return [
        msgspec.structs.replace(file, format=EXTERNAL_DATA, suggests="")
        if file.path in external and file.format == UNKNOWN_FORMAT
        else file
        for file in files
    ]


def _missing_external_data(files: Sequence[InspectedFile]) -> list[str]:
    sizes = {file.path: file.size for file in files}
    problems = []
    for file in files:
        for path, count in external_files(file).items():
            if path not in sizes:
                problems.append(f"{file.path}: {count:,} tensors lie in {path}, which is not here")
            elif (needed := _end(file.tensors, path)) > sizes[path]:
                problems.append(
                    f"{path}: it has {sizes[path]:,} bytes, and the tensors of {file.path} end at {needed:,}"
                )
    return problems


def _end(tensors: Iterable[Tensor], path: str) -> int:
    return max((tensor.offset or 0) + tensor.nbytes for tensor in tensors if tensor.file == path)


def _weights(
    files: Sequence[InspectedFile], indexes: Sequence[InspectedFile]
) -> tuple[list[InspectedFile], list[str]]:
    """Return the files that make up the weights, and a note for each sort of those left out."""
    holding = [file for file in files if file.tensors]
    candidates = [file for file in holding if not _STATE.match(posixpath.basename(file.path))] or holding
    if not candidates:
        return [], []
    sizes: dict[str, int] = {}
    for file in candidates:
        sizes[file.format] = sizes.get(file.format, 0) + sum(tensor.nbytes for tensor in file.tensors)
    chosen = min(sizes, key=lambda name: (_rank(name), -sizes[name], name))
    listed = {
        posixpath.join(posixpath.dirname(index.path), shard)
        for index in indexes
        for shard in index.shards.values()
    }
    whole = {
        posixpath.dirname(file.path) for file in candidates if file.format == chosen and file.path in listed
    }
    weights: list[InspectedFile] = []
    beside: list[InspectedFile] = []
    for file in candidates:
        if file.format == chosen:
            is_part = file.path in listed or posixpath.dirname(file.path) not in whole
            (weights if is_part else beside).append(file)
    notes = [f"{file.path} is not in the index beside it, and is not counted" for file in beside]
    others = [file for file in holding if file.format != chosen or file not in candidates]
    if others:
        named = ", ".join(file.path for file in others[:3]) + (", …" if len(others) > 3 else "")
        notes.append(f"counted are the {chosen} files; not counted: {named}")
    return weights, notes


def _rank(name: str) -> int:
    if name in _FIRST:
        return _FIRST.index(name)
    return len(_FIRST) + (_LAST.index(name) + 1 if name in _LAST else 0)


def _tensors(weights: Sequence[InspectedFile]) -> tuple[tuple[Tensor, ...], list[str]]:
    """Return all tensors, one of each name in a directory: files there may be variants of each other."""
    kept: dict[tuple[str, str], Tensor] = {}
    repeated: dict[str, int] = {}
    too_many = 0
    for file in weights:
        directory = posixpath.dirname(file.path)
        for tensor in file.tensors:
            key = (directory, tensor.name)
            if key in kept:
                repeated[file.path] = repeated.get(file.path, 0) + 1
            elif len(kept) < MAX_TENSORS:
                kept[key] = tensor
            else:
                too_many += 1
    notes = [
        f"{path}: {count:,} of its tensors are in a file before it, too, and are counted once"
        for path, count in repeated.items()
    ]
    if too_many:
        notes.append(f"{too_many:,} tensors are left out: {MAX_TENSORS:,} are the most that are kept")
    return tuple(kept.values()), notes


def _nearest(files: Sequence[InspectedFile], pick: Callable[[InspectedFile], T | None]) -> T | None:
    """Return what the file nearest to the root has, of those that have it."""
    found = [(file.path.count("/"), at) for at, file in enumerate(files) if pick(file) is not None]
    return pick(files[min(found)[1]]) if found else None


def _architecture(files: Sequence[InspectedFile]) -> Architecture | None:
    """Return what the nearest configuration says, of an adapter before a model's; else what weights say themselves."""
    for formats in ((adapter_config.NAME, config.NAME), None):
        said = [file for file in files if file.architecture and (formats is None or file.format in formats)]
        if said:
            best = min(said, key=lambda file: (file.path.count("/"), file.format != adapter_config.NAME))
            return best.architecture
    return None


def _quantisation(files: Sequence[InspectedFile], weights: Sequence[InspectedFile]) -> Quantisation | None:
    own = next((file.quantisation for file in weights if file.quantisation), None)
    configs = [file for file in files if file.format == config.NAME]
    return own or _nearest(configs, lambda file: file.quantisation)


def _disagreement(architecture: Architecture | None, tokenizer: Tokenizer | None) -> list[str]:
    known = architecture.vocabulary if architecture else None
    if not known or not tokenizer or tokenizer.vocabulary <= known:
        return []
    return [f"the tokenizer knows {tokenizer.vocabulary:,} tokens, and the model {known:,}"]


def _format(files: Sequence[InspectedFile], weights: Sequence[InspectedFile]) -> str:
    if weights or len(files) == 1:
        return (weights or files)[0].format
    formats = {file.format for file in files if file.format != weights_index.NAME}
    return formats.pop() if len(formats) == 1 else ""


def _some(said: list[str]) -> tuple[str, ...]:
    if len(said) <= MAX_SAID:
        return tuple(said)
    return (*said[: MAX_SAID - 1], f"and {len(said) - MAX_SAID + 1:,} more")
