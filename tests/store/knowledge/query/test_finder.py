"""Whole queries: words, names, and how terms go together."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge.query.text import resembles
from mvtui.store.nouns.pickles import RULES

from .documents import FewNames, document, find

ROWS = [
    document("1.0.0", note="Longer Context", tags={"team": "Search"}, stage="production"),
    document("1.1.0", params={"lr": 3e-4, "fp16": True}, aliases=["champion"], metrics={"f1": 0.9}),
    document("1.0.0", model="sentiment-2025", id="9f8a12e" + "0" * 57, author="José"),
    document("2.0.0", model="ranker", kind="prompt", host="box7"),
]
NAMES = FewNames({"sentiment", "sentiment-2025", "ranker"}, {"sentiment@production": ("sentiment", "1.0.0")})


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("   ", [0, 1, 2, 3]),
        ("longer search", [0]),
        ("longer lr", []),
        ('"longer context"', [0]),
        ('"context longer"', []),
        ("lr=0.0003", [1]),
        ("fp16=true", [1]),
        ("f1", [1]),
        ("9f8a12e", [2]),
        ("jos\u00e9", [2]),
        ("jose\u0301", [2]),
        ("BOX7", [3]),
        ("prompt", [3]),
        ("production", [0]),
        ("champ", [1]),
        ("chmpn", [1]),
        ("ann@gpu1", []),
        ("sentiment", [0, 1]),
        ("-sentiment", [2, 3]),
        ('"sentiment"', [0, 1, 2]),
        ("sentimen", [0, 1, 2]),
        ("Sentiment", [0, 1, 2]),
        ("sntmt", [0, 1, 2]),
        ("snt2025", [2]),
        ("rnkr", [3]),
        ("ekr", []),
        ("sentiment@1.1", [1]),
        ("sentiment@production", [0]),
        ("sentiment@staging", []),
        ("-stage:production", [1, 2, 3]),
        ("kind:prompt OR champion", [1, 3]),
        ("(kind:prompt OR champion) -ranker", [1]),
        ("-(kind:prompt OR champion)", [0, 2]),
        ("(kind:weights) sort:version limit:1", [0]),
        ("-(sentiment -longer)", [0, 2, 3]),
        ("sentiment longer OR ranker", [0, 3]),
        ("or", []),
        ('"OR"', []),
        ("limit:2", [0, 1]),
        ("limit:1 kind:weights,prompt sort:-version", [3]),
        ("sort:model,version", [3, 0, 1, 2]),
        ("sort:model sort:-version", [3, 1, 0, 2]),
    ],
)
def test_queries(query: str, rows: list[int]) -> None:
    assert find(query, ROWS, NAMES) == rows


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("sentiment", []),
        ("sntmt", []),
        ("sentiment@production", [0]),
        ("champion", [1]),
        ("1.0.0", [0]),
        ("ranker", []),
    ],
)
def test_in_a_list_of_one_model_its_name_is_no_text(query: str, rows: list[int]) -> None:
    assert find(query, ROWS[:2], NAMES, model="sentiment") == rows


@pytest.mark.parametrize(
    ("name", "word", "does"),
    [
        ("sentiment", "sntmt", True),
        ("sentiment", "ntm", False),
        ("sentiment", "se", True),
        ("sentiment", "st", False),
        ("sentiment", "stt", False),
        ("sentiment", "exyzw", False),
        ("sentiment", "sentimentt", False),
        ("sentiment-2025", "sent25", False),
        ("support-intent", "intnt", True),
        ("support-intent", "sprtint", True),
    ],
)
def test_letters_near_each_other_resemble_a_name(name: str, word: str, does: bool) -> None:
    assert resembles(name, word) is does


STORED = st.one_of(
    st.none(), st.floats(-5, 5), st.integers(-5, 5), st.sampled_from(["NaN", "Infinity", "-Infinity", "odd"])
)


@given(st.lists(STORED, max_size=12), st.booleans())
def test_sorting_keeps_everything_and_puts_what_has_no_value_last(stored: list[Any], down: bool) -> None:
    rows = [document(metrics={} if value is None else {"f1": value}) for value in stored]
    order = find(f"sort:{'-' * down}metric.f1", rows)
    assert sorted(order) == list(range(len(rows)))
    numbers = [{"Infinity": math.inf, "-Infinity": -math.inf}.get(stored[i], stored[i]) for i in order]
    valued = [n for n in numbers if isinstance(n, int | float)]
    assert numbers[: len(valued)] == valued
    assert valued == sorted(valued, reverse=down)
    without = [i for i in order if not isinstance(stored[i], int | float) and "Inf" not in str(stored[i])]
    assert without == sorted(without)


def test_equals_stay_in_order_in_both_directions() -> None:
    rows = [document(size=size) for size in (2, 1, 2, 1)]
    assert find("sort:size", rows) == [1, 3, 0, 2]
    assert find("sort:-size", rows) == [0, 2, 1, 3]


def test_what_never_was_in_a_stage_comes_last() -> None:
    rows = [
        document(),
        document(staged="2026-11-21T08:00:00Z"),
        document(staged="2026-11-21T08:00:00.5Z"),
        document(staged="2026-11-20T08:00:00Z"),
    ]
    assert find("sort:staged", rows) == [3, 1, 2, 0]
    assert find("sort:-staged", rows) == [2, 1, 3, 0]


@pytest.mark.parametrize(
    ("key", "ordered"),
    [
        ("version", [{"number": n} for n in ("1.9.0", "1.10.0-rc.2", "1.10.0-rc.10", "1.10.0")]),
        ("created", [{"created": f"2026-11-20T12:00:{s}Z"} for s in ("00", "00.5", "01", "01.000001")]),
        ("registered", [{"registered": f"2026-11-20T12:00:{s}Z"} for s in ("00", "00.5", "01")]),
        ("stage", [{"stage": s} for s in ("staging", "validation", "production", "archived")] + [{}]),
        ("param.lr", [{"params": {"lr": v}} for v in (1e-4, 1, 2.5, "Auto", "base")] + [{"params": {"lr": None}}, {}]),
        ("model", [{"model": m} for m in ("a", "B", "c")]),
        ("author", [{"author": a} for a in ("ann", "Bob")]),
        ("files", [{"files": n} for n in (1, 2, 10)]),
        ("kind", [{"kind": k} for k in ("adapter", "weights")]),
        ("host", [{"host": h} for h in ("a", "B")]),
        ("tag.owner", [{"tags": {"owner": v}} for v in ("ann", "Bob")] + [{"tags": {"other": "a"}}, {}]),
        ("alias", [{"aliases": a} for a in (["a", "z"], ["B"])] + [{"aliases": []}, {}]),
        ("pickle", [{"pickles": w, "pickle_rules": RULES} for w in ("safe", "partial", "unknown", "unsafe")] + [{"pickles": "none"}, {}]),
        ("note", [{"note": n} for n in ("better", "Worse")] + [{"note": ""}, {}]),
        ("id", [{"id": i * 64} for i in "09af"]),
    ],
)  # fmt: skip
def test_what_can_be_sorted_by(key: str, ordered: list[dict[str, Any]]) -> None:
    rows = [document(**facts) for facts in reversed(ordered)]
    nothing: Any = (
        {},
        {"params": {"lr": None}},
        {"tags": {"other": "a"}},
        {"aliases": []},
        {"pickles": "none"},
        {"note": ""},
    )
    missing = sum(facts in nothing for facts in ordered)
    last = len(rows) - 1
    expected = list(range(last, missing - 1, -1))
    assert find(f"sort:{key}", rows)[: len(expected)] == expected
    assert find(f"sort:-{key}", rows)[: len(expected)] == expected[::-1]


TERMS = [
    "stage:production",
    "longer",
    "metric.f1>0.5",
    "kind:prompt",
    "champion",
    "param:lr",
    "sntmt",
    "since:1d",
]
TERM = st.sampled_from(TERMS)


@given(TERM, TERM)
def test_terms_go_together_as_sets(a: str, b: str) -> None:
    one, other, everything = set(find(a, ROWS)), set(find(b, ROWS)), set(range(len(ROWS)))
    assert set(find(f"{a} {b}", ROWS)) == one & other
    assert set(find(f"{a} OR {b}", ROWS)) == one | other
    assert set(find(f"-{a}", ROWS)) == everything - one
    assert set(find(f"-({a} OR {b})", ROWS)) == everything - one - other
