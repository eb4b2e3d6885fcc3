"""What the store's worker is to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ....store import Store
    from .messages import FromStore


class Job(NamedTuple):
    """Something to do, and what to answer when there is no store to do it in."""

    do: Callable[[Store], object]
    lost: Callable[[str], FromStore] | None = None
