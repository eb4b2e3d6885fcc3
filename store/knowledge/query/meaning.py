"""What was perhaps meant by a word that the language does not know."""

from __future__ import annotations

from collections.abc import Iterable

from .fields import COMPARE, FIELDS, SORT_KEYS, SORT_NAMED

_OTHER_NAMES = {
    "branch": "git",
    "by": "author",
    "commit": "git",
    "data": "dataset",
    "label": "tag",
    "labels": "tag",
    "metrics": "metric",
    "name": "model",
    "parameter": "param",
    "parameters": "param",
    "params": "param",
    "rollback": "rolled-back",
    "tags": "tag",
    "user": "author",
}
"""Names that people know from elsewhere → the field."""


def fields(name: str, operator: str) -> list[str]:
    """Return what may be meant by a name, such as ``metrics.accuracy``, that is no field; the likeliest first."""
    word, dot, key = name.partition(".")
    if meant := _OTHER_NAMES.get(word.lower()):
        return [meant + dot + key] if FIELDS[meant].keyed else [meant]
    found = close(name.lower(), FIELDS)
    if operator in COMPARE and not dot:
        found += [f"metric.{name}", f"param.{name}"]
    return found


def sort_keys(key: str) -> list[str]:
    """Return what may be meant by a key that nothing can be sorted by, written without its sign."""
    if not key:
        return []
    word, dot, name = key.partition(".")
    meant = _OTHER_NAMES.get(word.lower(), "")
    if name and meant in SORT_NAMED:
        return [f"{meant}.{name}"]
    return close(key.lower(), SORT_KEYS) or ([] if dot else [f"metric.{key}", f"param.{key}"])


def condition(name: str, value: str, keyed: Iterable[str]) -> str:
    """Return the condition that a word such as ``owner=x`` may mean; empty when it can mean none.

    ``keyed`` are the keyed fields that have something of this name, the likeliest first.
    """
    if not value:
        return ""
    if (meant := fields(name, "=")) and name.partition(".")[0].lower() in _OTHER_NAMES:
        return f"{meant[0]}{'=' if '.' in meant[0] else ':'}{value}"
    field = next(iter(keyed), "")
    return f"{field}{':' if field == 'tag' else '.'}{name}={value}" if field else ""


def close(word: str, known: Iterable[str]) -> list[str]:
    """Return up to three known words that are spelled like this one."""
    from difflib import get_close_matches

    return get_close_matches(word[:100], list(known), n=3, cutoff=0.6)
