"""Documents as the index holds them, and words for asking queries of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from mvtui.store.knowledge.query.finder import Finder
from mvtui.store.knowledge.query.syntax import parse

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def document(number: str = "1.0.0", *, model: str = "sentiment", **facts: Any) -> dict[str, Any]:
    """Return a version's document; ``facts`` replace or add fields."""
    made: dict[str, Any] = {
        "model": model,
        "version": number,
        "id": "0" * 64,
        "kind": "weights",
        "seq": 1,
        "registered": "2026-11-20T12:00:00.123456Z",
        "author": "ann",
        "host": "gpu1",
        "size": 1000,
        "files": 1,
    }
    return made | facts


class FewNames:
    """The names of a store that has just these models, references and identities, asked by Ann B."""

    user = "Ann B"

    def __init__(
        self,
        models: Collection[str] = (),
        references: dict[str, tuple[str, str]] | None = None,
        identities: dict[str, set[str]] | None = None,
    ) -> None:
        self.models = models
        self.references = references or {}
        self.ids = identities or {}

    def is_model(self, name: str) -> bool:
        return name in self.models

    def reference(self, text: str) -> tuple[str, str] | None:
        return self.references.get(text)

    def identities(self, text: str) -> Collection[str]:
        return self.ids.get(text, ())


def find(
    query: str, documents: Sequence[dict[str, Any]], names: FewNames | None = None, *, model: str = ""
) -> list[int]:
    """Return the rows a query finds; prepared or not, it must find the same."""
    asked = parse(query, NOW)
    finder = Finder(documents, names or FewNames(), model=model)
    found = list(finder.find(asked))
    finder.prepare()
    assert list(finder.find(asked)) == found
    return found


def fits(query: str, names: FewNames | None = None, /, **facts: Any) -> bool:
    """Say whether a query finds a version with these facts."""
    return find(query, [document(**facts)], names) == [0]
