"""? lists the keys of the focused pane, whole at any width."""

from pathlib import Path

import pytest
from mvtui.store import Store
from mvtui.tui.app.keys.actions import ACTIONS
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.keys.registry import Registry, Situation
from mvtui.tui.app.screens.help import Help, help_lines
from rich.cells import cell_len

from .conftest import Opens

LOCKED = Situation(models=1, versions=1, selected="a@1.0.0", locked="your account may not write this store")


@pytest.mark.parametrize("columns", [20, 52, 70, 90])
@pytest.mark.parametrize("pane", list(Pane))
def test_every_word_is_there_and_no_line_is_too_long(pane: Pane, columns: int) -> None:
    from msgspec.structs import replace

    sections = Registry(ACTIONS).help(replace(LOCKED, pane=pane))
    lines = ["".join(text for text, _ in line) for line in help_lines(sections, columns)]
    assert max(map(cell_len, lines)) <= max(columns, 24)
    if columns >= 52:
        told = " ".join(" ".join(lines).split())
        for hints in sections.values():
            for hint in hints:
                assert hint.action.description.split()[-1] in told
        assert told.count("(your account may not write this store)") >= 8


def test_keys_that_someone_chose_are_told_and_many_don_t_push_the_words_away() -> None:
    many = tuple("abcdefghijklmnop")
    registry = Registry(ACTIONS, keys={"app.redraw": many, "stage.promote": ()})
    lines = ["".join(text for text, _ in line) for line in help_lines(registry.help(LOCKED), 70)]
    assert max(map(cell_len, lines)) <= 70
    assert any(line.startswith("a, b, c") and "…" in line for line in lines)
    assert any(line.startswith(" ") and "Move the version to the next stage" in line for line in lines)


async def test_it_scrolls_at_80x24_and_follows_the_window(filled: Path, opened: Opens) -> None:
    async with opened(filled, (80, 24)) as it:
        await it.press("3", "question_mark")
        assert "Keys in Metrics" in it.text
        assert "Go down one line" in it.text
        assert "Leave mvtui when pressed twice" not in it.text
        await it.press("ctrl+d", "j", "k", "G")
        assert "Leave mvtui when pressed twice" in it.text
        await it.press("home", "pagedown", "g")
        assert "Go down one line" in it.text
        await it.pilot.resize_terminal(70, 20)
        await it.rest()
        assert "Go down one line" in it.text
        assert all(cell_len(line) <= 70 for line in it.text.splitlines())
        await it.press("escape")
        assert not isinstance(it.app.screen, Help)


async def test_the_key_that_opened_it_closes_it(own: Store, opened: Opens) -> None:
    (Path(own.root) / "config.toml").write_text('[keys]\n"app.help" = "h"\n')
    async with opened(own.root) as it:
        await it.press("h")
        assert isinstance(it.app.screen, Help)
        await it.press("h")
        assert not isinstance(it.app.screen, Help)
        assert it.app.is_running
