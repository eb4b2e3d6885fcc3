"""The index: TinyDB over documents derived from the journal, with side indexes for what must be instant.

TinyDB's own JSONStorage rewrites the file at every insert and breaks under two writers. Here the documents
live in memory, the reducer alone changes them, and the file (see ``snapshot``) is only a head start. Queries
go through TinyDB: ``index.versions.search(where("kind") == "prompt")``.

Not safe between threads by itself; the repository serialises.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Mapping
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document as TinyDocument
from tinydb.table import Table

from ..nouns.event import Event, EventKind
from . import abtests, documents, reduce
from .documents import MODELS, STORE, TRANSITIONS, VERSIONS, Document, Tables, empty, key


class DerivedStorage(Storage):
    """TinyDB storage over the reducer's tables. It reads; a write through TinyDB is refused."""

    def __init__(self) -> None:
        self.tables: Tables = empty()
        self.generation = 0

    def read(self) -> dict[str, dict[str, Any]]:
        """Return the tables as they are now."""
        return self.tables

    def write(self, data: dict[str, dict[str, Any]]) -> None:  # noqa: ARG002 - TinyDB's signature
        """Refuse: a change is an event in the journal, never a write to the index.

        Raises:
            TypeError: always.
        """
        raise TypeError("the index is derived from the journal: append an event instead")


class DerivedTable(Table):
    """A TinyDB table with text IDs, whose query cache does not outlive the data."""

    document_id_class = str  # type: ignore[assignment]  # "name@1.4.0"; TinyDB counts with int
    _seen = -1

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        storage = cast("DerivedStorage", self._storage)
        return cast("dict[str, Mapping[str, Any]]", storage.tables.get(self.name, {}))

    def search(self, cond: QueryLike) -> list[TinyDocument]:
        """Return every document that fits; TinyDB would ask its cache before it looks whether data moved."""
        generation = cast("DerivedStorage", self._storage).generation
        if self._seen != generation:
            self.clear_cache()
            self._seen = generation
        return super().search(cond)


class _Database(TinyDB):
    table_class = DerivedTable


class Index:
    """The documents of a store and the ways to find them."""

    def __init__(self) -> None:
        self._storage = DerivedStorage()
        database = _Database(storage=lambda: self._storage)
        self.models = cast("DerivedTable", database.table(MODELS))
        self.versions = cast("DerivedTable", database.table(VERSIONS))
        self.replace(empty())

    @property
    def generation(self) -> int:
        """Grows with every event applied and every reload."""
        return self._storage.generation

    @property
    def tables(self) -> Tables:
        """The documents by table and ID. Not to be changed."""
        return self._storage.tables

    def replace(self, tables: Tables) -> None:
        """Start over from these documents."""
        self._storage.tables = tables
        self._storage.generation += 1
        self._find_ways()

    def _find_ways(self) -> None:
        tables = self._storage.tables
        self._of_model: dict[str, list[str]] = {}
        for where, document in tables[VERSIONS].items():
            self._of_model.setdefault(document["model"], []).append(where)
        self._moves_of: dict[str, list[str]] | None = None
        self._ids: list[tuple[str, str]] | None = None
        self._origin_of: dict[str, dict[str, None]] | None = None

    def apply(self, event: Event) -> None:
        """Let an event take effect."""
        if self._origin_of is None:
            reduce.apply(self._storage.tables, event)
        else:
            where = key(str(event.data.get("model")), str(event.data.get("version")))
            before = _origins(self.tables[VERSIONS].get(where))
            reduce.apply(self._storage.tables, event)
            self._came_from(where, before, _origins(self.tables[VERSIONS].get(where)))
        self._storage.generation += 1
        if event.kind is EventKind.REPAIR:
            self._find_ways()
        if event.kind is EventKind.TRANSITION and self._moves_of is not None:
            number = str(event.seq)
            if number in self.tables[TRANSITIONS]:
                self._moves_of.setdefault(event.data["model"], []).append(number)
        if event.kind is EventKind.REGISTER:
            model, identity = event.data["model"], event.data["id"]
            where = key(model, event.data["version"])
            self._of_model.setdefault(model, []).append(where)
            if self._ids is not None:
                bisect.insort(self._ids, (identity, where))

    def model(self, name: str) -> Document | None:
        """Return a model's document."""
        return self.tables[MODELS].get(name)

    def version(self, model: str, number: str) -> Document | None:
        """Return a version's document, deleted or not."""
        return self.tables[VERSIONS].get(key(model, number))

    def of_model(self, name: str, *, newest: int = 0) -> list[Document]:
        """Return a model's documents, deleted ones too, in the order they were registered; or just the newest few."""
        versions = self.tables[VERSIONS]
        return [versions[where] for where in self._of_model.get(name, [])[-newest:]]

    def in_stage(self, model: str, stage: str) -> list[str]:
        """Return the numbers of a model's versions in a stage, the one that entered it last at the end."""
        if stage != documents.UNLISTED:
            return documents.in_stage(self.model(model) or {}, stage)
        there = [d for d in self.of_model(model) if d.get("stage") == stage and not d.get("deleted")]
        return [d["version"] for d in sorted(there, key=lambda d: d["staged_seq"])]

    def transitions(self, model: str | None = None) -> list[Document]:
        """Return the transitions of a model, or of all, oldest first."""
        table = self.tables[TRANSITIONS]
        if model is None:
            return list(table.values())
        if self._moves_of is None:
            self._moves_of = {}
            for number, document in table.items():
                self._moves_of.setdefault(document["model"], []).append(number)
        return [table[number] for number in self._moves_of.get(model, ())]

    def transition(self, seq: int) -> Document:
        """Return the transition that event ``seq`` wrote."""
        return self.tables[TRANSITIONS][str(seq)]

    def last_transition(self) -> Document | None:
        """Return the transition that happened last, or None."""
        table = self.tables[TRANSITIONS]
        return table[next(reversed(table))] if table else None

    def moved_last(self) -> list[str]:
        """Return the models that the last transition and the last change of an A/B test were about."""
        last, tested = self.last_transition(), self.tables[STORE].get(abtests.POINTED)
        return list(dict.fromkeys(found["model"] for found in (last, tested) if found is not None))

    def digest_in_force(self, what: str) -> str:
        """Return the digest of the policy, or of the signers, that was acted on last; empty when there was none."""
        return str(self.tables[STORE].get(what, {}).get("digest", ""))

    def with_id(self, prefix: str) -> list[Document]:
        """Return the documents whose hash ID begins with ``prefix``, deleted ones too."""
        if self._ids is None:
            self._ids = sorted((d["id"], where) for where, d in self.tables[VERSIONS].items())
        found = []
        for at in range(bisect.bisect_left(self._ids, (prefix, "")), len(self._ids)):
            identity, where = self._ids[at]
            if not identity.startswith(prefix):
                break
            found.append(self.tables[VERSIONS][where])
        return found

    def from_origin(self, origin: str) -> list[Document]:
        """Return the documents with an edge to ``origin``, deleted ones too, in no particular order.

        ``origin`` is a hash ID, an outside name or ``git:`` and the commit whose code made a version.
        """
        versions = self.tables[VERSIONS]
        return [versions[where] for where in self._origins().get(origin, ())]

    def origins(self) -> Collection[str]:
        """Return everything that a document has an edge to, in no particular order."""
        return self._origins().keys()

    def _origins(self) -> dict[str, dict[str, None]]:
        # Made when first asked for: a store that nobody asks for lineage does without.
        if self._origin_of is None:
            self._origin_of = {}
            for where, document in self.tables[VERSIONS].items():
                self._came_from(where, frozenset(), _origins(document))
        return self._origin_of

    def _came_from(self, where: str, before: frozenset[str], after: frozenset[str]) -> None:
        """Note that a document has other edges than before."""
        assert self._origin_of is not None
        for origin in before - after:
            del self._origin_of[origin][where]
            if not self._origin_of[origin]:
                del self._origin_of[origin]
        for origin in after - before:
            self._origin_of.setdefault(origin, {})[where] = None


def _origins(document: Document | None) -> frozenset[str]:
    """Return what a document has an edge to, the commit of its code included."""
    if document is None or not ("edges" in document or "code" in document):
        return frozenset()
    found = {edge["to"] for edge in document.get("edges", ())}
    if commit := document.get("code", {}).get("commit"):
        found.add(f"git:{commit}")
    return frozenset(found)
