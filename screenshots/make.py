"""Make every picture in this directory from the demo store: ``python screenshots/make.py [NAME…]``.

The demo is real, so its history ends at this moment and names this machine, and all changes of stages were made when
it was built. For pictures that come out the same each time, the store is shown as if it had been made by alice on box7,
over the weeks that the demo's story takes, up to a fixed moment.
PNG besides SVG where rsvg-convert is installed: ``python screenshots/make.py --png DIR``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.pop("NO_COLOR", None)
os.environ.pop("TEXTUAL_THEME", None)
os.environ["TZ"] = "UTC"

from msgspec.structs import replace
from mvtui.store import (
    Actor,
    Capture,
    Comparison,
    GateReport,
    Model,
    RollbackPlan,
    Search,
    Store,
    Summary,
    Transition,
    Version,
    VersionDetail,
    Waiting,
    open_store,
)
from mvtui.tui.app.app import MvtuiApp
from mvtui.tui.demo import stages
from mvtui.tui.demo.build import demo
from textual.pilot import Pilot

HERE = Path(__file__).resolve().parent
MOMENT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""When the pictures are taken."""

MACHINE: dict[str, dict[str, Any]] = {
    "system": {"hostname": "box7", "cpus": 16, "memory": 64 * 10**9, "release": "Debian GNU/Linux 12"},
    "gpu": {"source": "none"},
}
"""Where they are said to be taken."""

ALICE = Actor("alice", 1000, "box7", "", "mvtui")
SINCE = timedelta(minutes=12)
"""By how much the pictures are taken before the story ends: its newest version is two hours old."""

Step = Callable[[Pilot[int]], Awaitable[None]]


class Posed:
    """The parts of a store that the screen reads, with other people, another place and another time."""

    def __init__(self, store: Store, moved: timedelta) -> None:
        self._store = store
        self._moved = moved
        changes = [act for act in stages.acts() if act.what in ("promote", "override", "rollback")]
        made = reversed(store.transitions())
        self._told = {
            change.at: MOMENT - timedelta(hours=act.hours) + SINCE
            for change, act in zip(made, changes, strict=True)
        }

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _version(self, version: Version) -> Version:
        return replace(
            version,
            author="alice",
            host="box7",
            created=version.created + self._moved,
            registered=version.created + self._moved,
            staged=version.staged and self._told[version.staged],
        )

    def models(self) -> list[Model]:
        return [replace(model, updated=model.updated + self._moved) for model in self._store.models()]

    def versions(self, model: str | None = None) -> Sequence[Version]:
        return [self._version(version) for version in self._store.versions(model)]

    def search(self, versions: Sequence[Version]) -> Search:
        return self._store.search(self._store.versions(versions[0].model))

    def get(self, ref: str) -> Version:
        return self._version(self._store.get(ref))

    def capture(self, ref: str) -> Capture | None:
        found = self._store.capture(ref)
        return found and replace(found, parts={"python": {"version": "3.11.9"}, **MACHINE})

    def diff(self, *refs: str, history: bool = False) -> Comparison:
        found = self._store.diff(*refs, history=history)
        return replace(found, versions=tuple(self._version(version) for version in found.versions))

    def show(self, ref: str) -> VersionDetail:
        detail = self._store.show(ref)
        return replace(detail, version=self._version(detail.version))

    def transitions(self, model: str | None = None, *, limit: int | None = None) -> tuple[Transition, ...]:
        return tuple(
            replace(change, at=self._told[change.at], actor=ALICE)
            for change in self._store.transitions(model, limit=limit)
        )

    def gates(self, ref: str, to: str | None = None, *, verify: bool = True) -> GateReport:
        found = self._store.gates(ref, to, verify=verify)
        return replace(found, version=self._version(found.version))

    def rollback_plan(self, model: str, to: str | None = None) -> RollbackPlan:
        found = self._store.rollback_plan(model, to)
        return replace(
            found,
            current=found.current and self._version(found.current),
            target=self._version(found.target),
            held=self._told[found.held],
            left=found.left and self._told[found.left],
        )

    def inbox(self) -> tuple[Waiting, ...]:
        asked = next(act for act in stages.acts() if act.what == "request")
        at = MOMENT - timedelta(hours=asked.hours) + SINCE
        return tuple(
            replace(
                waiting,
                version=self._version(waiting.version),
                request=replace(waiting.request, by="alice", host="box7", at=at),
            )
            for waiting in self._store.inbox()
        )

    def summary(self, *, measure: bool = False) -> Summary:
        return replace(
            self._store.summary(measure=measure), path="/home/alice/run7/.mvtui", user="alice", host="box7"
        )


@dataclass(frozen=True)
class Picture:
    name: str
    size: tuple[int, int]
    steps: Step
    theme: str = "dark"
    ascii_only: bool = False


async def _plain(pilot: Pilot[int]) -> None:
    await pilot.press("j")


async def _as_it_opens(pilot: Pilot[int]) -> None:
    await pilot.pause()


async def _overview(pilot: Pilot[int]) -> None:
    await pilot.press("j", "5")


async def _compare(pilot: Pilot[int]) -> None:
    await pilot.press("j", "3", "z")


async def _marked(pilot: Pilot[int]) -> None:
    # The base is marked first, and then the two that followed.
    await pilot.press("j", "j", "j", "space", "k", "k", "space", "k", "space")
    await pilot.press("3", "z", "x")


async def _lineage(pilot: Pilot[int]) -> None:
    await pilot.press("j", "2", "z")


async def _stages(pilot: Pilot[int]) -> None:
    await pilot.press("4", "z")


async def _promote(pilot: Pilot[int]) -> None:
    await pilot.press("p")


async def _rollback(pilot: Pilot[int]) -> None:
    await pilot.press("R", *("space" if key == " " else key for key in "accuracy fell on negated reviews"))


async def _approve(pilot: Pilot[int]) -> None:
    await pilot.press("a")


async def _filter(pilot: Pilot[int]) -> None:
    await pilot.press("slash", *"lr=0.05")


async def _help(pilot: Pilot[int]) -> None:
    await pilot.press("question_mark")


PICTURES = (
    Picture("versions-120x35", (120, 35), _as_it_opens),
    Picture("versions-160x45", (160, 45), _as_it_opens),
    Picture("versions-80x24", (80, 24), _plain),
    Picture("overview-80x24", (80, 24), _overview),
    Picture("compare", (120, 35), _compare),
    Picture("compare-three", (120, 35), _marked),
    Picture("lineage", (120, 35), _lineage),
    Picture("stages", (120, 35), _stages),
    Picture("promote", (120, 35), _promote),
    Picture("rollback", (120, 35), _rollback),
    Picture("approve", (120, 35), _approve),
    Picture("filter", (120, 35), _filter),
    Picture("help", (120, 35), _help),
    Picture("light", (120, 35), _plain, theme="light"),
    Picture("ansi", (80, 24), _plain, theme="ansi"),
    Picture("ascii", (120, 35), _plain, ascii_only=True),
)


async def take(picture: Picture, store: Callable[[], Any]) -> str:
    """Return a picture as SVG."""
    app = MvtuiApp(store, theme=picture.theme, ascii_only=picture.ascii_only, now=lambda: MOMENT)
    async with app.run_test(size=picture.size) as pilot:
        await _rest(pilot, app)
        await picture.steps(pilot)
        await _rest(pilot, app)
        return app.export_screenshot(title="mvtui")


async def _rest(pilot: Pilot[int], app: MvtuiApp) -> None:
    await pilot.pause()
    while app.is_running and not app.at_rest:
        await pilot.pause(0.01)
    await pilot.pause()


def posed(path: Path) -> Callable[[], Any]:
    """Return what opens the demo store as it is shown in pictures."""

    def open_it() -> Any:
        store = open_store(path, read_only=False)
        newest = max(version.created for version in store.versions())
        return Posed(store, MOMENT - timedelta(hours=2) - newest)

    return open_it


def png(svg: str, path: Path) -> None:
    """Write an SVG as PNG. Textual's non-breaking spaces have no glyph in some fonts."""
    text = svg.replace("&#160;", " ").replace("<text ", '<text xml:space="preserve" ')
    command = ["rsvg-convert", "-o", os.fspath(path)]
    subprocess.run(command, input=text.encode(), check=True)  # noqa: S603 - our own file name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which pictures (default: all)")
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--png", type=Path, help="write PNG as well, here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = posed(demo(Path(scratch) / "demo").store)
        for picture in PICTURES:
            if chosen.names and picture.name not in chosen.names:
                continue
            svg = asyncio.run(take(picture, store))
            (chosen.out / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
            if chosen.png and shutil.which("rsvg-convert"):
                png(svg, chosen.png / f"{picture.name}.png")
            print(picture.name)


if __name__ == "__main__":
    main()
