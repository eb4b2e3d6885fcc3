"""Edges stated, or taken back, after registering. Each change is one event, and closes no cycle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import AmbiguousError, BadInputError, ConflictError, NotFoundError
from ..knowledge import lineage as graphs
from ..knowledge.guess import stem
from ..nouns import names
from ..nouns.bundle import MEMBER_EDGE
from ..nouns.event import EventKind
from ..nouns.lineage import EDGE_TYPES, Arc, Link, is_outside_name
from ..nouns.version import Version
from . import look, resolve
from .ancestry import Graph

Stated = tuple[str, str]
"""An edge in words: its type, and a reference or an outside name."""

MAX_NAME = 1000
"""Longest outside name, in characters."""
STATABLE = tuple(type_ for type_ in EDGE_TYPES if type_ != MEMBER_EDGE)
"""Types of edges that a person may state."""
_OUTSIDE = "What is not in this store has a scheme: hf:org/model, https://…, name:anything."
_ROLES = {"trained-on": "train", "evaluated-on": "eval"}


def change(repository: Repository, ref: str, add: Sequence[Stated], remove: Sequence[Stated]) -> Version:
    """Add and remove edges in one event; what is so already is not written again. See ``Store.link``.

    An edge to an outside name with a revision takes the place of one to the same name without.
    """
    for type_, _ in (*add, *remove):
        check_type(type_)
    _check_fits(repository, ref, add)
    with repository.writing() as index:
        document = resolve.resolve(index, ref)
        gone = [_known_edge(index, document, type_, to) for type_, to in remove]
        asked = [edge(index, type_, to) for type_, to in add]
        news = unstated(index, document, asked)
        gone += [link for link in _superseded(document, asked) if link not in gone]
        if gone or news:
            data: dict[str, Any] = {"model": document["model"], "version": document["version"]}
            if news:
                data["add"] = [msgspec.to_builtins(link) for link in news]
            if gone:
                data["remove"] = [{"type": link.type, "to": link.to} for link in gone]
            repository.append(EventKind.LINK, data)
        fresh = index.version(document["model"], document["version"])
        assert fresh is not None, "a version's document outlives its edges"
        return look.as_version(fresh)


def _check_fits(repository: Repository, ref: str, add: Sequence[Stated]) -> None:
    """Make sure that an adapter fits what it is to be bound to. Before the lock is taken: headers are read."""
    from .adapters import EDGE, check_link

    if not any(type_ == EDGE for type_, _ in add):
        return
    with repository.reading() as index:
        document = resolve.resolve(index, ref)
        links = [edge(index, type_, to) for type_, to in add]
    check_link(repository, document, links)


def check_type(type_: str) -> str:
    """Return the type of an edge, if it is one.

    Raises:
        BadInputError: it isn't.
    """
    if type_ == MEMBER_EDGE:
        raise BadInputError(
            f"{type_} leads from a bundle to its members, which are what it is",
            hint="Bundle them: mvtui bundle NAME --add ROLE=REF",
        )
    if type_ in EDGE_TYPES:
        return type_
    similar = resolve.close(str(type_), EDGE_TYPES)
    raise BadInputError(
        f"{type_!r} is not a type of edge",
        hint=f"Choose one of {', '.join(STATABLE)}.",
        candidates=similar,
    )


def edge(index: Index, type_: str, to: str) -> Link:
    """Return the edge that words mean; data have the role ``train`` or ``eval``.

    Raises:
        NotFoundError: it leads to a version that does not exist; the hint says how to name something outside.
        AmbiguousError, BadInputError: as ``resolve``; or no outside name.
    """
    return Link(check_type(type_), target(index, to), role=_ROLES.get(type_, ""))


def target(index: Index, text: str) -> str:
    """Return the hash ID that a reference names, or the outside name without what gives access to it.

    Raises:
        NotFoundError, AmbiguousError, BadInputError: see ``edge``.
    """
    names.check_text(text, "a parent")
    if is_outside_name(text):
        if len(text) > MAX_NAME or not text.isprintable():
            raise BadInputError(
                f"{text[:60]!r} can't be a name",
                hint=f"A name is one line of at most {MAX_NAME:,} characters.",
            )
        from ..knowledge import outside

        return outside.clean(text)
    try:
        return str(resolve.resolve(index, text)["id"])
    except AmbiguousError:
        raise
    except NotFoundError as error:
        first = "" if error.candidates else f"{error.hint.rstrip('.')}. "
        raise NotFoundError(error.message, hint=f"{first}{_OUTSIDE}", candidates=error.candidates) from None


def unstated(index: Index, document: Document, links: Iterable[Link]) -> list[Link]:
    """Return the edges that are not stated yet. They all begin at one version, so none closes a cycle with another.

    Raises:
        ConflictError: one leads back to its version, at once or by what it came from.
    """
    graph = Graph(index)
    identity: str = document["id"]
    stated = {(link.type, link.to) for link in look.links(document) if not link.guess}
    news: list[Link] = []
    for link in links:
        if (link.type, link.to) in stated:
            continue
        if link.to == identity:
            raise ConflictError(
                f"{ref_of(document)} can't be {link.type} itself",
                hint="Name another version, or something outside the store.",
            )
        if path := graphs.closing_path(identity, link.to, link.type, graph.edges_of):
            raise ConflictError(
                f"that would close a cycle: {_told(graph, path)}",
                hint="A version can't come from what came from it: turn the edge round, or leave it out.",
            )
        stated.add((link.type, link.to))
        news.append(link)
    return news


def _superseded(document: Document, asked: Sequence[Link]) -> list[Link]:
    """Return the edges that said less: a guess, or a later statement, of the same thing that names no revision.

    What was stated when the version was registered is part of what it is, and stays.
    """
    exact = {(link.type, _same(link.to)) for link in asked if link.outside and stem(link.to) != link.to}
    named = {(link.type, link.to) for link in asked}
    return [
        link
        for link in look.links(document)
        if (link.guess or link.later)
        and stem(link.to) == link.to
        and (link.type, _same(link.to)) in exact
        and (link.type, link.to) not in named
    ]


def _same(name: str) -> str:
    """Return what two spellings of an outside name share: no revision, no ``datasets/`` of the hub, small letters."""
    return stem(name).casefold().replace("hf:datasets/", "hf:", 1)


def _told(graph: Graph, path: Sequence[Arc]) -> str:
    steps = [graph.describe(path[0].child).name]
    steps += [f"is {arc.link.type} {graph.describe(arc.parent).name}" for arc in path]
    if len(steps) > 7:
        steps[4:-3] = [f"({len(steps) - 7} steps more)"]
    return " ".join([steps[0], ", which ".join(steps[1:])])


def _known_edge(index: Index, document: Document, type_: str, to: str) -> Link:
    """Return the edge of a version that words mean, if it may go.

    Raises:
        NotFoundError: the version has no such edge.
        ConflictError: it was stated when the version was registered.
    """
    graph = Graph(index)
    links = [link for link in look.links(document) if link.type == type_]
    meant = _keys(index, links, to)
    name = ref_of(document)
    for link in links:
        if link.to not in meant:
            continue
        if not link.guess and not link.later:
            raise ConflictError(
                f"{name} was registered as {type_} {to}: that is part of what it is",
                hint="Register it again without that edge; it becomes another version.",
            )
        return link
    known = ", ".join(f"{link.type}={graph.describe(link.to).name}" for link in look.links(document)[:10])
    raise NotFoundError(f"{name} has no edge {type_} to {to}", hint=f"It has: {known or 'none'}.")


def _keys(index: Index, links: Sequence[Link], text: str) -> set[str]:
    """Return what words mean among edges: also what was deleted since, and what no version is known to be."""
    if is_outside_name(text):
        return {text}
    try:
        return {str(resolve.even_deleted(index, text)["id"])}
    except NotFoundError:
        prefix = text.removeprefix("id:")
        return {link.to for link in links if text != prefix and link.to.startswith(prefix)}
