"""From the text of a query to its tree. See the package for the grammar, ``fields`` for what there is to ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from ...errors import QueryError
from . import meaning, words
from .fields import DIRECTIVES, FIELDS, SORT_KEYS, SORT_NAMED, Field, allows
from .pattern import fold
from .readers import READERS, UnreadableError
from .tree import Both, Condition, Either, Node, Not, Query, SortKey, Value, Word

MAX_DEPTH = 40
"""Most parentheses inside one another."""

Holders = Callable[[str], Sequence[str]]
"""Says which of ``metric`` and ``param`` have something of a name in the versions that are asked about."""


def _nobody(_name: str) -> Sequence[str]:
    return ()


def parse(text: str, now: datetime, holders: Holders = _nobody) -> Query:
    """Read a query. ``now`` is an aware time: what durations and dates such as ``today`` count from.

    ``holders`` knows the names that may stand without their field: ``accuracy>0.9`` for ``metric.accuracy>0.9``.

    Raises:
        QueryError: it can't be read; the message lists what would do.
    """
    if not isinstance(text, str):
        raise QueryError(
            "a query is text", query="", column=1, hint="Write it as text, such as 'kind:prompt'."
        )
    return _Reader(text, now, holders).read()


def so_far(text: str, now: datetime, holders: Holders = _nobody) -> tuple[Query, QueryError | None]:
    """Read as much of a query that is being typed as is complete; return what is missing too, if anything.

    ``holders`` is that of ``parse``.

    Raises:
        QueryError: it can't become right by typing on.
    """
    missing = None
    while True:
        try:
            return parse(text, now, holders), missing
        except QueryError as error:
            if not error.incomplete:
                raise missing or error from None
            missing = missing or error
            text = text[: error.start - 1].rstrip()


class _Reader:
    def __init__(self, text: str, now: datetime, holders: Holders) -> None:
        self._text = text
        self._now = now
        self._holders = holders
        self._at = 0
        self._depth = 0
        self._term = 0
        self._sort: tuple[SortKey, ...] = ()
        self._limit: int | None = None

    def read(self) -> Query:
        node = self._either()
        return Query(self._text, node if isinstance(node, Both) else Both((node,)), self._sort, self._limit)

    # -- the levels of the grammar ---------------------------------------------------------------

    def _either(self) -> Node:
        branches = [self._both()]
        while self._word() == "OR":
            at = self._at
            self._at += 2
            branches.append(self._both())
            if not (branches[-2].nodes and branches[-1].nodes):
                self._term = at if self._depth == 0 else self._term
                half = self._at == len(self._text) and bool(branches[-2].nodes)
                raise self._wrong("OR needs a term on both sides", at, 2, incomplete=half)
        return branches[0] if len(branches) == 1 else Either(tuple(branches))

    def _both(self) -> Both:
        found: list[Node] = []
        while True:
            self._skip_space()
            if self._ended or self._word() == "OR":
                return Both(tuple(found))
            if (node := self._signed()) is not None:
                found.append(node)

    def _signed(self) -> Node | None:
        start = self._at
        if self._depth == 0:
            self._term = start
        if not self._text.startswith("-", start):
            return self._plain()
        self._at += 1
        if self._ended or self._text[self._at].isspace():
            raise self._wrong(
                "nothing follows the '-'", start, 1, incomplete=self._at == len(self._text),
                hint="-TERM turns a term round, such as -stage:archived.",
            )  # fmt: skip
        node = self._plain()
        if node is None:
            raise self._wrong("sort and limit can't be turned round", start, 1)
        return Not(node)

    def _plain(self) -> Node | None:
        if self._text.startswith("(", self._at):
            return self._group()
        start = self._at
        raw = self._word()
        end = start + len(raw)
        if self._text.startswith('"', end):
            raise self._wrong(
                "the quote is not closed", end, len(self._text) - end, incomplete=True, hint='Close it: "…".'
            )
        self._at = end
        head = words.HEAD.match(raw)
        if head and (field := FIELDS.get(head[1].lower())) and (head[2] is None or field.keyed):
            return self._condition(field, head[2], head[3], raw[head.end() :], start, end)
        if named := self._named(raw, start):
            field, name, operator = named
            return self._condition(field, name, operator, raw[len(name + operator) :], start, end)
        if head and (head[3] != "=" or head[1].lower() in FIELDS):
            raise self._unknown(raw[: head.start(3)], head[3], start)
        if (
            not head
            and (dotted := words.DOTTED.match(raw))
            and (field := FIELDS.get(dotted[1].lower()))
            and field.keyed
        ):
            raise self._wrong(
                f"{raw} is not compared with anything", start, len(raw), incomplete=end == len(self._text),
                hint=f"Write {field.example} in quotes, since the shell takes < and >; or {field.name}:NAME for any value.",
            )  # fmt: skip
        plain = words.unquoted(raw)
        return Word(fold(plain), plain if '"' not in raw else "")

    def _group(self) -> Node:
        opened = self._at
        self._at += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._wrong(f"more than {MAX_DEPTH} parentheses inside one another", opened, 1)
        node = self._either()
        if not self._text.startswith(")", self._at):
            raise self._wrong(
                "the parenthesis is not closed", opened, 1, incomplete=True, hint="Close it: (…)."
            )
        if isinstance(node, Both) and not node.nodes:
            raise self._wrong("nothing is in the parentheses", opened, self._at + 1 - opened)
        self._at += 1
        self._depth -= 1
        return node

    # -- conditions ------------------------------------------------------------------------------

    def _named(self, raw: str, start: int) -> tuple[Field, str, str] | None:
        """Return field, name and operator of a condition on a metric or parameter that leaves out the field.

        None where nothing is called that, or where quotes say that it is text. Raises QueryError where both are.
        """
        bare = words.KEY.match(raw)
        if bare is None or '"' in bare[1]:
            return None
        name, operator = bare[1], bare[2]
        holders = self._holders(name)
        if len(holders) > 1:
            raise self._wrong(
                f"{name!r} is more than one thing", start, len(name),
                candidates=[f"{holder}.{name}" for holder in holders], hint="Say which.",
            )  # fmt: skip
        return (FIELDS[holders[0]], name, operator) if holders else None

    def _condition(
        self, field: Field, name: str | None, operator: str, raw: str, start: int, end: int
    ) -> Node | None:
        """Read a condition, of which ``raw`` is what stands behind the operator."""
        if field.keyed and name is None and operator in {":", "="} and (key := words.KEY.match(raw)):
            name, operator, raw = key[1], key[2], raw[key.end() :]
        if operator == ":" and (shifted := words.OPERATOR.match(raw)):
            operator, raw = shifted[0], raw[shifted.end() :]  # as in size:>1GB
        if not allows(field, operator):
            raise self._wrong(
                f"{field.name} can't be compared with {operator}", start, end - start,
                hint=f"Write {field.example}.",
            )  # fmt: skip
        values = words.parts(raw, end - len(raw))
        for value in values:
            if not value.raw:
                raise self._wrong(
                    f"{field.name} has no value", value.at, 1, hint=f"Write {field.example}.",
                    incomplete=value.at == len(self._text),
                )  # fmt: skip
        operator = "=" if operator == ":" else operator
        if len(values) > 1 and operator not in {"=", "!="}:
            raise self._wrong(f"{operator} compares with one value", values[1].at - 1, 1)
        if field.name in DIRECTIVES:
            self._direct(field.name, values)
            return None
        if field.keyed and name is None:
            if operator != "=":
                raise self._wrong(
                    f"which {field.name} is compared?", start, end - start, hint=f"Write {field.example}."
                )
            asked = [Condition(field.name, "=", (), value.name) for value in values]
            return asked[0] if len(asked) == 1 else Either(tuple(asked))
        read = tuple(self._read(value, field, operator) for value in values)
        return Condition(field.name, operator, read, words.Part(name, start).name if name else None)

    def _read(self, value: words.Part, field: Field, operator: str) -> Value:
        try:
            return READERS[field.takes](value, field, operator, self._now)
        except UnreadableError as error:
            raise self._wrong(
                f"{value.text!r} is no {error.what}",
                value.at,
                len(value.raw),
                hint=error.hint,
                candidates=error.candidates,
                incomplete=error.half and value.end == len(self._text),
            ) from None

    def _direct(self, name: str, values: Sequence[words.Part]) -> None:
        if self._depth:
            raise self._wrong(f"{name} stands outside parentheses", values[0].at, len(values[0].raw))
        if name == "sort":
            self._sort += tuple(self._sort_key(value) for value in values)
        else:
            if len(values) > 1 or self._limit is not None:
                raise self._wrong("there is one limit", values[-1].at, len(values[-1].raw))
            limit = self._read(values[0], FIELDS["limit"], "=")
            if not limit or not isinstance(limit, float):
                raise self._wrong("a limit is 1 or more", values[0].at, len(values[0].raw))
            self._limit = int(limit)

    def _sort_key(self, value: words.Part) -> SortKey:
        raw = value.raw.removeprefix("-")
        descending = raw != value.raw
        field, dot, name = raw.partition(".")
        field = field.lower()
        if field in SORT_KEYS and not dot:
            return SortKey(field, "", descending)
        if field in SORT_NAMED and name:
            return SortKey(field, words.unquoted(name), descending)
        known = (*SORT_KEYS, *(f"{field}.NAME" for field in SORT_NAMED))
        raise self._wrong(
            f"can't sort by {raw!r}" if raw else "sort by what?",
            value.at,
            len(value.raw),
            hint=f"Known: {', '.join(known)}; with - in front the highest first.",
            candidates=meaning.sort_keys(raw),
            incomplete=value.end == len(self._text) and any(key.startswith(raw.lower()) for key in known),
        )

    # -- what is there, and what is wrong with it ------------------------------------------------

    @property
    def _ended(self) -> bool:
        """Whether the query, or the group that is read, is at its end."""
        return self._at == len(self._text) or (self._depth > 0 and self._text[self._at] == ")")

    def _skip_space(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _word(self) -> str:
        """Return the word that begins here, quotes and all; empty where none does."""
        pattern = words.WORD_IN_GROUP if self._depth else words.WORD
        found = pattern.match(self._text, self._at)
        return found[0] if found else ""

    def _unknown(self, name: str, operator: str, at: int) -> QueryError:
        known = ", ".join(field for field in FIELDS)
        return self._wrong(
            f"unknown field {name!r}",
            at,
            len(name),
            candidates=meaning.fields(name, operator),
            hint=f"Known: {known}. A metric is written metric.NAME, a parameter param.NAME; put text in quotes.",
        )

    def _wrong(
        self,
        message: str,
        at: int,
        length: int,
        *,
        hint: str = "",
        candidates: Sequence[str] = (),
        incomplete: bool = False,
    ) -> QueryError:
        return QueryError(
            message,
            query=self._text,
            column=at + 1,
            length=max(length, 1),
            start=self._term + 1,
            incomplete=incomplete,
            hint=hint,
            candidates=candidates,
        )
