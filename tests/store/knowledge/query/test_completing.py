"""What a query can go on with: field names, then what there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.errors import QueryError
from mvtui.store.knowledge.query.completing import MOST, complete
from mvtui.store.knowledge.query.fields import FIELDS
from mvtui.store.knowledge.query.syntax import parse
from mvtui.store.knowledge.query.vocabulary import Vocabulary

from .documents import NOW, document

BERT = "b" * 64
DOCUMENTS = [
    document(
        metrics={"f1": 0.9, "f1[test:fr]": 0.8, "eval loss": 1.0},
        params={"lr": 1e-4, "optimizer": "adam"},
        tags={"owner": "Ann B", "team": "search"},
        aliases=["champion"],
        edges=[
            {"type": "fine-tuned-from", "to": BERT},
            {"type": "trained-on", "to": "hf:imdb@1", "role": "train"},
            {"type": "trained-on", "to": "c" * 64},
        ],
        code={"commit": "a" * 40, "branch": "main"},
    ),
    document(metrics={"f1": 0.8}, params={"optimizer": "sgd"}, author="bob"),
    document(model="sent-mail", tags={"owner": "bob"}),
]
KNOWN = Vocabulary(DOCUMENTS, lambda identity: ["bert@1.0.0"] if identity == BERT else [])


def going_on(text: str, cursor: int | None = None) -> list[str]:
    """What the query would be with each completion."""
    cursor = len(text) if cursor is None else cursor
    return [found.applied(text) for found in complete(text, cursor, KNOWN)]


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("st", ["stage:"]),
        ("-st", ["-stage:"]),
        ("longer st", ["longer stage:"]),
        ("(st", ["(stage:"]),
        ("a -(-st", ["a -(-stage:"]),
        ("ST", ["stage:"]),
        ("mo", ["model:"]),
        ("me", ["metric."]),
        ("siz", ["size>"]),
        ("sen", ["sentiment", "sent-mail"]),
        ("stage:", [f"stage:{s}" for s in ("archived", "production", "validation", "staging", "none")]),
        ("stage:pr", ["stage:production"]),
        ("stage:production,st", ["stage:production,staging"]),
        ("stage!=pr", ["stage!=production"]),
        ("dirty:", ["dirty:yes", "dirty:no"]),
        ("roll", ["rolled-back:"]),
        ("-rolled-back:y", ["-rolled-back:yes"]),
        ("over", ["overridden:"]),
        ("kind:da", ["kind:dataset"]),
        ("metric.", ["metric.f1", 'metric."eval loss"', "metric.f1[test:fr]"]),
        ("metric.f1[", ["metric.f1[test:fr]"]),
        ("metric:ev", ['metric:"eval loss"']),
        ("metric.f1>", []),
        ("metric.f1:", []),
        ("param.o", ["param.optimizer"]),
        ("param.optimizer=", ["param.optimizer=adam", "param.optimizer=sgd"]),
        ("param.optimizer=s", ["param.optimizer=sgd"]),
        ("tag:", ["tag:owner=", "tag:team="]),
        ("tag:te", ["tag:team="]),
        ("tag:owner=", ['tag:owner="Ann B"', "tag:owner=bob"]),
        ('tag:owner="', ['tag:owner="Ann B"', 'tag:owner="bob"'.replace('"', "")]),
        ('tag:owner="an', ['tag:owner="Ann B"']),
        ("tag.owner=an", ['tag.owner="Ann B"']),
        ("author:", ["author:ann", "author:bob"]),
        ("alias:", ["alias:champion"]),
        ("host:g", ["host:gpu1"]),
        ("git:", ["git:main"]),
        ("parent:", ["parent:bert"]),
        ("dataset:", ["dataset:hf:imdb@1", "dataset:train"]),
        ("model:sent", ["model:sentiment", "model:sent-mail"]),
        ("sort:cr", ["sort:created"]),
        ("sort:-metric.f1[", ["sort:-metric.f1[test:fr]"]),
        ("sort:-created,-metric.e", ['sort:-created,-metric."eval loss"']),
        ("sort:param.l", ["sort:param.lr"]),
        ("sort:-tag.ow", ["sort:-tag.owner"]),
        ("since:y", ["since:yesterday"]),
        ("nothing", []),
        ("nothing:", []),
        ("size>", []),
        ('"st', []),
        ('note:"a st', []),
    ],
)
def test_going_on(text: str, queries: list[str]) -> None:
    assert going_on(text) == queries


def test_only_the_term_at_the_cursor_is_completed() -> None:
    assert going_on("st kind:prompt", 2) == ["stage: kind:prompt"]


def test_nothing_typed_offers_models_and_fields() -> None:
    assert [found.text for found in complete("", 0, KNOWN)[:3]] == ["sentiment", "sent-mail", "model:"]
    assert len(complete("", 0, KNOWN)) == 2 + len(FIELDS)


def test_fields_are_explained() -> None:
    assert complete("sta", 3, KNOWN)[0].help == FIELDS["stage"].help


def test_there_is_an_end_to_it() -> None:
    many = Vocabulary([document(author=f"a{n}") for n in range(MOST * 2)])
    assert len(complete("author:", 7, many)) == MOST


def test_the_most_common_comes_first() -> None:
    assert KNOWN.values("author") == ("ann", "bob")
    assert KNOWN.values("metric") == ("f1", "eval loss", "f1[test:fr]")


def test_a_name_nobody_has_is_known_to_be_unknown() -> None:
    assert KNOWN.unknown("metric", "F2") == ["f1"]
    assert KNOWN.unknown("metric", "f1") is None
    assert KNOWN.unknown("param", "zzz") == []


TYPED = st.lists(
    st.sampled_from([*(f"{name}:" for name in FIELDS), "metric.", "tag:owner=", "f", "s", "-", "(", " ", '"', ",", ">"]),
    max_size=6,
).map("".join)  # fmt: skip


@given(st.one_of(st.text(max_size=30), TYPED), st.integers(-3, 40))
def test_any_text_can_be_completed(text: str, cursor: int) -> None:
    for found in complete(text, cursor, KNOWN):
        assert 0 <= found.start <= found.end == max(0, min(cursor, len(text)))


@given(TYPED)
def test_a_value_that_is_offered_can_be_read(text: str) -> None:
    for found in complete(text, len(text), KNOWN):
        error = mistake(found.applied(text))
        # What is wrong was wrong before, or is still to come.
        assert error is None or error.incomplete or error.column <= found.start + 1


def mistake(query: str) -> QueryError | None:
    try:
        parse(query, NOW)
    except QueryError as error:
        return error
    return None
