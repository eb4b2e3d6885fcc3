"""The status line: which store it is, and what keeping equal bytes once has saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Summary, init_store
from mvtui.tui.app import headline
from mvtui.tui.app.tables.columns import Look

from .conftest import NOW, Opens

EVIL = "/tmp/\x1b]52;c;aGk=\x07[/foo]\u202e"


def told(columns: int, *, path: str = "/srv/models", saved: int = 4_000_000) -> str:
    store = Summary(path, 3, 4381, 5_000_000, None, "ann", "box", True, None)
    _, right = headline.top(None, store, Look(NOW), columns, saved=saved)
    return "".join(text for text, _ in right)


def test_it_says_where_the_store_is_and_what_was_saved_where_there_is_room() -> None:
    assert told(140) == "/srv/models · 3 models · 4,381 versions · 5.0 MB, 4.0 MB saved   ann@box "
    assert told(72) == "/srv/models · 3 models · 4,381 versions · 5.0 MB   ann@box "
    assert told(60) == "/srv/models · 4,381 versions · 5.0 MB   ann@box ", "which store it is matters most"
    assert told(72, path="/srv/" + "x" * 40) == "3 models · 4,381 versions · 5.0 MB, 4.0 MB saved   ann@box "


@pytest.mark.parametrize("columns", range(60, 160))
def test_of_a_long_path_the_end_is_told_and_nothing_is_cut(columns: int) -> None:
    line = told(columns, path="/home/ann/projects/sentiment/.mvtui", saved=0)
    assert len(line) + len(" mvtui") + 3 <= columns
    shown = line.partition(" · ")[0]
    assert shown in (
        "/home/ann/projects/sentiment/.mvtui",
        "…/ann/projects/sentiment/.mvtui",
        "…/projects/sentiment/.mvtui",
        "…/sentiment/.mvtui",
        "3 models",
        "4,381 versions",
    ), "a name that every store has would tell nothing"


@pytest.mark.parametrize("saved", [0, -10])
def test_nothing_is_said_to_be_saved_where_nothing_was(saved: int) -> None:
    assert "saved" not in told(140, saved=saved)


def test_a_hostile_path_is_shown_safely() -> None:
    assert not set(told(200, path=EVIL)) & set("\x1b\x07\u202e")


async def test_what_was_saved_is_measured_in_a_lull(tmp_path: Path, opened: Opens) -> None:
    (tmp_path / "w").write_bytes(b"w" * 400_000)
    with init_store(tmp_path / "s") as store:
        for number in range(3):
            store.register(f"m{number}", tmp_path / "w", capture=False)
    async with opened(tmp_path / "s", (220, 45)) as it:
        await it.until(lambda: "saved" in it.seen("#headline"))
        assert "1.2 MB, 799" in it.seen("#headline")
        assert str(tmp_path / "s") in it.seen("#headline")
