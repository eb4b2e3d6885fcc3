"""Which rows a query lets through, and in what order. For the worker's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....store.errors import QueryError
from . import reading
from .messages import Filtered

if TYPE_CHECKING:
    from ....store import Found, Search, Store
    from ..tables.sorting import Order
    from .rows import Rows


def filtered(store: Store, rows: Rows, query: str, order: Order | None) -> Filtered:
    """Look for what ``query`` lets through of ``rows``; that it is no query, or can't be searched, is an answer too."""
    try:
        search = rows.search(store)
        found = _sorted(search, query, order) if order else search.find(query)
    except QueryError as error:
        return Filtered(rows, query, problem=error, order=order)
    except Exception as error:  # noqa: BLE001 - what can't be searched can still be looked at
        return Filtered(rows, query, reason=f"searching failed: {type(error).__name__}: {error}", order=order)
    completions = search.complete(query) if query or not order else ()
    nothing = not (len(found.rows) or found.missing or completions)
    reason = reading.why_nothing(store, rows.model, query) if nothing else ""
    return Filtered(rows, query, found=found, completions=completions, reason=reason, order=order)


def _sorted(search: Search, query: str, order: Order) -> Found:
    """Return what a query finds in an order. Raises QueryError if it is none: of the query, not of what was added."""
    try:
        return search.find(f"{query} {order.query}".strip())
    except QueryError:
        return search.find(query)
