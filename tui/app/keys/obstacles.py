"""Why an action can't act: each returns the end of the sentence "can't …: …", or nothing when it can."""

from __future__ import annotations

from .pane import Pane
from .registry import Situation


def needs_store(now: Situation) -> str:
    """A store must be open."""
    return "" if now.store_open else "no store is open"


def needs_version(now: Situation) -> str:
    """A version must be selected."""
    return needs_store(now) or ("" if now.selected else "no version is selected")


def may_change(now: Situation) -> str:
    """Who looks must be allowed to change the store."""
    return needs_store(now) or now.locked


def may_change_version(now: Situation) -> str:
    """There must be a version to change, and a right to."""
    # What can never be done here comes before what is missing at the moment.
    return may_change(now) or needs_version(now)


def may_change_model(now: Situation) -> str:
    """There must be a model to change, and a right to."""
    return may_change(now) or ("" if now.models else "the store is empty")


def needs_waiting(now: Situation) -> str:
    """A request must wait for who looks."""
    return needs_store(now) or ("" if now.waiting else "nothing waits for you")


def needs_rows(now: Situation) -> str:
    """There must be something to list."""
    return needs_store(now) or ("" if now.models else "the store is empty")


def needs_jump(now: Situation) -> str:
    """A version must have been left by a jump."""
    return needs_store(now) or ("" if now.back_to else "no version was left by a jump yet")


def only_compared(now: Situation) -> str:
    """Versions must be compared on the screen."""
    return needs_version(now) or ("" if Pane.METRICS in now.seen else "the Metrics pane is not open")


def zoom_why_not(now: Situation) -> str:
    """There must be more than one pane to see."""
    if now.narrow:
        return "in a narrow window each pane has it all already"
    return needs_rows(now)
