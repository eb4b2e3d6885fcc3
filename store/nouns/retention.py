"""Retention: which versions of a model are kept, and why; the others may go. Sizes are bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from .stage import Stage


class Rules(msgspec.Struct, frozen=True):
    """What is kept: a version that one rule wants stays.

    The ``last`` so many that were registered; of each metric in ``best`` (``accuracy``, ``accuracy[test:fr]``) so many
    with the best values; those with a tag, or with a tag of that value (key → value, None for any); those made less than
    ``younger`` ago.
    """

    last: int = 0
    best: Mapping[str, int] = {}
    tags: tuple[tuple[str, str | None], ...] = ()
    younger: timedelta | None = None


class Kept(msgspec.Struct, frozen=True):
    """A version that stays, and all reasons for it: sentences that go on after its name."""

    model: str
    version: str
    id: str
    stage: Stage | None
    reasons: tuple[str, ...]

    @property
    def ref(self) -> str:
        """The version's reference."""
        return f"{self.model}@{self.version}"


class Pruned(msgspec.Struct, frozen=True):
    """A version that goes. ``frees`` is what that gives back once gc has run, all those before it in the list being gone."""

    model: str
    version: str
    id: str
    size: int
    frees: int

    @property
    def ref(self) -> str:
        """The version's reference."""
        return f"{self.model}@{self.version}"


class PruneReport(msgspec.Struct, frozen=True):
    """What ``prune`` deleted, or would delete when ``dry_run``: oldest first; and what it kept, newest first.

    ``notices`` are sentences a person should read.
    """

    model: str
    dry_run: bool
    pruned: tuple[Pruned, ...]
    kept: tuple[Kept, ...]
    notices: tuple[str, ...] = ()

    @property
    def frees(self) -> int:
        """What all of it gives back once gc has run."""
        return sum(each.frees for each in self.pruned)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "model": self.model,
            "dry_run": self.dry_run,
            "frees": self.frees,
            "pruned": [{"ref": each.ref} | msgspec.to_builtins(each) for each in self.pruned],
            "kept": [{"ref": each.ref} | msgspec.to_builtins(each) for each in self.kept],
            "notices": list(self.notices),
        }
