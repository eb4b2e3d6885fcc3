"""The view of A/B tests: the one that runs, or the last one, as it stands; and those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ab_tests import report, status
from ...text import fit, paragraph, visible, width
from ..tables.columns import Look
from .lines import Line, Lines, heading

if TYPE_CHECKING:
    from ....store import Version
    from ..asking.asked import Tested

_NAME = 24
_LINES = 4


def ab_tests(found: Tested, version: Version, look: Look, columns: int) -> Lines:
    """Return the view, ``columns`` cells wide."""
    if found.report is None:
        return Lines(_none(found, version, look, columns))
    told = report(found.report, columns, plain=look.ascii_only)
    lines = Lines([(text, "title" if style == "heading" else style) for text, style in line] for line in told)
    if found.others:
        lines.add(heading("Others", visible(version.model, columns - 8, ascii_only=look.ascii_only)))
        wide = min(_NAME, max(width(test.name) for test in found.others))
        for test in found.others:
            texts = paragraph(status(test), columns - wide - 2, _LINES, ascii_only=look.ascii_only)
            for at, text in enumerate(texts):
                name = fit("" if at else test.name, wide, ascii_only=look.ascii_only)
                lines.add([[(name, ""), (f"  {text}", "muted")]])
    return lines


def _none(found: Tested, version: Version, look: Look, columns: int) -> list[Line]:
    """Say how to begin: with what is in production, and a version beside it."""
    model = visible(version.model, 100, ascii_only=look.ascii_only)
    lines: list[Line] = [[(f"no A/B test of {model} yet", "muted")], []]

    def add(text: str, style: str) -> None:
        texts = paragraph(text, columns, _LINES, ascii_only=look.ascii_only)
        lines.extend([(line, style)] for line in texts)

    control = found.control
    if control is None:
        add(
            "A test compares with what is in production, and nothing is yet: promote a version first.",
            "muted",
        )
        return lines
    if control.id == version.id:
        add(
            f"{version.version} is in production: select the version to test on real traffic beside it, "
            "or mark both. Then, or with the key T here:",
            "muted",
        )
    else:
        add("To test this version on real traffic beside what is in production, with the key T, or:", "muted")
    beside = "VERSION" if control.id == version.id else version.version
    metric = f" --metric {found.metric}" if found.metric else ""
    add(
        f"mvtui ab start NAME --arm a={version.model}@{control.version}:90 --arm b={version.model}@{beside}:10{metric} --reason WHY",
        "",
    )
    return lines
