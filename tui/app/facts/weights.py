"""Whether what is inside may be loaded, and is sound: the verdicts on pickles and on numbers, as sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import health as said
from ... import words
from ...text import paragraph, visible
from ..tables.columns import Look
from .lines import Line, Lines
from .sections import Part, Sections

if TYPE_CHECKING:
    from ....store import Health, Pickles

_REASONS = 20
_LINES = 3
_STYLES = {"finite": "better", "not finite": "bad"}


def pickles(sections: Sections, name: str, found: Pickles, look: Look, columns: int) -> None:
    """Add the verdict on pickled data, and what loading it would run."""
    label = words.pickles_label(found.verdict, ascii_only=look.ascii_only)
    style = {"safe": "better", "unsafe": "bad"}.get(found.verdict, "warning")
    told = {
        "safe": "all that loading imports is known to do no more than build data",
        "unsafe": "loading it would run code",
        "unknown": "loading it imports names of which nothing is known here",
        "partial": "of what was looked at nothing is wrong, but not all was",
    }[found.verdict]
    lines = Lines()
    lines.add(
        [[("  ", ""), (label, style), (visible(f"  {told}", columns - 12, ascii_only=look.ascii_only), "")]]
    )
    reasons = [
        *(f"would run {each}" for each in found.unsafe),
        *(f"it would call {call}" for call in found.calls),
        *(f"unknown: {each}" for each in found.unknown),
        *(f"not looked at: {why}" for why in found.unread),
    ]
    for reason in reasons[:_REASONS]:
        texts = paragraph(reason, columns - 4, _LINES, ascii_only=look.ascii_only)
        lines.add([("    " + text, style if not at else "")] for at, text in enumerate(texts))
    if (left := len(reasons) - _REASONS) > 0:
        lines.add([[(f"    and {left:,} more", "muted")]])
    sections.add_part(Part(name, "Pickles", label, lines, folded=found.verdict == "safe"))


def health(sections: Sections, name: str, found: Health, look: Look, columns: int) -> None:
    """Add what reading all weights came to: the verdict, and what is worth a look."""
    label = said.verdict(found, ascii_only=look.ascii_only)
    lines = Lines()
    lines.add(
        [[("  ", ""), (label, _STYLES.get(found.verdict, "warning")), (f"  {said.read(found)}", "muted")]]
    )
    for each in found.found[:_REASONS]:
        worst = "bad" if each.nan or each.inf else "warning"
        lines.add(_told(f"{each.tensor.name}: {said.troubles(each)}", worst, look, columns))
    if (left := len(found.found) - _REASONS) > 0:
        lines.add(_told(f"and {left:,} more", "muted", look, columns))
    for tensor, more, why in said.unread(found)[:_REASONS]:
        others = f" and {more:,} more" if more else ""
        lines.add(_told(f"not looked at: {tensor}{others}: {why}", "muted", look, columns))
    for sentence in (*found.notes, *found.problems):
        lines.add(_told(sentence, "warning", look, columns))
    sections.add_part(Part(name, "Health", label, lines))


def _told(text: str, style: str, look: Look, columns: int) -> list[Line]:
    texts = paragraph(text, columns - 4, _LINES, ascii_only=look.ascii_only)
    return [[("    " + part, style)] for part in texts]
