"""What the files at a path look like before they are registered: how many, how large, of which format."""

from __future__ import annotations

import os
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from ....store.errors import MvtuiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....store import Progress

_MOST_FILES = 10_000
_SECONDS = 1.0
"""How long is counted at most: the screen has other things to ask."""


class Contents(msgspec.Struct, frozen=True):
    """What lies at a path.

    ``size`` is in bytes; with ``more`` there are more files than were counted. ``format`` is that of the weights
    (empty: of none that is known), ``parameters`` how many their headers say there are. ``problem`` says what is amiss.
    """

    files: int
    size: int
    more: bool = False
    kind: str = "weights"
    format: str = ""
    parameters: int = 0
    problem: str = ""


class _Unknown(Exception):  # noqa: N818 - no error: no reader knows the file, and hashing it would be of no use
    """Raised out of looking inside a file."""


def look(path: str) -> Contents | None:
    """Look what is at a path; None when nothing is. Reads headers only. Never raises."""
    if not os.path.exists(path):
        return None
    files, size, more = _count(path)
    found = Contents(files, size, more, _kind(path))
    if not files:
        return msgspec.structs.replace(found, problem="there is no file in it")
    return found if more else _inspected(found, path)


def _kind(path: str) -> str:
    """Return what the store will take it for, as far as the path alone says."""
    from ....store import is_prompt_name

    if os.path.isfile(os.path.join(path, "adapter_config.json")):
        return "adapter"
    return "prompt" if not os.path.isdir(path) and is_prompt_name(path) else "weights"


def _inspected(found: Contents, path: str) -> Contents:
    from ....store import inspect

    try:
        inside = inspect(path, progress=_give_up)
    except _Unknown:
        return found
    except MvtuiError as error:
        return msgspec.structs.replace(found, problem=error.message)
    except Exception as error:  # noqa: BLE001 - files may hold anything; registering them is still possible
        return msgspec.structs.replace(found, problem=f"{type(error).__name__}: {error}")
    return msgspec.structs.replace(
        found,
        format="" if inside.format == "unknown" else inside.format,
        parameters=inside.parameters,
        problem=inside.problems[0] if inside.problems else "",
    )


def _give_up(_progress: Progress) -> None:
    raise _Unknown


def _count(path: str) -> tuple[int, int, bool]:
    if not os.path.isdir(path):
        return 1, os.stat(path).st_size, False
    end, files, size = monotonic() + _SECONDS, 0, 0
    for file in _below(path):
        if files >= _MOST_FILES or monotonic() > end:
            return files, size, True
        files += 1
        size += file
    return files, size, False


def _below(path: str) -> Iterator[int]:
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                yield os.stat(os.path.join(folder, name)).st_size
            except OSError:
                yield 0
