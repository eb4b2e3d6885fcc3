"""What can't be read is told with its place, what is known, and whether typing on could mend it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mvtui.store.errors import QueryError
from mvtui.store.knowledge.query.fields import FIELDS
from mvtui.store.knowledge.query.syntax import MAX_DEPTH, parse, so_far
from mvtui.store.knowledge.query.tree import Word

from .documents import NOW


def wrong(query: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(query, NOW)
    return caught.value


@pytest.mark.parametrize(
    ("query", "column", "message", "told"),
    [
        ("kind:prompt stge:production", 13, "unknown field 'stge'", "Known: model, version, stage"),
        ("accuracy>0.9", 1, "unknown field 'accuracy'", "metric.NAME"),
        ("stage.x:y", 1, "unknown field 'stage.x'", "Known"),
        ("https://x", 1, "unknown field 'https'", "quotes"),
        ("stage:live", 7, "'live' is no stage", "production, validation, staging, none"),
        ("stage:production,live", 18, "'live' is no stage", "production"),
        ("stage:prod x", 7, "'prod' is no stage", "production"),
        ("since:7 x", 7, "'7' is no date", "7d"),
        ("kind:model", 6, "'model' is no kind", "weights, adapter"),
        ("dirty:maybe", 7, "'maybe' is no yes or no", "yes, no"),
        ("stage>production", 1, "can't be compared with >", "stage:production"),
        ("age:2d", 1, "can't be compared with :", "age<2d"),
        ("since>2026-11-01", 1, "can't be compared", "since:7d"),
        ("metric.f1>high", 11, "'high' is no number", "0.9"),
        ("metric.f1>0x10", 11, "is no number", "0.9"),
        ("metric.f1>1_000", 11, "is no number", "0.9"),
        ("metric.f1>\u0661", 11, "is no number", "0.9"),
        ("metric.f1>0.8,0.9", 14, "one value", ""),
        ("metric>0.9", 1, "which metric", "metric.f1>0.9"),
        ("metric.f1 x", 1, "is not compared", "metric:NAME"),
        ("param.lr x", 1, "is not compared", "param:NAME"),
        ("size>big", 6, "'big' is no size", "500MB"),
        ("size>1ib", 6, "is no size", "GiB"),
        ("files>1.5", 7, "is no whole number", "3"),
        ("since:7m", 7, "is no date", "min for minutes or mo for months"),
        ("since:soon", 7, "is no date", "2026-11-01"),
        ("since:2026-02-30", 7, "is no date", "no such date"),
        ("since:9999-12-31", 7, "is no date", "no such date"),
        ("since:99999999999999y", 7, "is no date", "too long"),
        ("age<1.5fortnights", 5, "is no duration", "7d"),
        ("version>=one", 10, "is no version number", "1.4.0"),
        ("version:one", 9, "is no version number", "1.4.0"),
        ("id:xyz", 4, "is no hash ID", "hex"),
        ("sort:colour", 6, "can't sort by 'colour'", "created, registered, version"),
        ("sort:metric x", 6, "can't sort by 'metric'", "metric.NAME"),
        ("limit:0", 7, "1 or more", ""),
        ("limit:2 limit:3", 15, "one limit", ""),
        ("-sort:size", 1, "can't be turned round", ""),
        ("-limit:3", 1, "can't be turned round", ""),
        ("(kind:prompt sort:size)", 19, "outside parentheses", ""),
        ("stage: x", 7, "has no value", "stage:production"),
        ("stage:production, x", 18, "has no value", "stage:production"),
        ("tag:owner= x", 11, "has no value", "tag:"),
        ("a - b", 3, "nothing follows", "-stage:archived"),
        ("()", 1, "nothing is in the parentheses", ""),
        ("( sort:size )", 8, "outside parentheses", ""),
        ("OR a", 1, "both sides", ""),
        ("a OR OR b", 3, "both sides", ""),
        ("sort:size OR a", 11, "both sides", ""),
        ("(" * 41 + "a" + ")" * 41, MAX_DEPTH + 1, "inside one another", ""),
    ],
)  # fmt: skip
def test_mistakes_are_pointed_at(query: str, column: int, message: str, told: str) -> None:
    error = wrong(query)
    assert (error.column, error.query, error.incomplete) == (column, query, False)
    assert message in error.message
    assert f"column {column}" in error.message
    assert told in error.hint
    assert error.exit_code == 4


@pytest.mark.parametrize(
    ("query", "candidate"),
    [
        ("stge:production", "stage"),
        ("STAGEE:production", "stage"),
        ("stage:produciton", "production"),
        ("kind:wieghts", "weights"),
        ("sort:creatde", "created"),
        ("accuracy>0.9", "metric.accuracy"),
        ("metrics.accuracy>0.9", "metric.accuracy"),
        ("Params.lr<1", "param.lr"),
        ("commit:4f2c", "git"),
        ("branch:main", "git"),
        ("user:ann", "author"),
        ("sort:accuracy", "metric.accuracy"),
        ("sort:-val_loss", "metric.val_loss"),
        ("sort:metrics.f1", "metric.f1"),
    ],
)
def test_similar_words_are_offered(query: str, candidate: str) -> None:
    assert candidate in wrong(query).candidates


@pytest.mark.parametrize(
    ("query", "rest"),
    [
        ("-", ""),
        ("longer -", "longer"),
        ("stage:", ""),
        ("longer stage:", "longer"),
        ("longer -stage:prod", "longer"),
        ("stage:production,", ""),
        ("longer metric.", "longer"),
        ("longer metric.f1", "longer"),
        ("longer metric.f1>", "longer"),
        ("longer metric.f1>-", "longer"),
        ("longer metric.f1>1e", "longer"),
        ("longer metric.f1>1e-", "longer"),
        ("metric:f1>", ""),
        ("longer since:7", "longer"),
        ("longer since:2026-1", "longer"),
        ("size>1.", None),
        ("longer size>", "longer"),
        ("longer version>=1.", "longer"),
        ("longer sort:", "longer"),
        ("longer sort:-met", "longer"),
        ("longer sort:cre", "longer"),
        ('longer note:"a b', "longer"),
        ('longer "a b', "longer"),
        ("longer (kind:prompt OR ", "longer"),
        ("longer (kind:prompt", "longer"),
        ("longer OR", "longer"),
        ("longer OR -", "longer"),
        ("longer OR (a stage:", "longer"),
        ("dirty:y", ""),
        ("limit:", ""),
    ],
)
def test_what_is_half_typed_is_no_mistake(query: str, rest: str | None) -> None:
    asked, missing = so_far(query, NOW)
    if rest is None:
        assert missing is None
        return
    assert missing is not None
    assert missing.incomplete
    assert missing.query == query
    assert asked == parse(rest, NOW)


def test_a_mistake_before_the_half_typed_term_is_one() -> None:
    with pytest.raises(QueryError) as caught:
        so_far("stge:production longer -", NOW)
    assert caught.value.column == 1


def test_outside_a_group_a_parenthesis_is_text() -> None:
    assert parse("(a) b)", NOW).node.nodes[-1] == Word("b)", "b)")


def test_every_example_can_be_read() -> None:
    for field in FIELDS.values():
        asked = parse(field.example, NOW)
        assert asked.node.nodes or asked.sort or asked.limit, field.name


SIGNS = st.text(st.sampled_from('ab1. \t:=<>!-,*()"\\[]@OR'), max_size=24)
PIECES = st.lists(
    st.sampled_from(
        [*(f"{name}:" for name in FIELDS), "metric.", "param.", "f1", ">", "<=", "0.9", "-", "(", ")", " ", '"', ",",
         "OR", "*", "production", "7d", "sort:", "\u202e", "\x00", "\ud800", "日本"]
    ), max_size=10).map("".join)  # fmt: skip


@given(st.one_of(st.text(max_size=40), SIGNS, PIECES))
@example("(" * 500)
@example("-" * 500)
@example('"\\')
@example('metric."a')
@example("metric.a[")
def test_any_text_is_a_query_or_a_mistake_with_its_place(text: str) -> None:
    if (error := caught(parse, text)) is not None:
        assert 1 <= error.start <= error.column <= len(text) + 1
        assert error.column - 1 + error.length <= max(len(text), error.column)
    if (error := caught(so_far, text)) is None:
        asked, missing = so_far(text, NOW)
        assert asked == parse(asked.text, NOW)
        assert (missing is None) == (asked.text == text)
    else:
        assert not error.incomplete or error.query == text


def caught(read: Callable[[str, datetime], object], text: str) -> QueryError | None:
    try:
        read(text, NOW)
    except QueryError as error:
        return error
    return None
