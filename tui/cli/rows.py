"""Versions as rows of JSON: what the store says of them, with the names of what they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from . import agent_report

if TYPE_CHECKING:
    from ...store import Store, Version


def rows(store: Store, versions: Iterable[Version]) -> Iterator[dict[str, Any]]:
    """Yield the rows of versions, one by one: there may be a hundred thousand."""
    names: dict[str, str | None] = {}
    for version in versions:
        row = version.as_row()
        name_edges(store, row, names)
        yield row | agent_report.fields(store, version)


def name_edges(store: Store, row: dict[str, Any], names: dict[str, str | None]) -> None:
    """Give each edge of a row the ``ref`` of its other end, None where that is not known; ``names`` keeps them."""
    if new := [edge["to"] for edge in row["edges"] if edge["to"] not in names]:
        names |= store.called(new)
    for edge in row["edges"]:
        edge["ref"] = names[edge["to"]]
