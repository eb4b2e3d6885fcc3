"""Finding a store, the way git finds a repository."""

from __future__ import annotations

import os

from ..engine import durable
from ..engine.layout import DIRECTORY, Layout
from ..errors import NotFoundError, StorageError

VARIABLE = "MVTUI_STORE"


def store_root(path: str | os.PathLike[str] | None) -> str:
    """Return the directory of the store that ``path`` means.

    Without a path: ``$MVTUI_STORE``, else the nearest ``.mvtui`` in this directory or above.

    Raises:
        NotFoundError: there is none; the hint says how to make one.
    """
    if path is not None and os.fspath(path):
        return _named(os.fspath(path), "")
    if named := os.environ.get(VARIABLE):
        return _named(named, f" (from ${VARIABLE})")
    here = directory = durable.absolute(os.curdir)
    while True:
        if _is_store(candidate := os.path.join(directory, DIRECTORY)):
            return candidate
        above = os.path.dirname(directory)
        if above == directory:
            break
        directory = above
    raise NotFoundError(
        f"no store in {here} or above it",
        hint="Make one here: mvtui init   (or name one: --store PATH, $MVTUI_STORE; or try: mvtui demo)",
    )


def _named(path: str, origin: str) -> str:
    path = durable.absolute(path)
    for candidate in (path, os.path.join(path, DIRECTORY)):
        if _is_store(candidate):
            return candidate
    if os.path.isfile(path):
        what = f"{path}{origin} is a file, not a store"
    elif os.path.isdir(path):
        what = f"{path}{origin} is not a store"
    else:
        what = f"there is no store at {path}{origin}"
    raise NotFoundError(what, hint=f"Make one: mvtui init --store {path}")


def _is_store(path: str) -> bool:
    try:
        os.stat(Layout(path).events)
    except PermissionError:
        raise StorageError(
            f"{path} may not be read by this user", hint="Ask its owner, or mend its mode."
        ) from None
    except OSError:
        return False
    return True
