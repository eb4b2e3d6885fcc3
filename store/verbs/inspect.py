"""Look inside model files without loading them: a file, a directory, the files of a version."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import msgspec

from ..engine import digest, durable, objects
from ..engine.repository import Repository
from ..errors import BadFileError, BadInputError, MvtuiError, VerificationError
from ..knowledge import formats
from ..knowledge.formats import together
from ..knowledge.formats.walk import Place, Walked, choose, walk
from ..knowledge.meter import Meter
from ..nouns.inspection import UNKNOWN_FORMAT, InspectedFile, Inspection
from ..nouns.pickles import Pickles, worst
from ..nouns.reports import ProgressCallback
from . import checkout, look

MAX_HASHED = 256 << 20
"""Most bytes of unknown files that are hashed in a directory. One that is asked for by name is hashed whatever its size."""


def inspect_path(path: str | os.PathLike[str], progress: ProgressCallback | None) -> Inspection:
    """Look inside a file, or the files below a directory; see ``mvtui.store.inspect``."""
    if not os.fspath(path):
        raise BadInputError("an empty path names no file", hint="Name a file, a directory or a version.")
    target = durable.absolute(path)
    with durable.explained(f"look into {target}"):
        if os.path.isdir(target):
            return _directory(target)
        return _file(target, progress)


def _file(target: str, progress: ProgressCallback | None) -> Inspection:
    directory, name = os.path.split(target)
    with _opened(target) as file:
        size = os.fstat(file.fileno()).st_size
        found = formats.read(formats.Source(file, size, name))
        if found.format == UNKNOWN_FORMAT:
            found = msgspec.structs.replace(found, digest=_hashed(file, name, size, progress))
    shards = [_beside(directory, shard) for shard in sorted(set(found.shards.values()))]
    data = [_beside(directory, path) for path in sorted(together.external_files(found))]
    return together.combine(
        [
            found,
            *(_tolerated(place) for place in shards if place is not None),
            *(InspectedFile(p.path, p.size, together.EXTERNAL_DATA) for p in data if p is not None),
        ]
    )


def _directory(target: str) -> Inspection:
    walked = walk(target)
    room = MAX_HASHED
    found = []
    for place in walked.places:
        inspected = _tolerated(place)
        if inspected.format == UNKNOWN_FORMAT and not inspected.problem and inspected.size <= room:
            room -= inspected.size
            inspected = msgspec.structs.replace(inspected, digest=_hashed_at(place.location))
        found.append(inspected)
    return _noted(together.combine(found), walked)


def _noted(inspection: Inspection, walked: Walked) -> Inspection:
    notes = (*walked.notes, *inspection.notes)
    if walked.whole:
        return msgspec.structs.replace(inspection, notes=notes)
    others = Pickles("partial", unread=("there are too many files to look into all",))
    return msgspec.structs.replace(inspection, notes=notes, pickles=worst([inspection.pickles, others]))


def inspect_version(repository: Repository, ref: str) -> Inspection:
    """Look inside the files of a version; see ``Store.inspect``."""
    manifest = look.manifest(repository, checkout.stored(repository, ref).id)
    digests = {entry.path: entry.digest for entry in manifest.files}
    places = [Place(e.path, repository.objects.path(e.digest), e.size) for e in manifest.files]
    look_into = _strict if len(places) == 1 else _tolerated
    chosen = choose(places)
    found = []
    with durable.explained(f"look into {ref}"):
        for place in chosen.places:
            check_object(place, digests[place.path])
            found.append(msgspec.structs.replace(look_into(place), digest=digests[place.path]))
    return _noted(together.combine(found), chosen)


def check_object(place: Place, name: str) -> None:
    """Make sure that an object is there, as long as it should be: damage is told as such, not as a bad model file."""
    try:
        size = os.stat(place.location).st_size
    except FileNotFoundError:
        size = -1
    if size != place.size:
        problem = "is missing" if size < 0 else f"is damaged: it has {size:,} of {place.size:,} bytes"
        raise VerificationError(
            f"{place.path}: its object {name[:12]}… {problem}",
            hint="mvtui verify --all names every version it hits; registering the good file again mends it.",
            bad=(f"{name}: {problem}",),
        )


def _strict(place: Place) -> InspectedFile:
    """Look into one file.

    Raises:
        BadFileError: it is not what it claims to be.
    """
    with _opened(place.location) as file:
        return formats.read(formats.Source(file, os.fstat(file.fileno()).st_size, place.path))


def _tolerated(place: Place) -> InspectedFile:
    """Look into one file of several: what is wrong with it is told, and the others still are worth seeing."""
    try:
        return _strict(place)
    except BadFileError as error:
        problem = formats.invalid(error)
        return InspectedFile(place.path, place.size, error.format, problem=problem, pickles=error.pickles)
    except (MvtuiError, OSError) as error:
        problem = f"not read: {error}"
        unseen = Pickles("partial", unread=(problem,))
        return InspectedFile(place.path, place.size, UNKNOWN_FORMAT, problem=problem, pickles=unseen)


@contextmanager
def _opened(location: str) -> Iterator[BinaryIO]:
    with open(objects.open_regular(location), "rb") as file:
        yield file


def _beside(directory: str, path: str) -> Place | None:
    """Return a file that another one names, if it is there: below the same directory, behind no symlinked one.

    The file itself may be a symlink: the Hugging Face cache is made of them.
    """
    location = os.path.join(directory, path)
    try:
        parents = _parents(path)
        if any(stat.S_ISLNK(os.lstat(os.path.join(directory, parent)).st_mode) for parent in parents):
            return None
        status = os.stat(location)
    except (OSError, ValueError):
        return None
    return Place(path, location, status.st_size) if stat.S_ISREG(status.st_mode) else None


def _parents(path: str) -> Sequence[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: at + 1]) for at in range(len(parts))]


def _hashed(file: BinaryIO, name: str, size: int, progress: ProgressCallback | None) -> str:
    meter = Meter("hashing", progress, size)
    return digest.of_fd(file.fileno(), meter.on(name))[0]


def _hashed_at(location: str) -> str:
    try:
        with _opened(location) as file:
            return digest.of_fd(file.fileno())[0]
    except (MvtuiError, OSError):
        return ""
