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
        return Lines(_none(version, look, columns))
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


def _none(version: Version, look: Look, columns: int) -> list[Line]:
    model = visible(version.model, 100, ascii_only=look.ascii_only)
    how = (
        f"mvtui ab start NAME --arm a={model}@production:90 --arm b={model}@{version.version}:10 "
        '--metric resolved:max --reason "…"'
    )
    lines: list[Line] = [[(f"no A/B test of {model} yet", "muted")], []]
    lines.append([("To test this version on real traffic beside what is in production:", "muted")])
    lines += [[(text, "")] for text in paragraph(how, columns, _LINES, ascii_only=look.ascii_only)]
    return lines
