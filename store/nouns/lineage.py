"""Lineage: typed edges from a version to what it came from, and the graph they make.

An edge points at a version by its hash ID, or at something outside the store by a name with a scheme:
``hf:roberta-base@4f2c``, ``https://…``, ``git:…``, ``name:whatever``.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

EDGE_TYPES: dict[str, str] = {
    "trained-on": "the data it learned from",
    "evaluated-on": "the data it was measured on",
    "fine-tuned-from": "the weights it started from",
    "adapter-of": "the base it is useless without",
    "quantized-from": "the same model in more bits",
    "distilled-from": "the teacher",
    "merged-from": "one of several whose weights were joined",
    "prompted-with": "the prompt it runs with",
    "derived-from": "what it was made out of, in any other way",
    "composed-of": "a member of the bundle",
    "replaces": "what it takes the place of",
}
"""Edge type → what stands at its other end."""

DATA_EDGES = frozenset({"trained-on", "evaluated-on"})
"""Edges at whose other end data stand."""

PARENT_EDGES = frozenset(
    {"fine-tuned-from", "adapter-of", "quantized-from", "distilled-from", "merged-from", "derived-from"}
)
"""Edges at whose other end stands what a version was made from."""

EVALUATION_ROLES = frozenset({"eval", "evaluation", "test", "val", "valid", "validation", "dev", "holdout"})
"""Roles of a dataset that mean measuring; any other role means training."""

_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_OUTSIDE = re.compile(r"(?:hf|git|name|ollama|timm|https?|s3|gs|az|oci|dvc|url):\S.*", re.DOTALL)


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """One typed edge. ``to`` is a hash ID (64 hex digits) or an outside name.

    ``role`` is a dataset's part in it (``train``, ``eval``…). ``guess`` names the file that says so when
    nobody stated the edge (``config.json``); empty for a stated one. ``later`` marks an edge that was
    stated after registering, so it is no part of the version's identity. ``reason`` says why a version replaces another.
    """

    type: str
    to: str
    role: str = ""
    guess: str = ""
    later: bool = False
    reason: str = ""

    @property
    def outside(self) -> bool:
        """Whether it points out of the store."""
        return _ID.fullmatch(self.to) is None


def is_outside_name(text: str) -> bool:
    """Say whether a text names something outside the store."""
    return isinstance(text, str) and _OUTSIDE.fullmatch(text) is not None


NodeKind = Literal["version", "outside", "commit", "unknown"]


class Node(msgspec.Struct, frozen=True):
    """One thing in a lineage.

    ``key`` is unique in the graph: a hash ID, an outside name, or ``git:<commit>``. ``name`` is what to show:
    the reference, or the outside name. ``also`` lists further references of the same content. ``stage``,
    ``model_kind`` (``weights``, ``dataset``…), ``size`` (bytes) and ``deleted`` are a version's.
    A hash ID that no version has (any more) is ``unknown``.
    """

    key: str
    kind: NodeKind
    name: str
    also: tuple[str, ...] = ()
    stage: str | None = None
    model_kind: str = ""
    size: int = 0
    deleted: bool = False


class Arc(msgspec.Struct, frozen=True):
    """An edge of the graph: ``child`` came from ``parent`` (keys of nodes), by ``link``."""

    child: str
    parent: str
    link: Link


class Lineage(msgspec.Struct, frozen=True):
    """A piece of the graph around ``root``: everything above it, below it, or both.

    ``nodes`` by key; ``arcs`` in the order they were stated. No arc is there twice. ``cut`` says that there
    is more than was asked for.
    """

    root: str
    nodes: dict[str, Node]
    arcs: tuple[Arc, ...]
    cut: bool = False

    def parents(self, key: str) -> tuple[Arc, ...]:
        """Return the arcs from a node to what it came from."""
        return tuple(arc for arc in self.arcs if arc.child == key)

    def children(self, key: str) -> tuple[Arc, ...]:
        """Return the arcs from a node to what came from it."""
        return tuple(arc for arc in self.arcs if arc.parent == key)
