"""Make every picture in this directory from the demo store: ``python screenshots/make.py [NAME…]``.

Each as SVG, kept to the cells of the terminal, and as PNG. ``session`` is the recording: played on a real terminal,
written as an asciicast and as an animated SVG. Needs what ``pip install '.[pictures]'`` brings, and the fonts
Fira Code and DejaVu Sans Mono (Debian: fonts-firacode, fonts-dejavu-core).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.pop("NO_COLOR", None)
os.environ.pop("TEXTUAL_THEME", None)
os.environ["TZ"] = "UTC"

from cells import exact
from mvtui.tui.app.app import MvtuiApp
from mvtui.tui.demo.build import demo
from mvtui.tui.demo.scene import BOB
from posing import MOMENT, posed
from textual.pilot import Pilot

HERE = Path(__file__).resolve().parent
SESSION = "session"
"""The name of the recording."""

Step = Callable[[Pilot[int]], Awaitable[None]]


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
    await pilot.press("3", "z")


async def _marked(pilot: Pilot[int]) -> None:
    # The base is marked first, and then the two that followed.
    await pilot.press("j", "j", "j", "space", "k", "k", "space", "k", "space")
    await pilot.press("3", "z", "x")


async def _curves(pilot: Pilot[int]) -> None:
    await pilot.press("3", "z", "minus", "J", "J", "J", "space")


async def _agent(pilot: Pilot[int]) -> None:
    await pilot.press("0", "slash", *"support", "minus", *"agent", "enter", "escape", "escape")


async def _inspect(pilot: Pilot[int]) -> None:
    await _agent(pilot)
    await pilot.press("6", "z", "j", "j")


async def _ab(pilot: Pilot[int]) -> None:
    await pilot.press("0", "slash", *"help", "minus", *"ranker", "enter", "escape", "escape", "7", "z")


async def _lineage(pilot: Pilot[int]) -> None:
    await _agent(pilot)
    await pilot.press("2", "z")


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
    Picture("curves", (120, 35), _curves),
    Picture("inspect", (120, 35), _inspect),
    Picture("ab", (120, 35), _ab),
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


def files() -> set[str]:
    """Return the names of all that is made."""
    made = {f"{picture.name}.{kind}" for picture in PICTURES for kind in ("svg", "png")}
    return made | {f"{SESSION}.svg", f"{SESSION}.cast"}


async def take(picture: Picture, store: Callable[[], Any]) -> str:
    """Return a picture as SVG."""
    app = MvtuiApp(store, theme=picture.theme, ascii_only=picture.ascii_only, now=lambda: MOMENT)
    async with app.run_test(size=picture.size) as pilot:
        await _rest(pilot, app)
        if picture.steps is not _as_it_opens:
            await pilot.press("escape")  # takes away what is said of models that retire
        await picture.steps(pilot)
        await _rest(pilot, app)
        return exact(app.export_screenshot(title="mvtui"))


async def _rest(pilot: Pilot[int], app: MvtuiApp) -> None:
    await pilot.pause()
    while app.is_running and not app.at_rest:
        await pilot.pause(0.01)
    await pilot.pause()


def png(svg: str) -> bytes:
    """Return an SVG as PNG, in as few colours as don't show: half the size."""
    import resvg_py
    from PIL import Image

    drawn = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg))))
    out = io.BytesIO()
    few = drawn.convert("RGB").quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which pictures (default: all)")
    parser.add_argument("--out", type=Path, default=HERE, help="the directory to write to")
    chosen = parser.parse_args()
    names = chosen.names or [*(picture.name for picture in PICTURES), SESSION]
    with tempfile.TemporaryDirectory() as scratch:
        path = demo(Path(scratch) / "demo", now=MOMENT, by=BOB).store
        for picture in PICTURES:
            if picture.name in names:
                svg = asyncio.run(take(picture, posed(path)))
                (chosen.out / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
                (chosen.out / f"{picture.name}.png").write_bytes(png(svg))
                print(picture.name)
        if SESSION in names:  # the last: it changes the store
            from recording import record

            record(path, chosen.out / SESSION)
            print(SESSION)


if __name__ == "__main__":
    main()
