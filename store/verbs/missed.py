"""Why a query found nothing: names and values that no version has, and words that look like conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..engine.documents import Document
from ..knowledge.query import meaning
from ..knowledge.query.conditions import ME, Names, test
from ..knowledge.query.pattern import Pattern
from ..knowledge.query.tree import Condition, Node, Not, Query, Value, Word, conditions
from ..knowledge.query.vocabulary import Vocabulary
from ..knowledge.query.words import quoted_name

_NAMING = frozenset({"model", "stage", "kind", "alias", "author", "host", "dataset", "parent", "git"})


class Unmet(NamedTuple):
    """A value that no version has in a field, those like it, and those that versions have, the commonest first."""

    field: str
    value: str
    similar: list[str]
    known: list[str]


def unknown(asked: Query, found: Sequence[Document], vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Name the metrics, parameters and tags that nothing could be found, or sorted, by, and names like them."""
    names = [(key.field, key.name) for key in asked.sort if key.name]
    names = [(field, name) for field, name in names if not any(name in d.get(f"{field}s", ()) for d in found)]
    if not found:
        names += [(c.field, c.key.plain) for c in conditions(asked.node) if c.key and c.key.plain]
    similar = {(field, name): vocabulary.unknown(field, name) for field, name in names}
    return {f"{field} {name}": like for (field, name), like in similar.items() if like is not None}


def unmet(
    asked: Query, documents: Sequence[Document], names: Names, vocabulary: Vocabulary
) -> tuple[Unmet, ...]:
    """Return the values of fields such as ``author`` that none of the documents has."""
    told: dict[tuple[str, str], Unmet] = {}
    for node in _wanted(asked.node):
        if not isinstance(node, Condition) or node.field not in _NAMING or node.operator != "=":
            continue
        for value in node.values:
            fits = test(Condition(node.field, "=", (value,)), names)
            text = _text(value)
            if text and not any(map(fits, documents)):
                text = names.user if (node.field, text) == ("author", ME) else text
                known = list(vocabulary.values(node.field))
                told[node.field, text] = Unmet(node.field, text, meaning.close(text, known), known)
    return tuple(told.values())


def meant(asked: Query, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the words such as ``owner=x`` that look like conditions, and the condition each may mean."""
    found = {}
    for node in _wanted(asked.node):
        if isinstance(node, Word) and "=" in node.bare:
            name, _, value = node.bare.partition("=")
            keyed = ["tag"] if name in vocabulary.values("tag") else []  # others need no field
            if condition := meaning.condition(quoted_name(name), value, keyed):
                found[node.bare] = condition
    return found


def _wanted(node: Node) -> Iterator[Node]:
    """Yield the words and conditions that a version may fit, not those that are turned round."""
    if isinstance(node, Word | Condition):
        yield node
    elif not isinstance(node, Not):
        for part in node.nodes:
            yield from _wanted(part)


def _text(value: Value) -> str:
    return "*".join(value.pieces) if isinstance(value, Pattern) else str(value)
