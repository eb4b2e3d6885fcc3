"""What made a version: its code, data and parents, the machine, the command; and what could not be found out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ... import surroundings, words
from ..tables.columns import Look
from .lines import LABEL, Line, fact, facts, heading, length, parted

if TYPE_CHECKING:
    from ....store import Link, Node, Version
    from ..asking.known import Known

DATA_EDGES = frozenset({"trained-on", "evaluated-on"})
MEMBER_EDGE = "composed-of"
"""Told in the section of members."""
_SHORT = 7
_COMMAND_LINES = 8
_DIRECTORY_LINES = 3
_EDGES = 50


def made_by(version: Version, known: Known | None, look: Look, columns: int) -> list[Line]:
    """Return the section; nothing for a version of which nothing was stated and nothing captured."""
    lines = list(_code(version, known, look, columns))
    if (version.edges or version.capture) and known is None:
        lines.append([("reading" + words.signs(look.ascii_only).ellipsis, "muted")])
    elif known:
        lines += _data(version, known, look, columns)
        lines += _parents(version, known, look, columns)
        lines += _captured(known, look, columns)
    return [*heading("Made by"), *lines] if lines else []


def _code(version: Version, known: Known | None, look: Look, columns: int) -> Iterator[Line]:
    code = version.code
    if code is None:
        return
    branch = f" {code.branch}" if code.branch else ""
    if code.dirty:
        yield fact("code", f"{code.commit[:_SHORT]}{branch}", look, columns)
        size = surroundings.uncommitted(known.capture) if known and known.capture else ""
        yield fact("", f"with uncommitted changes{size and f', {size}'}", look, columns, "warning")
    else:
        yield fact("code", f"{code.commit[:_SHORT]}{branch}, clean", look, columns)


def _data(version: Version, known: Known, look: Look, columns: int) -> Iterator[Line]:
    found = [edge for edge in version.edges if edge.type in DATA_EDGES]
    for at, edge in enumerate(found[:_EDGES]):
        node = known.sources.get(edge.to)
        what = f"{edge.role or edge.type} = {name_of(edge, node)}"
        shown = facts("" if at else "data", parted(what, columns - LABEL), look, columns, lines=3)
        size = f"  {words.size(node.size)}" if node and node.size else ""
        if length(shown[-1]) + len(size) > columns:
            shown.append([(" " * (LABEL - 2), "muted")])
        shown[-1].append((size, "muted"))
        yield from shown
        yield from _remarks(edge, node, look, columns)
    yield from _left_out(found, look, columns)


def _parents(version: Version, known: Known, look: Look, columns: int) -> Iterator[Line]:
    found = [edge for edge in version.edges if edge.type not in {*DATA_EDGES, MEMBER_EDGE}]
    for at, edge in enumerate(found[:_EDGES]):
        node = known.sources.get(edge.to)
        yield fact("" if at else "from", edge.type, look, columns, "muted")
        yield from facts("", parted(name_of(edge, node), columns - LABEL), look, columns, lines=3)
        yield from _remarks(edge, node, look, columns)
    yield from _left_out(found, look, columns)


def _left_out(found: list[Link], look: Look, columns: int) -> Iterator[Line]:
    if len(found) > _EDGES:
        yield fact("", f"and {len(found) - _EDGES:,} more: see Lineage", look, columns, "muted")


def name_of(edge: Link, node: Node | None) -> str:
    """Return what to call the other end of an edge: its reference, outside name, or the first digits of its ID."""
    if node and node.kind != "unknown":
        return node.name
    return edge.to if edge.outside else f"{edge.to[:_SHORT]}, not in this store"


def _remarks(edge: Link, node: Node | None, look: Look, columns: int) -> Iterator[Line]:
    """Yield what is to be said of an edge, besides where it leads."""
    if node and node.stage:
        yield fact("", words.stage_label(node.stage, ascii_only=look.ascii_only), look, columns, node.stage)
    if node and node.deleted:
        yield fact("", "deleted since", look, columns, "warning")
    if edge.guess:
        yield fact("", f"guessed from {edge.guess}", look, columns, "warning")


def _captured(known: Known, look: Look, columns: int) -> Iterator[Line]:
    if known.capture_problem:
        yield from facts("capture", known.capture_problem, look, columns)
    if known.capture is None:
        return
    for label, line in surroundings.lines(known.capture):
        yield from facts(label, line, look, columns, lines=3)
    command, directory, took = surroundings.command(known.capture)
    if command:
        yield from facts("command", command, look, columns, lines=_COMMAND_LINES)
    if directory:
        yield from facts("in", directory, look, columns, lines=_DIRECTORY_LINES)
    if took:
        yield fact("took", took, look, columns)
    for at, problem in enumerate(surroundings.problems(known.capture)):
        for first, text in facts("" if at else "not read", problem, look, columns, lines=3):
            yield [first, (text[0], "warning")]
