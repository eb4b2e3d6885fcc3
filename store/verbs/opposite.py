"""What a version is compared with: the one that was named, or the one that plays a part for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..engine.documents import Document, production, ref_of
from ..engine.index import Index
from ..errors import NotFoundError, UsageError
from ..nouns.comparison import MOST
from ..nouns.lineage import PARENT_EDGES, Link
from . import look, resolve

ROLES = ("production", "parent", "base", "replaced")
"""What may be said instead of a reference: what is in Production of the same model, what it came from, the
weights that it was fine-tuned from or is an adapter of, and what it takes the place of."""

_BASE = ("fine-tuned-from", "adapter-of")
_REPLACED = ("replaces",)


def columns(index: Index, refs: Sequence[str], against: str | None) -> tuple[list[Document], str]:
    """Return the documents to compare, the base first, and the role that chose the base; empty when it was named.

    Several references: the first is the base. One alone: what is in Production, unless it is that itself; then the
    version registered before.

    Raises:
        UsageError: there are too many, or none.
        NotFoundError: a reference or role names nothing; the message says what there is.
        AmbiguousError, BadInputError: as ``resolve``.
    """
    if not refs:
        raise UsageError("nothing to compare", hint="Name one version, or several: mvtui diff REF REF.")
    if len(refs) + (against is not None) > MOST:
        raise UsageError(
            f"that is {len(refs) + (against is not None)} versions; {MOST} is the most that can be compared at once",
            hint="Leave some out.",
        )
    documents = [resolve.resolve(index, ref) for ref in refs]
    if against is None and len(documents) > 1:
        return documents, ""
    first = documents[0]
    if against is None:
        base, role = _natural(index, first)
    elif against in ROLES:
        base, role = _in_role(index, first, against), against
    else:
        base, role = resolve.resolve(index, against), ""
    return [base, *documents], role


def _natural(index: Index, document: Document) -> tuple[Document, str]:
    production = _production(index, document)
    if production is not None and production is not document:
        return production, "production"
    try:
        return resolve.resolve(index, f"{ref_of(document)}~1"), "before"
    except NotFoundError:
        raise NotFoundError(
            f"there is nothing to compare {ref_of(document)} with: it is the first version of {document['model']}, "
            f"and {'itself' if production else 'nothing'} is in production",
            hint=f"Name another version: mvtui diff OTHER {ref_of(document)}",
        ) from None


def _in_role(index: Index, document: Document, role: str) -> Document:
    if role == "production":
        if (found := _production(index, document)) is None:
            raise NotFoundError(
                f"{document['model']} has nothing in production", hint="Name a version: --against REF"
            )
        return found
    types = {"parent": PARENT_EDGES, "base": _BASE, "replaced": _REPLACED}[role]
    links = [link for link in look.links(document) if link.type in types]
    for link in links:
        if not link.outside and (found := version_of(index, link.to)) is not None:
            return found
    lacks = "replaces nothing" if role == "replaced" else f"has no {role}"
    raise NotFoundError(
        f"{ref_of(document)} {lacks} in this store{_instead(index, document, links)}",
        hint="Name a version: --against REF",
    )


def _instead(index: Index, document: Document, links: Iterable[Link]) -> str:
    """Return what there is in place of a parent, for the message."""
    told = [f"{link.type} {_called(index, link)}" for link in links][:3]
    if told:
        return f"; it is {', '.join(told)}"
    others = dict.fromkeys(link.type for link in look.links(document))
    return f"; its edges are {', '.join(others)}" if others else "; nobody said what it came from"


def _called(index: Index, link: Link) -> str:
    if link.outside:
        return link.to
    gone = [ref_of(found) for found in index.with_id(link.to)]
    return f"{gone[0]}, which was deleted" if gone else f"id:{link.to[:12]}, which is not known"


def version_of(index: Index, identity: str) -> Document | None:
    """Return the version that has this content, the newest where there are several; None when all were deleted."""
    found = [document for document in index.with_id(identity) if "deleted" not in document]
    return max(found, key=lambda document: int(document["seq"]), default=None)


def _production(index: Index, document: Document) -> Document | None:
    line = index.model(document["model"]) or {}
    number = production(line)
    found = index.version(document["model"], number) if number else None
    return None if found is None or found.get("deleted") else found
