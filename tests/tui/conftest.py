"""A real store of three models, and the app on it: in process, headless, without waiting for a clock."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from traceback import format_exception

import pytest
from mvtui.store import Store, init_store, open_store
from mvtui.tui.app.app import MvtuiApp
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.screens import views
from mvtui.tui.app.screens.main import MainScreen
from mvtui.tui.app.widgets.lineview import LineView
from textual.pilot import Pilot

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


class Session:
    """An app under test, with words for what a person does and sees."""

    def __init__(self, app: MvtuiApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    async def rest(self) -> None:
        """Wait until all that was asked for has been answered and shown."""
        await self.pilot.pause()
        await self.until(lambda: not self.app.is_running or self.app.at_rest)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that another thread or process brings about."""
        for _ in range(1000):
            if condition():
                return
            await self.pilot.pause(0.005)
        raise AssertionError("it never happened; the screen shows:\n" + self.text)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.rest()

    @property
    def text(self) -> str:
        """What the whole screen shows, as text."""
        return "\n".join(
            "".join(segment.text for segment in strip).rstrip()
            for strip in self.app.screen._compositor.render_strips()
        )

    def seen(self, selector: str) -> str:
        """What one widget shows."""
        view = self.app.screen.query_one(selector, LineView)
        return "\n".join(view.render_line(y).text.rstrip() for y in range(view.size.height))

    @property
    def metrics(self) -> str:
        """Which versions the view of metrics compares, which stands in its frame if it has one, and what it says."""
        seen = self.seen("#metrics")
        if self.main.arranged.is_single:
            return seen.lstrip()
        return f"{self.main.view_widgets[Pane.METRICS].border_title}".partition("· ")[2] + f"\n{seen}"

    @property
    def selected(self) -> str:
        return self.main.version.ref if self.main.version else ""


Opens = Callable[..., AbstractAsyncContextManager[Session]]


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("NO_COLOR", "TEXTUAL_THEME", "MVTUI_STORE", "COLUMNS", "LINES", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
    monkeypatch.setattr(views, "_IDLE_SECONDS", 0.01)  # every key would be waited for so long


def fill(store: Store, directory: Path) -> None:
    file = directory / "weights.bin"
    for model, count in (("ranker", 3), ("sentiment", 40), ("embed", 2)):
        for number in range(count):
            file.write_bytes(f"{model} {number}".encode() * 50)
            store.register(
                model,
                file,
                metrics={"accuracy": 0.9 + number / 1000, "latency_ms": 12.5 + number},
                params={"lr": 0.0003, "epochs": number},
                tags={"team": "search"},
                note="longer context" if number % 2 else "relabelled negatives",
                capture=False,
            )
    store.alias("sentiment@latest", "champion")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three models; not to be changed."""
    directory = tmp_path_factory.mktemp("filled")
    with init_store(directory / "store") as store:
        fill(store, directory)
    return directory / "store"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Store]:
    """A store of one's own to change, with one model and one version."""
    with init_store(tmp_path / "store") as store:
        (tmp_path / "a.bin").write_bytes(b"a")
        store.register("alpha", tmp_path / "a.bin", metrics={"accuracy": 0.5}, capture=False)
        yield store


@pytest.fixture
def opened() -> Opens:
    """Open the app on a path (or on what a function returns) and come to rest.

    Without ``mishaps`` an error that nobody foresaw fails the test.
    """

    @asynccontextmanager
    async def open_it(
        path: "Path | Callable[[], Store]",
        size: tuple[int, int] = (120, 35),
        *,
        poll: float = 0.02,
        ascii_only: bool = False,
        read_only: bool = False,
        theme: str = "dark",
        mishaps: bool = False,
    ) -> AsyncIterator[Session]:
        opener = path if callable(path) else lambda: open_store(os.fspath(path), read_only=read_only)
        app = MvtuiApp(
            opener,
            ascii_only=ascii_only,
            read_only=read_only,
            theme=theme,
            now=lambda: NOW,
            poll_seconds=poll,
        )
        async with app.run_test(size=size) as pilot:
            session = Session(app, pilot)
            await session.rest()
            yield session
        # The app goes on after an error in a handler: here it must not pass unnoticed.
        assert mishaps or not app.mishaps.met, "".join(format_exception(app.mishaps.met[0]))

    return open_it
