"""All that is inside a version: what it is, its files, its tensors by module, what its files say of themselves.

A hundred thousand tensors cost no more than those that are seen: rows, and the places of the cursor, are made when looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from ... import inspection as said
from ... import words
from ...text import fit, paragraph, visible, width
from ..tables.columns import Look
from . import agent, members
from .lines import Line, Lines, Stops, facts, pairs
from .sections import Part, Sections, Spot
from .showing import Showing
from .weights import health, pickles
from .wrapped import wrapped

if TYPE_CHECKING:
    from ....store import FileEntry, InspectedFile, Inspection, Share, Version
    from ...tensor_tree import Row, TensorTree
    from ..asking.inside import Inside

FILES, TENSORS, METADATA, PORTS, HEALTH, PICKLES, TEXT = (
    *("files", "tensors", "metadata", "ports", "health", "pickles"),
    "text",
)
"""Sections of the view."""

_LEAD = 13
"""Cells of the names of facts; the longest is quantisation."""

_MANY_FILES = 24
"""From so many files on their section is folded where there is more to see."""

_BAR, _SHORT_BAR = 16, 8
_WIDE, _NARROW = 96, 56
"""Columns from which on bars are long, and below which there are none."""

_PROBLEM_LINES = 6
_SAMPLE = 300
"""As many rows decide how wide columns are."""

_MOST_TYPES = 6
_LEAST_NAME, _SIZE = 24, 10
"""Cells of the column of names, at least, and of that of sizes."""


class InsideLines(Sections):
    """The view's lines. Its rows are told by number, and not kept."""

    def __init__(self, folds: Mapping[str, bool], look: Look, columns: int) -> None:
        super().__init__(folds, look, columns)
        self.stops: Any = _Joined()
        self.things: Any = _Joined()
        self._rows: dict[str, tuple[int, int, Callable[[int], str]]] = {}

    def add_many(
        self, section: str, count: int, make: Callable[[int], Line], name: Callable[[int], str]
    ) -> None:
        """Add lines that each are a row to go to; ``name`` gives that of a number from 0."""
        base = len(self)
        self._rows[section] = (len(self.things), count, name)
        self.stops.join(count, lambda at: base + at)
        self.things.join(count, lambda at: Spot(section, name(at)))
        self.add_block(count, make)

    def place_of(self, spot: Spot) -> int | None:
        """Return the place of the cursor on a row; None where it isn't."""
        start, count, name = self._rows.get(spot.section, (0, 0, str))
        return next((start + at for at in range(count) if name(at) == spot.row), None)

    def follow(self, before: Stops, place: int) -> int:
        """Return where the cursor belongs: mostly where it was, since what is unfolded comes below it."""
        if (
            place < len(before.things)
            and place < len(self.things)
            and before.things[place] == self.things[place]
        ):
            return place
        return super().follow(before, place)


class _Joined(Sequence[Any]):
    """Lists and ranges one after the other, whose items are made when they are asked for."""

    def __init__(self) -> None:
        self._lines = Lines()

    def append(self, item: Any) -> None:
        self._lines.add_block(1, lambda _at: item)

    def join(self, count: int, make: Callable[[int], Any]) -> None:
        self._lines.add_block(count, make)

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> Any: ...

    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...

    def __getitem__(self, at: int | slice) -> Any:
        return self._lines[at]


def inside(found: Inside, version: Version, look: Look, columns: int, showing: Showing) -> InsideLines:
    """Return the view, ``columns`` cells wide."""
    lines = InsideLines(showing.folds, look, columns)
    lines.add(_summary(found, version, look, columns, showing.read))
    if found.problem:
        texts = paragraph(found.problem, columns, _PROBLEM_LINES, ascii_only=look.ascii_only)
        lines.add([[], *([(text, "warning")] for text in texts)])
    lines.add([[]])
    inspection = found.inspection
    if found.text:
        lines.add_part(Part(TEXT, "Text", "", wrapped(found.text, look, columns, hang=0)))
    if found.members:
        lines.add_part(members.tree(found.members, found.own, look, columns))
    if found.agent:
        agent.parts(lines, found.agent, look, columns)
    if inspection and inspection.pickles:
        pickles(lines, PICKLES, inspection.pickles, look, columns)
    if found.health:
        health(lines, HEALTH, found.health, look, columns)
    _tensors(lines, found, look, columns)
    _files(lines, found, look, columns)
    if inspection:
        _ports(lines, inspection, look, columns)
        _metadata(lines, inspection, look, columns)
    return lines


def _summary(found: Inside, version: Version, look: Look, columns: int, key: str) -> Iterator[Line]:
    inspection = found.inspection
    size = words.size(sum(file.size for file in found.files))
    # Files of a bundle are its members', which tell themselves what they are.
    known = inspection is not None and inspection.format not in ("", "unknown") and not found.members
    sort = inspection.format if inspection and known else version.kind
    many = f" in {words.plural(len(found.files), 'file')}" if len(found.files) != 1 else ""
    title = visible(version.ref, columns // 2, ascii_only=look.ascii_only)
    told = visible(f"{sort}, {size}{many}", columns - width(title) - 2, ascii_only=look.ascii_only)
    yield [(title, "title"), ("  " + told, "muted")]
    if found.agent:
        yield from agent.card(found.agent, version, look, columns, _LEAD)
    if inspection is None:
        return
    told_of: list[tuple[str, str]] = []
    if inspection.architecture and not found.members:
        built = said.architecture(inspection.architecture, ascii_only=look.ascii_only)
        told_of.append(("architecture", ", ".join(built)))
    if found.tree:
        told_of.append(("parameters", _parameters(found.tree, found.shares)))
    if inspection.quantisation:
        told_of.append(("quantisation", inspection.quantisation.label))
    if inspection.tokenizer:
        told_of.append(("tokenizer", said.tokenizer(inspection.tokenizer, ascii_only=look.ascii_only)))
    if inspection.pickles is None and inspection.tensors:
        told_of.append(("pickles", "none: loading it runs nothing of its own"))
    if inspection.tensors and found.health is None:
        told_of.append(("health", f"not looked at yet: {key} reads all weights"))
    for label, text in told_of:
        yield from facts(label, text, look, columns, lines=2 if columns < _NARROW else 3, lead=_LEAD)
    notes = () if found.members else inspection.notes
    for sentence in (*inspection.problems, *notes):
        style = "bad" if sentence in inspection.problems else "muted"
        texts = paragraph(sentence, columns, 3, ascii_only=look.ascii_only)
        yield from ([(text, style)] for text in texts)


def _parameters(tree: TensorTree, shares: Sequence[Share]) -> str:
    types = ", ".join(
        share.name + (f" {said.percent(share.parameters, tree.total)}" if len(shares) > 1 else "")
        for share in shares[:_MOST_TYPES]
    )
    count = words.plural(len(tree), "tensor")
    return f"{said.amount(tree.total)} in {count}, {types}, {words.size(tree.total_bytes)}"


# -- files ---------------------------------------------------------------------------------------


def _files(lines: InsideLines, found: Inside, look: Look, columns: int) -> None:
    files = found.files
    many = len(files) > _MANY_FILES and found.tree is not None
    if not lines.begin(FILES, "Files", words.count(len(files)), folded=many, empty=not files):
        return
    known = {file.path: file for file in found.inspection.files} if found.inspection else {}
    sample = files[:_SAMPLE]
    sorts = [width(_sort_of(known.get(each.path), look)) for each in sample] if columns >= _NARROW else [0]
    sort_room = min(max(sorts), max(columns // 3, 8))
    labels = [width(_verdict_of(known.get(each.path), look)) for each in sample]
    rest = _SIZE + sum(room + 2 for room in (sort_room, max(labels)) if room)
    widest = max(width(visible(each.path, columns)) for each in sample)
    name_room = max(min(columns - 2 - rest, max(widest, _LEAST_NAME)), 8)

    def make(at: int) -> Line:
        return _file(files[at], known.get(files[at].path), name_room, sort_room, look)

    lines.add_many(FILES, len(files), make, lambda at: files[at].path)


def _sort_of(file: InspectedFile | None, look: Look) -> str:
    if file is None:
        return ""
    if file.problem:
        return f"{words.signs(look.ascii_only).bad} not valid"
    sort = file.format if file.format != "unknown" else file.suggests or "unknown"
    return visible(sort, 24, ascii_only=look.ascii_only)


def _verdict_of(file: InspectedFile | None, look: Look) -> str:
    return (
        words.pickles_label(file.pickles.verdict, ascii_only=look.ascii_only) if file and file.pickles else ""
    )


def _file(entry: FileEntry, file: InspectedFile | None, name_room: int, sort_room: int, look: Look) -> Line:
    line: Line = [("  " + fit(entry.path, name_room, ascii_only=look.ascii_only), "")]
    if sort_room:
        bad = file is not None and file.problem
        line.append(("  " + fit(_sort_of(file, look), sort_room), "bad" if bad else "muted"))
    line.append((words.size(entry.size).rjust(_SIZE), ""))
    if file and file.pickles:
        style = {"safe": "better", "unsafe": "bad"}.get(file.pickles.verdict, "warning")
        line.append(("  " + _verdict_of(file, look), style))
    return line


# -- tensors -------------------------------------------------------------------------------------


def _tensors(lines: InsideLines, found: Inside, look: Look, columns: int) -> None:
    tree = found.tree
    if tree is None:
        return
    remark = words.count(len(tree))
    if found.sought:
        remark = f"{words.count(len(found.rows))} of {remark} with: {found.sought}"
    if not lines.begin(TENSORS, "Tensors", remark, empty=not found.rows):
        return
    rows = found.rows
    sample = rows[:_SAMPLE]
    names = max(
        sum(width(text) for text, _ in _named(row, found, columns, look, whole=True)) for row in sample
    )
    room = max(len(said.amount(tree.parameters(row))) for row in sample)
    bars = 0 if columns < (_WIDE if found.sought else _NARROW) else _BAR if columns >= _WIDE else _SHORT_BAR
    small = columns < _NARROW

    def make(at: int) -> Line:
        row = rows[at]
        count = tree.parameters(row)
        shares: Line = [
            (said.amount(count).rjust(max(room, 5)), ""),
            (said.percent(count, tree.total).rjust(9), "muted"),
        ]
        if bars:
            drawn = said.bar(count / tree.total if tree.total else 0, bars, ascii_only=look.ascii_only)
            shares.append(("  " + drawn + " " * (bars - width(drawn)), "accent"))
        if not small:
            shares.append((words.size(tree.nbytes(row)).rjust(10), "muted"))
        taken = sum(width(text) for text, _ in shares) + 1
        left = min(columns - taken, max(names, _LEAST_NAME))
        return [*_named(row, found, left, look), (" ", ""), *shares]

    lines.add_many(TENSORS, len(rows), make, lambda at: rows[at].key)


def _named(row: Row, found: Inside, room: int, look: Look, *, whole: bool = False) -> Line:
    """Return a row's name: how deep it lies, whether it can be unfolded, and of a tensor its shape.

    It fills ``room``, unless it is to be just as wide as the ``whole`` of it.
    """
    known = words.signs(look.ascii_only)
    indent = "  " * min(row.depth, max(room // 6, 1)) + "  "
    left = room - len(indent) - 2
    if row.tensor is None:
        sign = known.open if row.key in found.opened else known.shut
        label = (visible if whole else fit)(row.label, left, ascii_only=look.ascii_only)
        return [(indent + sign + " ", "muted"), (label, "")]
    dtype = visible(row.tensor.dtype, 12, ascii_only=look.ascii_only)
    shape = visible(
        f"{said.shape(row.tensor.shape, ascii_only=look.ascii_only)} {dtype}",
        room,
        ascii_only=look.ascii_only,
    )
    if width(visible(row.label, left, ascii_only=look.ascii_only)) + 1 + width(shape) > left:
        # A name says more than sizes, which its page tells.
        shape = visible(dtype, max(left // 2, 4), ascii_only=look.ascii_only)
    name_room = max(left - width(shape) - 1, 4)
    label = row.label
    if found.sought and len(label) > name_room and label.isascii():  # the end of a whole path says most
        label = words.signs(look.ascii_only).ellipsis + label[1 - name_room :]
    name = (visible if whole else fit)(label, name_room, ascii_only=look.ascii_only)
    return [(indent + "  ", ""), (name, ""), (" " + shape, "muted")]


# -- the rest --------------------------------------------------------------------------------------


def _ports(lines: InsideLines, inspection: Inspection, look: Look, columns: int) -> None:
    for name, title, ports in (
        (PORTS, "Inputs", [port for file in inspection.files for port in file.inputs]),
        (PORTS + " out", "Outputs", [port for file in inspection.files for port in file.outputs]),
    ):
        if ports:
            told = {
                shown[0]: " ".join(shown[1:]).strip()
                for shown in (said.port(port, ascii_only=look.ascii_only) for port in ports)
            }
            lines.add_part(
                Part(name, title, words.count(len(ports)), _further_in(pairs(told, look, columns - 2)))
            )


def _metadata(lines: InsideLines, inspection: Inspection, look: Look, columns: int) -> None:
    """Add what the files with the weights say of themselves; of another file its page tells it."""
    if values := inspection.metadata:
        several = len(inspection.files) > 1 and not inspection.tensors
        told = metadata(values, look, columns - 2)
        lines.add_part(
            Part(METADATA, "Metadata", words.count(len(values)), _further_in(told), folded=several)
        )


def _further_in(lines: Lines) -> Lines:
    """Return lines two cells further in, as all that stands below a heading does."""
    moved = Lines()
    moved.add_block(len(lines), lambda at: [("  ", ""), *lines[at]])
    return moved


def metadata(values: Mapping[str, Any], look: Look, columns: int) -> Lines:
    """Return what a file says of itself."""
    told = {key: said.value(value, 600, ascii_only=look.ascii_only) for key, value in values.items()}
    return pairs(told, look, columns)
