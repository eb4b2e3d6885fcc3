"""Measured on a dataset of the store: the figures and the edge, in one event."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store, errors

from tests.conftest import MakeFile


@pytest.fixture
def measured(store: Store, make_file: MakeFile) -> Store:
    """Models a and b, and two versions of a dataset, reviews."""
    store.register("a", make_file(b"a", "a.pt"))
    store.register("b", make_file(b"b", "b.pt"))
    store.register("reviews", make_file(b"1", "1.csv"), kind="dataset")
    store.register("reviews", make_file(b"2", "2.csv"), kind="dataset", version="2.0.0")
    return store


def edges(store: Store, ref: str) -> list[tuple[str, str, str, bool]]:
    return [(e.type, store.get(f"id:{e.to}").ref, e.role, e.later) for e in store.get(ref).edges]


def doubtful(store: Store, ref: str) -> list[str]:
    return [node.name for node in store.impact(ref).doubtful]


@pytest.mark.parametrize("form", ["reviews@1.0.0", "reviews@v1.0.0", "id:", "reviews@2.0.0~1", "reviews@old"])
def test_a_reference_leaves_an_edge_and_stands_by_its_number(form: str, measured: Store) -> None:
    identity = measured.get("reviews@1.0.0").id
    measured.alias("reviews@1.0.0", "old")
    before = len(list(measured.events()))
    done = measured.log_metrics("a", {"accuracy": 0.9}, dataset=form + identity if form == "id:" else form)
    assert done.evaluated_on == "reviews@1.0.0"
    assert [change.name for change in done.changes] == ["accuracy[reviews@1.0.0]"]
    assert edges(measured, "a") == [("evaluated-on", "reviews@1.0.0", "eval", True)]
    events = list(measured.events())
    assert [event.kind for event in events[before:]] == [EventKind.METRICS], "one event"
    assert doubtful(measured, "reviews@1.0.0") == ["a@1.0.0"]
    assert doubtful(measured, "reviews@2.0.0") == []
    assert [v.ref for v in measured.query("dataset:reviews@1.0.0")] == ["a@1.0.0"]
    assert [v.ref for v in measured.query("dataset:reviews")] == ["a@1.0.0"]
    assert "a@1.0.0" in {node.name for node in measured.lineage("reviews@1.0.0").nodes.values()}


def test_a_bare_name_is_the_latest_version_and_says_which(measured: Store) -> None:
    measured.log_metrics("a", {"accuracy": 0.9}, dataset="reviews", slice="fr")
    assert measured.get("a").metrics == {"accuracy[reviews@2.0.0:fr]": 0.9}
    assert edges(measured, "a") == [("evaluated-on", "reviews@2.0.0", "eval", True)]


def test_words_that_name_no_dataset_stay_words(measured: Store) -> None:
    for word in ("test", "b", "my data", "reviews-2"):
        assert measured.log_metrics("a", {"accuracy": 0.9}, dataset=word).evaluated_on == ""
    assert list(measured.get("a").metrics) == [
        f"accuracy[{w}]" for w in ("test", "b", "my data", "reviews-2")
    ]
    assert measured.get("a").edges == ()


def test_a_dataset_all_of_whose_versions_were_deleted_is_a_word(measured: Store) -> None:
    for number in ("1.0.0", "2.0.0"):
        measured.delete(f"reviews@{number}", reason="gone")
    measured.log_metrics("a", {"accuracy": 0.9}, dataset="reviews")
    assert measured.get("a").metrics == {"accuracy[reviews]": 0.9}
    with pytest.raises(errors.NotFoundError, match=r"there is no dataset reviews@1\.0\.0: .* was deleted"):
        measured.log_metrics("a", {"accuracy": 0.9}, dataset="reviews@1.0.0")


@pytest.mark.parametrize(
    ("form", "error", "candidates"),
    [
        ("revews@1.0.0", errors.NotFoundError, ("reviews",)),
        ("reviews@1.0.1", errors.NotFoundError, ("reviews@1.0.0", "reviews@2.0.0")),
        ("id:0000", errors.NotFoundError, ()),
        ("a@1.0.0", errors.BadInputError, ()),
        ("id:zz", errors.BadInputError, ()),
        ("Image Net@2012", errors.BadInputError, ()),
        ("reviews@", errors.BadInputError, ()),
        ("reviews@1.0.0[x]", errors.BadInputError, ()),
        ("te:st", errors.BadInputError, ()),
        (3, errors.BadInputError, ()),
    ],
)
def test_what_looks_like_a_reference_and_names_no_dataset(
    form: str, error: type[errors.MvtuiError], candidates: tuple[str, ...], measured: Store
) -> None:
    before = len(list(measured.events()))
    with pytest.raises(error) as caught:
        measured.log_metrics("a", {"accuracy": 0.9}, dataset=form)
    assert caught.value.hint
    assert set(candidates) <= set(caught.value.candidates)
    assert len(list(measured.events())) == before


def test_the_edge_is_written_once_and_may_be_taken_back(measured: Store) -> None:
    for value in (0.8, 0.9):
        measured.log_metrics("a", {"accuracy": value}, dataset="reviews@1.0.0")
    assert len(edges(measured, "a")) == 1
    before = len(list(measured.events()))
    assert measured.log_metrics("a", {"accuracy": 0.9}, dataset="reviews@1.0.0").evaluated_on == ""
    assert len(list(measured.events())) == before
    measured.unlink("a", "evaluated-on", "reviews@1.0.0")
    assert edges(measured, "a") == []
    again = measured.log_metrics("a", {"accuracy": 0.9}, dataset="reviews@1.0.0")
    assert (again.changes, again.evaluated_on) == ((), "reviews@1.0.0")
    assert len(edges(measured, "a")) == 1


def test_an_edge_that_is_stated_stays_as_it_is(measured: Store, make_file: MakeFile) -> None:
    measured.register(
        "c", make_file(b"c", "c.pt"), datasets={"holdout": "reviews@1.0.0", "train": "reviews@2.0.0"}
    )
    measured.log_metrics("c", {"accuracy": 0.9}, dataset="reviews@1.0.0")
    measured.log_metrics("c", {"accuracy": 0.9}, dataset="reviews@2.0.0")
    assert edges(measured, "c") == [
        ("evaluated-on", "reviews@1.0.0", "holdout", False),
        ("trained-on", "reviews@2.0.0", "train", False),
        ("evaluated-on", "reviews@2.0.0", "eval", True),
    ]


def test_no_edge_to_itself_and_none_in_a_circle(measured: Store) -> None:
    assert measured.log_metrics("reviews@1.0.0", {"rows": 5}, dataset="reviews@1.0.0").evaluated_on == ""
    assert measured.get("reviews@1.0.0").metrics == {"rows[reviews@1.0.0]": 5}
    measured.log_metrics("reviews@1.0.0", {"overlap": 0.1}, dataset="reviews@2.0.0")
    with pytest.raises(errors.ConflictError, match="cycle"):
        measured.log_metrics("reviews@2.0.0", {"overlap": 0.1}, dataset="reviews@1.0.0")
    assert not measured.get("reviews@2.0.0").metrics


def test_a_rebuilt_index_knows_the_edge(measured: Store) -> None:
    assert doubtful(measured, "reviews@1.0.0") == [], "the ways to find what came from it are made"
    measured.log_metrics("a", {"accuracy": 0.9}, dataset="reviews@1.0.0")
    before = edges(measured, "a")
    measured.close()
    for name in ("index.json", "head.json"):
        Path(measured.root / name).unlink(missing_ok=True)
    with open_store(measured.root) as again:
        assert edges(again, "a") == before
        assert doubtful(again, "reviews@1.0.0") == ["a@1.0.0"]
