"""Whether a dataset's bytes on this machine still are what was recorded. Nothing is changed, no connection opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ...errors import MvtuiError, NotFoundError, StorageError
from ...nouns.dataset import DataSource, DataState, State
from ...nouns.manifest import FileEntry
from ...nouns.reports import ProgressCallback
from ..meter import Meter
from . import check_dvc, check_hub, check_path
from .dvc_hash import Advance

HashFile = Callable[[str, Advance], str]
"""Returns the BLAKE3 of the file at a path, telling how many bytes it has worked on. Raises OSError or MvtuiError."""


class Recorded(msgspec.Struct, frozen=True):
    """A dataset as the store has it: the part it plays, its reference, where it lies, and its files if it has any.

    ``commit`` is the one whose code was used with it, without changes; empty when that isn't known.
    """

    role: str
    ref: str
    source: DataSource | None
    files: Sequence[FileEntry] = ()
    commit: str = ""


def check(recorded: Recorded, hash_file: HashFile, progress: ProgressCallback | None = None) -> DataState:
    """Say whether the data still are those.

    Every byte is read that has to be: a date or a size proves a change, never its absence.
    """
    state, why = _judge(recorded, hash_file, Meter("hashing", progress))
    return DataState(recorded.role, recorded.ref, recorded.source, state, tuple(why))


def _judge(recorded: Recorded, hash_file: HashFile, meter: Meter) -> tuple[State, list[str]]:
    if recorded.source is None:
        return "unknown", ["where its bytes came from was not recorded"]
    try:
        return _judge_source(recorded.source, recorded, hash_file, meter)
    except (MvtuiError, OSError) as error:
        if meter.stopped:
            raise
        return _problem(error)


def _judge_source(
    source: DataSource, recorded: Recorded, hash_file: HashFile, meter: Meter
) -> tuple[State, list[str]]:
    if source.type == "path":
        return check_path.judge(source.location, recorded.files, hash_file, meter)
    if source.type == "dvc":
        return check_dvc.judge(source, meter, recorded.commit)
    if source.type == "hf":
        return check_hub.judge(source, meter)
    algorithm = source.digest.partition(":")[0]
    return "unknown", [
        f"nothing of {source.location} is on this machine: fetch it and compare its {algorithm}"
    ]


def _problem(error: MvtuiError | OSError) -> tuple[State, list[str]]:
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return "unknown", [f"{where}{error.strerror or error}"]
    if isinstance(error, StorageError):
        return "unknown", [error.message]
    return "missing" if isinstance(error, NotFoundError) else "changed", [error.message]
