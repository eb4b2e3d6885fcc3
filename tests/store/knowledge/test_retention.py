"""Which versions rules keep."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mvtui.store.errors import BadInputError, NotFoundError, UsageError
from mvtui.store.knowledge import directions, retention
from mvtui.store.knowledge.retention import Candidate
from mvtui.store.nouns.metric import StoredValue, to_stored
from mvtui.store.nouns.retention import Rules

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def candidate(
    number: str,
    days: float = 0,
    tags: Mapping[str, str] | None = None,
    metrics: Mapping[str, float] | None = None,
) -> Candidate:
    stored: dict[str, StoredValue] = {name: to_stored(value) for name, value in (metrics or {}).items()}
    return Candidate(number, NOW - timedelta(days=days), tags or {}, stored)


def kept(rules: Rules, *newest_first: Candidate) -> dict[str, list[str]]:
    return retention.keep(rules, newest_first, NOW, directions.direction)[0]


def test_the_last_are_those_registered_last() -> None:
    found = kept(Rules(last=2), candidate("0.9.0"), candidate("1.0.0"), candidate("2.0.0"))
    assert found == {"0.9.0": ["is one of the last 2"], "1.0.0": ["is one of the last 2"]}
    assert kept(Rules(last=1), candidate("1.0.0")) == {"1.0.0": ["is the last"]}


@pytest.mark.parametrize(("metric", "best"), [("accuracy", "b"), ("loss", "c")])
def test_the_best_are_so_by_the_metrics_direction(metric: str, best: str) -> None:
    versions = [
        candidate(name, metrics={metric: value}) for name, value in (("a", 0.5), ("b", 0.9), ("c", 0.1))
    ]
    assert list(kept(Rules(best={metric: 1}), *versions)) == [best]


def test_of_equal_values_the_newest_is_kept() -> None:
    versions = [candidate(name, metrics={"accuracy": 0.9}) for name in ("newest", "older", "oldest")]
    assert kept(Rules(best={"accuracy": 2}), *versions) == {
        "newest": ["is one of the 2 best by accuracy, 0.9"],
        "older": ["is one of the 2 best by accuracy, 0.9"],
    }


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_never_the_best(metric: str, value: float) -> None:
    odd, plain = candidate("odd", metrics={metric: value}), candidate("plain", metrics={metric: 0.5})
    assert list(kept(Rules(best={metric: 2}), odd, plain)) == ["plain"]
    with pytest.raises(NotFoundError, match="no version has a finite"):
        kept(Rules(best={metric: 1}), odd)


def test_each_dataset_of_a_metric_is_a_metric_of_its_own() -> None:
    one = candidate("one", metrics={"accuracy[test]": 0.1, "accuracy": 0.9})
    two = candidate("two", metrics={"accuracy[test]": 0.2})
    assert list(kept(Rules(best={"accuracy[test]": 1}), one, two)) == ["two"]
    with pytest.raises(NotFoundError) as caught:
        kept(Rules(best={"accuracy[tset]": 1}), one, two)
    assert caught.value.candidates[0] == "accuracy[test]"


def test_a_metric_whose_direction_nobody_knows_is_refused() -> None:
    with pytest.raises(BadInputError, match="nobody knows which way my_index is better") as caught:
        kept(Rules(best={"my_index": 1}), candidate("a", metrics={"my_index": 1.0}))
    assert 'higher = ["my_index"]' in caught.value.hint


def test_tags_are_kept_by_key_or_by_value() -> None:
    versions = [
        candidate("a", tags={"team": "vision"}),
        candidate("b", tags={"team": "text"}),
        candidate("c"),
    ]
    assert set(kept(Rules(tags=(("team", None),)), *versions)) == {"a", "b"}
    assert kept(Rules(tags=(("team", "text"),)), *versions) == {"b": ["has the tag team=text"]}
    found, notices = retention.keep(
        Rules(last=1, tags=(("relase", None),)), versions, NOW, directions.direction
    )
    assert (set(found), notices) == ({"a"}, ("no version has the tag relase",))
    with pytest.raises(NotFoundError, match="no version has the tag relase, so nothing would be kept by it"):
        kept(Rules(tags=(("relase", None),), younger=timedelta(days=1)), *versions)


def test_the_young_are_kept_whatever_the_rules_say() -> None:
    versions = [candidate("new", 1), candidate("young", 89.9), candidate("old", 90), candidate("oldest", 91)]
    found = kept(Rules(last=1, younger=timedelta(days=90)), *versions)
    assert found == {
        "new": ["is the last", "was made less than 90 days ago"],
        "young": ["was made less than 90 days ago"],
    }
    assert (
        kept(Rules(last=1, younger=timedelta(hours=36)), *versions)["new"][1]
        == "was made less than 1.5 days ago"
    )


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        (Rules(), UsageError),
        (Rules(younger=timedelta(days=90)), UsageError),
        (Rules(last=-1), BadInputError),
        (Rules(best={"accuracy": 0}), BadInputError),
    ],
)
def test_rules_that_keep_nothing_are_refused(rules: Rules, error: type[Any]) -> None:
    with pytest.raises(error):
        retention.check(rules)


def test_a_model_without_versions_needs_no_rule_to_fit() -> None:
    assert kept(Rules(best={"accuracy": 1}, tags=(("x", None),))) == {}
