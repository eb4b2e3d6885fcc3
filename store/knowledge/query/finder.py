"""Looking through versions by a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .conditions import Names, test
from .fields import COMPARE
from .keyed import metric_column
from .ordering import arranged
from .pattern import fold
from .text import Document, describe, resembles
from .tree import Both, Condition, Either, Node, Not, Query, Word

_COST: dict[type[Node], int] = {Condition: 0, Word: 1, Not: 2, Both: 2, Either: 2}
"""What is asked first leaves less to what costs more."""


class Finder:
    """Versions that are searched, by the documents of the index.

    With ``model`` they are all of that one, and words are not compared with its name. A hundred thousand are
    searched in tens of milliseconds once ``prepare`` was called, which takes some hundred; without it each search
    describes those versions that words are looked for in. The documents must not change. Safe between threads.
    """

    def __init__(self, documents: Sequence[Document], names: Names, *, model: str = "") -> None:
        self._documents = documents
        self._names = names
        self._model = model
        self._descriptions: list[str] | None = None
        self._metrics: dict[str, list[float]] = {}
        self._models = set() if model else {document["model"] for document in documents}
        self._aliased = [row for row, document in enumerate(documents) if "aliases" in document]

    def prepare(self) -> None:
        """Describe every version once and for all."""
        self._descriptions = [describe(document, model=not self._model) for document in self._documents]

    def find(self, query: Query) -> Sequence[int]:
        """Return the rows that fit, sorted if the query says so, else in order."""
        rows = self._both(query.node, range(len(self._documents)))
        if query.sort:
            rows = arranged(self._documents, list(rows), query.sort)
        return rows if query.limit is None else rows[: query.limit]

    # -- one node, asked of some rows (rising); the answer rises too ------------------------------

    def _select(self, node: Node, rows: Sequence[int]) -> Sequence[int]:
        if isinstance(node, Word):
            return self._word(node, rows)
        if isinstance(node, Condition):
            return self._condition(node, rows)
        if isinstance(node, Not):
            gone = set(self._select(node.node, rows))
            return [row for row in rows if row not in gone]
        if isinstance(node, Both):
            return self._both(node, rows)
        return self._either(node, rows)

    def _both(self, node: Both, rows: Sequence[int]) -> Sequence[int]:
        for part in sorted(node.nodes, key=lambda part: _COST[type(part)]):
            rows = self._select(part, rows)
        return rows

    def _either(self, node: Either, rows: Sequence[int]) -> Sequence[int]:
        found: set[int] = set()
        for part in node.nodes:
            left = [row for row in rows if row not in found] if found else rows
            found.update(self._select(part, left))
        return [row for row in rows if row in found]

    # -- conditions ------------------------------------------------------------------------------

    def _condition(self, condition: Condition, rows: Sequence[int]) -> Sequence[int]:
        compare = COMPARE.get(condition.operator)
        if compare and condition.field == "metric" and condition.key and (name := condition.key.plain):
            bound, column = condition.values[0], self._metric(name)
            return [row for row in rows if compare(column[row], bound)]
        fits, documents = test(condition, self._names), self._documents
        return [row for row in rows if fits(documents[row])]

    def _metric(self, name: str) -> list[float]:
        """Return a metric of all versions; kept, since a filter asks for it again at each key."""
        if name not in self._metrics:
            self._metrics[name] = metric_column(self._documents, name)
        return self._metrics[name]

    # -- words -----------------------------------------------------------------------------------

    def _word(self, word: Word, rows: Sequence[int]) -> Sequence[int]:
        documents, names = self._documents, self._names
        if "@" in word.bare and (meant := names.reference(word.bare)):
            model, number = meant
            return [
                row
                for row in rows
                if documents[row]["version"] == number and documents[row]["model"] == model
            ]
        if word.bare and not self._model and names.is_model(word.bare):
            return [row for row in rows if documents[row]["model"] == word.bare]
        text, described = word.text, self._described(rows)
        fitting = [row for row in rows if text in described[row]]
        models, aliased = self._resembling(text)
        if not models and not aliased:
            return fitting
        found = aliased.union(fitting)
        return [row for row in rows if row in found or documents[row]["model"] in models]

    def _described(self, rows: Sequence[int]) -> Sequence[str] | Mapping[int, str]:
        if self._descriptions is not None:
            return self._descriptions
        return {row: describe(self._documents[row], model=not self._model) for row in rows}

    def _resembling(self, text: str) -> tuple[set[str], set[int]]:
        """Return the models, and the rows with an alias, whose names resemble a word though they don't contain it."""
        models = {name for name in self._models if _alike(name, text)}
        aliased = {
            row
            for row in self._aliased
            if any(_alike(alias, text) for alias in self._documents[row]["aliases"])
        }
        return models, aliased


def _alike(name: str, text: str) -> bool:
    name = fold(name)
    return text not in name and resembles(name, text)
