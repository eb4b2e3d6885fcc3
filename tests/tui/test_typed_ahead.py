"""Typed faster than the store answers: enter waits for what it is about, and does it only if that is what was seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, open_store

from .conftest import Opens, Session
from .staging import GATES, register, staged, write


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


class Slow:
    """A store whose answers to a dialog wait."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.armed = False


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    it = Slow()

    def held(verb: str) -> None:
        works = getattr(Store, verb)

        def waiting(self: Store, *args: Any, **options: Any) -> Any:
            if it.armed:
                it.asked.set()
                assert it.go_on.wait(20)
            return works(self, *args, **options)

        monkeypatch.setattr(Store, verb, waiting)

    held("standing")
    held("rollback_plan")
    yield it
    it.go_on.set()


def stages(world: Path) -> dict[str, str | None]:
    with open_store(world, read_only=True) as store:
        return {version.version: store.get(version.ref).stage for version in store.versions("m")}


async def burst(it: Session, slow: Slow, *keys: str) -> None:
    """Type as a paste does: all of it is there before the store has answered."""
    slow.armed = True
    await it.pilot.press(*keys)
    await it.until(slow.asked.is_set)
    await it.until(lambda: it.main.dialog is None or not it.main.dialog._taking)


async def answered(it: Session, slow: Slow) -> None:
    slow.go_on.set()
    await it.rest()
    await it.rest()


BEFORE = {"1.0.0": "archived", "1.1.0": "production", "1.2.0": "validation", "1.3.0": None}


async def test_p_a_reason_and_enter_at_once_promote(world: Path, opened: Opens, slow: Slow) -> None:
    async with opened(world) as it:
        await it.press("j")
        await burst(it, slow, "p", *"go", "enter")
        assert "as soon as it is read" in it.text
        assert stages(world) == BEFORE
        await answered(it, slow)
        await it.until(lambda: it.main.dialog is None)
        assert "m@1.2.0 is in production now, 1.1.0 is archived; u undoes it" in it.text
    assert stages(world)["1.2.0"] == "production"
    with open_store(world, read_only=True) as store:
        assert store.transitions("m")[0].reason == "go"


async def test_r_a_reason_and_enter_at_once_roll_back(world: Path, opened: Opens, slow: Slow) -> None:
    async with opened(world, (80, 24)) as it:
        await burst(it, slow, "R", *"bad", "enter")
        await answered(it, slow)
        await it.until(lambda: it.main.dialog is None)
    assert stages(world)["1.0.0"] == "production"


async def test_a_gate_in_the_way_is_said_and_nothing_is_done(world: Path, opened: Opens, slow: Slow) -> None:
    write(world, GATES.replace("0.5", "0.75").replace("validation", "staging"))
    async with opened(world) as it:
        await burst(it, slow, "p", *"go", "enter", "enter", "enter")
        await answered(it, slow)
        assert "1 gate stops it: nothing will change" in it.text
        assert it.main.dialog is not None
        assert it.main.dialog.typed == "go"
    assert stages(world) == BEFORE


@pytest.mark.parametrize("key", ["p", "R"])
async def test_what_would_be_replaced_is_another_by_then(
    key: str, world: Path, opened: Opens, slow: Slow, tmp_path: Path
) -> None:
    """Someone else is faster: the enters typed ahead were for what was on the screen."""
    with open_store(world) as other:
        register(other, tmp_path, 4, 0.9)
        other.promote("m@1.4.0", "validation", reason="x")
    async with opened(world, poll=60) as it:
        await it.press("g", "j", "j")
        assert it.selected == "m@1.2.0"
        with open_store(world) as other:
            other.promote("m@1.4.0", "production", reason="hurry")
        await burst(it, slow, key, *"go", "enter", "enter", "enter")
        await answered(it, slow)
        assert "changed since you looked" in it.text
        assert it.main.dialog is not None
        assert stages(world)["1.4.0"] == "production"
        await it.press("enter")
        await it.until(lambda: it.main.dialog is None)
    assert stages(world)["1.2.0" if key == "p" else "1.1.0"] == "production", "it was seen, and confirmed"


async def test_the_version_stands_elsewhere_by_then(world: Path, opened: Opens, slow: Slow) -> None:
    async with opened(world, poll=60) as it:
        await it.press("j")
        with open_store(world) as other:
            other.promote("m@1.2.0", "staging", reason="not yet")
        await burst(it, slow, "p", *"go", "enter")
        await answered(it, slow)
        assert "changed since you looked" in it.text
        await it.press("escape")
    assert stages(world)["1.2.0"] == "staging"


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_while_it_waits_it_can_be_left(key: str, world: Path, opened: Opens, slow: Slow) -> None:
    async with opened(world) as it:
        await it.press("j")
        await burst(it, slow, "p", *"go", "enter", "x", key)
        assert it.main.dialog is None
        await answered(it, slow)
        await it.press("k")
        assert it.selected == "m@1.3.0"
    assert stages(world) == BEFORE


async def test_while_it_waits_the_app_can_be_left(world: Path, opened: Opens, slow: Slow) -> None:
    async with opened(world) as it:
        await it.press("j")
        await burst(it, slow, "p", *"go", "enter")
        await it.pilot.press("ctrl+q")
        await it.until(lambda: not it.app.is_running)
    assert stages(world) == BEFORE


async def test_without_a_reason_it_is_asked_for_at_once(world: Path, opened: Opens, slow: Slow) -> None:
    async with opened(world) as it:
        await it.press("j")
        await burst(it, slow, "p", "enter")
        assert "say why first" in it.text
        await answered(it, slow)
        await it.press("escape")
    assert stages(world) == BEFORE


async def test_what_can_t_be_read_is_said_and_enter_is_forgotten(
    world: Path, opened: Opens, slow: Slow
) -> None:
    async with opened(world, poll=60) as it:
        with open_store(world) as other:
            other.delete("m@1.3.0", "gone")
        await burst(it, slow, "p", *"go", "enter")
        await answered(it, slow)
        assert "deleted" in " ".join(it.text.split())
        await it.press("escape")
        assert it.main.dialog is None


# -- leaving while a change is under way -----------------------------------------------------------


@pytest.fixture
def hashing(world: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """A promotion that hashes, and waits in the midst of it."""
    write(world, '[[gate]]\nstage = "production"\nverified = "now"\n')
    it, promote = Slow(), Store.promote

    def slowly(self: Store, ref: str, to: str | None = None, **options: Any) -> Any:
        progress = options["progress"]

        def told(report: Any) -> None:
            it.asked.set()
            assert it.go_on.wait(20)
            progress(report)

        return promote(self, ref, to, **{**options, "progress": told})

    monkeypatch.setattr(Store, "promote", slowly)
    yield it
    it.go_on.set()


async def test_leaving_stops_what_is_under_way_and_tells_what_came_of_it(
    world: Path, opened: Opens, hashing: Slow
) -> None:
    async with opened(world) as it:
        await it.press("j", "p", *"ok")
        await it.pilot.press("enter")
        await it.until(hashing.asked.is_set)
        await it.pilot.press("ctrl+q")
        await it.pilot.pause()
        assert "stopping, then leaving; ctrl-q again leaves at once" in it.text
        assert it.app.is_running
        hashing.go_on.set()
        await it.until(lambda: not it.app.is_running)
        assert [str(told) for told in it.app._exit_renderables] == ["stopped: nothing was changed"]
    assert stages(world) == BEFORE


async def test_leaving_twice_waits_for_nothing(
    world: Path, opened: Opens, hashing: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.tui.app.changing.errands._LEAVING_SECONDS", 0.01)
    async with opened(world) as it:
        await it.press("j", "p", *"ok")
        await it.pilot.press("enter")
        await it.until(hashing.asked.is_set)
        await it.pilot.press("ctrl+q", "ctrl+q")
        await it.until(lambda: not it.app.is_running)
    hashing.go_on.set()
    for thread in threading.enumerate():
        if thread.name == "mvtui-errands":
            thread.join(20)
    assert stages(world) == BEFORE


async def test_what_hangs_is_left_by_a_second_esc_and_told_when_it_is_over(
    world: Path, opened: Opens, hashing: Slow
) -> None:
    async with opened(world) as it:
        await it.press("j", "p", *"ok")
        await it.pilot.press("enter")
        await it.until(hashing.asked.is_set)
        await it.pilot.press("escape")
        await it.pilot.pause()
        assert "stopping" in it.text
        await it.pilot.press("escape")
        await it.until(lambda: it.main.dialog is None)
        assert "told to stop, but it hasn't yet" in it.text
        await it.pilot.press("k", "e", "x")
        await it.until(lambda: it.main.dialog is not None and it.main.dialog.typed == "x")
        other = it.main.dialog
        hashing.go_on.set()
        await it.until(lambda: "stopped: nothing was changed" in it.text)
        assert it.main.dialog is other, "it is no business of another dialog"
        await it.press("enter")
        await it.until(lambda: it.main.dialog is None)
    assert stages(world) == BEFORE
    with open_store(world, read_only=True) as store:
        assert store.get("m@1.3.0").note == "x"


async def test_while_bytes_are_hashed_the_lists_stay_alive(
    world: Path, opened: Opens, hashing: Slow, tmp_path: Path
) -> None:
    async with opened(world) as it:
        await it.press("j", "p", *"ok")
        await it.pilot.press("enter")
        await it.until(hashing.asked.is_set)
        with open_store(world) as other:
            register(other, tmp_path, 4, 0.95)
        await it.until(lambda: len(it.main.version_table.order) == 5)
        assert it.selected == "m@1.2.0"
        hashing.go_on.set()
        await it.until(lambda: it.main.dialog is None)
        await it.rest()
    assert stages(world)["1.2.0"] == "production"
