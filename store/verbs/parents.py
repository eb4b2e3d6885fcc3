"""Where a registration says, and its files seem to say, that it comes from."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import BadInputError, UsageError
from ..knowledge.guess import Guesses
from ..knowledge.sources import SourceFile
from ..nouns import names
from ..nouns.lineage import Link
from ..nouns.manifest import Kind
from .link import Stated, edge

_PARENT = {"weights": "fine-tuned-from", "adapter": "adapter-of"}


def stated(
    repository: Repository, parents: Sequence[str], edges: Sequence[Stated], kind: Kind
) -> tuple[Link, ...]:
    """Return the edges that a registration states, before a byte is copied.

    A parent without a type is what weights were fine-tuned from, what an adapter is an adapter of, the data that
    either was trained on if it is a data set, and else what something was derived from.

    Raises:
        NotFoundError: one leads to a version that does not exist; ``candidates`` holds similar names.
        AmbiguousError, BadInputError: a reference that can't be read or fits several; an unknown type of edge.
    """
    pairs = _as_pairs(edges)
    if isinstance(parents, str):
        raise BadInputError("parents are text, not a list", hint=f"Write [{parents!r}].")
    if not parents and not pairs:
        return ()
    with repository.reading() as index:
        links = [_parent(index, ref, kind) for ref in parents]
        links += [edge(index, type_, to) for type_, to in pairs]
    return tuple(dict.fromkeys(links))


def replacing(
    repository: Repository, links: tuple[Link, ...], ref: str | None, reason: str
) -> tuple[Link, ...]:
    """Return edges with one to what a version is to take the place of, and why.

    Raises:
        UsageError: a reason without anything that is replaced, or the other way round.
        NotFoundError, AmbiguousError, BadInputError: as ``stated``.
    """
    if ref is None:
        if reason.strip():
            raise UsageError(
                "a reason says why something is replaced", hint="Say what: --replaces REF, or use a note."
            )
        return links
    if not reason.strip():
        raise UsageError(
            f"why does it replace {ref}? no reason was given", hint='Say it: --reason "fewer wrong answers".'
        )
    with repository.reading() as index:
        found = edge(index, "replaces", ref)
    told = msgspec.structs.replace(found, reason=names.check_reason(reason))
    return (*(link for link in links if (link.type, link.to) != (told.type, told.to)), told)


def guessed(files: Sequence[SourceFile], model: str, kind: Kind, links: Sequence[Link]) -> Guesses:
    """Return the edges that the files of a version state, without those it was told better.

    Told better: the same thing was stated, or, for anything but data, another thing by the same type of edge.
    """
    from ..knowledge import guess

    found = guess.guess(files, model=model, kind=kind)
    known = {guess.stem(link.to).casefold() for link in links}
    types = {link.type for link in links if not link.role}
    kept = [
        link for link in found.links if guess.stem(link.to).casefold() not in known and link.type not in types
    ]
    return Guesses(tuple(kept), found.unread)


def _parent(index: Index, ref: str, kind: Kind) -> Link:
    link = edge(index, _PARENT.get(kind, "derived-from"), ref)
    is_data = not link.outside and any(d["kind"] == "dataset" for d in index.with_id(link.to))
    return edge(index, "trained-on", ref) if is_data and kind in _PARENT else link


def _as_pairs(edges: Sequence[Stated]) -> list[Stated]:
    pairs = []
    for pair in edges:
        match pair:
            case (str() as type_, str() as to):
                pairs.append((type_, to))
            case _:
                raise BadInputError(
                    f"{pair!r} is not an edge", hint='Write ("fine-tuned-from", "base@1.0.0").'
                )
    return pairs
