"""FILE|REF: telling a path from a reference. A path that exists comes before a version of that name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .session import open_store

if TYPE_CHECKING:
    from ...store import Store


def is_path(target: str) -> bool:
    """Whether something is there, or only a path can be meant."""
    if os.path.lexists(os.path.expanduser(target)):
        return True
    return target.startswith((".", "/", "~")) or ("/" in target and ":" not in target and "@" not in target)


def store_of(target: str) -> Store:
    """Open the store in which to look for a version, read-only.

    Raises:
        NotFoundError: there is none, and what was named may have been meant as a file.
    """
    from ...store import errors

    try:
        return open_store(read_only=True)
    except errors.NotFoundError as error:
        if "@" in target or ":" in target:
            raise
        raise errors.NotFoundError(
            f"there is no file {target!r} here, and no store in which to look for a version", hint=error.hint
        ) from None
