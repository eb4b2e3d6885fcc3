"""From the words that name a version to the version."""

from __future__ import annotations

from collections.abc import Iterable

from ..engine.documents import MODELS, Document, production, ref_of
from ..engine.index import Index
from ..errors import AmbiguousError, NotFoundError
from ..nouns import reference
from ..nouns.reference import Reference
from ..nouns.stage import PRODUCTION
from . import standing

_SHOWN = 10


def resolve(index: Index, text: str) -> Document:
    """Return the document of the version that a reference names; never a deleted one.

    Raises:
        NotFoundError: nothing fits; ``candidates`` holds similar names.
        AmbiguousError: a prefix fits several.
        BadInputError: the text is no reference.
    """
    parsed = reference.parse(text)
    if parsed.back and (parsed.selector, parsed.value) == ("stage", PRODUCTION):
        return _held_before(index, parsed, text)
    document = _find(index, parsed, text)
    for _ in range(parsed.back):
        document = _before(index, document, text)
    return document


def _held_before(index: Index, parsed: Reference, text: str) -> Document:
    """Return who held Production so many steps before the one that has it: what ``name@production~1`` means."""
    line = model(index, parsed.model or "")
    earlier = [each.document for each in standing.past(index, line, production(line))]
    found = earlier[parsed.back - 1 : parsed.back]
    if not found or found[0].get("deleted"):
        raise NotFoundError(
            f"{text}: {'it was deleted' if found else f'only {len(earlier)} versions held production before'}",
            hint=f"See who did: mvtui history {parsed.model}",
        )
    return found[0]


def even_deleted(index: Index, text: str) -> Document:
    """Return the document that a reference names, or the number or hash ID of a deleted version: it has a past.

    Raises:
        NotFoundError, AmbiguousError, BadInputError: as ``resolve``.
    """
    try:
        return resolve(index, text)
    except AmbiguousError:
        raise
    except NotFoundError:
        if gone := _deleted(index, text):
            return gone
        raise


def _deleted(index: Index, text: str) -> Document | None:
    parsed = reference.parse(text)
    if parsed.back:
        return None
    if parsed.selector == "number" and parsed.model is not None:
        found = index.version(parsed.model, parsed.value)
        return found if found and found["id"] else None
    if parsed.selector == "id":
        fits = [d for d in index.with_id(parsed.value) if parsed.model in (None, d["model"])]
        return fits[0] if len({document["id"] for document in fits}) == 1 else None
    return None


def model(index: Index, name: str) -> Document:
    """Return a model's document.

    Raises:
        NotFoundError: there is no such model; ``candidates`` holds similar names.
    """
    if (document := index.model(name)) is not None:
        return document
    similar = close(name, index.tables[MODELS])
    raise NotFoundError(
        f"there is no model {name!r}",
        hint=f"Did you mean {similar[0]}?" if similar else "See what there is: mvtui ls",
        candidates=similar,
    )


def close(word: str, known: Iterable[str]) -> list[str]:
    """Return up to three known words that look like ``word``, best first."""
    import difflib

    return difflib.get_close_matches(word[:200], list(known), n=3, cutoff=0.5)


def _find(index: Index, parsed: Reference, text: str) -> Document:
    if parsed.model is None:
        return _by_id(index, parsed, text)
    line = model(index, parsed.model)
    name = parsed.model
    if parsed.selector == "id":
        return _by_id(index, parsed, text)
    if parsed.selector == "latest":
        number = line.get("latest")
        if number is None:
            raise NotFoundError(
                f"every version of {name} was deleted", hint=f"See them: mvtui ls {name} deleted:yes"
            )
    elif parsed.selector == "alias":
        number = line.get("aliases", {}).get(parsed.value)
        if number is None:
            raise _unknown(index, name, f"{name} has no alias {parsed.value!r}", parsed.value)
    elif parsed.selector == "stage":
        number = next(reversed(index.in_stage(name, parsed.value)), None)
        if number is None:
            raise NotFoundError(
                f"{name} has nothing in {parsed.value}", hint=f"See its versions: mvtui ls {name}"
            )
    else:
        number = parsed.value
    document = index.version(name, number)
    if document is None:
        raise _unknown(index, name, f"{name} has no version {number}", number)
    if document.get("deleted"):
        reason = document.get("reason", "")
        raise NotFoundError(
            f"{name}@{number} was deleted: {reason}", hint=f"See its record: mvtui show {name}@{number}"
        )
    return document


def _by_id(index: Index, parsed: Reference, text: str) -> Document:
    fits = [
        document
        for document in index.with_id(parsed.value)
        if not document.get("deleted") and parsed.model in (None, document["model"])
    ]
    if not fits:
        where = "no version" if parsed.model is None else f"{parsed.model} has no version"
        raise NotFoundError(
            f"{where} whose ID begins with {parsed.value}", hint="See what there is: mvtui ls"
        )
    if len(fits) > 1:
        found = [f"{ref_of(d)} ({d['id'][:12]})" for d in fits]
        same = len({document["id"] for document in fits}) == 1
        raise AmbiguousError(
            f"{text} fits {len(fits)} versions" + (" of the same content" if same else ""),
            hint=f"Name the model: {found[0].split()[0]}." if same else "Write more digits, or one of these.",
            candidates=found[:_SHOWN],
        )
    return fits[0]


def _unknown(index: Index, name: str, message: str, word: str) -> NotFoundError:
    line = index.model(name) or {}
    known = [d["version"] for d in index.of_model(name) if not d.get("deleted")] + list(
        line.get("aliases", {})
    )
    similar = [f"{name}@{w}" for w in close(word, known)]
    return NotFoundError(
        message,
        hint=f"Did you mean {similar[0]}?" if similar else f"See its versions: mvtui ls {name}",
        candidates=similar,
    )


def _before(index: Index, document: Document, text: str) -> Document:
    """Return the version of the same model registered just before, deleted ones left out."""
    earlier = [
        d for d in index.of_model(document["model"]) if d["seq"] < document["seq"] and not d.get("deleted")
    ]
    if not earlier:
        raise NotFoundError(
            f"{text}: there is no version before {ref_of(document)}",
            hint=f"See its versions: mvtui ls {document['model']}",
        )
    return earlier[-1]
