"""What readers may still hold: trees in live/ that served, which of them may go, and the objects behind the others."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from ..engine import abtests
from ..engine.live import LiveTree
from ..engine.repository import Repository
from ..errors import VerificationError
from . import look
from .marks import Marks


class Served(NamedTuple):
    """A tree in live/, the manifest of its version (empty: the journal knows none), and why it stays: empty when it may go."""

    tree: LiveTree
    identity: str
    why: str

    @property
    def ref(self) -> str:
        """The reference of its version."""
        return f"{self.tree.model}@{self.tree.number}"


def served(repository: Repository, marks: Marks, now: float) -> Iterator[Served]:
    """Judge every tree in live/ at a moment, in seconds since the epoch.

    What is in Production stays, whatever its age; another tree for the grace period since its version left Production,
    or since it was made for one that never came there.
    """
    for tree in repository.live.standing():
        where = tree.model, tree.number
        identity = marks.versions.get(where, "")
        if not identity.startswith(tree.prefix):
            identity = ""
        yield Served(tree, identity, _why(repository, marks, tree, now))


def _why(repository: Repository, marks: Marks, tree: LiveTree, now: float) -> str:
    if marks.production.get(tree.model) == tree.number:
        return "it is in production"
    if repository.live.is_led_to(tree):
        return "the live pointer leads to it"
    arms = (arm["version"] for _, arm in abtests.arms_of(repository.index.tables, tree.model))
    if tree.number in arms or repository.arms.lead_to(tree.model, tree.path):
        return "it is an arm of an A/B test"
    left = marks.left.get((tree.model, tree.number), 0.0)
    since = max(left, _made(tree))
    if now - since >= repository.config.gc_grace:
        return ""
    what = "left production" if since == left else "was made ready"
    return f"it {what} at {_clock(since)}, less than the grace period ago"


def _made(tree: LiveTree) -> float:
    try:
        return os.stat(tree.path).st_mtime
    except OSError:
        return 0.0


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


def held_for_readers(repository: Repository, marks: Marks, now: float) -> dict[str, str]:
    """Return the objects behind trees that a reader may still hold although their version was deleted, and why."""
    grace = repository.config.gc_grace
    refs = marks.refs
    held: dict[str, str] = {}
    for identity in repository.trees.names():
        if identity not in refs and now - marks.freed.get(identity, 0) < grace:
            reason = "files to read of a version deleted less than the grace period ago"
            held |= dict.fromkeys(_files(repository, identity), reason)
    for each in served(repository, marks, now):
        if each.why and each.identity and each.identity not in refs:
            reason = f"served from live/ as {each.ref}, which was deleted: {each.why}"
            held |= dict.fromkeys(_files(repository, each.identity), reason)
    return held


def _files(repository: Repository, identity: str) -> list[str]:
    with contextlib.suppress(VerificationError):
        return [entry.digest for entry in look.manifest(repository, identity).files]
    return []  # then its tree is of no use either
