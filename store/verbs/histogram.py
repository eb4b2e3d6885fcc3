"""Count the numbers of one tensor."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..engine import durable
from ..engine.repository import Repository
from ..errors import NotFoundError, UsageError
from ..knowledge.meter import Meter
from ..knowledge.weights import elements
from ..knowledge.weights import histogram as counting
from ..nouns.histogram import Histogram
from ..nouns.inspection import Inspection, Tensor
from ..nouns.modules import tensor_path
from ..nouns.reports import ProgressCallback
from . import health, inspect

MOST_BINS = 10_000
_NAMED = 8
"""Tensors that are named when one is not found."""


def histogram_path(
    path: str | os.PathLike[str], tensor: str | Tensor, bins: int, progress: ProgressCallback | None
) -> Histogram:
    """Count the numbers of a tensor in a file, or in the files below a directory; see ``mvtui.store.histogram``."""
    target = durable.absolute(path)
    found = tensor if isinstance(tensor, Tensor) else _find(inspect.inspect_path(path, None), tensor)
    root = target if os.path.isdir(target) else os.path.dirname(target)
    with durable.explained(f"read {target}"):
        return _counted(found, os.path.join(root, found.file), bins, progress)


def histogram_version(
    repository: Repository, ref: str, tensor: str | Tensor, bins: int, progress: ProgressCallback | None
) -> Histogram:
    """Count the numbers of a tensor of a version; see ``Store.histogram``."""
    found = tensor if isinstance(tensor, Tensor) else _find(inspect.inspect_version(repository, ref), tensor)
    with durable.explained(f"read the files of {ref}"):
        return _counted(found, health.object_places(repository, ref).get(found.file), bins, progress)


def _counted(tensor: Tensor, location: str | None, bins: int, progress: ProgressCallback | None) -> Histogram:
    if not 1 <= bins <= MOST_BINS:
        raise UsageError(f"{bins} bins can't be made", hint=f"Ask for 1 to {MOST_BINS:,}.")
    unread = "" if elements.has_numpy() else elements.NO_NUMPY
    unread = unread or elements.unreadable(tensor.dtype)
    if not unread and location is None:
        unread = "its file is not here"
    if not unread and tensor.nbytes and tensor.offset is None:
        unread = "its numbers don't lie in a row in the file (compressed, or a part of others)"
    if unread or location is None:
        return Histogram(tensor, unread=unread)
    meter = Meter("counting", progress, 2 * tensor.nbytes)
    with health.opened(location) as fd:
        found = counting.histogram(fd, tensor, bins, meter.on(tensor.name))
    meter.end()
    return found


def _find(inspection: Inspection, name: str) -> Tensor:
    """Return the tensor with a name, or at a place in the tree of modules: of the weights, else of any file.

    Raises:
        NotFoundError: there is none.
    """
    others = (tensor for file in inspection.files for tensor in file.tensors)
    every = list(dict.fromkeys([*inspection.tensors, *others]))
    for tensor in every:
        if name in (tensor.name, tensor_path(tensor)):
            return tensor
    raise NotFoundError(
        f"no tensor is called {name[:200]!r}",
        hint="mvtui inspect with --tensors lists all.",
        candidates=_like(name, every),
    )


def _like(name: str, every: Sequence[Tensor]) -> list[str]:
    wanted = name.lower()
    return [tensor.name for tensor in every if wanted in tensor.name.lower()][:_NAMED]
