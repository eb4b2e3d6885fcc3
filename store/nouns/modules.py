"""Tensors counted: by type, and by the modules that their names make a tree of.

``bert.encoder.layer.0.output.dense.weight`` lies in ``bert``, in ``bert.encoder`` and so on. Points, slashes and double
colons part modules. The directories of a tensor's file are the modules above it (``unet/down_blocks.0…``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from os.path import commonprefix

import msgspec

from .inspection import Tensor

_SEPARATOR = re.compile(r"::|[./]")
_DIGITS = re.compile(r"(\d{1,18})")


class Share(msgspec.Struct, frozen=True):
    """How much of some tensors is of one type."""

    name: str
    tensors: int
    parameters: int
    nbytes: int


class Module(msgspec.Struct, frozen=True):
    """A part of a model. ``path`` is where it is in the whole, ``name`` the last part of that.

    ``leaf`` is True for a tensor: nothing is below it.
    """

    path: str
    name: str
    tensors: int
    parameters: int
    nbytes: int
    leaf: bool = False


def by_dtype(tensors: Iterable[Tensor]) -> tuple[Share, ...]:
    """Return how much there is of each type, the most parameters first."""
    counts: dict[str, list[int]] = {}
    for tensor in tensors:
        _count(counts.setdefault(tensor.dtype, [0, 0, 0]), tensor)
    shares = [Share(name, *numbers) for name, numbers in counts.items()]
    return tuple(sorted(shares, key=lambda share: (-share.parameters, -share.nbytes, share.name)))


def tensor_path(tensor: Tensor) -> str:
    """Return where a tensor is in the tree."""
    directory = tensor.file.rpartition("/")[0]
    return f"{directory}/{tensor.name}" if directory else tensor.name


def find_module(tensors: Iterable[Tensor], name: str) -> str | None:
    """Return the path of a module that is named in full, or without the directories above it; None if there is none."""
    found = None
    for tensor in tensors:
        if _below(tensor_path(tensor), name) is not None:
            return name
        if found is None and _below(tensor.name, name) is not None:
            found = tensor_path(tensor)[: -len(tensor.name)] + name
    return found


def tensors_within(tensors: Iterable[Tensor], module: str) -> tuple[Tensor, ...]:
    """Return the tensors that are, or lie below, a module; all of them for an empty path."""
    return tuple(tensor for tensor in tensors if _below(tensor_path(tensor), module) is not None)


def tensor_modules(tensors: Iterable[Tensor], below: str = "") -> tuple[Module, ...]:
    """Return the modules right below one, in natural order: ``layer.2`` before ``layer.10``.

    Only this one level is made: the tree of a large model is walked by asking for what is opened.
    """
    counts: dict[str, list[int]] = {}
    starts: dict[str, int] = {}
    leaves: set[str] = set()
    for tensor in tensors:
        path = tensor_path(tensor)
        start = _below(path, below)
        if start is None or start >= len(path):
            continue
        parted = _SEPARATOR.search(path, start)
        while parted and parted.start() == start:  # a name that begins with its separator
            start = parted.end()
            parted = _SEPARATOR.search(path, start)
        end = parted.start() if parted else len(path)
        whole = path[:end]
        if end == len(path):
            leaves.add(whole)
        starts[whole] = start
        _count(counts.setdefault(whole, [0, 0, 0]), tensor)
    found = [
        Module(path, path[starts[path] :], count, parameters, nbytes, leaf=path in leaves and count == 1)
        for path, (count, parameters, nbytes) in counts.items()
    ]
    return tuple(sorted(found, key=lambda module: natural(module.name)))


def top_modules(tensors: Sequence[Tensor]) -> tuple[Module, ...]:
    """Return the uppermost modules among which there is a choice: below ``bert`` where all is in ``bert``."""
    found = tensor_modules(tensors)
    for _ in range(_DEEPEST):
        if len(found) != 1 or found[0].leaf:
            break
        deeper = tensor_modules(tensors, found[0].path)
        if not deeper:
            break
        found = deeper
    return found


_DEEPEST = 16
"""How far down the only module is followed."""


def natural(name: str) -> tuple[tuple[int, str] | tuple[int, int], ...]:
    """Return a key that sorts names as people do, numbers by their value."""
    return tuple(
        (0, int(part)) if part.isascii() and part.isdigit() else (1, part)
        for part in _DIGITS.split(name[:_SORTED])
        if part
    )


_SORTED = 200
"""How much of a name its order depends on."""


def _below(path: str, module: str) -> int | None:
    """Return where the name below a module begins in a path; None when it does not lie there."""
    if not module:
        return 0
    if not path.startswith(module):
        return None
    if len(path) == len(module):
        return len(path)
    parted = _SEPARATOR.match(path, len(module))
    return parted.end() if parted else None


def _count(numbers: list[int], tensor: Tensor) -> None:
    numbers[0] += 1
    numbers[1] += tensor.parameters
    numbers[2] += tensor.nbytes


def parent_module(path: str) -> str:
    """Return the module that a tensor lies in; empty for one at the top."""
    found = list(_SEPARATOR.finditer(path))
    return path[: found[-1].start()] if found else ""


def common_module(paths: Iterable[str]) -> str:
    """Return the innermost module that all tensors lie in; empty when that is the whole model."""
    modules = {parent_module(path) for path in paths}
    if not modules:
        return ""
    shortest = min(modules, key=len)
    if all(_below(module, shortest) is not None for module in modules):
        return shortest
    return parent_module(commonprefix(list(modules)))  # noqa: RUF071 - there are several separators
