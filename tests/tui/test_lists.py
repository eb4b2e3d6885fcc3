"""What lists and overview are made of: rows, filter, columns, facts. No screen."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import DataSource, FileEntry, Model, Version, VersionDetail
from mvtui.store import Direction as Way
from mvtui.tui import words
from mvtui.tui.app import facts, guide, headline
from mvtui.tui.app.asking.known import Known
from mvtui.tui.app.asking.rows import Rows, matching_models
from mvtui.tui.app.tables import columns
from mvtui.tui.app.tables.columns import Column, Look
from mvtui.tui.app.tables.version_columns import of_versions
from rich.cells import cell_len

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LOOK = Look(NOW)
Direction = Callable[[str], Way | None]


def version(seq: int = 1, **changes: Any) -> Version:
    facts: dict[str, Any] = {
        "model": "sentiment",
        "version": f"1.{seq}.0",
        "id": f"{seq:064x}",
        "kind": "weights",
        "stage": None,
        "created": NOW - timedelta(hours=seq),
        "registered": NOW - timedelta(hours=seq),
        "author": "alice",
        "host": "box7",
        "note": "",
        "size": 418_000_000,
        "file_count": 1,
        "seq": seq,
    }
    return Version(**{**facts, **changes})


def default_columns(versions: Sequence[Version], direction: Direction = lambda _: None) -> list[Column]:
    """The columns that a list of versions has by itself."""
    offered = of_versions(versions, direction)
    return offered.columns(offered.default(), LOOK)


@given(st.sets(st.integers(1, 50), min_size=1), st.integers(0, 60))
def test_a_version_is_found_again_by_its_number(seqs: set[int], wanted: int) -> None:
    ordered = sorted(seqs, reverse=True)
    rows = Rows("m", [version(seq) for seq in ordered])
    place = rows.place(wanted)
    if wanted in seqs:
        assert ordered[place] == wanted
    else:
        older = [seq for seq in ordered if seq < wanted]
        assert ordered[place] == (older[0] if older else ordered[-1])


@given(st.sets(st.integers(1, 50), min_size=1), st.data())
def test_a_version_is_found_again_in_a_sorted_list(seqs: set[int], data: st.DataObject) -> None:
    ordered = sorted(seqs, reverse=True)
    rows = Rows("m", [version(seq) for seq in ordered])
    order = data.draw(st.permutations(range(len(ordered))))
    kept = order[: data.draw(st.integers(1, len(order)))]
    for seq in seqs:
        place = rows.place_in(kept, seq, rising=False)
        assert 0 <= place < len(kept)
        if ordered.index(seq) in kept:
            assert ordered[kept[place]] == seq


def test_models_are_found_by_letters_near_each_other() -> None:
    made = [
        Model(name=name, version_count=1, latest=None, production=None, size=0, updated=NOW)
        for name in ("sentiment", "sentiment-2025", "ranker")
    ]
    assert matching_models(made, "") == [0, 1, 2]
    assert matching_models(made, "sntmt") == [0, 1]
    assert matching_models(made, "SENT 2025") == [1]
    assert matching_models(made, "ment") == [0, 1]
    assert matching_models(made, "x") == []


def test_metric_columns_line_up_on_the_point() -> None:
    versions = [
        version(2, metrics={"acc": 0.9, "ms": 12.25}),
        version(1, metrics={"acc": 0.931, "ms": 104.5}),
    ]
    made = {column.title: column for column in default_columns(versions)}
    assert [made["acc"].show(v, LOOK)[0].strip() for v in versions] == ["0.900", "0.931"]
    shown = [made["ms"].show(v, LOOK)[0] for v in versions]
    assert shown[0].index(".") == shown[1].index(".")


@pytest.mark.parametrize("width", [20, 120])
def test_pickles_have_a_column_where_there_are_some(width: int) -> None:
    def chosen(*verdicts: str) -> dict[str, columns.Column]:
        found = [version(at, pickles=each) for at, each in enumerate(verdicts, 1)]
        return {
            column.title: column for column in columns.lay_out(default_columns(found), width, LOOK).columns
        }

    look = columns.Look(NOW)
    assert "PICKLES" not in chosen("none", "")
    assert ("PICKLES" in chosen("safe", "none")) == (width > 20)
    column = chosen("unsafe", "safe", "partial", "none")["PICKLES"]  # an unsafe one is never left out
    shown = [column.show(version(pickles=each), look) for each in ("unsafe", "safe", "partial", "none")]
    assert [(text.strip(), style) for text, style in shown] == [
        ("✗ unsafe", "bad"),
        ("✓ safe", "better"),
        ("? partly", "warning"),
        ("", "warning"),
    ]
    assert column.show(version(pickles="unsafe"), columns.Look(NOW, ascii_only=True))[0].startswith(
        "x unsafe"
    )


def test_a_dataset_says_where_it_is_and_that_it_is_not_stored() -> None:
    path = DataSource("path", "/home/alice/work/data/train.csv")
    hub = DataSource("hf", "org/reviews", rev="main")
    made = default_columns([version(2, source=path, external=True), version(1, source=hub)])
    (column,) = (column for column in made if column.title == "SOURCE")
    assert column.show(version(source=path, external=True), LOOK)[0].strip() == "outside: data/train.csv"
    assert column.show(version(source=hub), LOOK)[0].strip() == "org/reviews"
    assert column.show(version(), LOOK)[0].strip() == ""
    assert "SOURCE" not in [column.title for column in default_columns([version()])]


def test_of_a_note_the_first_line_is_shown_and_that_there_is_more() -> None:
    column = default_columns([version(note="first\n\nsecond"), version(note="only\n")])[-1]
    assert column.title == "NOTE"
    assert column.show(version(note="first\r\nsecond"), LOOK)[0].strip() == "first…"
    assert column.show(version(note="only\n"), LOOK)[0].strip() == "only"


def test_plain_metrics_have_their_columns_before_those_of_slices() -> None:
    sample = [version(metrics={"accuracy[test:fr]": 0.5, "f1": 0.9, "accuracy": 0.8})]
    offered = of_versions(sample)
    assert offered.metrics == ("f1", "accuracy", "accuracy[test:fr]")
    assert offered.headline() == "f1"


def test_a_number_that_does_not_fit_is_never_cut_to_another_number() -> None:
    sample = [version(300 - n, metrics={"x": 0.5}) for n in range(200)] + [
        version(1, metrics={"x": 123456789.125})
    ]
    column = next(c for c in default_columns(sample) if c.title == "x")
    shown = column.show(sample[-1], LOOK)[0].strip()
    assert float(shown) == pytest.approx(123456789.125, rel=0.5)


HOSTILE = st.text(st.sampled_from("a\x1b\x07\u202e\u200b日[/]\n\r\t "), max_size=80)


@given(HOSTILE, st.integers(20, 90), st.booleans())
def test_the_overview_is_safe_and_as_wide_as_asked(text: str, width: int, ascii_only: bool) -> None:
    shown = version(
        note=text,
        author=text,
        host=text,
        kind=text,
        params={text: text},
        tags={text: text},
        metrics={text: 1.0},
        aliases=(text,),
    )
    detail = VersionDetail(shown, (FileEntry(text or "x", 5, "0" * 64),))
    look = Look(NOW, ascii_only)
    lines = [*facts.overview(shown, Known(detail), look, width), *facts.summary(shown, look, width)]
    lines += guide.no_store(text, text, look, width)[3:5]
    left, right = headline.top(None, None, look, width)
    for line in [*lines, left, right]:
        whole = "".join(piece for piece, _ in line)
        assert cell_len(whole) <= max(width, 70)
        assert whole.isprintable() or "�" in whole
        assert not set(whole) & set("\x1b\x07\u202e\u200b\n\r\t")
        assert not ascii_only or whole.isascii()


@given(st.integers(28, 90))
def test_when_it_was_made_is_never_cut_off(columns: int) -> None:
    shown = version(created=NOW - timedelta(days=6, hours=3))
    lines = ["".join(piece for piece, _ in line) for line in facts.overview(shown, None, LOOK, columns)]
    assert any("6 days ago" in line for line in lines)
    assert any(words.clock(shown.created) in line for line in lines)
