"""What a query is once it is read."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from .pattern import Pattern
from .quantities import Span

Value: TypeAlias = Pattern | float | bool | str | Span


class Word(msgspec.Struct, frozen=True):
    """Text to look for, folded. ``bare`` is the word as typed if it could be a model's name or a reference."""

    text: str
    bare: str = ""


class Condition(msgspec.Struct, frozen=True):
    """A field and what it is compared with: any of ``values``.

    ``operator`` is ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``. ``key`` is the name in a keyed field; without
    values it is asked whether there is one of that name.
    """

    field: str
    operator: str
    values: tuple[Value, ...]
    key: Pattern | None = None


class Not(msgspec.Struct, frozen=True):
    """What does not fit ``node``."""

    node: Node


class Both(msgspec.Struct, frozen=True):
    """What fits every node."""

    nodes: tuple[Node, ...]


class Either(msgspec.Struct, frozen=True):
    """What fits at least one node."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Word | Condition | Not | Both | Either


class SortKey(msgspec.Struct, frozen=True):
    """One key to sort by: a field, or a metric, parameter or tag by ``name``."""

    field: str
    name: str = ""
    descending: bool = False


class Query(msgspec.Struct, frozen=True):
    """A query. ``sort`` may be empty: the order is left as it is. ``limit`` is None for all."""

    text: str
    node: Both
    sort: tuple[SortKey, ...] = ()
    limit: int | None = None


def conditions(node: Node) -> list[Condition]:
    """Return every condition in a node, in the order they were written."""
    if isinstance(node, Condition):
        return [node]
    if isinstance(node, Not):
        return conditions(node.node)
    return [found for part in getattr(node, "nodes", ()) for found in conditions(part)]
