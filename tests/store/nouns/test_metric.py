"""What a metric is called, and how JSON holds its value."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.nouns import metric

PLAIN = st.text(st.characters(exclude_characters="[]:"), min_size=1)


@given(PLAIN, st.one_of(st.just(""), PLAIN), st.one_of(st.just(""), PLAIN))
def test_what_key_puts_together_split_takes_apart(name: str, dataset: str, part: str) -> None:
    assert metric.split(metric.key(name, dataset, part)) == (name, dataset, part)


@given(st.text(max_size=20))
def test_any_name_is_taken_apart_without_loss(name: str) -> None:
    base, dataset, part = metric.split(name)
    again = metric.key(base, dataset, part)
    assert again == name or (again == name.replace(":]", "]") and name.endswith(":]"))


@pytest.mark.parametrize("name", ["loss", "[x]", "loss[]", "loss[:]", "precision@10", "a]", "[", "x[0"])
def test_names_that_only_look_alike_stay_whole(name: str) -> None:
    assert metric.split(name) == (name, "", "")


@given(st.floats())
def test_every_number_comes_back_from_json(value: float) -> None:
    back = metric.from_stored(metric.to_stored(value))
    assert back == value or (math.isnan(back) and math.isnan(value))


@pytest.mark.parametrize("wrong", ["12", "nan", None, True, [1.0], {}])
def test_what_is_no_number_is_refused(wrong: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        metric.from_stored(wrong)  # type: ignore[arg-type]
