"""Metrics, parameters and tags from words."""

from __future__ import annotations

import math

import pytest
from mvtui.store import errors, parse_pairs


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("n=3", 3),
        ("n=-3", -3),
        ("n=007", "007"),
        ("n=1_000", "1_000"),
        ("n=9223372036854775807", 9223372036854775807),
        ("n=9223372036854775808", "9223372036854775808"),
        ("lr=1e-4", 1e-4),
        ("lr=.5", 0.5),
        ("lr=1e999", "1e999"),
        ("flag=true", True),
        ("flag=False", False),
        ("x=null", None),
        ("x=None", None),
        ("x=", ""),
        ("x=nan", "nan"),
        ("x=a=b", "a=b"),
        ('x="7"', "7"),
        ('x="', '"'),
        ('x="a\\q"', '"a\\q"'),
        ("url=s3://bucket/x?y=1", "s3://bucket/x?y=1"),
    ],
)
def test_parameter_words_become_the_scalar_they_look_like(word: str, value: object) -> None:
    (got,) = parse_pairs([word], "param").values()
    assert got == value
    assert type(got) is type(value)


def test_metric_words_are_floats_and_tags_stay_text() -> None:
    assert parse_pairs(["a=1", "b=-2.5e3"], "metric") == {"a": 1.0, "b": -2500.0}
    assert parse_pairs(["a=1", "b=true"], "tag") == {"a": "1", "b": "true"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
        ("+INF", math.inf),
        ("1e999", math.inf),
    ],
)
def test_a_metric_may_be_infinite(text: str, value: float) -> None:
    assert parse_pairs([f"loss={text}"], "metric") == {"loss": value}


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan"])
def test_a_metric_may_be_nan(text: str) -> None:
    (value,) = parse_pairs([f"loss={text}"], "metric").values()
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    "text", ["good", "", "true", "0.9%", "1_0", "٣", " 1", "nano", "infinit", "0x1p3", "1,5"]
)
def test_a_metric_that_is_no_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(errors.BadInputError, match="accuracy") as caught:
        parse_pairs([f"accuracy={text}"], "metric")
    assert "not a number" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("words", [["accuracy"], ["=3"], [""], ["a=1", "a=2"]])
def test_words_without_name_or_value_or_given_twice_are_refused(words: list[str]) -> None:
    with pytest.raises(errors.BadInputError):
        parse_pairs(words, "param")
