"""One thing of what is inside a version, with the pane to itself: a file, a tensor, how a file differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ... import differences, file_diffs, words
from ... import inspection as said
from ...text import paragraph, visible, width
from ..asking.inside import DiffPage, FilePage, TensorPage
from ..tables.columns import Look
from .inside import metadata
from .lines import Line, Lines, cut_evenly, facts, heading, length
from .showing import Showing
from .wrapped import wrapped

if TYPE_CHECKING:
    from ....store import Histogram, InspectedFile
    from ..asking.inside import DiffPage, FilePage, TensorPage

_LEAD = 11
_ABOVE, _LEAST_STEPS = 9, 12
"""Lines that stand above the steps of a histogram, and how many lines those get at least."""

_LINES = 4
_HEX = 8
"""Bytes of a file that are shown in a line, beside each other as numbers and as letters."""

_PROSE = (".md", ".markdown", ".txt", ".rst")
SIGNS = {"-": "worse", "+": "better", file_diffs.CHANGED: "warning", "@": "muted", " ": "muted"}
"""The sign of a line of a diff → its style."""


def page(found: FilePage | TensorPage | DiffPage, look: Look, columns: int, showing: Showing) -> Lines:
    """Return what is open, ``columns`` cells wide."""
    if isinstance(found, FilePage):
        return file_page(found, look, columns)
    if isinstance(found, TensorPage):
        return tensor_page(found, look, columns, showing)
    return diff_page(found, look, columns)


def file_page(found: FilePage, look: Look, columns: int) -> Lines:
    """Return what a file says, or what is known of one that says nothing to people."""
    file = found.file
    lines = Lines([_title(file.path, words.size(file.size), look, columns)])
    if file.text is None:
        lines.join(_opaque(found, look, columns))
        return lines
    if file.cut:
        told = f"the first {words.size(_shown(found))} of it: mvtui checkout gives the whole"
        lines.add([[(visible(told, columns, ascii_only=look.ascii_only), "warning")]])
    if found.note:
        lines.add([[(visible(found.note, columns, ascii_only=look.ascii_only), "muted")]])
    if found.inspected and found.inspected.problem:
        lines.add(_said(found.inspected.problem, "bad", look, columns))
    lines.add([[]])
    if not found.lines:
        lines.add([[("it is empty", "muted")]])
    hang = 0 if file.path.lower().endswith(_PROSE) else 2
    lines.join(wrapped(found.lines, look, columns, hang=hang))
    return lines


def _shown(found: FilePage) -> int:
    return len((found.file.text or "").encode("utf-8", "replace"))


def _title(name: str, remark: str, look: Look, columns: int) -> Line:
    told = visible(name, max(columns - width(remark) - 2, 8), ascii_only=look.ascii_only)
    return [(told, "title"), ("  " + remark, "muted")]


def _said(text: str, style: str, look: Look, columns: int) -> list[Line]:
    return [[(part, style)] for part in paragraph(text, columns, _LINES, ascii_only=look.ascii_only)]


def _opaque(found: FilePage, look: Look, columns: int) -> Lines:
    lines = Lines([[]])
    inspected = found.inspected
    if inspected is None or inspected.format == "unknown":
        like = inspected.suggests if inspected else found.file.suggests
        lines.add(
            _said(
                f"no text{f': it looks like {like}' if like else ', and no format that is known'}",
                "",
                look,
                columns,
            )
        )
    else:
        lines.add(_reader(inspected, look, columns))
    if inspected and inspected.digest:
        lines.add(cut_evenly("digest", inspected.digest, look, columns))
    if inspected and inspected.metadata:
        lines.add(heading("Metadata"))
        lines.join(metadata(inspected.metadata, look, columns))
    lines.add(heading("First bytes"))
    lines.add(_bytes(found.file.start))
    return lines


def _reader(found: InspectedFile, look: Look, columns: int) -> Iterator[Line]:
    yield from facts("format", found.format, look, columns)
    if found.tensors:
        numbers = said.amount(sum(tensor.parameters for tensor in found.tensors))
        told = f"{words.count(len(found.tensors))}, {numbers} parameters"
        yield from facts("tensors", told, look, columns)
    if found.pickles:
        label = words.pickles_label(found.pickles.verdict, ascii_only=look.ascii_only)
        named = ", ".join(found.pickles.reasons)
        yield from facts("pickles", f"{label}: {named}" if named else label, look, columns, lines=6)
    for sentence in found.notes:
        yield from _said(sentence, "muted", look, columns)
    if found.problem:
        yield from _said(found.problem, "bad", look, columns)


def _bytes(start: bytes) -> Iterator[Line]:
    if not start:
        yield [("it is empty", "muted")]
    for at in range(0, len(start), _HEX):
        part = start[at : at + _HEX]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        yield [(f"{at:04x}  ", "muted"), (part.hex(" ").ljust(3 * _HEX), ""), (f" {letters}", "muted")]


# -- a tensor --------------------------------------------------------------------------------------


def tensor_page(found: TensorPage, look: Look, columns: int, showing: Showing) -> Lines:
    """Return a tensor, and how its numbers are spread."""
    tensor = found.tensor
    lines = Lines(
        [(text, "title")] for text in paragraph(tensor.name, columns, _LINES, ascii_only=look.ascii_only)
    )
    share = f"{said.percent(round(found.share * 10**6), 10**6)} of all" if found.share else ""
    where = f" at {tensor.offset:,}" if tensor.offset is not None else ""
    told = (
        tensor.dtype + (", big-endian" if tensor.big_endian else ""),
        said.shape(tensor.shape, ascii_only=look.ascii_only),
        words.plural(tensor.parameters, "number"),
        share,
        f"{words.size(tensor.nbytes)}{where} in {tensor.file}",
    )
    shown = (visible(text, columns, ascii_only=look.ascii_only) for text in told if text)
    lines.add(_beside([[(text, "muted")] for text in shown], columns))
    lines.add([[]])
    if found.histogram is None:
        lines.add(
            _said(f"not read yet: {showing.read} reads {words.size(tensor.nbytes)}", "muted", look, columns)
        )
    elif found.histogram.unread:
        lines.add(_said(f"not looked at: {found.histogram.unread}", "warning", look, columns))
    else:
        lines.add(_values(found.histogram, look, columns, showing.rows))
    return lines


def _values(found: Histogram, look: Look, columns: int, rows: int) -> Iterator[Line]:
    numbers = (("least", found.least), ("most", found.most), ("mean", found.mean), ("std", found.std))
    told = [[(f"{label} ", "muted"), (f"{value:.4g}", "")] for label, value in numbers if value is not None]
    yield from _beside(told, columns)
    counts = (("zero", found.zeros, ""), ("NaN", found.nan, "bad"), ("infinite", found.inf, "bad"))
    yield from _beside([[(f"{label} ", "muted"), (_count(count, found.count), style if count else "")]
                        for label, count, style in counts], columns)  # fmt: skip
    if found.counts:
        yield []
        yield from _steps(found, look, columns, max(rows - _ABOVE, _LEAST_STEPS))


def _beside(facts: Sequence[Line], columns: int) -> Iterator[Line]:
    """Yield facts, as many on a line as it has room for."""
    line: Line = []
    for each in facts:
        if line and length(line) + length(each) + 3 > columns:
            yield line
            line = []
        line += [("   ", ""), *each] if line else each
    if line:
        yield line


def _count(count: int, of: int) -> str:
    return f"{count:,}, {said.percent(count, of)}" if count else "0"


def _steps(found: Histogram, look: Look, columns: int, rows: int) -> Iterator[Line]:
    together = next((many for many in (1, 2, 3) if len(found.counts) <= many * rows), 4)
    counts = [sum(found.counts[at : at + together]) for at in range(0, len(found.counts), together)]
    edges = said.steps(found, 3, together)
    lead = max(map(len, edges))
    most = max(counts)
    room = max(columns - lead - len(f"{most:,}") - 12, 4)
    if found.below:
        yield [(f"{'below':>{lead}}", "muted"), (f"  {found.below:,}", "")]
    for edge, count in zip(edges, counts, strict=False):
        drawn = said.bar(count / most if most else 0, room, ascii_only=look.ascii_only)
        line: Line = [(f"{edge:>{lead}} ", "muted"), (drawn, "accent")]
        if count:
            line += [(f" {count:,}", ""), (f"  {said.percent(count, found.count)}", "muted")]
        yield line
    above: Line = [(f"  above {found.above:,}", "")] if found.above else []
    if edges[-1] or above:
        yield [(f"{edges[-1]:>{lead}}", "muted"), *above]


# -- how a file differs ------------------------------------------------------------------------------


def diff_page(found: DiffPage, look: Look, columns: int) -> Lines:
    """Return how a file differs between two versions, whole."""
    diff = found.found
    lines = Lines([_title(diff.path, file_diffs.tally(diff, ascii_only=look.ascii_only), look, columns)])
    told = f"{found.after} against {found.before}"
    lines.add([[(visible(told, columns, ascii_only=look.ascii_only), "muted")], []])
    shown = list(file_diffs.changes(diff, ascii_only=look.ascii_only))
    lines.join(wrapped([_diff_line(sign, text, look) for sign, text in shown], look, columns))
    if diff.left:
        lines.add([[(f"and {words.plural(diff.left, 'more change')}", "muted")]])
    if not shown and diff.same and not diff.note:
        lines.add([[("the same in both", "muted")]])
    return lines


def diff_lines(shown: Sequence[tuple[str, str]], look: Look, columns: int) -> list[Line]:
    """Return lines of a diff, each on one line of the pane: safe."""
    return [
        [(visible("".join(text for text, _ in line), columns, ascii_only=look.ascii_only), line[0][1])]
        for line in (_diff_line(sign, text, look) for sign, text in shown)
    ]


def _diff_line(sign: str, text: str, look: Look) -> list[tuple[str, str]]:
    if sign == "@":
        return [(words.signs(look.ascii_only).ellipsis, "muted")]
    drawn = (
        differences.outcome_sign("changed", ascii_only=look.ascii_only)
        if sign == file_diffs.CHANGED
        else sign
    )
    return [(f"{drawn} {text}", SIGNS[sign])]
