"""Lineage of what is in the store: from references to the graph, and back to references."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..engine.documents import VERSIONS, Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import AmbiguousError, BadInputError, NotFoundError
from ..knowledge import lineage as graphs
from ..knowledge.guess import stem
from ..nouns import names
from ..nouns.impact import Impact
from ..nouns.lineage import Lineage, Link, Node, is_outside_name
from . import look, resolve

_GIT = "git:"
_SHORT = re.compile(r"@[0-9a-f]{4,39}$", re.ASCII)  # the beginning of a commit, as a revision
_MOST = 50
"""Most references of one content that a node names besides its own."""


def lineage(repository: Repository, ref: str, *, up: bool, down: bool, depth: int | None) -> Lineage:
    """Return what a version came from and what came from it; see ``Store.lineage``."""
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise BadInputError(
            f"depth = {depth!r} is not a number of steps", hint="Give 0 or more, or None for all."
        )
    with repository.reading() as index:
        keys, document = _meant(index, ref)
        if len(keys) > 1:
            raise AmbiguousError(
                f"{ref} fits {len(keys)} names outside the store",
                hint="Name one of these.",
                candidates=keys[:10],
            )
        graph = Graph(index, prefer=document)
        return graphs.walk(
            keys[0], graph.edges_of, graph.children_of, graph.describe, up=up, down=down, depth=depth
        )


def impact(repository: Repository, ref: str) -> Impact:
    """Return what was made from a version, or from anything an outside name fits; see ``Store.impact``."""
    with repository.reading() as index:
        keys, document = _meant(index, ref)
        graph = Graph(index, prefer=document)
        return graphs.impact(keys, graph.edges_of, graph.children_of, graph.describe)


class Graph:
    """The edges of a store's documents. Versions of the same content are one node, with the edges of all."""

    def __init__(self, index: Index, *, prefer: Document | None = None) -> None:
        self.index = index
        self.prefer = prefer
        self._edges: dict[str, list[Link]] = {}

    def edges_of(self, key: str) -> list[Link]:
        """Return a version's edges as they were stated, then the commit whose code made it."""
        if key not in self._edges:  # a walk asks at each end of each edge
            self._edges[key] = self._find_edges(key)
        return self._edges[key]

    def _find_edges(self, key: str) -> list[Link]:
        found: dict[tuple[str, str, str], Link] = {}
        commits: dict[str, Link] = {}
        for document in self._living(key):
            for link in look.links(document):
                known = found.setdefault((link.type, link.to, link.role), link)
                if known.guess and not link.guess:
                    found[link.type, link.to, link.role] = link
            if code := look.code(document):
                to = f"{_GIT}{code.commit}"
                commits.setdefault(to, Link(graphs.MADE_BY, to, role="dirty" if code.dirty else ""))
        return [*found.values(), *commits.values()]

    def children_of(self, key: str) -> list[str]:
        """Return the versions that have an edge to this: Production first, the deleted last, the newest before older."""
        documents = sorted(self.index.from_origin(key), key=look.in_use)
        found = dict.fromkeys(document["id"] for document in documents if self._counts(document))
        return list(found)

    def describe(self, key: str) -> Node:
        """Say what a key stands for."""
        documents = self._documents(key)
        if not documents:
            if not is_outside_name(key):
                return Node(key, "unknown", f"id:{key[:12]}")
            return Node(key, "commit" if key.startswith(_GIT) else "outside", key)
        document, *others = documents
        return Node(
            key,
            "version",
            ref_of(document),
            also=tuple(ref_of(other) for other in others[:_MOST]),
            stage=document.get("stage"),
            model_kind=document["kind"],
            size=document["size"],
            deleted=bool(document.get("deleted")),
        )

    def _living(self, key: str) -> list[Document]:
        """Return the documents of a content that are not deleted; all of them when none is left.

        What was said of a version before it was deleted says nothing of the same content registered anew.
        """
        documents = self._documents(key)
        return [document for document in documents if not document.get("deleted")] or documents

    def _counts(self, document: Document) -> bool:
        if not document["id"]:
            return False
        return not document.get("deleted") or document in self._living(document["id"])

    def _documents(self, key: str) -> list[Document]:
        """Return the documents of a content: the one that was asked for, else the one that matters most, first."""
        if is_outside_name(key):
            return []
        documents = self.index.with_id(key)
        if len(documents) < 2:
            return documents
        return sorted(documents, key=lambda document: (document is not self.prefer, *look.in_use(document)))


def _meant(index: Index, text: str) -> tuple[list[str], Document | None]:
    """Return the keys that a reference or an outside name means, and the document of a reference.

    Raises:
        NotFoundError: there is no such thing; ``candidates`` holds similar names.
        AmbiguousError, BadInputError: as ``resolve``.
    """
    if is_outside_name(text):
        return _outside(index, text), None
    try:
        document = resolve.even_deleted(index, text)
    except NotFoundError as error:
        if similar := _known_as(index, text):
            raise NotFoundError(
                f"{error.message}; it is known outside the store",
                hint=f"Did you mean {similar[0]}?",
                candidates=similar,
            ) from None
        raise
    return [document["id"]], document


def _outside(index: Index, text: str) -> list[str]:
    """Return what an outside name fits among those that something came from: without a revision, all of them."""
    fits = sorted(origin for origin in index.origins() if _fits(text, origin))
    fits += _from_hub(index, text)
    if fits:
        return fits
    similar = resolve.close(text, {stem(origin) for origin in index.origins() if is_outside_name(origin)})
    raise NotFoundError(
        f"nothing in this store came from {text}",
        hint=f"Did you mean {similar[0]}?" if similar else "See what a version came from: mvtui lineage REF",
        candidates=similar,
    )


def _fits(asked: str, origin: str) -> bool:
    if asked == origin:
        return True
    if asked.startswith(_GIT):
        return len(asked) >= len(_GIT) + names.MIN_PREFIX and origin.startswith(asked.lower())
    if not origin.startswith(asked.partition(":")[0]):
        return False
    asked, origin = asked.casefold(), origin.casefold()
    return asked in (origin, stem(origin)) or bool(_SHORT.search(asked) and origin.startswith(asked))


def _from_hub(index: Index, text: str) -> list[str]:
    """Return the data sets in the store that were registered from the Hugging Face data set of this name."""
    if not text.startswith("hf:"):
        return []
    name, _, revision = text.removeprefix("hf:").removeprefix("datasets/").partition("@")
    found = dict.fromkeys(
        document["id"]
        for document in index.tables[VERSIONS].values()
        if (source := document.get("source", {})).get("type") == "hf"
        and source.get("location", "").casefold() == name.casefold()
        and revision in ("", source.get("rev", ""))
    )
    return list(found)


def _known_as(index: Index, text: str) -> list[str]:
    """Return outside names whose last part is this word: who writes ``roberta-base`` may mean ``hf:roberta-base``."""
    word = text.casefold()
    return sorted(
        origin
        for origin in index.origins()
        if is_outside_name(origin) and word in _ends(stem(origin.casefold()))
    )[:3]


def _ends(name: str) -> Iterable[str]:
    _, _, whole = name.partition(":")
    return whole, whole.rpartition("/")[2]
