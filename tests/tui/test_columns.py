"""The columns of a list of versions: what there is, how much of it is seen, and titles that find room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from mvtui.tui.app.tables import columns
from mvtui.tui.app.tables.column_settings import checked
from mvtui.tui.app.tables.columns import Column, Look, lay_out, short_title, titles
from mvtui.tui.app.tables.version_columns import VersionColumns, is_name, of_versions
from mvtui.tui.text import width

from .conftest import NOW
from .test_lists import default_columns, version

LOOK = Look(NOW)


def column(title: str, cells: int, rank: int = 0, **about: Any) -> Column:
    return Column(title, cells, rank, lambda row, _: str(row), **about)


# -- how many are seen -----------------------------------------------------------------------------

SPECS = st.lists(
    st.tuples(st.integers(1, 14), st.integers(0, 12), st.sampled_from(["left", "right"]), st.integers(3, 20)),
    min_size=2,
    max_size=15,
)


@given(SPECS, st.integers(40, 120), st.booleans())
def test_every_column_can_be_scrolled_to_and_none_is_cut(specs: list[Any], space: int, kept: bool) -> None:
    made = [
        column(f"{at:<{title}}"[:title].replace(" ", "x"), cells, rank, align=align, name=str(at), kept=kept)
        for at, (title, rank, align, cells) in enumerate(specs)
    ]
    seen: set[str] = set()
    for first in range(len(made)):
        laid = lay_out(made, space, LOOK, first)
        used = sum(each.width + each.gap for each in laid.columns) - laid.columns[-1].gap
        assert used <= space
        assert laid.before + len(laid.columns) + laid.behind == len(made)
        assert all(each.width >= made[int(each.name)].width for each in laid.columns), "none is cut"
        seen |= {each.name for each in laid.columns}
        at = 0
        for start, title in titles(laid.columns, LOOK):
            assert start >= at, "titles don't overlap"
            at = start + width(title) + 1
        assert at - 1 <= space
        if kept:
            order = [int(each.name) for each in laid.columns]
            assert order == [0, *range(1 + laid.before, 1 + laid.before + len(order) - 1)]
    assert seen == {each.name for each in made}


def test_scrolling_ends_with_the_last_column_and_the_first_stays() -> None:
    made = [column(name, 10, kept=True, name=name) for name in "abcdef"]
    assert [each.name for each in lay_out(made, 36, LOOK).columns] == ["a", "b", "c"]
    for first, shown, before, behind in ((1, "acd", 1, 2), (3, "aef", 3, 0), (99, "aef", 3, 0)):
        laid = lay_out(made, 36, LOOK, first)
        assert ("".join(each.name for each in laid.columns), laid.before, laid.behind) == (
            shown,
            before,
            behind,
        )


def test_of_columns_that_nobody_chose_the_most_telling_are_seen_first() -> None:
    made = [column(name, 10, rank, name=name) for name, rank in (("a", 0), ("b", 9), ("c", 1), ("d", 2))]
    assert [each.name for each in lay_out(made, 36, LOOK).columns] == ["a", "c", "d"]
    laid = lay_out(made, 36, LOOK, 1)
    assert ([each.name for each in laid.columns], laid.before, laid.behind) == (["a", "d", "b"], 1, 0)


def test_a_title_reaches_over_what_stands_before_it_as_far_as_that_title_leaves_room() -> None:
    stage, metric = column("STAGE", 12), column("accuracy", 7, align="right", direction="higher")
    laid = lay_out([stage, metric], 40, LOOK)
    assert [each.width for each in laid.columns] == [12, 7]
    (_, _), (at, title) = titles(laid.columns, LOOK)
    assert (at, title) == (11, "accuracy ↑")
    narrow = lay_out([replace(stage, width=5), metric], 40, LOOK)
    assert [each.width for each in narrow.columns] == [5, 10], "else the column is as wide as its title"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("accuracy", "accuracy"),
        ("a_very_long_name_of_a_metric", "a_very_long_n…"),
        ("accuracy[reviews-held-out:negated]", "accuracy[…negated]"),
        ("f1[test:fr]", "f1[test:fr]"),
        ("accuracy[" + "x" * 40 + "]", "accuracy[xxxxxxxxxx…"),
    ],
)
def test_titles_of_slices_keep_both_ends(name: str, shown: str) -> None:
    assert short_title(name, ascii_only=False) == shown
    assert short_title(name, ascii_only=True).isascii()


@given(st.text(st.sampled_from("a\x1b\x07\u202e\u200b日[]:\n"), min_size=1, max_size=60), st.booleans())
def test_titles_of_others_are_safe_and_short(name: str, ascii_only: bool) -> None:
    sample = [
        version(metrics={name: 1.0}, params={name: name}, tags={name: name}, aliases=(name,), host=name)
    ]
    offered = of_versions(sample)
    look = Look(NOW, ascii_only)
    laid = lay_out(offered.columns(offered.every(), look), 300, look)
    for each in laid.columns:
        for text in (each.heading(look), each.show(sample[0], look)[0]):
            assert width(text) <= max(each.width, 24)
            assert not set(text) & set("\x1b\x07\u202e\u200b\n")
            assert text.isascii() or not ascii_only


# -- what there is ---------------------------------------------------------------------------------


def names(**about: Any) -> list[str]:
    offered = of_versions([version(2, **about), version(1)])
    return offered.default()


def test_tags_and_kinds_have_a_column_where_they_say_something() -> None:
    assert names() == ["version", "id", "age", "size", "author"]
    assert "tags" in names(tags={"owner": "ann"})
    assert "kind" in names(kind="prompt")
    assert "kind" in of_versions([version(kind="dataset")]).default(), (
        "though all are of it, it is not weights"
    )
    made = {each.name: each for each in default_columns([version(tags={"owner": "ann", "gold": ""})])}
    assert made["tags"].show(version(tags={"owner": "ann", "gold": ""}), LOOK)[0].strip() == "owner=ann, gold"


def test_everything_can_be_a_column() -> None:
    one = version(
        metrics={f"m{n}": float(n) for n in range(12)},
        params={"lr": 0.0003, "opt": "adam", "amp": True},
        tags={"owner": "ann"},
        aliases=("champion", "gold"),
        pickles="safe",
        staged=NOW - timedelta(hours=3),
        note="better",
        overridden=("staging",),
    )
    other = version(2, metrics={"m3": 1.0}, stage="production")
    offered = of_versions([one, other], lambda name: "lower" if name == "m3" else None, other)
    shown = {each.name: each.show(one, LOOK)[0].strip() for each in offered.columns(offered.every(), LOOK)}
    assert list(shown) == offered.every()
    assert shown == shown | {
        "version": "1.1.0",
        "id": "0" * 7,
        "kind": "weights",
        "alias": "champion, gold",
        "metric.m11": "11",
        "delta.m3": "▼ +2",
        "delta.m4": "—",
        "tags": "owner=ann",
        "tag.owner": "ann",
        "param.lr": "0.0003",
        "param.opt": "adam",
        "param.amp": "true",
        "pickle": "✓ safe",
        "staged": "3 h",
        "host": "box7",
        "files": "1",
        "note": "better",
    }
    assert offered.columns(["nothing", "metric.", "tag"], LOOK) == []


def test_names_that_only_older_versions_have_are_offered_once_they_are_known() -> None:
    few = of_versions([version(metrics={"f1": 0.5})])
    whole = few.with_names(["f1", "bleu"], ["owner"], ["lr"], {"bleu": "higher"})
    assert whole.metrics == ("f1", "bleu")
    assert {"metric.bleu", "delta.bleu", "tag.owner", "param.lr"} <= set(whole.every())
    assert "metric.bleu" not in whole.default(), "none of those that are listed first has it"
    (bleu,) = whole.columns(["metric.bleu"], LOOK)
    assert bleu.show(version(metrics={"bleu": 12345678.9}), LOOK)[0].strip() == "1e+07"
    again = of_versions([version(metrics={"f1": 0.5})]).with_names_of(whole)
    assert again.metrics == whole.metrics
    assert again.ways == {"bleu": "higher"}


def test_the_headline_metric_comes_first_and_has_its_difference_beside_it() -> None:
    production = version(1, metrics={"f1": 0.5, "loss": 0.2})
    offered = of_versions([version(2, metrics={"f1": 0.6, "loss": 0.1}), production], production=production)
    assert offered.default()[2:5] == ["metric.f1", "delta.f1", "metric.loss"]
    assert offered.default("loss")[2:5] == ["metric.loss", "delta.loss", "metric.f1"]
    assert offered.default("gone")[2:5] == ["metric.f1", "delta.f1", "metric.loss"]
    apart = offered.columns(["delta.f1", "metric.f1", "delta.loss", "metric.loss", "delta.loss"], LOOK)
    assert [each.heading(LOOK) for each in lay_out(apart, 200, LOOK).columns] == [
        "f1 vs ●",
        "f1",
        "loss vs ●",
        "loss",
        "vs ●",
    ]


def test_ages_of_more_than_ten_minutes_have_a_column_wide_enough() -> None:
    minutes = [version(created=NOW - timedelta(minutes=42)), version(created=NOW - timedelta(days=3))]
    for sample, shown in ((minutes, "42 min"), (minutes[1:], "3 d")):
        (age,) = of_versions(sample).columns(["age"], LOOK)
        assert age.show(sample[0], LOOK)[0].strip() == shown


# -- settings --------------------------------------------------------------------------------------


def test_settings_name_columns_of_every_model() -> None:
    offered = of_versions([version(metrics={"f1": 0.5, "loss": 0.1}, tags={"owner": "a"})])
    said = ("version", "metric", "delta", "metrics", "metric.bleu", "tag.owner", "alias", "age", "host")
    assert offered.resolved(said) == ["version", "metric.f1", "metric.loss", "tag.owner", "age", "host"]
    assert VersionColumns().resolved(said) == ["version", "age", "host"]


def test_names_that_no_column_has_are_named_with_what_may_be_meant() -> None:
    found, problems = checked(
        ["version", "stagee", "metric.anything", "tag.", "version", "zzz"], "config.toml, line 3"
    )
    assert found == ("version", "metric.anything")
    assert problems[0] == "screen.columns: there is no column 'stagee': is it stage? (config.toml, line 3)"
    assert "metric.NAME" in problems[2]
    assert all(map(is_name, ("metric", "delta", "metrics", "param.lr", "delta.f1")))


def test_models_give_up_what_is_least_first() -> None:
    made = columns.for_models([])
    assert columns.models_width(made, 30) == 8 + 2 + 3, "more is for where the list has all the room"
    assert columns.models_width(made, 14) == 8 + 2 + 3
    assert columns.models_width(made, 12) == 8
    assert columns.models_width(made, 7) == 7
