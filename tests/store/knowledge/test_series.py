"""Series: to bytes and back, put together, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import errors
from mvtui.store.knowledge import series
from mvtui.store.nouns.metric import Series

steps = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60).map(float)
curves = st.lists(st.tuples(steps, st.floats()), max_size=8).map(series.in_order)


@given(st.dictionaries(st.text(min_size=1), curves, max_size=4))
def test_what_is_written_is_read_back(some: dict[str, Series]) -> None:
    data = series.encode(some)
    assert repr(sorted(series.decode(data).items())) == repr(sorted(some.items()))
    assert series.encode(dict(reversed(some.items()))) == data, "equal series have one digest"


def test_the_bytes_are_plain_json_that_any_tool_reads() -> None:
    data = series.encode({"loss": Series((10.0, 20.5), (0.5, math.nan)), "acc": Series((1.0,), (-math.inf,))})
    assert data == (
        b'{"format":1,"series":{"acc":{"step":[1],"value":["-Infinity"]},'
        b'"loss":{"step":[10,20.5],"value":[0.5,"NaN"]}}}'
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\x00" * 64,
        b'{"format":1}',
        b'{"format":1,"series":{"a":{"step":[1]}}}',
        b'{"format":1,"series":{"a":{"step":[1],"value":[1,2]}}}',
        b'{"format":1,"series":{"a":{"step":["x"],"value":[1]}}}',
        b'{"format":1,"series":{"a":{"step":[1],"value":["nan"]}}}',
        b'{"format":1,"series":{"a":{"step":[1],"value":[null]}}}',
        b'{"format":1,"series":' + b'{"a":' * 5000,
        b'{"format":1,"series":{"a":{"step":[1],"value":[0.',
    ],
)
def test_damaged_bytes_are_told(data: bytes) -> None:
    with pytest.raises(errors.VerificationError, match="series can't be read"):
        series.decode(data)


def test_a_later_form_is_told_from_damage() -> None:
    with pytest.raises(errors.FormatError, match="format 2"):
        series.decode(b'{"format":2,"series":{}}')


def test_readings_are_joined_by_step_and_the_later_one_counts() -> None:
    one, two = Series((10.0, 20.0), (0.9, 0.8)), Series((20.0, 30.0), (0.7, 0.6))
    both = Series((10.0, 20.0, 30.0), (0.9, 0.7, 0.6))
    assert series.merge_series([{"a": one, "b": one}, {"b": two}, {"c": two}]) == {
        "a": one,
        "b": both,
        "c": two,
    }
    assert series.merge_series([{"b": two}, {"b": one}]) == {"b": Series((10.0, 20.0, 30.0), (0.9, 0.8, 0.6))}
    assert series.merge_series([{"a": Series((), ())}, {"a": one}]) == {"a": one}
    assert series.merge_series([]) == {}


def test_a_later_nan_counts_too() -> None:
    merged = series.merge_series([{"a": Series((1.0,), (0.5,))}, {"a": Series((1.0,), (math.nan,))}])
    assert math.isnan(merged["a"].values[0])


class Item:
    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return self.value


def test_series_of_scripts_are_put_in_order() -> None:
    given_series: Any = {"a": Series([2, 1, 2], [Item(0.5), 3, 0.25])}  # type: ignore[arg-type]
    assert series.checked(given_series) == {"a": Series((1.0, 2.0), (3.0, 0.25))}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([1, 2], "not a mapping"),
        ({"a": [1, 2]}, "'a' names no series"),
        ({"": Series((), ())}, "'' names no series"),
        ({3: Series((), ())}, "3 names no series"),
        ({"a": Series((1.0,), ())}, "1 steps and 0 values"),
        ({"a": Series((math.nan,), (1.0,))}, "not finite"),
        ({"a": Series((math.inf,), (1.0,))}, "not finite"),
        ({"a": Series((1.0,), ("high",))}, "not all numbers"),  # type: ignore[arg-type]
        ({"a": Series((1.0,), None)}, "not all numbers"),  # type: ignore[arg-type]
        ({"a\ud800": Series((1.0,), (1.0,))}, "lone surrogate"),
        ({"a" * 600: Series((1.0,), (1.0,))}, "600 characters"),
    ],
)
def test_what_is_no_series_is_refused(bad: object, said: str) -> None:
    with pytest.raises(errors.BadInputError, match=said):
        series.checked(bad)


def test_too_many_points_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MAX_POINTS", 3)
    with pytest.raises(errors.BadInputError, match="more than 3 points"):
        series.checked({name: Series((1.0, 2.0), (1.0, 2.0)) for name in "ab"})
