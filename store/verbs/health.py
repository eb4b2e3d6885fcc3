"""Read all numbers of a model's tensors and say whether they are sound."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ..engine import durable, objects
from ..engine.repository import Repository
from ..errors import BadFileError, BadInputError, MvtuiError
from ..knowledge.meter import Meter
from ..knowledge.weights import elements, measure, peers
from ..nouns.health import Health, TensorHealth
from ..nouns.inspection import Inspection, Tensor
from ..nouns.reports import ProgressCallback
from . import checkout, inspect, look


def health_path(path: str | os.PathLike[str], progress: ProgressCallback | None) -> Health:
    """Look at the weights in a file, or in the files below a directory; see ``mvtui.store.health``."""
    found = inspect.inspect_path(path, None)
    target = durable.absolute(path)
    root = target if os.path.isdir(target) else os.path.dirname(target)
    with durable.explained(f"read {target}"):
        return look_at(found, {file.path: os.path.join(root, file.path) for file in found.files}, progress)


def health_version(repository: Repository, ref: str, progress: ProgressCallback | None) -> Health:
    """Look at the weights of a version; see ``Store.health``."""
    found = inspect.inspect_version(repository, ref)
    with durable.explained(f"read the files of {ref}"):
        return look_at(found, object_places(repository, ref), progress)


def object_places(repository: Repository, ref: str) -> dict[str, str]:
    """Return where the files of a version lie: path inside the version → path of its object."""
    manifest = look.manifest(repository, checkout.stored(repository, ref).id)
    return {entry.path: repository.objects.path(entry.digest) for entry in manifest.files}


def judged(repository: Repository, ref: str, progress: ProgressCallback | None) -> Health:
    """Return the same for a gate: what can't be read is no reason to raise, but one why nobody can tell.

    What ``progress`` raises comes out.
    """
    try:
        return health_version(repository, ref, progress)
    except MvtuiError as error:
        if not isinstance(error, BadFileError | BadInputError) and error.exit_code not in _NOT_READ:
            raise
        return Health((), problems=(error.message,))


_NOT_READ = (3, 7, 8)
"""Exit codes of errors about bytes that are not there, can't be read, or are not what they were."""


def look_at(found: Inspection, places: Mapping[str, str], progress: ProgressCallback | None) -> Health:
    """Look at the tensors of all files of an inspection; ``places`` says where each file lies.

    Those that it doesn't count (the same weights in another form, states of a training) are read, too, since they may be what is
    loaded; but what can't be read of them is only noted.
    """
    counted = set(found.tensors)
    others = [tensor for file in found.files for tensor in file.tensors if tensor not in counted]
    ready, unread = _readable([*found.tensors, *others], places, 2 * found.size)
    total = sum(tensor.nbytes for tensor in ready)
    meter = Meter("measuring", progress, total)
    told = {tensor: TensorHealth(tensor, unread=why) for tensor, why in unread.items() if tensor in counted}
    for file, tensors in _by_file(ready):
        with opened(places[file]) as fd:
            for each in measure.measure(fd, tensors, meter.on(file)):
                told[each.tensor] = each
    meter.end()
    in_order = [told[tensor] for tensor in dict.fromkeys([*found.tensors, *others]) if tensor in told]
    left_out = [tensor for tensor in unread if tensor not in counted]
    return Health(peers.with_usual(in_order), total, found.problems, _notes(left_out, ready))


def _readable(
    tensors: Sequence[Tensor], places: Mapping[str, str], room: int
) -> tuple[list[Tensor], dict[Tensor, str]]:
    """Return the tensors whose numbers can be read, and why the others' can't.

    At most ``room`` bytes are: tied weights share some; more than that is made to keep a reader busy.
    """
    there = elements.has_numpy()
    ready, unread = [], {}
    for tensor in dict.fromkeys(tensors):
        why = "" if there else elements.NO_NUMPY
        why = why or elements.unreadable(tensor.dtype) or _misplaced(tensor, places)
        if not why and tensor.nbytes > room:
            why = "tensors of its file share more bytes than is plausible"
        if why:
            unread[tensor] = why
        else:
            room -= tensor.nbytes
            ready.append(tensor)
    return ready, unread


def _misplaced(tensor: Tensor, places: Mapping[str, str]) -> str:
    if tensor.nbytes and tensor.offset is None:
        return "its numbers don't lie in a row in the file (compressed, or a part of others)"
    if tensor.file not in places:
        return "its file is not here"
    if tensor.nbytes % elements.width(tensor.dtype):
        return f"{tensor.nbytes:,} bytes are no whole number of {tensor.dtype}"
    return ""


def _by_file(tensors: Sequence[Tensor]) -> Iterator[tuple[str, list[Tensor]]]:
    """Yield each file and its tensors in the order of their places, which disks like best."""
    files: dict[str, list[Tensor]] = {}
    for tensor in tensors:
        files.setdefault(tensor.file, []).append(tensor)
    for file, inside in files.items():
        yield file, sorted(inside, key=lambda tensor: tensor.offset or 0)


@contextmanager
def opened(location: str) -> Iterator[int]:
    """Open a regular file; give its descriptor."""
    fd = objects.open_regular(location)
    try:
        yield fd
    finally:
        os.close(fd)


def _notes(left_out: Sequence[Tensor], ready: Sequence[Tensor]) -> tuple[str, ...]:
    notes = []
    if not ready and not elements.has_numpy():
        notes.append(f"{elements.NO_NUMPY}: no numbers were looked at")
    if left_out:
        told = f"{left_out[0].name} of {left_out[0].file}"
        more = f" and {len(left_out) - 1:,} more" if len(left_out) > 1 else ""
        notes.append(f"not looked at, and not among the weights: {told}{more}")
    return tuple(notes)
