"""Stages: where a version stands on its way to serving, and back.

A version has none until it is put in one. Production holds one version of a model at most; the others any number.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, cast

from ..errors import BadInputError
from .names import STAGES

Stage: TypeAlias = Literal["staging", "validation", "production", "archived"]

PRODUCTION: Stage = "production"
ARCHIVED: Stage = "archived"
GATED: tuple[Stage, ...] = ("staging", "validation", "production")
"""Stages that gates may guard. Leaving service needs no proof."""

NONE = "none"
"""The word for no stage, where a person writes it; null in JSON."""


def parse(text: str) -> Stage | None:
    """Read a stage as a person writes it, in either case; ``none`` is None.

    Raises:
        BadInputError: there is no such stage; ``candidates`` holds similar ones.
    """
    from difflib import get_close_matches

    word = text.lower() if isinstance(text, str) else ""
    if word == NONE:
        return None
    if word in STAGES:
        return cast("Stage", word)
    known = (*STAGES, NONE)
    raise BadInputError(
        f"there is no stage {str(text)[:80]!r}",
        hint=f"The stages are {', '.join(STAGES)}; none takes a version out of them.",
        candidates=get_close_matches(word, known, n=2, cutoff=0.5),
    )


def following(stage: Stage | None) -> Stage | None:
    """Return the stage one step on; None after Production, and for an archived version, whose next step is open."""
    order: tuple[Stage | None, ...] = (None, *GATED)
    at = order.index(stage) if stage in order else len(order)
    return order[at + 1] if at + 1 < len(order) else None


def word(stage: Stage | None) -> str:
    """Return a stage as a person reads it: its name, or ``none``."""
    return stage or NONE
