"""Buckets of an A/B test: every bucket in one arm, and as few as possible change arms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.errors import BadInputError
from mvtui.store.nouns import buckets
from mvtui.store.nouns.buckets import BUCKETS, Ranges

NAMES = ("a", "b", "c", "d")


def owners(owned: dict[str, Ranges]) -> list[str]:
    """Return the arm of each bucket; every bucket is in exactly one."""
    found = [""] * BUCKETS
    for name, ranges in owned.items():
        for first, last in ranges:
            for bucket in range(min(first, last), max(first, last) + 1):
                assert found[bucket] == ""
                found[bucket] = name
    assert "" not in found
    return found


@st.composite
def _shares(draw: st.DrawFn, count: int) -> dict[str, int]:
    cuts = sorted(draw(st.lists(st.integers(0, BUCKETS), min_size=count - 1, max_size=count - 1)))
    edges = [0, *cuts, BUCKETS]
    return {NAMES[place]: edges[place + 1] - edges[place] for place in range(count)}


_ramps = st.integers(2, 4).flatmap(lambda count: st.lists(_shares(count), min_size=2, max_size=5))


@given(_ramps)
def test_each_change_moves_what_shares_differ_and_no_bucket_more(ramps: list[dict[str, int]]) -> None:
    owned = buckets.first(ramps[0])
    before, old = owners(owned), ramps[0]
    for shares in ramps[1:]:
        owned = buckets.moved(owned, shares)
        after = owners(owned)
        assert {name: after.count(name) for name in shares} == shares
        least = sum(max(0, shares[name] - old[name]) for name in shares)
        changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        assert len(changed) == least
        # Keys leave only arms that shrink, for arms that grow.
        assert all(shares[a] < old[a] and shares[b] > old[b] for a, b in changed)
        before, old = after, shares


@given(_ramps)
def test_going_back_brings_every_key_back(ramps: list[dict[str, int]]) -> None:
    way = [buckets.first(ramps[0])]
    for shares in ramps[1:]:
        way.append(buckets.moved(way[-1], shares))
    owned = way[-1]
    for place in reversed(range(len(ramps) - 1)):
        owned = buckets.moved(owned, ramps[place])
        assert owned == way[place]


def test_a_growing_arm_keeps_all_it_has() -> None:
    owned = buckets.first({"a": 9000, "b": 1000})
    assert owned == {"a": ((0, 8999),), "b": ((9000, 9999),)}
    half = buckets.moved(owned, {"a": 5000, "b": 5000})
    assert half == {"a": ((0, 4999),), "b": ((9000, 9999), (8999, 5000))}
    all_ = buckets.moved(half, {"a": 0, "b": 10_000})
    assert all_ == {"a": (), "b": ((9000, 9999), (8999, 0))}
    assert buckets.moved(all_, {"a": 5000, "b": 5000}) == half


@pytest.mark.parametrize(
    ("text", "share"), [("90", 9000), ("33.33", 3333), ("0.01", 1), (100, 10_000), (12.5, 1250), ("0", 0)]
)
def test_a_share_is_a_percentage(text: str | float, share: int) -> None:
    assert buckets.share(text) == share
    assert float(buckets.percent(share)) == float(text)


@pytest.mark.parametrize(
    "text", ["", "x", "nan", "inf", "-1", "100.01", "33.333", "1e9", "90%", float("nan")]
)
def test_what_is_no_share_is_refused(text: str | float) -> None:
    with pytest.raises(BadInputError, match="is no share"):
        buckets.share(text)


def test_shares_that_do_not_add_up_are_told_with_their_sum() -> None:
    with pytest.raises(BadInputError, match=r"add up to 99\.5 %, not 100: 90 \+ 9\.5"):
        buckets.check({"a": 9000, "b": 950})
    buckets.check({"a": 9000, "b": 1000})
