"""The shapes of what provenance adds to events: checked before the reducer believes them."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from ..nouns.metric import from_stored

_FIELDS = frozenset({"edges", "code", "source", "external", "capture", "series", "objects"})
_EVALUATION = frozenset({"dataset", "slice", "evaluation"})


def check(data: dict[str, Any]) -> None:
    """Make sure that what an event says can be read back as nouns.

    Raises:
        ValueError: it can't (``msgspec.ValidationError`` is one).
    """
    for value in data.get("metrics", {}).values():
        from_stored(value)
    if not (_FIELDS | _EVALUATION).isdisjoint(data):
        msgspec.convert(data, _said())


def check_link(data: dict[str, Any]) -> None:
    """Make sure that the edges of a link event can be read back.

    Raises:
        ValueError: they can't.
    """
    for field in ("add", "remove"):
        msgspec.convert({"edges": data.get(field, [])}, _said())


@cache
def _said() -> Any:
    # Made when an event has such a field: the nouns need not be imported to list a store without.
    from ..nouns.capture import Code
    from ..nouns.dataset import DataSource
    from ..nouns.lineage import Link

    return msgspec.defstruct(
        "Said",
        [
            ("edges", list[Link], []),
            ("code", Code | None, None),
            ("source", DataSource | None, None),
            ("external", bool, False),
            *((field, str, "") for field in ("capture", "series", *sorted(_EVALUATION))),
            ("objects", list[str], []),
        ],
    )
