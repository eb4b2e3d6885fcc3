"""A large store's first page is shown first; when the rest has come nothing that is seen may jump."""

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import mvtui.tui.app.app
import pytest
from mvtui.store import Model, Summary, Version
from mvtui.store.errors import NotFoundError
from mvtui.tui.app.app import MvtuiApp

from .conftest import NOW, Session
from .test_lists import version
from .test_pictures import Fixed

CSS = os.path.join(os.path.dirname(mvtui.tui.app.app.__file__), MvtuiApp.CSS_PATH)
SIZES = {"old": 500, "big": 3000}


class Whole(Fixed):
    """A store of two models, all of it."""

    kept = 10**9

    generation = 0

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[str, list[Version]] = {}
        seq = 0
        for name, size in SIZES.items():
            made = []
            for number in range(size):
                seq += 1
                made.append(
                    version(
                        seq,
                        model=name,
                        version=f"1.{number}.0",
                        # What only old versions have must not bring columns with it.
                        aliases=("ancient",) if number == size - 59 else (),
                        metrics={"accuracy": number / 4000},
                        note=f"run {number}",
                    )
                )
            self.of[name] = made[::-1][: self.kept]

    def models(self) -> list[Any]:
        return [
            Model(name, size, f"1.{size - 1}.0", None, size, NOW - timedelta(days=days))
            for days, (name, size) in zip((9, 1), SIZES.items(), strict=True)
        ]

    def summary(self, *, measure: bool = False) -> Any:
        return Summary("/s", 2, sum(SIZES.values()), 5, None, "alice", "box7", self.kept > 57, NOW)

    def versions(self, model: str | None = None) -> list[Any]:
        if model is None:
            return sorted((v for made in self.of.values() for v in made), key=lambda v: -v.seq)
        return list(self.of[model])

    def show(self, ref: str) -> Any:
        raise OSError("no files in this one")

    def close(self) -> None:
        pass


class Part(Whole):
    """What a glance sees of it: read-only, and fewer of the newest than a list samples: some were deleted."""

    kept = 57


@asynccontextmanager
async def looking(size: tuple[int, int]) -> AsyncIterator[tuple[Session, threading.Event]]:
    """The app with the first page shown; the rest is read when the event is set."""
    rest = threading.Event()

    def open_whole() -> Any:
        assert rest.wait(20)
        return Whole()

    app = MvtuiApp(open_whole, glance=Part, theme="dark", now=lambda: NOW, poll_seconds=0.02)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        it = Session(app, pilot)
        await it.until(lambda: "run 2999" in it.text)
        await it.pilot.pause()
        try:
            yield it, rest
        finally:
            rest.set()


async def whole(it: Session, rest: threading.Event) -> None:
    rest.set()
    await it.until(lambda: it.main.selection.rows is not None and it.main.selection.rows.whole)
    await it.rest()


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)])
@pytest.mark.parametrize("steps", [0, 3, 45])
async def test_nothing_that_is_seen_moves_when_the_rest_comes(size: tuple[int, int], steps: int) -> None:
    async with looking(size) as (it, rest):
        if steps:
            it.main.version_table.step(steps)
            await it.pilot.pause()
        await it.until(lambda: it.main.selection.resting)
        await it.pilot.pause()
        await it.until(lambda: f"{steps + 1} of 3,000" in it.text)
        # What the views show is read only now, but they stand there already.
        parts = ("#headline", "#models", "#versions", "#summary", "#footer")

        def standing() -> list[object]:
            return [
                [it.seen(name) for name in parts if it.main.query_one(name).display],
                {pane: widget.region for pane, widget in it.main.panes.items() if widget.display},
                it.text if it.main.arranged.narrow else "",
            ]

        before = standing()
        assert "read-only" not in it.text
        await whole(it, rest)
        assert standing() == before
        assert len(it.main.version_table.order) == 3000


async def test_the_last_row_asked_for_early_is_the_last_of_all() -> None:
    async with looking((80, 24)) as (it, rest):
        await it.pilot.press("G")
        await whole(it, rest)
        assert it.selected == "big@1.0.0"
        assert "3,000 of 3,000" in it.text


async def test_whoever_moves_on_stays_there() -> None:
    async with looking((80, 24)) as (it, rest):
        await it.pilot.press("G", "k")
        chosen = it.selected
        await whole(it, rest)
        assert it.selected == chosen == "big@1.2944.0"


async def test_a_filter_typed_early_finds_what_comes_later() -> None:
    async with looking((80, 24)) as (it, rest):
        await it.pilot.press("slash", *"run 1799")
        assert "preparing the filter" in it.text
        await whole(it, rest)
        await it.until(lambda: "of 3,000" in it.text)
        assert [v.note for v in (it.main.version,) if v] == ["run 1799"]


async def test_a_model_chosen_early_is_listed_when_the_rest_comes() -> None:
    async with looking((120, 35)) as (it, rest):
        await it.pilot.press("shift+tab", "k")
        rest.set()
        await it.until(lambda: it.selected == "old@1.499.0")
        assert "1 of 500" in it.text


async def test_the_rest_is_not_read_before_the_first_page_is_painted() -> None:
    painted_when_opened: list[bool] = []

    class App(MvtuiApp):
        CSS_PATH = CSS
        done = False

        def _painted(self) -> None:
            self.done = True
            super()._painted()

    def open_whole() -> Any:
        painted_when_opened.append(app.done)
        return Whole()

    app = App(open_whole, glance=Part, theme="dark", now=lambda: NOW, poll_seconds=0.02)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await Session(app, pilot).rest()
    assert painted_when_opened == [True]


async def test_a_glance_that_fails_is_told_by_opening() -> None:
    def fails() -> Any:
        raise NotFoundError("nothing here", hint="make one")

    app = MvtuiApp(fails, glance=fails, theme="dark", now=lambda: NOW, poll_seconds=0.02)
    async with app.run_test(size=(80, 24)) as pilot:
        it = Session(app, pilot)
        await it.until(lambda: "nothing here" in it.text)
