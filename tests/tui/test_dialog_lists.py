"""Lists in dialogs: vim's keys and the arrows move in them, and what is chosen is always in sight."""

from pathlib import Path

import pytest
from mvtui.store import init_store

from .conftest import Opens, Session
from .staging import APPROVED


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """A store in which twenty versions wait for approval."""
    with init_store(tmp_path / "store") as store:
        (tmp_path / "store" / "config.toml").write_text(APPROVED)
        for number in range(20):
            (tmp_path / "a").write_text(str(number))
            version = store.register("m", tmp_path / "a", version=f"1.{number}.0", capture=False).version
            store.request(version.ref, "production", reason="because " * 20)
    return tmp_path / "store"


def chosen(it: Session) -> str:
    lines = it.seen("#dialog-body").splitlines()
    return next((line.split()[1] for line in lines if line.strip().startswith("▸")), "nothing in sight")


async def test_both_habits_move_in_the_inbox_and_what_is_chosen_is_in_sight(
    waiting: Path, opened: Opens
) -> None:
    async with opened(waiting, (80, 24)) as it:
        await it.until(lambda: "20 wait for you" in it.seen("#headline"))
        await it.press("i")
        assert chosen(it) == "m@1.0.0"
        first = it.seen("#dialog-body")
        for number, key in enumerate(["j", "down", "ctrl+n", "j", "j", "down", "j"], 1):
            await it.press(key)
            assert chosen(it) == f"m@1.{number}.0"
        await it.press("k", "up", "ctrl+p")
        assert chosen(it) == "m@1.4.0"
        for keys, number in ((["G"], 19), (["g"], 0), (["end"], 19), (["home"], 0), (["ctrl+d"], 5)):
            await it.press(*keys)
            assert chosen(it) == f"m@1.{number}.0"
        await it.press("pagedown", "pagedown")
        assert chosen(it) not in ("m@1.5.0", "nothing in sight")
        await it.press("pageup", "ctrl+u", "pageup", "pageup", "pageup", "k")
        assert chosen(it) == "m@1.0.0"
        assert it.seen("#dialog-body") == first
        await it.press("G", "enter")
        assert it.selected == "m@1.19.0"


async def test_both_habits_move_in_what_can_be_copied(waiting: Path, opened: Opens) -> None:
    async with opened(waiting) as it:
        await it.press("y")
        first = chosen(it)
        await it.press("G")
        last = chosen(it)
        assert first != last
        await it.press("g")
        assert chosen(it) == first
        await it.press("end", "home", "j", "down", "k", "up")
        assert chosen(it) == first
