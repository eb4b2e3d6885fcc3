"""References to stages: what is in one, and what held Production before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import Store
from mvtui.store.errors import BadInputError, NotFoundError

MakeFile = Callable[..., Path]


@pytest.fixture
def four(store: Store, make_file: MakeFile, no_sync: None) -> Store:
    """Four versions; the third, the first and then the second were in production."""
    for content in (b"0", b"1", b"2", b"3"):
        store.register("m", make_file(content))
    for holder in ("1.0.2", "1.0.0", "1.0.1"):
        store.promote(f"m@{holder}", "production", reason="so")
    return store


def number(store: Store, ref: str) -> str:
    return store.get(ref).version


def test_a_stage_means_who_entered_it_last(four: Store) -> None:
    for each in ("1.0.3", "1.0.0"):
        four.promote(f"m@{each}", "staging", reason="x")
    assert number(four, "m@staging") == number(four, "m@STAGING") == "1.0.0"
    assert number(four, "m@archived") == "1.0.2"
    assert number(four, "models:/m/Production") == "1.0.1"
    with pytest.raises(NotFoundError, match="m has nothing in validation") as caught:
        four.get("m@validation")
    assert caught.value.hint
    four.promote("m@1.0.0", "none", reason="x")
    assert number(four, "m@staging") == "1.0.3"


def test_before_production_is_who_held_it_before(four: Store) -> None:
    assert number(four, "m@production") == number(four, "m@production~0") == "1.0.1"
    assert number(four, "m@production~1") == number(four, "m@production~") == "1.0.0"
    assert number(four, "m@production~2") == "1.0.2"
    with pytest.raises(NotFoundError, match="only 2 versions held production before") as caught:
        four.get("m@production~3")
    assert caught.value.hint == "See who did: mvtui history m"
    with pytest.raises(NotFoundError, match="there is no model"):
        four.get("x@production~1")


def test_who_was_rolled_back_from_held_it_all_the_same(four: Store) -> None:
    four.rollback("m", reason="x")
    assert [number(four, f"m@production~{steps}") for steps in range(3)] == ["1.0.0", "1.0.1", "1.0.2"]


def test_each_holder_is_counted_once(four: Store) -> None:
    four.promote("m@1.0.0", "production", reason="x")
    assert [number(four, f"m@production~{steps}") for steps in range(3)] == ["1.0.0", "1.0.1", "1.0.2"]


def test_with_nothing_in_production_the_last_holder_is_one_step_before(four: Store) -> None:
    four.promote("m@production", "none", reason="x")
    assert number(four, "m@production~1") == "1.0.1"
    assert number(four, "m@production~3") == "1.0.2"
    with pytest.raises(NotFoundError, match="nothing in production"):
        four.get("m@production")


def test_a_holder_that_was_deleted_is_no_version(four: Store) -> None:
    four.rollback("m", reason="x")
    four.delete("m@1.0.1", "bad")
    with pytest.raises(NotFoundError, match="it was deleted"):
        four.get("m@production~1")
    assert number(four, "m@production~2") == "1.0.2"


def test_a_promotion_that_was_undone_does_not_count(four: Store) -> None:
    four.promote("m@1.0.3", "production", reason="x")
    assert number(four, "m@production~1") == "1.0.1"
    four.undo()
    assert number(four, "m@production~1") == "1.0.0"


def test_before_another_stage_is_the_version_registered_before(four: Store) -> None:
    four.promote("m@1.0.3", "staging", reason="x")
    assert number(four, "m@staging~1") == "1.0.2"
    assert number(four, "m@1.0.1~1") == "1.0.0"
    with pytest.raises(BadInputError):
        four.get("m@production~x")


def test_stages_are_completed(four: Store) -> None:
    assert {"m@production", "m@archived"} <= set(four.complete("m@"))
    assert four.complete("m@prod") == ["m@production"]
