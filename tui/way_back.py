"""Whether what was done just now can be taken back by undo, or redo: for what faces promise after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..store import Store
    from ..store.errors import GateError


def stopped(store: Store, mode: Literal["undo", "redo"]) -> GateError | None:
    """Return how gates would stop this account's next undo, or redo; None where none is known to.

    Quick, since no byte is looked at, and never raises what the store does: the change was made, whatever is found here.
    """
    from ..store import errors

    verb = store.undo if mode == "undo" else store.redo
    try:
        verb(dry_run=True, verify=False)
    except errors.GateError as error:
        return error
    except (errors.MvtuiError, OSError):
        return None
    return None


def stops(error: GateError) -> str:
    """Say how many gates do, for the middle of a sentence: ``2 gates stop``."""
    from .words import plural

    count = sum(not result.passed for result in error.results)
    return f"{plural(count, 'gate')} {'stops' if count == 1 else 'stop'}"
