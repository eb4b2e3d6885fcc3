"""Finding a store, the way git finds a repository."""

from __future__ import annotations

import os

from ..engine import durable, platform, sharing
from ..engine.layout import DIRECTORY, Layout
from ..errors import ConflictError, NotFoundError, StorageError

VARIABLE = "MVTUI_STORE"
_FROM_VARIABLE = f" (from ${VARIABLE})"


def store_root(path: str | os.PathLike[str] | None) -> str:
    """Return the directory of the store that ``path`` means.

    Without a path: ``$MVTUI_STORE``, else the nearest ``.mvtui`` in this directory or above.

    Raises:
        NotFoundError: there is none; the hint says how to make one.
    """
    if path is not None and os.fspath(path):
        return _named(os.fspath(path), "")
    if named := os.environ.get(VARIABLE):
        return _named(named, _FROM_VARIABLE)
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


def place_to_make(path: str | os.PathLike[str] | None) -> str:
    """Return where ``init`` makes a store: ``path``, else ``$MVTUI_STORE``, else ``.mvtui`` in this directory.

    The variable may name a directory that holds a store, as everywhere; it is that store then.

    Raises:
        ConflictError: the variable names a file.
    """
    if path is not None and os.fspath(path):
        return durable.absolute(path)
    named = os.environ.get(VARIABLE)
    if not named:
        return durable.absolute(DIRECTORY)
    place = durable.absolute(named)
    if os.path.isfile(place):
        raise ConflictError(
            f"{place}{_FROM_VARIABLE} is a file", hint=f"Let ${VARIABLE} name another place, or unset it."
        )
    return _store_at(place) or place


def _store_at(path: str) -> str | None:
    candidates = (path, os.path.join(path, DIRECTORY))
    return next((candidate for candidate in candidates if _is_store(candidate)), None)


def _named(path: str, origin: str) -> str:
    path = durable.absolute(path)
    if found := _store_at(path):
        return found
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
        raise StorageError(f"{path} may not be read by {platform.user_name()}", hint=_who_may(path)) from None
    except OSError:
        return False
    return True


def _who_may(path: str) -> str:
    try:
        owner, group = platform.user_name(os.stat(path).st_uid), sharing.group_of(path)
    except OSError:
        return "Ask its owner, or mend its mode."
    if group is None:
        return f"It belongs to {owner}, who can share it: mvtui init --shared GROUP {path}"
    return f"It belongs to {owner} and is shared with the group {platform.group_name(group)}: ask to be added to it."
