"""What the screen and the command line say of a bundle's members, and of what does not fit together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from mvtui.store import (
    Adapter,
    Change,
    Comparison,
    Evidence,
    FileEntry,
    HostedStatus,
    MemberChange,
    MemberState,
)
from mvtui.tui import members as words
from mvtui.tui.app.asking.inside import Limb
from mvtui.tui.app.facts.comparison import comparison
from mvtui.tui.app.facts.members import members, tree
from rich.cells import cell_len

from .test_facts import LOOK, overview, styled, text
from .test_lists import HOSTILE, version


def member(role: str = "prompt", **more: Any) -> MemberState:
    return MemberState(role, "support@3.0.1", "f" * 64, "prompt", **more)


@pytest.mark.parametrize(
    ("more", "unicode", "plain"),
    [
        ({}, "", ""),
        ({"stage": "production"}, "● production", "P production"),
        ({"stage": "archived"}, "▪ archived", "a archived"),
        ({"stage": "archived", "rolled_back": True}, "↩ rolled back", "< rolled back"),
        ({"deleted": True, "stage": "archived"}, "✗ deleted", "x deleted"),
        ({"lost": True}, "✗ not known any more", "x not known any more"),
    ],
)
def test_where_a_member_stands_in_sign_and_word(more: Any, unicode: str, plain: str) -> None:
    assert words.standing(member(**more)) == unicode
    told = words.standing(member(**more), ascii_only=True)
    assert told.isascii()
    assert told.partition(" ")[2] == plain.partition(" ")[2]


def test_a_list_flags_what_must_not_be_overlooked() -> None:
    good, bad = member(), member("model", deleted=True)
    assert words.flag(version(1), ()) == ""
    assert words.flag(version(1), (good,)) == ""
    assert words.flag(version(1), (good, bad)) == "! model deleted"
    assert words.flag(version(1), (member(stage="archived"), bad)) == "! prompt archived +1"
    assert words.flag(version(1, mismatch=("x",)), ()) == "! does not fit"
    assert words.flag(version(1, mismatch=("x",)), (bad,)) == "! does not fit, model deleted"


def test_the_overview_lists_members_and_what_became_of_them() -> None:
    found = (member("model"), member(stage="archived", current="support@3.1.0"))
    shown = replace(version(1), kind="bundle", members={"model": "x@1.0.0", "prompt": "support@3.0.1"})
    told = overview(shown, members=found)
    assert "Members\nmodel      support@3.0.1\nprompt     support@3.0.1\n           ▪ archived" in told
    assert "production has support@3.1.0" in told
    assert "Members" not in overview(version(1))


def test_the_overview_says_what_an_adapter_is_of() -> None:
    said = Adapter("LORA", "org/llama", "4f2c9d1", 8, 16, ("q_proj", "v_proj"))
    told = overview(replace(version(1), kind="adapter"), adapter=said)
    assert (
        "adapter    LORA, rank 8, alpha 16, on q_proj, v_proj\nmade for   org/llama\n           at 4f2c9d1"
        in told
    )
    assert "adapter" not in overview(version(1), adapter=Adapter()).lower()


def test_a_comparison_says_which_members_differ_and_how() -> None:
    def compared(kind: str, members: tuple[MemberChange, ...] = ()) -> Comparison:
        evidence = Evidence("files", "p.md", 25, 35, "changed")
        change = Change("workflow", (evidence,))
        versions = (replace(version(1), kind=kind), replace(version(2), kind=kind))
        return Comparison(versions, ((change,),), (), members=(members,) if members else ())

    prompt = MemberChange("prompt", "support@3.0.0", "support@3.0.1", compared("prompt"))
    inner = MemberChange("bot", "agent@1.0.0", "agent@1.0.1", compared("bundle", (prompt,)))
    gone = MemberChange("index", "corpus@1.0.0", None)
    told = text(comparison(compared("bundle", (inner, gone)), LOOK, 60))
    assert "Members  2 differ" in told
    lines = told[told.index("Members") :].splitlines()[1:]
    assert [line.strip() for line in lines[:5]] == [
        "bot        agent@1.0.0 → agent@1.0.1",
        "workflow: p.md changed",
        "prompt     support@3.0.0 → support@3.0.1",
        "workflow: p.md changed",
        "index      corpus@1.0.0 removed",
    ]
    assert "Members" not in text(comparison(compared("weights"), LOOK, 60))


def test_what_does_not_fit_stands_at_the_top() -> None:
    shown = version(1, mismatch=("its shapes do not fit",))
    assert overview(shown).splitlines()[1] == "! does not fit: its shapes do not fit"


@given(name=HOSTILE, columns=st.sampled_from([24, 36, 80]))
def test_hostile_and_long_names_stay_within_their_cells(name: str, columns: int) -> None:
    found = [
        MemberState("r" * 40, f"{name}@1.0.0", "0" * 64, "weights", deleted=True, current=name or "x"),
        MemberState("model", "m" * 128 + "@1.0.0", "0" * 64, "weights"),
    ]
    lines = members(found, LOOK, columns)
    assert "\x1b" not in text(lines)
    assert all(cell_len("".join(piece for piece, _ in line)) <= columns for line in lines)
    assert styled(lines, "warning")


@given(
    role=st.text("abc-", min_size=1, max_size=40),
    name=HOSTILE,
    columns=st.sampled_from([24, 36, 80]),
    ascii_only=st.booleans(),
)
def test_a_tree_of_hostile_and_long_names_stays_within_its_cells(
    role: str, name: str, columns: int, ascii_only: bool
) -> None:
    state = MemberState(role, f"{name}@1.0.0", "0" * 64, "weights", deleted=True, current=name or "x")
    limbs: tuple[Limb, ...] = (Limb(state, name),)
    for _ in range(8):
        limbs = (Limb(member("agent"), inner=limbs), Limb(state, name, HostedStatus("p", "m", floating=True)))
    lines = tree(
        limbs, (FileEntry(f"config/{name}", 10**15, "0" * 64),), replace(LOOK, ascii_only=ascii_only), columns
    ).lines
    assert "\x1b" not in text(lines)
    assert all(cell_len("".join(piece for piece, _ in line)) <= columns for line in lines)
    assert text(lines).isascii() or not ascii_only
    assert styled(lines, "warning")
