"""What a query that is being typed could go on with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from . import words
from .fields import FIELDS, SORT_KEYS, SORT_NAMED, Field
from .pattern import fold
from .vocabulary import Vocabulary

MOST = 200
"""Most completions that are returned."""

_OPENING = re.compile(r"[-(]*")
_LEAD = re.compile(r"[a-z-]+(?:[.:]|[<>]=?)")
_MOMENTS = (("today", "since midnight"), ("yesterday", ""), ("7d", "7 days ago"), ("3mo", "3 months ago"))


class Completion(msgspec.Struct, frozen=True):
    """One way to go on: ``text`` takes the place of what stands from ``start`` to ``end`` (both from 0)."""

    start: int
    end: int
    text: str
    help: str = ""

    def applied(self, query: str) -> str:
        """Return the query with it."""
        return query[: self.start] + self.text + query[self.end :]


def complete(text: str, cursor: int, vocabulary: Vocabulary) -> list[Completion]:
    """Return how the term before ``cursor`` (from 0) could go on, the most likely first. Never raises."""
    cursor = max(0, min(cursor, len(text)))
    start = _term_start(text[:cursor])
    term = text[start:cursor]
    opened = _OPENING.match(term)
    start += opened.end() if opened else 0
    term = text[start:cursor]
    found: dict[str, Completion] = {}
    for at, replacement, told in _candidates(term, vocabulary):
        made = Completion(start + at, cursor, replacement, told)
        found.setdefault(replacement, made)
        if len(found) == MOST:
            break
    return list(found.values())


def _term_start(text: str) -> int:
    """Return where the last term begins: behind the last white space outside quotes."""
    start, at = 0, 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            start = at
        elif match := words.WORD.match(text, at):
            at = match.end()
        else:
            break  # a quote that is still open
    return start


_Candidate = tuple[int, str, str]
"""Where in the term it begins, what takes its place, and what that means."""


def _candidates(term: str, vocabulary: Vocabulary) -> Iterator[_Candidate]:
    head = words.HEAD.match(term)
    if head is None:
        yield from _heads(term, vocabulary)
    elif field := FIELDS.get(head[1].lower()):
        at = head.end()
        if shifted := words.OPERATOR.match(term, at):
            at = shifted.end()
        if head[2]:
            yield from _values(term, at, field, words.unquoted(head[2]), vocabulary)
        elif field.keyed and (key := words.KEY.match(term, at)):
            yield from _values(term, key.end(), field, words.unquoted(key[1]), vocabulary)
        elif field.keyed:
            yield from _names(term, at, field, vocabulary)
        else:
            yield from _values(term, at, field, "", vocabulary)


def _heads(term: str, vocabulary: Vocabulary) -> Iterator[_Candidate]:
    """Complete the name of a field or, behind its dot, of a metric, parameter or tag; or of a model."""
    dotted = words.DOTTED.match(term)
    field = FIELDS.get(dotted[1].lower()) if dotted else None
    if dotted and field and field.keyed:
        yield from _names(term, dotted.end(), field, vocabulary)
        return
    typed = fold(term)
    for model in vocabulary.values("model"):
        if fold(model).startswith(typed):
            yield 0, model, "model"
    for field in FIELDS.values():
        if field.name.startswith(typed) and (lead := _LEAD.match(field.example)):
            yield 0, lead[0], field.help


def _names(term: str, at: int, field: Field, vocabulary: Vocabulary) -> Iterator[_Candidate]:
    sign = "=" if field.name == "tag" else ""  # a metric may be compared in any way, a tag hardly
    for start, name in _going_on(term, at, vocabulary.values(field.name)):
        yield start, words.quoted_name(name) + sign, field.help


def _values(term: str, at: int, field: Field, key: str, vocabulary: Vocabulary) -> Iterator[_Candidate]:
    if field.takes == "order":
        yield from _sort_keys(term, at, vocabulary)
    elif field.takes == "moment":
        helps = dict(_MOMENTS)
        for start, word in _going_on(term, at, helps):
            yield start, word, helps[word]
    else:
        known = field.words or (vocabulary.values(field.name, key) if key or not field.keyed else ())
        if field.takes != "number":  # the values of a metric are as many as the versions
            for start, value in _going_on(term, at, known):
                yield start, words.quoted(value), field.name


def _sort_keys(term: str, at: int, vocabulary: Vocabulary) -> Iterator[_Candidate]:
    at = term.rfind(",", at) + 1 or at
    sign = "-" if term.startswith("-", at) else ""
    typed = fold(term[at + len(sign) :].replace('"', ""))
    keys = {key: key for key in SORT_KEYS}
    for field in SORT_NAMED:
        keys |= {f"{field}.{name}": f"{field}.{words.quoted_name(name)}" for name in vocabulary.values(field)}
    for plain, key in keys.items():
        if fold(plain).startswith(typed):
            yield at, sign + key, "the highest first" if sign else "the lowest first"


def _going_on(term: str, at: int, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield where the last value of a term begins, and each known one that begins like it."""
    last = words.parts(term[at:], at)[-1]
    open_quote = last.raw.count('"') == 1 and last.raw.startswith('"')
    typed = fold(last.raw[1:] if open_quote else last.text)
    for value in known:
        if fold(value).startswith(typed):
            yield last.at, value
