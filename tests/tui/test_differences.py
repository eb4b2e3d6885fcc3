from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import MISSING, Change, DiffCell, DiffRow, DiffSection, Evidence, Outcome, Unit, Value
from mvtui.tui import differences as words


def section(*rows: tuple[Outcome, ...]) -> DiffSection:
    return DiffSection(
        "metrics",
        tuple(
            DiffRow(str(at), (DiffCell(1.0), *(DiffCell(2.0, outcome=outcome) for outcome in outcomes)))
            for at, outcomes in enumerate(rows)
        ),
    )


@pytest.mark.parametrize(
    "outcome", ["better", "worse", "same", "changed", "added", "removed", "renamed", "unknown"]
)
def test_every_outcome_has_a_sign_of_one_cell_and_a_word(outcome: Outcome) -> None:
    assert len(words.outcome_sign(outcome)) == 1
    assert len(ascii_sign := words.outcome_sign(outcome, ascii_only=True)) == 1
    assert ascii_sign.isascii()
    assert words.outcome_word(outcome)


def test_signs_differ_from_each_other() -> None:
    outcomes: tuple[Outcome, ...] = (
        "better",
        "worse",
        "same",
        "changed",
        "added",
        "removed",
        "renamed",
        "unknown",
    )
    for ascii_only in (False, True):
        assert len({words.outcome_sign(one, ascii_only=ascii_only) for one in outcomes}) == len(outcomes)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (DiffCell(1, outcome="better"), "▲ better"),
        (DiffCell(1, outcome="renamed", note="to b"), "→ renamed to b"),
        (DiffCell("2", outcome="changed", note="newer"), "≠ newer"),
        (DiffCell("x", outcome="changed", note="weights only"), "≠ other numbers"),
        (DiffCell("x", outcome="changed", note="retyped (F32 → BF16)"), "≠ retyped (F32 → BF16)"),
        (
            DiffCell("x", outcome="added", note="guessed from config.json"),
            "+ added, guessed from config.json",
        ),
    ],
)
def test_verdicts(cell: DiffCell, text: str) -> None:
    assert words.verdict_text(cell) == text


def test_a_tally_of_a_pair_counts_outcomes_and_of_several_rows() -> None:
    pair = section(("same",), ("worse",), ("better",), ("better",), ("added",))
    assert words.tally(pair) == "2 better · 1 worse · 1 added · 1 same"
    assert words.tally(pair, ascii_only=True) == "2 better - 1 worse - 1 added - 1 same"
    assert words.tally(section(("same", "worse"), ("same", "same"))) == "1 differ · 1 same"
    assert words.tally(section(("same",), ("same",))) == "2 the same"


@pytest.mark.parametrize(
    ("value", "unit", "places", "text"),
    [
        (MISSING, "", None, "—"),
        (None, "", None, "null"),
        (True, "", None, "true"),
        (0.0003, "", None, "0.0003"),
        (0.1 + 0.2, "", None, "0.3"),
        (1.0, "", None, "1.0"),
        (0.918, "", 4, "0.9180"),
        (math.nan, "", 2, "NaN"),
        (1234567, "", None, "1234567"),
        (1234567, "bytes", None, "1.2 MB"),
        (1234567, "files", None, "1,234,567"),
        ("", "", None, '""'),
        ("a" * 40, "", None, "a" * 12),
        ("z" * 40, "", None, "z" * 40),
    ],
)
def test_values(value: Value, unit: Unit, places: int | None, text: str) -> None:
    assert words.value_text(value, unit, places) == text


@pytest.mark.parametrize(
    ("delta", "unit", "places", "text"),
    [
        (0.013, "", 3, "+0.013"),
        (-0.5, "", 1, "-0.5"),
        (1e-9, "", 4, "+1.0e-09"),
        (2, "", None, "+2"),
        (-1234, "", None, "-1,234"),
        (-0.00020000000000000003, "", None, "-0.0002"),
        (-2_400_000, "bytes", None, "-2.4 MB"),
        (0, "", None, ""),
        (None, "", None, ""),
        (math.inf, "", 2, "+inf"),
    ],
)
def test_deltas(delta: Any, unit: Unit, places: int | None, text: str) -> None:
    assert words.delta_text(DiffCell(1, delta=delta), unit, places) == text


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (1.4160, "+1.4 %"),
        (-66.666, "-66.7 %"),
        (0.0123, "+0.01 %"),
        (999.96, "+1,000 %"),
        (123456.7, "+123,457 %"),
        (1e12, "+1e+12 %"),
        (0.0, ""),
        (None, ""),
    ],
)
def test_percents(percent: float | None, text: str) -> None:
    assert words.percent_text(DiffCell(1, percent=percent)) == text


def test_numbers_line_up_on_the_point_and_other_texts_stay() -> None:
    values: list[Value] = [0.918, 12, MISSING, math.nan, "2.5", 1_200_000.5]
    texts = ["0.918", "12", "—", "NaN", "2.5", "1,200,000.5"]
    assert words.aligned(values, texts) == [
        "        0.918",
        "       12    ",
        "        —    ",
        "      NaN    ",
        "2.5",
        "1,200,000.5  ",
    ]
    assert words.by_point(["+6.0 kB", "", "-20 B"]) == [" +6.0 kB", "", "-20 B   "]


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (Evidence("packages", "torch", "2.4.0", "2.5.1", "changed"), "torch 2.4.0 → 2.5.1"),
        (Evidence("files", "m.bin", 1, 2, "changed"), "m.bin changed"),
        (Evidence("params", "warmup", MISSING, 100, "added"), "warmup 100 added"),
        (Evidence("params", "warmup", None, MISSING, "removed"), "warmup null removed"),
        (Evidence("params", "system_prompt", "a\nb", "c", "changed"), "system_prompt changed"),
        (Evidence("git", "dirty", False, True, "changed"), "uncommitted changes"),
        (Evidence("git", "dirty", True, False, "changed"), "no uncommitted changes any more"),
        (Evidence("git", "uncommitted changes", "1", "2", "changed"), "other uncommitted changes"),
        (Evidence("git", "commit", "a" * 40, "b" * 40, "changed"), f"commit {'a' * 12} → {'b' * 12}"),
    ],
)
def test_evidence(evidence: Evidence, text: str) -> None:
    assert words.evidence_text(evidence) == text
    assert words.evidence_text(evidence, ascii_only=True) == text.replace("→", "->")


def test_the_strongest_evidence_and_how_much_more() -> None:
    change = Change("model", tuple(Evidence("files", str(at), 1, 2, "changed") for at in range(5)))
    assert words.change_text(change) == "0 changed · 1 changed · 2 changed · 2 more"
    assert words.change_text(change, most=5).endswith("4 changed")


def test_changed_lines_have_context_and_an_end() -> None:
    before = "\n".join(f"line {at}" for at in range(10))
    after = before.replace("line 2", "other").replace("line 8", "else")
    assert list(words.changed_lines(before, after)) == [
        (" ", "line 1"),
        ("-", "line 2"),
        ("+", "other"),
        (" ", "line 3"),
        ("@", ""),
        (" ", "line 7"),
        ("-", "line 8"),
        ("+", "else"),
        (" ", "line 9"),
    ]
    long = list(words.changed_lines("", "\n".join(map(str, range(500)))))
    assert len(long) == 21
    assert long[-1] == ("@", "480 more lines")


def test_a_large_text_is_compared_where_it_differs() -> None:
    lines = [f"line {at}" for at in range(100_000)]
    assert list(words.changed_lines("\n".join(lines), "\n".join(lines[5:]))) == [
        *(("-", f"line {at}") for at in range(5)),
        (" ", "line 5"),
    ]
    changed = [*lines[:70_000], "other", *lines[70_001:]]
    assert list(words.changed_lines("\n".join(lines), "\n".join(changed))) == [
        (" ", "line 69999"),
        ("-", "line 70000"),
        ("+", "other"),
        (" ", "line 70001"),
    ]


def test_of_long_lines_the_part_that_differs_is_shown() -> None:
    before, after = "a" * 500 + "one" + "b" * 10, "a" * 500 + "two" + "b" * 10
    assert list(words.changed_lines(before, after)) == [
        ("-", f"…{'a' * 40}one{'b' * 10}"),
        ("+", f"…{'a' * 40}two{'b' * 10}"),
    ]
    assert list(words.changed_lines("short one", "short two")) == [("-", "short one"), ("+", "short two")]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_changed_lines_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    found = list(words.changed_lines("\n".join(old), "\n".join(new), most=1000))
    removed, added = (Counter(line for sign, line in found if sign == wanted) for wanted in "-+")
    assert Counter(old) - removed == Counter(new) - added
    assert Counter(old) + added == Counter(new) + removed
    assert bool(found) == (old != new)


@pytest.mark.parametrize(
    ("value", "long"), [("a" * 41, True), ("a\nb", True), ("a" * 40, False), (10**60, False)]
)
def test_long_texts(value: Value, long: bool) -> None:
    assert words.is_long(value) is long
