"""What a version was measured on: a dataset of this store, or a word of its own."""

from __future__ import annotations

from ..engine.documents import Document
from ..engine.index import Index
from ..errors import BadInputError, NotFoundError
from ..nouns.lineage import Link
from . import resolve

ROLE = "eval"
_LABEL = "Name a dataset, such as reviews@1.0.0; a word of your own has no '@' and no 'id:'."


def is_reference(text: str) -> bool:
    """Whether a text can only mean a version; any other is a word unless a dataset has that name."""
    return "@" in text or text.startswith("id:")


def dataset(index: Index, text: str) -> Document | None:
    """Return the dataset version that a text names, by its bare name the latest; None for a word of its own.

    Raises:
        NotFoundError: a reference that names no version; ``candidates`` holds similar names.
        AmbiguousError, BadInputError: as ``resolve``; or the version is no dataset.
    """
    if not is_reference(text):
        number = (index.model(text) or {}).get("latest")
        latest = index.version(text, number) if number else None
        return latest if latest and latest["kind"] == "dataset" else None
    try:
        document = resolve.resolve(index, text)
    except NotFoundError as error:
        hint = error.hint if error.candidates else _LABEL
        raise NotFoundError(
            f"there is no dataset {text}: {error.message}", hint=hint, candidates=error.candidates
        ) from None
    if document["kind"] != "dataset":
        raise BadInputError(f"{text} is of the kind {document['kind']}, and no dataset", hint=_LABEL)
    return document


def edge(measured: Document, on: Document) -> Link | None:
    """Return the edge from what was measured to the dataset; None for what is measured on itself."""
    return None if measured["id"] == on["id"] else Link("evaluated-on", on["id"], ROLE)
