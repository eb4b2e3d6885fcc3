"""``--move``: the sources go, but only once the event is on disk, and only what was really stored."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from ..engine import platform
from ..engine.objects import Stored, open_regular
from ..engine.statcache import Stamp
from ..errors import BadInputError, BusyError
from ..knowledge.sources import SourceFile


def check(files: Sequence[SourceFile], paths: Sequence[str | os.PathLike[str]], store: str) -> None:
    """Refuse what can't be moved, before a byte is copied.

    Raises:
        BusyError: another program has a file open for writing.
        BadInputError: the files lie in the store itself.
    """
    inside = os.path.join(os.path.realpath(store), "")
    if any(os.path.realpath(path).startswith(inside) for path in paths):
        raise BadInputError(
            "these files lie in the store: moving them would break it", hint="Leave out --move."
        )
    for source in files:
        fd = open_regular(source.location)
        try:
            if platform.is_written_elsewhere(fd):
                raise BusyError(
                    f"{source.location} is open for writing by another program",
                    hint="Wait until it is closed, or leave out --move.",
                )
        finally:
            os.close(fd)


def finish(
    files: Sequence[SourceFile], stored: Sequence[Stored], paths: Sequence[str | os.PathLike[str]]
) -> tuple[str, ...]:
    """Remove the sources and the directories they leave empty; return those files that had to stay.

    The version stands whatever happens here, so nothing is raised: a file that changed since it was stored, or
    can't be removed, is left where it is.
    """
    left = []
    emptied: set[str] = set()
    for source, done in zip(files, stored, strict=True):
        try:
            if Stamp.of(os.stat(source.location)) == done.stamp:
                os.unlink(source.location)
                emptied.add(os.path.dirname(source.location))
            else:
                left.append(source.location)
        except FileNotFoundError:
            continue
        except OSError:
            left.append(source.location)
    roots = [os.path.abspath(path) for path in paths]
    for directory in sorted(emptied, key=len, reverse=True):
        _remove_empty(directory, roots)
    return tuple(left)


def _remove_empty(directory: str, roots: Sequence[str]) -> None:
    """Remove a directory that the move emptied, and those above it up to the one that was given."""
    with contextlib.suppress(OSError):  # something else is in it: it stays
        while any(directory == root or directory.startswith(os.path.join(root, "")) for root in roots):
            os.rmdir(directory)
            directory = os.path.dirname(directory)
