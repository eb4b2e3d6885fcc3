"""Small changes to a version: note, tags, aliases, and its tombstone. Each is one event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError, NotFoundError, UsageError
from ..nouns import names
from ..nouns.event import EventKind
from ..nouns.version import Version
from . import look, needed, policy, resolve


def note(repository: Repository, ref: str, text: str) -> Version:
    """Replace a version's note; writing the same one again writes nothing."""
    names.check_text(text, "the note")
    with repository.writing() as index:
        document = resolve.resolve(index, ref)
        if document.get("note", "") != text:
            before = document.get("note", "")
            repository.append(EventKind.NOTE, _where(document) | {"note": text, "before": before})
        return _now(repository, document)


def tag(repository: Repository, ref: str, add: Mapping[str, str], remove: tuple[str, ...]) -> Version:
    """Set and remove tags; what is so already is not written again."""
    for key, value in add.items():
        names.check_tag_key(key)
        names.check_text(value, f"the tag {key!r}")
    with repository.writing() as index:
        document = resolve.resolve(index, ref)
        _check_tags(document, add)
        known = document.get("tags", {})
        missing = [key for key in remove if key not in known]
        if missing:
            similar = resolve.close(missing[0], known)
            raise NotFoundError(
                f"{ref_of(document)} has no tag {missing[0]!r}",
                hint=f"Did you mean {similar[0]}?"
                if similar
                else f"It has: {', '.join(sorted(known)) or 'none'}.",
                candidates=similar,
            )
        news = {key: value for key, value in add.items() if known.get(key) != value}
        if news or remove:
            before = {key: known.get(key) for key in (*news, *remove)}
            data = {"add": news, "remove": list(remove), "before": before}
            repository.append(EventKind.TAG, _where(document) | data)
        return _now(repository, document)


def _check_tags(document: Document, add: Mapping[str, str]) -> None:
    if document["kind"] == "hosted":
        from .hosted import check_tag

        for key, value in add.items():
            check_tag(document, key, value)


def alias(repository: Repository, ref: str, name: str) -> Version:
    """Make an alias mean this version; the event says which one it meant before."""
    names.check_alias(name)
    with repository.writing() as index:
        document = resolve.resolve(index, ref)
        before = (index.model(document["model"]) or {}).get("aliases", {}).get(name)
        if before != document["version"]:
            repository.append(EventKind.ALIAS, _where(document) | {"alias": name, "before": before})
        return _now(repository, document)


def unalias(repository: Repository, model: str, name: str) -> Version:
    """Remove an alias; return the version it named."""
    with repository.writing() as index:
        aliases = resolve.model(index, names.check_model(model)).get("aliases", {})
        if name not in aliases:
            similar = resolve.close(name, aliases)
            raise NotFoundError(
                f"{model} has no alias {name!r}",
                hint=f"Did you mean {similar[0]}?"
                if similar
                else f"It has: {', '.join(sorted(aliases)) or 'none'}.",
                candidates=similar,
            )
        document = resolve.resolve(index, f"{model}@{aliases[name]}")
        data = {"model": model, "version": None, "alias": name, "before": aliases[name]}
        repository.append(EventKind.ALIAS, data)
        return _now(repository, document)


def delete(repository: Repository, ref: str, reason: str, *, dry_run: bool = False) -> Version:
    """Write a version's tombstone; see ``Store.delete``."""
    if not names.check_reason(reason) and not dry_run:
        raise UsageError("deleting needs a reason", hint='Say why: --reason "…"')
    if "@" not in ref and not ref.startswith("id:"):
        raise UsageError(f"{ref!r} names no version", hint=f"Write which one: {ref}@1.4.0")
    if dry_run:
        with repository.reading() as index:
            document = _unneeded(index, ref)
            policy.check(policy.in_force(repository, index).policy, "delete")
            return look.as_version(document)
    with repository.writing() as index:
        document = _unneeded(index, ref)
        policy.check(policy.settle(repository, index).policy, "delete")
        repository.append(EventKind.DELETE, _where(document), names.check_reason(reason))
        return _now(repository, document)


def _unneeded(index: Index, ref: str) -> Document:
    """Return the version's document. Raises ConflictError when something needs it."""
    document = resolve.resolve(index, ref)
    if holds := needed.why(index, document):
        raise ConflictError(f"{ref_of(document)} {holds[0].sentence}", hint=holds[0].hint)
    return document


def _where(document: Document) -> dict[str, Any]:
    return {"model": document["model"], "version": document["version"]}


def _now(repository: Repository, document: Document) -> Version:
    fresh = repository.index.version(document["model"], document["version"])
    assert fresh is not None, "a version's document outlives its tombstone"
    return look.as_version(fresh)
