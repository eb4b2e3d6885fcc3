"""Finding a store, the way git finds a repository."""

from __future__ import annotations

import os
from pathlib import Path

from ..engine.layout import DIRECTORY, Layout
from ..errors import NotFoundError

VARIABLE = "MVTUI_STORE"


def store_root(path: str | os.PathLike[str] | None) -> Path:
    """Return the directory of the store that ``path`` means.

    Without a path: ``$MVTUI_STORE``, else the nearest ``.mvtui`` in this directory or above.

    Raises:
        NotFoundError: there is none; the hint says how to make one.
    """
    if path is not None and os.fspath(path):
        return _named(Path(path), "")
    if named := os.environ.get(VARIABLE):
        return _named(Path(named), f" (from ${VARIABLE})")
    here = Path.cwd()
    for directory in (here, *here.parents):
        if _is_store(directory / DIRECTORY):
            return directory / DIRECTORY
    raise NotFoundError(
        f"no store in {here} or above it",
        hint="Make one here: mvtui init   (or name one: --store PATH, $MVTUI_STORE; or try: mvtui demo)",
    )


def _named(path: Path, origin: str) -> Path:
    path = path.expanduser().absolute()
    for candidate in (path, path / DIRECTORY):
        if _is_store(candidate):
            return candidate
    if path.is_file():
        what = f"{path}{origin} is a file, not a store"
    elif path.is_dir():
        what = f"{path}{origin} is not a store"
    else:
        what = f"there is no store at {path}{origin}"
    raise NotFoundError(what, hint=f"Make one: mvtui init --store {path}")


def _is_store(path: Path) -> bool:
    return os.path.exists(Layout(path).events)
