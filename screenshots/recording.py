"""The recorded session: the real app on a real terminal, played by a script, as an asciicast and an animated SVG.

What is typed waits for what the screen shows, and the clock of the recording is the script's: it comes out the same
on a busy machine. ``python screenshots/recording.py PATH`` is the program that is recorded, on the store at PATH.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, os.fspath(Path(__file__).resolve().parents[1]))

from cells import Cells

from tests.system.terminal import Terminal, clean_environment

COLUMNS, ROWS = 130, 34
GROUND = "#12151b"
"""The dark theme's ground, in which nothing need be painted."""

TYPING = 0.045
"""Seconds between the letters of a word that is typed."""


@dataclass(frozen=True)
class Act:
    """Keys to press, what the screen shows then, and for how long that is looked at, in seconds."""

    keys: str
    shows: str
    look: float
    gone: str = ""


UP, DOWN, ENTER, ESC, TAB = "\x1b[A", "\x1b[B", "\r", "\x1b", "\t"

STORY = (
    Act("", "2.1.0 against", 2.2),
    Act(ESC, "", 0.4, gone="esc takes this away"),
    Act("j", "2.0.0 against", 1.0),
    Act("k", "2.1.0 against", 1.0),
    Act("3", "2.1.0 against", 0.6),
    Act("z", "Chart", 2.6),
    Act("z", "0 Models", 0.4),
    Act("1", "1 Versions", 0.3),
    Act("p", "Promote sentiment@2.1.0", 2.4),
    Act("better on plain reviews", "better on plain reviews", 0.5),
    Act(ENTER, "nothing will change", 2.2),
    Act(ESC, "", 0.6, gone="Promote sentiment@2.1.0"),
    Act(":", "palette", 0.6),
    Act("langid 2.1", "langid@2.1.0", 0.8),
    Act(ENTER, "langid  ● 2.0.0", 0.8),
    Act("p", "Promote langid@2.1.0", 1.0),
    Act(DOWN, "replaces", 1.8),
    Act("better on every language", "better on every language", 0.5),
    Act(ENTER, "is in production now", 2.2),
    Act("R", "Roll back langid", 1.6),
    Act("nl reads as de", "nl reads as de", 0.5),
    Act(ENTER, "is in production again", 2.2),
    Act("u", "Undo your last change", 1.8),
    Act(TAB, "", 0.4),
    Act(ENTER, "undone", 3.0),
)


class Recorder(Terminal):
    """A terminal that notes what is written to it, at the times that the script says."""

    def __init__(self, arguments: list[str]) -> None:
        self.clock = 0.0
        self.events: list[tuple[float, str]] = []
        self._noted = 0
        super().__init__(arguments, COLUMNS, ROWS, clean_environment())

    def play(self, act: Act) -> None:
        """Press an act's keys, one after the other, and wait for what comes of them."""
        word = len(act.keys) > 1 and act.keys.isprintable()
        for key in act.keys if word else [act.keys]:
            self.press(key.encode())
            if word:
                self._settle()
                self._note(TYPING)
        if act.shows:
            self.shows(act.shows)
        if act.gone:
            self.until(lambda: act.gone not in self.text)
        self._settle()
        self._note(act.look)

    def _settle(self) -> None:
        while self.read(0.3):
            pass

    def _note(self, seconds: float) -> None:
        written = self.sent[self._noted :].decode("utf-8", errors="replace")
        self._noted = len(self.sent)
        if written:
            self.events.append((round(self.clock, 3), written))
        self.clock += seconds


def record(store: Path, file: Path) -> None:
    """Play the story on the store at ``store``, which is changed by it; write FILE.cast and FILE.svg."""
    it = Recorder([sys.executable, __file__, os.fspath(store)])
    try:
        for act in STORY:
            it.play(act)
    finally:
        it.close()
    header = {
        "version": 2,
        "width": COLUMNS,
        "height": ROWS,
        "title": "mvtui",
        "env": {"TERM": "xterm-256color"},
    }
    lines = [header, *([at, "o", text] for at, text in it.events), [round(it.clock, 3), "o", ""]]
    cast = file.with_suffix(".cast")
    cast.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    _animate(cast, file.with_suffix(".svg"))


_TEXT = re.compile(r'<text x="(\d+)" textLength="\d+"([^>]*)>([^<]*)</text>')


def _animate(cast: Path, svg: Path) -> None:
    """Let termtosvg make an animation, and keep it to the cells, as the pictures are."""
    from termtosvg.main import main

    with tempfile.NamedTemporaryFile(suffix=".svg") as made:
        words = ["termtosvg", "render", os.fspath(cast), made.name, "-t", "gjm8", "-D", "10"]
        main(words, sys.stdin.buffer, sys.stdout.buffer)
        text = made.read().decode()
    cells = Cells(8, 17, 13)

    def placed(found: re.Match[str]) -> str:
        x, look, run = found.groups()
        fill = re.search(r'fill="(#\w+)"', look)
        return cells.draw(run, int(x), cells.above, look.strip(), fill[1] if fill else "#c5c5c5")

    text = re.sub(rf'<rect [^>]*fill="{GROUND}"/>', "", _TEXT.sub(placed, text))
    text = re.sub(r"\.background \{fill: #\w+", f".background {{fill: {GROUND}", text)
    text = text.replace("dominant-baseline: text-before-edge;", "")
    svg.write_text(text.replace("'DejaVu Sans Mono'", "'Fira Code', 'DejaVu Sans Mono'"), encoding="utf-8")


def _run(store: str) -> None:
    """Be the program that is recorded."""
    os.environ["TZ"] = "UTC"
    from mvtui.tui.app.app import MvtuiApp
    from mvtui.tui.app.terminal.driver import DiffDriver
    from posing import MOMENT, posed

    MvtuiApp(posed(Path(store)), now=lambda: MOMENT, driver_class=DiffDriver).run()


if __name__ == "__main__":
    _run(sys.argv[1])
