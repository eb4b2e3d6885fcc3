"""Finding versions by a query; see ``knowledge.query`` for the language."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Protocol

from msgspec.structs import replace

from ..engine import actor
from ..engine.documents import VERSIONS, Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import MvtuiError, QueryError, UsageError
from ..knowledge.query.completing import Completion, complete
from ..knowledge.query.finder import Finder
from ..knowledge.query.pattern import Pattern, fold
from ..knowledge.query.syntax import parse, so_far
from ..knowledge.query.tree import Query, Word, conditions
from ..knowledge.query.vocabulary import Vocabulary
from ..nouns import reference
from ..nouns.version import Version
from . import look, missed, resolve


class Answer(look.Rows):
    """The versions that a query found.

    ``total`` is how many there were before ``limit:``. ``metrics`` are the names of those that the query compares or
    sorts by, ``models`` those of the versions. ``unknown`` has what nothing could be found or sorted by, because no
    version has a metric, parameter or tag of that name, and names like it. When nothing was found, ``unmet`` has the
    values that no version has in fields such as ``author``, and ``meant`` what words such as ``owner=x`` may mean.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        total: int,
        query: Query,
        unknown: dict[str, list[str]],
        unmet: tuple[missed.Unmet, ...] = (),
        meant: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(documents)
        self.total = total
        self.metrics = _metrics(query)
        self.unknown = unknown
        self.unmet = unmet
        self.meant = dict(meant or {})
        self.models = {document["model"] for document in documents}


class Found(NamedTuple):
    """What a query found: ``rows`` are places in the versions that were searched, rising unless they are ``sorted``.

    ``missing`` says what the query, of which only the beginning was looked for, still lacks.
    """

    rows: Sequence[int]
    sorted: bool
    missing: QueryError | None


class Search:
    """Versions to be asked for again and again, as by a filter."""

    def __init__(self, repository: Repository, versions: look.Rows) -> None:
        models = {document["model"] for document in versions.documents}
        model = models.pop() if len(models) == 1 else ""
        self._finder = Finder(versions.documents, _Names(repository), model=model)
        self._vocabulary = Vocabulary(versions.documents, _references(repository), model=model)

    def prepare(self) -> None:
        """Make searching fast: hundreds of milliseconds for 100,000 versions, once."""
        self._finder.prepare()

    def find(self, text: str) -> Found:
        """Return the versions that fit what is typed so far of a query.

        Raises:
            QueryError: it is no query, and can't become one by typing on.
        """
        query, missing = so_far(text, datetime.now(UTC), self._vocabulary.holders)
        return Found(self._finder.find(query), bool(query.sort), missing)

    def names(self, field: Literal["metric", "param", "tag"]) -> tuple[str, ...]:
        """Return the names of all the metrics, parameters or tags that the versions have, the most common first."""
        return self._vocabulary.values(field)

    def complete(self, text: str) -> list[Completion]:
        """Return how a query could go on at its end."""
        return complete(text, len(text), self._vocabulary)


class Readable(Protocol):
    """What has an index: a repository, or what follows one."""

    def reading(self) -> AbstractContextManager[Index]:
        """Hold the index still."""


class Asked:
    """A query to be asked of single versions, as they change: metrics and parameters stand with their field there.

    Raises:
        QueryError: the text is no query.
        UsageError: it sorts or limits, which single versions can't be.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        query = self._parsed()
        if query.sort or query.limit is not None:
            word = "sort:" if query.sort else "limit:"
            raise UsageError(f"{word} means nothing here: events come one by one", hint="Leave it out.")

    def _parsed(self) -> Query:
        return parse(self._text, datetime.now(UTC))  # ages are counted from now

    def fits(self, source: Readable, documents: Sequence[Document]) -> bool:
        """Whether one of these versions fits."""
        return bool(documents) and bool(Finder(documents, _Names(source)).find(self._parsed()))


def query(repository: Repository, text: str, *, deleted: bool) -> Answer:
    """Return the versions that fit a query; see ``Store.query``."""
    with repository.reading() as index:
        asked = parse(text, datetime.now(UTC), _Holders(index))
        documents = _documents(index, asked)
    asked_of = conditions(asked.node)
    documents.reverse()
    if not deleted and not any(condition.field == "deleted" for condition in asked_of):
        documents = [document for document in documents if "deleted" not in document]
    names = _Names(repository)
    rows = Finder(documents, names).find(replace(asked, limit=None))
    found = [documents[row] for row in rows[: asked.limit]]
    vocabulary = Vocabulary(documents, _references(repository))
    unknown = missed.unknown(asked, found, vocabulary)
    if found:
        return Answer(found, len(rows), asked, unknown)
    unmet = missed.unmet(asked, documents, names, vocabulary)
    return Answer([], 0, asked, unknown, unmet, missed.meant(asked, vocabulary))


def search(repository: Repository, versions: Sequence[Version]) -> Search:
    """Return what finds places in a list; see ``Store.search``."""
    if not isinstance(versions, look.Rows):
        raise TypeError(
            f"what is searched is a list that the store returned, not a {type(versions).__name__}"
        )
    return Search(repository, versions)


def complete_query(repository: Repository, text: str, cursor: int | None) -> list[Completion]:
    """Return how a query could go on; see ``Store.complete_query``."""
    vocabulary = Vocabulary(look.versions(repository, None, deleted=False).documents, _references(repository))
    return complete(text, len(text) if cursor is None else cursor, vocabulary)


def _documents(index: Index, asked: Query) -> list[Document]:
    """Return the documents to look through, in the order they were registered: one model's if only it is meant."""
    for node in asked.node.nodes:
        if isinstance(node, Word) and node.bare and index.model(node.bare) is not None:
            return index.of_model(node.bare)
    return list(index.tables[VERSIONS].values())


def _metrics(asked: Query) -> tuple[str, ...]:
    sorted_by = [key.name for key in asked.sort if key.field == "metric"]
    compared = [
        condition.key.plain
        for condition in conditions(asked.node)
        if condition.field == "metric" and condition.key and condition.key.plain
    ]
    return tuple(dict.fromkeys([*sorted_by, *compared]))


def _references(repository: Repository) -> Callable[[str], Sequence[str]]:
    def references(identity: str) -> Sequence[str]:
        with repository.reading() as index:
            return [ref_of(d) for d in index.with_id(identity)]

    return references


class _Holders:
    """Which metrics and parameters there are, for names that stand without their field; looked up only for those."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __call__(self, name: str) -> list[str]:
        documents = self._index.tables[VERSIONS].values()
        return [
            field
            for field in ("metric", "param")
            if any(name in document.get(f"{field}s", ()) for document in documents)
        ]


class _Names:
    """The names in a store, as queries ask for them."""

    def __init__(self, repository: Readable) -> None:
        self._repository = repository

    @functools.cached_property
    def user(self) -> str:
        return actor.current().user

    def is_model(self, name: str) -> bool:
        with self._repository.reading() as index:
            return index.model(name) is not None

    def reference(self, text: str) -> tuple[str, str] | None:
        with self._repository.reading() as index:
            document = _resolved(index, text)
            return (document["model"], document["version"]) if document else None

    def identities(self, text: str) -> Collection[str]:
        with self._repository.reading() as index:
            if "*" in text:
                pattern = Pattern(tuple(fold(text).split("*")))
                part = slice(None) if "@" in text else slice(0, 1)
                documents = [
                    document
                    for document in index.tables[VERSIONS].values()
                    if pattern.fits("@".join((document["model"], document["version"])[part]))
                ]
            elif index.model(text) is not None:
                documents = index.of_model(text)
            else:
                documents = [found] if (found := _resolved(index, text)) else []
            return {document["id"] for document in documents}


def _resolved(index: Index, text: str) -> Document | None:
    """Return the document that a reference names, deleted or not; None when it names none."""
    try:
        parsed = reference.parse(text)
        if parsed.selector == "number" and parsed.model and not parsed.back:
            return index.version(parsed.model, parsed.value)
        return resolve.resolve(index, text)
    except MvtuiError:
        return None
