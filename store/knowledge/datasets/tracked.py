"""Whether DVC tracks what lies at a path, and whether the bytes still are those it recorded."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...errors import MvtuiError
from ...nouns.reports import ProgressCallback
from ..meter import Meter
from . import check_dvc, dvc_file
from .dvc_file import Output
from .dvcignore import find_root


def find(location: str) -> Output | None:
    """Return what DVC recorded of a path (absolute), by the ``.dvc`` file beside it or a ``dvc.lock`` above it.

    None when it recorded nothing, or not the same in all places. No data are read.

    Raises:
        BadInputError: a file of DVC that may name the path makes no sense.
        StorageError: it can't be read.
    """
    for file in _files(location):
        named = [output for output in dvc_file.read(file) if output.location == location and output.digest]
        # What a stage made counts before what a later one read, as when dvc.lock itself is named.
        named = [output for output in named if not output.dependency] or named
        if named:
            return named[0] if len({output.digest for output in named}) == 1 else None
    return None


def _files(location: str) -> Iterator[str]:
    """Yield the files of DVC that may name a path, nearest first; ``dvc.lock`` only inside a repository of DVC."""
    if os.path.isfile(beside := location + dvc_file.ENDING):
        yield beside
    directory = os.path.dirname(location)
    root = find_root(directory)
    while root is not None:
        if os.path.isfile(lock := os.path.join(directory, dvc_file.LOCK)):
            yield lock
        if directory == root:
            return
        directory = os.path.dirname(directory)


def differs(output: Output, progress: ProgressCallback | None) -> str:
    """Hash the data as DVC does; say why they aren't known to be what it recorded, or nothing: they are.

    What ``progress`` raises stops it.
    """
    meter = Meter("hashing", progress)
    try:
        state, why = check_dvc.judge_bytes(output.source(), meter)
    except (MvtuiError, OSError) as error:
        if meter.stopped:
            raise
        state, why = "unknown", [str(error)]
    if state == "unchanged":
        return ""
    if state == "unknown":
        return f"whether they are what {output.file} recorded can't be told: {why[0]}"
    return f"they are not what {output.file} recorded"
