"""The names and values that versions hold, to complete queries from and to say what was perhaps meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...nouns.lineage import DATA_EDGES
from ...nouns.manifest import scalar_text
from .fields import FIELDS
from .pattern import fold
from .text import Document

Found = Iterable[str]


class Vocabulary:
    """What there is in some versions' documents, each list made when it is first asked for.

    ``references`` returns the references that have a hash ID, to name the other ends of edges by. With ``model`` all
    versions are of that one, so that its name is not worth completing.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        references: Callable[[str], Sequence[str]] = lambda _id: (),
        *,
        model: str = "",
    ) -> None:
        self._documents = documents
        self._references = references
        self._known: dict[tuple[str, str], tuple[str, ...]] = {("model", ""): ()} if model else {}

    def values(self, field: str, key: str = "") -> tuple[str, ...]:
        """Return the values of a field, the most common first; with ``key`` those of one tag or parameter.

        Of metrics, parameters and tags without ``key`` the names; none of fields whose values are countless.
        """
        asked = (field, key)
        if asked not in self._known:
            counted = Counter(
                value for document in self._documents for value in self._of(document, field, key)
            )
            self._known[asked] = tuple(sorted(counted, key=lambda value: (-counted[value], value)))
        return self._known[asked]

    def holders(self, name: str) -> list[str]:
        """Return which of metrics and parameters have something of a name: what it may mean without its field."""
        return [field for field in ("metric", "param") if name in self.values(field)]

    def unknown(self, field: str, key: str) -> list[str] | None:
        """Return names like ``key`` if no version has a metric, parameter or tag of that name, else None."""
        known = self.values(field)
        if key in known:
            return None
        from difflib import get_close_matches

        folded = {fold(name): name for name in known}
        return [folded[name] for name in get_close_matches(fold(key)[:200], folded, n=3, cutoff=0.5)]

    def _of(self, document: Document, field: str, key: str) -> Found:
        if field in FIELDS and FIELDS[field].keyed:
            held: dict[str, Any] = document.get(f"{field}s", {})
            if not key:
                return held
            return (scalar_text(held[key]),) if key in held else ()
        return _SINGLE[field](document) if field in _SINGLE else self._edges(document, field)

    def _edges(self, document: Document, field: str) -> Found:
        if field not in {"dataset", "parent"}:
            return
        for edge in document.get("edges", ()):
            if (edge["type"] in DATA_EDGES) is (field == "dataset"):
                for reference in self._references(edge["to"]) or ((edge["to"],) if ":" in edge["to"] else ()):
                    yield reference.partition("@")[0] if ":" not in reference else reference
                if role := edge.get("role"):
                    yield role


_SINGLE: dict[str, Callable[[Document], Found]] = {
    "model": lambda d: (d["model"],),
    "kind": lambda d: (d["kind"],),
    "stage": lambda d: (d["stage"],) if d.get("stage") else (),
    "author": lambda d: (d["author"],),
    "host": lambda d: (d["host"],),
    "alias": lambda d: d.get("aliases", ()),
    "git": lambda d: (d["code"]["branch"],) if d.get("code", {}).get("branch") else (),
}
