"""A few whole screens, compared with the pictures in this directory.

After a change that is meant: ``MVTUI_UPDATE_PICTURES=1 pytest tests/tui/test_pictures.py``, and look at them.
"""

import importlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import (
    Comparison,
    DiffCell,
    DiffRow,
    DiffSection,
    GateReport,
    GateResult,
    Lineage,
    Link,
    Node,
    Search,
    Version,
)
from mvtui.store.errors import NotFoundError
from mvtui.store.nouns.lineage import Arc
from mvtui.tui.app.asking.rows import Rows

from .conftest import NOW, Opens
from .searching import search
from .test_lists import version

PICTURES = Path(__file__).with_name("pictures")


class Fixed:
    """Just enough of a store, the same in every place and at every time."""

    root = "/"

    keys = ()

    screen = None

    def __init__(self) -> None:
        from mvtui.store import Model, Summary

        self._versions = [
            version(
                seq,
                metrics={"accuracy": 0.9 + seq / 1000, "latency_ms": 12.5},
                note="日本 [bold]\x1b[31m",
                aliases=("champion",) if seq == 8 else (),
            )
            for seq in range(8, 0, -1)
        ]
        self._model = Model("sentiment", 8, "1.8.0", None, 8 * 418_000_000, NOW)
        self._summary = Summary("/s", 1, 8, 8 * 418_000_000, None, "alice", "box7", True, NOW)

    def inbox(self) -> tuple[object, ...]:
        return ()

    def endings(self) -> tuple[object, ...]:
        return ()

    def models(self) -> list[object]:
        return [self._model]

    def summary(self, *, measure: bool = False) -> object:
        return self._summary

    def versions(self, model: str | None = None) -> list[object]:
        return list(self._versions)

    def search(self, versions: list[Any]) -> Search:
        return search(versions)

    def show(self, ref: str) -> object:
        from mvtui.store import FileEntry, VersionDetail

        found = next(v for v in self._versions if v.ref == ref)
        return VersionDetail(found, (FileEntry("model.safetensors", 418_000_000, "0" * 64),))

    def get(self, ref: str) -> Version:
        found = next((v for v in self._versions if v.ref == ref), None)
        if found is None:
            raise NotFoundError(f"no version {ref}")
        return found

    def trend(self, model: str, metric: str) -> None:
        del model, metric

    def diff(self, *refs: str, **_: Any) -> object:
        after = self.get(refs[-1])
        before = next((v for v in self._versions if v.seq < after.seq), None)
        if before is None:
            raise NotFoundError("it is the first version")
        name = "accuracy"
        better = DiffCell(after.metrics[name], outcome="better", delta=0.001)
        rows = (
            DiffRow(name, (DiffCell(before.metrics[name]), better), direction="higher"),
            DiffRow("latency_ms", (DiffCell(12.5), DiffCell(12.5))),
        )
        return Comparison((before, after), ((),), (DiffSection("metrics", rows),), chosen="before")

    def diff_tensors(self, *refs: str, **_: Any) -> object:
        raise NotFoundError(f"no tensors in {refs}")

    def lineage(self, ref: str, **_: Any) -> object:
        found = self.get(ref)
        nodes = {found.id: Node(found.id, "version", ref), "up": Node("up", "outside", "hf:org/base")}
        return Lineage(found.id, nodes, (Arc(found.id, "up", Link("fine-tuned-from", "up")),))

    def stages(self, model: str) -> object:
        return {}

    def transitions(self, model: str, limit: int = 0) -> list[object]:
        return []

    def gates(self, ref: str, *, verify: bool = True) -> object:
        results = (GateResult("accuracy", "pass", "0.9 asked"), GateResult("f1", "unknown", "not measured"))
        return GateReport(self.get(ref), None, "staging", results)

    def direction(self, metric: str) -> str | None:
        return {"accuracy": "higher", "latency_ms": "lower"}.get(metric)

    def measurements(self, ref: str) -> list[object]:
        return []

    def damage(self) -> tuple[()]:
        return ()

    generation = 0

    def poll(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("name", "size", "keys", "theme", "ascii_only"),
    [
        ("wide", (120, 30), ("j",), "dark", False),
        ("narrow", (80, 24), ("j",), "dark", False),
        ("light-help", (120, 35), ("question_mark",), "light", False),
        ("ascii-overview", (80, 24), ("5",), "ansi", True),
        ("large", (160, 45), ("j",), "dark", False),
    ],
)
async def test_the_screen_looks_as_it_did(
    opened: Opens, name: str, size: tuple[int, int], keys: tuple[str, ...], theme: str, ascii_only: bool
) -> None:
    async with opened(Fixed, size, theme=theme, ascii_only=ascii_only) as it:
        await it.press(*keys)
        # Ids and fonts differ between runs; what is drawn does not.
        svg = re.sub(r"terminal-\d+", "terminal", it.app.export_screenshot(title="mvtui"))
    file = PICTURES / f"{name}.svg"
    if os.environ.get("MVTUI_UPDATE_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        file.write_text(svg, encoding="utf-8")
    assert svg == file.read_text(encoding="utf-8"), f"{name} changed; see the top of {__file__}"


async def test_a_hundred_thousand_versions_scroll_and_filter(opened: Opens) -> None:
    class Many(Fixed):
        def versions(self, model: str | None = None) -> list[object]:
            return many

        def show(self, ref: str) -> object:
            raise NotFoundError("not in this one")

    many: list[object] = [version(seq, note="x" * (seq % 7)) for seq in range(100_000, 0, -1)]
    drawn = Rows("sentiment", many)  # type: ignore[arg-type]
    async with opened(Many, (120, 35)) as it:
        table = it.main.version_table
        await it.press("G")
        assert table.cursor == 99_999
        assert it.selected == "sentiment@1.1.0"
        assert "100,000 of 100,000" in it.text
        assert len(table._strips) < 200, "only rows that are seen are made"
        await it.press("slash", *"1.77777.", "enter")
        assert len(table.order) == 1
        assert it.selected == "sentiment@1.77777.0"
        await it.press("5")
        assert "not in this one" in it.seen("#overview")
        assert drawn.place(77_777) == 22_223


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> Iterator[Any]:
    """The script that makes the README's pictures; it sets up its own environment."""
    before = dict(os.environ)
    sys.path.insert(0, str(ROOT / "screenshots"))
    try:
        yield importlib.import_module("make")
    finally:
        sys.path.pop(0)
        os.environ.clear()
        os.environ.update(before)


def test_the_readme_shows_the_pictures_that_the_script_makes(script: Any) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"!\[[^\]]+\]\(screenshots/([^)]+)\)", readme))
    there = {
        file.name for file in (ROOT / "screenshots").iterdir() if file.suffix in {".svg", ".png", ".cast"}
    }
    assert shown <= script.files() == there
    assert shown == {name for name in there if name.endswith(".svg")}, "each is worth showing"
    for name in there:
        size = (ROOT / "screenshots" / name).stat().st_size
        assert size < (500_000 if name.startswith(script.SESSION) else 150_000), name


def test_pictures_keep_to_the_cells(script: Any) -> None:
    run = '<text class="terminal-7-r1" x="12.2" y="20" textLength="97.6" clip-path="url(#terminal-7-line-0)">'
    svg = script.exact(
        f"<style>.terminal-7-r1 {{ fill: #abcdef }}</style>{run}a&#160;b&#160;&#160;✗&amp;⠉│</text>"
    )
    assert '<text class="t-r1" x="12.2" y="20" textLength="36.6">a b</text>' in svg
    assert '<text class="t-r1" x="73.2" y="20">✗</text><text class="t-r1" x="85.4" y="20">&amp;</text>' in svg
    assert "⠉" not in svg
    assert "M100.65 4.55h0M106.75 4.55h0" in svg, "two dots, in the cell after"
    assert "M115.9 1.5V25.9" in svg, "a line from edge to edge of the last cell"


async def test_the_demo_posed_for_pictures_shows_what_they_are_for(script: Any, tmp_path: Path) -> None:
    from mvtui.tui.demo.build import demo

    store = script.posed(demo(tmp_path / "demo", now=script.MOMENT).store)
    told = {
        "stages": ("ROLLBACK", "validation", "4 d"),
        "promote": ("nothing will change", "2.0.0"),
        "rollback": ("8 d", "accuracy fell"),
        "approve": ("alice asks",),
    }
    for picture in script.PICTURES:
        if picture.name in told:
            svg = (await script.take(picture, store)).replace("&#160;", " ")
            for words in told[picture.name]:
                assert words in svg, (picture.name, words)
            assert "root" not in svg
