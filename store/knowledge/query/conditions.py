"""From a condition to a function that tells whether a version's document fits it.

Such a function is called a hundred thousand times a query: what can be worked out before is, and what many versions
share (a model, an author, an edge) is matched once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime
from functools import cache
from typing import Protocol

from ...nouns.lineage import DATA_EDGES
from ...nouns.pickles import kept_verdict
from ...nouns.semver import precedence
from . import keyed
from .fields import COMPARE, FIELDS
from .keyed import Test
from .pattern import Pattern, any_of, containing, fold
from .quantities import Span
from .text import Document
from .tree import Condition

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PREFIX = re.compile(r"[0-9a-fA-F]{4,64}", re.ASCII)


ME = "me"
"""The author who asks."""


class Names(Protocol):
    """What a query asks about names in the store, and of who asks."""

    @property
    def user(self) -> str:
        """Return the name of who asks, as ``author`` has it."""

    def is_model(self, name: str) -> bool:
        """Say whether there is a model of that name."""

    def reference(self, text: str) -> tuple[str, str] | None:
        """Return the model and number that a reference such as ``sentiment@production`` names, if it names one."""

    def identities(self, text: str) -> Collection[str]:
        """Return the hash IDs that a model's name, a reference, or either with ``*`` in it, means."""


def test(condition: Condition, names: Names) -> Test:
    """Return the function that tells whether a document fits."""
    field = FIELDS[condition.field]
    if field.keyed:
        return keyed.test(condition)
    return _MAKERS[field.takes](condition, names)


# -- text -----------------------------------------------------------------------------------------


_TEXTS: dict[str, Callable[[Document], str]] = {
    "model": lambda d: d["model"],
    "stage": lambda d: d.get("stage") or "",
    "kind": lambda d: d["kind"],
    # "none" is read as no text; a version whose files were not looked into is none of these.
    "pickle": lambda d: "" if d.get("pickles") == "none" else kept_verdict(d) or "?",
    "author": lambda d: d["author"],
    "host": lambda d: d["host"],
}


def _pattern(condition: Condition, names: Names) -> Test:
    if condition.field == "alias":
        return _alias(condition)
    values = condition.values
    if condition.field == "author" and any(isinstance(v, Pattern) and v.plain == ME for v in values):
        values = (*values, Pattern((fold(names.user),)))
    fits = any_of(values)
    get, wanted = _TEXTS[condition.field], condition.operator != "!="
    matches = cache(lambda text: fits(text) is wanted)  # few authors, models, stages made many versions
    return lambda d: matches(get(d))


def _alias(condition: Condition) -> Test:
    fits, wanted = any_of(condition.values), condition.operator != "!="
    return lambda d: any(map(fits, d.get("aliases", ()))) is wanted


def _part(condition: Condition, _names: Names) -> Test:
    parts = [containing(value) for value in condition.values if isinstance(value, Pattern)]
    wanted = condition.operator != "!="
    if len(parts) == 1:
        fits = parts[0]
        return lambda d: fits(d.get("note", "")) is wanted
    return lambda d: any(fits(d.get("note", "")) for fits in parts) is wanted


def _id(condition: Condition, _names: Names) -> Test:
    prefixes, wanted = tuple(map(str, condition.values)), condition.operator != "!="
    return lambda d: d["id"].startswith(prefixes) is wanted


def _git(condition: Condition, _names: Names) -> Test:
    patterns = [value for value in condition.values if isinstance(value, Pattern)]
    wanted = condition.operator != "!="

    @cache
    def matches(commit: str, branch: str) -> bool:
        return any(
            commit.startswith(p.plain) or branch.lower() == p.plain
            if p.plain is not None
            else p.fits(commit) or p.fits(branch)
            for p in patterns
        )

    def fits(document: Document) -> bool:
        code = document.get("code")
        return code is not None and matches(code["commit"], code.get("branch", "")) is wanted

    return fits


def _flag(condition: Condition, _names: Names) -> Test:
    wanted = condition.operator != "!="
    values = {value is wanted for value in condition.values}
    if condition.field == "dirty":
        return lambda d: "code" in d and d["code"].get("dirty", False) in values
    name = condition.field.replace("-", "_")
    return lambda d: bool(d.get(name)) in values


def _edge(condition: Condition, names: Names) -> Test:
    to_data, wanted = condition.field == "dataset", condition.operator != "!="
    texts = [str(value) for value in condition.values]
    ids = {identity for text in texts for identity in names.identities(text)}
    prefixes = tuple(text.lower() for text in texts if _PREFIX.fullmatch(text))
    patterns = [Pattern(tuple(text.lower().split("*"))) for text in texts]

    @cache
    def leads(to: str, role: str) -> bool:
        outside = ":" in to
        return (
            to in ids
            or (not outside and to.startswith(prefixes))
            or any(p.anything or p.fits(role) or (outside and p.within(to)) for p in patterns)
        )

    def fits(document: Document) -> bool:
        edges = document.get("edges", ())
        found = any(
            leads(edge["to"], edge.get("role", ""))
            for edge in edges
            if (edge["type"] in DATA_EDGES) is to_data
        )
        return found is wanted

    return fits


# -- quantities -----------------------------------------------------------------------------------


def _amount(condition: Condition, _names: Names) -> Test:
    name = condition.field
    if compare := COMPARE.get(condition.operator):
        bound = condition.values[0]
        return lambda d: compare(d[name], bound)
    values, wanted = frozenset(condition.values), condition.operator != "!="
    return lambda d: (d[name] in values) is wanted


def _version(condition: Condition, _names: Names) -> Test:
    if compare := COMPARE.get(condition.operator):
        bound = precedence(str(condition.values[0]))
        return lambda d: compare(precedence(d["version"]), bound)
    wanted = condition.operator != "!="
    fits = any_of(condition.values)
    numbers = frozenset(value for value in condition.values if isinstance(value, str))
    begins = tuple(p.pieces[0] for p in condition.values if isinstance(p, Pattern) and _is_beginning(p))
    if len(numbers) + len(begins) == len(condition.values):
        return lambda d: ((number := d["version"]) in numbers or number.startswith(begins)) is wanted
    return lambda d: ((number := d["version"]) in numbers or fits(number)) is wanted


def _is_beginning(pattern: Pattern) -> bool:
    return len(pattern.pieces) == 2 and not pattern.pieces[1]


def _moment(condition: Condition, _names: Names) -> Test:
    # Documents hold RFC 3339 in UTC, to the second or finer, with Z at the end: a bound of whole seconds without
    # the Z compares with such text as the moments do.
    get = _registered if condition.field == "registered" else _created
    field, sign = condition.field, condition.operator
    sign = {"since": ">=", "until": "<=", "before": "<"}.get(field, sign)
    if field == "age":
        sign = _TURNED[sign]
    spans = [(_bound(v.start), _bound(v.end)) for v in condition.values if isinstance(v, Span)]
    start, end = spans[0]
    if sign in {">=", ">"}:
        first = start if sign == ">=" else end
        return lambda d: get(d) >= first
    if sign in {"<", "<="}:
        last = start if sign == "<" else end
        return lambda d: get(d) < last
    wanted = sign != "!="
    return lambda d: any(start <= get(d) < end for start, end in spans) is wanted


def _created(document: Document) -> str:
    moment: str = document.get("created") or document["registered"]
    return moment


def _registered(document: Document) -> str:
    moment: str = document["registered"]
    return moment


def _bound(moment: datetime) -> str:
    text: str = moment.isoformat(timespec="seconds")
    return text[:19]


_MAKERS: dict[str, Callable[[Condition, Names], Test]] = {
    "pattern": _pattern,
    "word": _pattern,
    "part": _part,
    "id": _id,
    "git": _git,
    "flag": _flag,
    "edge": _edge,
    "size": _amount,
    "count": _amount,
    "version": _version,
    "moment": _moment,
    "age": _moment,
}
