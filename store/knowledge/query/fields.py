"""The fields of the query language: what there is to ask for, in one table.

Reading, completing, the help of ``mvtui ls`` and its errors all follow this table.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from ...nouns.manifest import KINDS
from ...nouns.names import STAGES
from ...nouns.pickles import PICKLE_WORDS

Takes = Literal[
    "pattern",  # text, in which * stands for anything
    "part",  # text that must be somewhere in it
    "word",  # one of a few words
    "flag",  # yes or no
    "id",  # the beginning of a hash ID
    "git",  # the beginning of a commit, or a branch
    "edge",  # what stands at the other end of an edge of lineage
    "version",  # a version number, whole or its beginning
    "moment",  # a date, or how long ago
    "age",  # how long ago
    "size",  # bytes
    "count",  # a whole number
    "number",  # any number
    "scalar",  # a number or text
    "order",  # what to sort by
]

NONE = "none"
YES, NO = "yes", "no"
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Field(msgspec.Struct, frozen=True):
    """One field. ``words`` are all the values there can be, if they are few.

    ``keyed`` fields hold many values by name: ``metric:f1`` asks whether there is one, ``metric.f1>0.9`` compares it.
    """

    name: str
    takes: Takes
    help: str
    example: str
    words: tuple[str, ...] = ()
    keyed: bool = False


_ALL = (
    Field("model", "pattern", "the model's name", "model:sent*"),
    Field("version", "version", "the version number", "version>=1.2"),
    Field("stage", "word", "the stage it is in", "stage:production", (*reversed(STAGES), NONE)),
    Field("rolled-back", "flag", "production went back from it", "rolled-back:yes", (YES, NO)),
    Field(
        "overridden", "flag", "once entered a stage although a gate stopped it", "overridden:yes", (YES, NO)
    ),
    Field("pickle", "word", "what loading its pickles would run", "pickle:unsafe", (*PICKLE_WORDS, NONE)),
    Field("kind", "word", "weights, prompt, dataset…", "kind:prompt", KINDS),
    Field("metric", "number", "a metric: whether it has one, or its value", "metric.f1>0.9", keyed=True),
    Field("param", "scalar", "a parameter", "param.lr<=1e-4", keyed=True),
    Field("tag", "pattern", "a tag", "tag:owner=ann", keyed=True),
    Field("alias", "pattern", "one of its aliases", "alias:champion"),
    Field("author", "pattern", "who registered it; me is who asks", "author:ann"),
    Field("host", "pattern", "where it was registered", "host:gpu*"),
    Field("note", "part", "a part of the note", 'note:"longer context"'),
    Field(
        "dataset", "edge", "data it was trained or measured on: name, reference, ID or role", "dataset:imdb"
    ),
    Field("parent", "edge", "a version it came from: name, reference or ID", "parent:bert@1.0.0"),
    Field("git", "git", "the commit or branch it was made by", "git:4f2c9a"),
    Field("dirty", "flag", "made with uncommitted changes", "dirty:yes", (YES, NO)),
    Field("since", "moment", "made since a date, or so long ago", "since:7d"),
    Field("until", "moment", "made until the end of a date", "until:2026-11-01"),
    Field("before", "moment", "made before a date", "before:2026-11-01"),
    Field("age", "age", "how long ago it was made", "age<2d"),
    Field("created", "moment", "when it was made", "created>=2026-11"),
    Field("registered", "moment", "when the store learned of it", "registered:today"),
    Field("size", "size", "bytes of all its files", "size>1GB"),
    Field("files", "count", "how many files it has", "files>3"),
    Field("id", "id", "the beginning of its hash ID", "id:9f8a12e"),
    Field("external", "flag", "a dataset whose bytes are not in the store", "external:yes", (YES, NO)),
    Field("deleted", "flag", "deleted versions, else left out", "deleted:yes", (YES, NO)),
    Field("sort", "order", "what to sort by; - for the highest first", "sort:-metric.f1"),
    Field("limit", "count", "only so many", "limit:10"),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}

QUERY_FIELDS = tuple(FIELDS)
"""Their names."""

DIRECTIVES = frozenset({"sort", "limit"})
"""Fields that say how to list, not what."""

SORT_KEYS = (
    *("created", "registered", "version", "model", "size"),
    *("files", "stage", "staged", "kind", "author", "host"),
    *("alias", "pickle", "note", "id"),
)
"""What can be sorted by, besides ``metric.NAME``, ``param.NAME`` and ``tag.NAME``."""

SORT_NAMED = ("metric", "param", "tag")
"""Fields of which one value, by its name, can be sorted by."""

_COMPARED = frozenset({"version", "moment", "age", "size", "count", "number", "scalar"})
_ONLY_EQUAL = frozenset({"since", "until", "before"})


def allows(field: Field, sign: str) -> bool:
    """Say whether a field can be compared so."""
    if field.name in _ONLY_EQUAL or field.name in DIRECTIVES:
        return sign in {":", "="}
    if field.takes == "age":
        return sign in COMPARE
    return sign in {":", "=", "!="} or field.takes in _COMPARED
