import itertools
import re
import subprocess
import sys

import pytest
from mvtui.tui.app.keys.actions import ACTIONS
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.keys.registry import Action, Registry, Situation
from mvtui.tui.app.screens.commands import COMMANDS

EVERYTHING = Situation(
    models=2, versions=3, selected="a@1.0.0", seen=tuple(Pane), waiting=1, test="", back_to="a@1"
)


def test_every_action_does_something_and_nothing_else_does() -> None:
    assert set(COMMANDS) == {action.id for action in ACTIONS}


def test_no_key_means_two_things_in_one_place() -> None:
    assert Registry(ACTIONS).clashes == []


def test_ids_are_unique_and_have_an_area() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(set(ids)) == len(ids)
    assert all(name.count(".") == 1 for name in ids)


def test_every_action_explains_itself() -> None:
    for action in ACTIONS:
        assert action.keys
        assert action.name
        assert action.description[0].isupper()
        assert not action.description.endswith(".")


def test_users_can_remap_and_are_told_of_conflicts() -> None:
    registry = Registry(ACTIONS, keys={"move.down": ("ctrl+y",), "change.undo": ("q",), "no.such": ("x",)})
    down = registry.for_key("ctrl+y", Pane.VERSIONS)
    assert down is not None
    assert down.id == "move.down"
    assert registry.for_key("j", Pane.VERSIONS) is None
    assert [(clash.key, clash.holder, clash.loser) for clash in registry.clashes] == [
        ("q", "change.undo", "app.quit")
    ]
    assert registry.get("app.quit").keys == ("ctrl+q",), "help and footer don't tell a key that it lost"


def test_a_key_that_someone_chose_comes_before_one_that_is_so_by_default() -> None:
    registry = Registry(ACTIONS, keys={"app.quit": ("j",)})
    found = registry.for_key("j", Pane.VERSIONS)
    assert found is not None
    assert found.id == "app.quit"
    assert registry.get("move.down").keys == ("down",)
    everywhere = Registry(ACTIONS, keys={"app.quit": ("space",)})
    assert everywhere.for_key("space", Pane.VERSIONS) is everywhere.get("app.quit")
    assert [clash.loser for clash in everywhere.clashes] == ["mark.toggle", "metrics.fold", "inspect.fold"]


def test_an_action_can_be_left_without_a_key() -> None:
    registry = Registry(ACTIONS, keys={"stage.promote": ()})
    assert registry.for_key("p", Pane.VERSIONS) is None
    assert registry.clashes == []
    assert "stage.promote" not in {hint.action.id for hint in registry.footer(EVERYTHING)}
    assert "stage.promote" in {hint.action.id for hint in registry.offered(EVERYTHING)}


def test_a_pane_s_own_action_comes_before_the_one_for_everywhere() -> None:
    here = Action("a.here", ("x",), "here", "Here", "Do", pane=Pane.MODELS)
    anywhere = Action("a.any", ("x",), "any", "Any", "Do")
    registry = Registry([anywhere, here])
    assert registry.for_key("x", Pane.MODELS) is here
    assert registry.for_key("x", Pane.VERSIONS) is anywhere
    assert registry.clashes == []


@pytest.mark.parametrize("pane", list(Pane))
def test_everything_can_act_when_there_is_something_to_act_on(pane: Pane) -> None:
    from msgspec.structs import replace

    blocked = [
        h.action.id
        for hints in Registry(ACTIONS).help(replace(EVERYTHING, pane=pane)).values()
        for h in hints
        if h.obstacle
    ]
    # A model's keys are shared out by one test: either one can be started, or the one that runs be changed.
    running = [f"test.{verb}" for verb in ("shares", "winner", "stop")] if pane is Pane.TESTS else []
    assert blocked == running
    registry, now = Registry(ACTIONS), replace(EVERYTHING, pane=pane, test="greeting")
    assert [registry.get(each).obstacle(now) for each in running] == [""] * len(running)
    assert registry.get("test.start").obstacle(now).startswith("greeting runs")


def test_what_can_t_act_says_why_and_stays_in_the_footer() -> None:
    nothing = Situation(store_open=False)
    hints = {hint.action.id: hint.obstacle for hint in Registry(ACTIONS).footer(nothing)}
    assert hints["copy.menu"] == "no store is open"
    assert hints["app.quit"] == hints["app.help"] == ""
    everything = {hint.action.id for hint in Registry(ACTIONS).footer(EVERYTHING)}
    assert everything - set(hints) == {"lineage.back"}, "but for a way back where there is none"


def footer(pane: Pane, columns: int = 80, **facts: str) -> list[str]:
    """The hints that the footer has in a pane; of a window as narrow as it gets, those that fit."""
    hints = Registry(ACTIONS).footer(Situation(pane=pane, models=1, selected="a@1", seen=(pane,), **facts))  # type: ignore[arg-type]
    told = [f"{hint.key} {hint.action.name}" for hint in hints]
    return [each for at, each in enumerate(told) if len("   ".join(told[: at + 1])) < columns]


def test_footers_show_first_what_the_pane_is_for() -> None:
    assert "enter jump" in footer(Pane.LINEAGE)
    assert "backspace jump back" not in footer(Pane.LINEAGE, 1000)
    assert footer(Pane.LINEAGE, back_to="b@1")[2:4] == ["enter jump", "backspace jump back"]
    assert footer(Pane.METRICS)[2:5] == ["x hide same", "m next chart", "c next curve"]
    assert "enter open" in footer(Pane.INSPECT)
    assert "enter open" not in footer(Pane.VERSIONS)


def test_help_and_quit_outlive_every_other_hint() -> None:
    assert [hint.action.id for hint in Registry(ACTIONS).footer(EVERYTHING)][:2] == ["app.help", "app.quit"]


def test_documentation_can_be_made_without_textual() -> None:
    code = "import sys, mvtui.tui.app.keys.actions, mvtui.tui.app.terminal.skeleton, mvtui.tui.app.opening; print('textual' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert out.stdout == "False\n", out.stderr


def test_what_can_t_be_done_is_said_in_words_that_end_the_sentence() -> None:
    names = {action.id: action.doing or action.name for action in Registry(ACTIONS).actions if action.why_not}
    assert names["view.previous"] == "turn to the view before"
    assert names["pane.next"] == "go to the next pane"
    assert not [name for name in names.values() if name.split()[0] in ("next", "tab", "pane", "half")]


def test_the_filter_is_told_for_the_pane_it_is_in() -> None:
    def told(pane: Pane) -> str:
        hints = itertools.chain(*Registry(ACTIONS).help(Situation(pane=pane)).values())
        return next(hint.action.description for hint in hints if hint.action.id == "list.filter")

    assert "mvtui ls --help" in told(Pane.VERSIONS)
    assert "named like" in told(Pane.MODELS)


def test_where_nothing_can_be_changed_every_change_says_why_and_stays_in_sight() -> None:
    from msgspec.structs import replace

    locked = replace(EVERYTHING, locked="your account may not write this store")
    registry = Registry(ACTIONS)
    versions = {f"version.{verb}" for verb in ("register", "note", "tag", "alias", "archive", "delete")}
    changes = {f"stage.{verb}" for verb in ("promote", "rollback", "approve")}
    tests = {f"test.{verb}" for verb in ("start", "shares", "winner", "stop")}
    changes |= {"change.undo", "change.redo", *versions, *tests}
    told = {action.id for action in registry.actions if action.obstacle(locked)}
    assert told == changes
    assert {hint.action.id for hint in registry.footer(locked)} >= changes - tests - {"change.redo"}
    nothing = Situation(store_open=True, locked="your account may not write this store")
    assert registry.get("stage.promote").obstacle(nothing) == nothing.locked, "what never can be comes first"


def test_each_is_found_by_a_name_of_its_own() -> None:
    titles = [action.title for action in ACTIONS]
    assert len(set(titles)) == len(titles)
    assert all(re.fullmatch(r"[a-z]+: \S.*", title) for title in titles)
    assert {f"pane: {pane.value}" for pane in Pane} <= set(titles)
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", action.id) for action in ACTIONS)
