"""What ``mvtui inspect`` prints: a summary, parameters by type and module, metadata, and the tensors if asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import inspection as words
from ..module_tree import module_lines
from ..text import width
from ..words import pickles_label, plural, size
from . import table
from .cells import pickles_style
from .output import ascii_only, data, is_tty, paint, safe, sign_set

if TYPE_CHECKING:
    from ...store import InspectedFile, Inspection, Pickles

_BAR, _SHORT_BAR = 20, 10
_WIDE = 80
"""Columns of a terminal from which bars are long."""
_FACT = len("architecture") + 2
_FILES = 40
"""Most files that are listed."""
_METADATA = 40
"""Most lines of metadata of one file."""
_PORTS = 20
_VALUE = 160
_REASONS = 40


def write(name: str, found: Inspection, *, module: str, tensors: bool) -> None:
    """Write it as data; ``module`` is the one that ``found`` was narrowed to, if any."""
    _head(name, found)
    _facts(found, module)
    if found.tensors:
        _dtypes(found)
        _modules(found, module)
    if not module:
        _reasons(found.pickles)
        _ports(found)
        if len(found.files) > 1:
            _files(found.files)
        _metadata(found)
    if tensors:
        _tensors(found)
    _said("notes", found.notes, "dim")
    _said("problems", found.problems, "red")


def _head(name: str, found: Inspection) -> None:
    many = f" in {plural(len(found.files), 'file')}" if len(found.files) > 1 else ""
    sort = found.format or "no weights"
    data(f"{paint(safe(name, 200), 'bold')}  {safe(sort, 60)}, {size(found.size)}{many}")


def _facts(found: Inspection, module: str) -> None:
    plain = ascii_only()
    facts: list[tuple[str, str]] = []
    if found.architecture is not None and not module:
        told = _wrapped(words.architecture(found.architecture, ascii_only=plain))
        facts += zip(("architecture", *[""] * len(told)), told, strict=False)
    if found.tensors:
        where = f" in {safe(module, 60)}" if module else ""
        short, exact = words.amount(found.parameters), f"{found.parameters:,}"
        counted = f"in {plural(len(found.tensors), 'tensor')}{where}"
        counted = f" {counted}" if short == exact else f" ({exact} {counted})"
        facts.append(("parameters", f"{paint(short, 'bold')}{counted}, {size(found.nbytes)}"))
    if not module:
        facts += _more_facts(found, plain)
    wide = max((len(name) for name, _ in facts), default=0)
    for name, text in facts:
        data(f"{paint(name, 'dim')}{'':{wide - len(name)}}  {text}")


def _wrapped(parts: Sequence[str]) -> list[str]:
    """Return parts as lines, which on a terminal are broken between two of them."""
    room = table.terminal_width() - _FACT if is_tty(sys.stdout) else None
    lines: list[str] = []
    for part in parts:
        if lines and (room is None or width(lines[-1]) + len(part) + 3 <= room):
            lines[-1] += f", {part}"
        else:
            lines[-1:] = [f"{lines[-1]},", part] if lines else [part]
    return lines


def _more_facts(found: Inspection, plain: bool) -> list[tuple[str, str]]:
    facts = []
    if found.quantisation is not None:
        facts.append(("quantisation", safe(found.quantisation.label, 200)))
    if found.tokenizer is not None:
        facts.append(("tokenizer", words.tokenizer(found.tokenizer, ascii_only=plain)))
    if found.pickles is not None:
        facts.append(("pickles", _pickles(found.pickles)))
    if len(found.files) == 1:
        file = found.files[0]
        if file.suggests:
            facts.append(("looks like", safe(file.suggests, 200)))
        if file.digest:
            facts.append(("digest", paint(file.digest, "yellow")))
    return facts


def _verdict(pickles: Pickles) -> str:
    return pickles_label(pickles.verdict, ascii_only=ascii_only())


def _pickles(pickles: Pickles) -> str:
    told = _verdict(pickles)
    named = ", ".join(pickles.unsafe or pickles.unknown)
    return paint(told, *pickles_style(told)) + (f": {safe(named, 300)}" if named else "")


def _reasons(pickles: Pickles | None) -> None:
    """Write what loading would call, and what was not looked at."""
    if pickles is None:
        return
    lines = [f"it would call {call}" for call in pickles.calls]
    lines += [f"also unknown: {', '.join(pickles.unknown)}"] if pickles.unsafe and pickles.unknown else []
    lines += [f"not looked at: {why}" for why in pickles.unread]
    if lines:
        _section("pickles")
        for line in lines[:_REASONS]:
            data(f"  {safe(line, 500)}")
        _and_more(len(lines) - _REASONS)


def _dtypes(found: Inspection) -> None:
    from ...store import by_dtype

    rows = [
        [
            f"  {safe(share.name, 40)}",
            plural(share.tensors, "tensor"),
            words.amount(share.parameters),
            words.percent(share.parameters, found.parameters),
            _bar(share.parameters, found.parameters),
            size(share.nbytes),
        ]
        for share in by_dtype(found.tensors)
    ]
    _section("types")
    table.write(_columns(), rows, header=False)


def _modules(found: Inspection, module: str) -> None:
    lines = module_lines(found.tensors, module, ascii_only=ascii_only())
    if not lines:
        return
    times = sign_set().times
    rows = [
        [
            f"  {line.guide}{line.label}",
            f"{line.times} {times} {words.amount(line.parameters // line.times)}" if line.times > 1 else "",
            words.amount(line.parameters),
            words.percent(line.parameters, found.parameters),
            _bar(line.parameters, found.parameters),
            size(line.nbytes),
        ]
        for line in lines
    ]
    _section(f"modules in {safe(module, 60)}" if module else "modules")
    table.write(_columns(), rows, header=False)


def _columns() -> list[table.Column]:
    return [
        table.Column("", elastic=True, least=24),
        table.Column("", "right", drop=1, style=("dim",)),
        table.Column("", "right"),
        table.Column("", "right", drop=3),
        table.Column("", drop=4, style=("cyan",)),
        table.Column("", "right", drop=2),
    ]


def _bar(part: int, whole: int) -> str:
    cells = _SHORT_BAR if is_tty(sys.stdout) and table.terminal_width() < _WIDE else _BAR
    drawn = words.bar(part / whole if whole else 0, cells, ascii_only=ascii_only())
    return drawn + " " * (cells - width(drawn))


def _ports(found: Inspection) -> None:
    plain = ascii_only()
    for title, ports in (
        ("inputs", [port for file in found.files for port in file.inputs]),
        ("outputs", [port for file in found.files for port in file.outputs]),
    ):
        if not ports:
            continue
        rows = [words.port(port, ascii_only=plain) for port in ports[:_PORTS]]
        _section(title)
        table.write(
            [table.Column(""), table.Column("", style=("dim",)), table.Column("", elastic=True)],
            [[f"  {name}", dtype, sizes] for name, dtype, sizes in rows],
            header=False,
        )
        _and_more(len(ports) - len(rows))


def _files(files: Sequence[InspectedFile]) -> None:
    shown = sorted(files, key=lambda file: (not file.problem, file.format == "unknown", file.path))[:_FILES]
    rows = [
        [
            f"  {safe(file.path, 120)}",
            safe(file.format if file.format != "unknown" else file.suggests or "unknown", 60),
            plural(len(file.tensors), "tensor") if file.tensors else "",
            size(file.size),
            _verdict(file.pickles) if file.pickles else "",
            f"{sign_set().bad} not valid" if file.problem else "",
        ]
        for file in sorted(shown, key=lambda file: file.path)
    ]
    _section("files")
    columns = [
        table.Column(""),
        table.Column("", style=("dim",), drop=2),
        table.Column("", "right", drop=1),
        table.Column("", "right"),
        table.Column("", style=pickles_style),
        table.Column("", style=("red",)),
    ]
    table.write(columns, rows, header=False)
    _and_more(len(files) - len(shown))


def _metadata(found: Inspection) -> None:
    plain = ascii_only()
    for file in found.files:
        if not file.metadata:
            continue
        pairs = list(file.metadata.items())
        where = f", {safe(file.path, 80)}" if len(found.files) > 1 else ""
        _section(f"metadata{where}")
        table.write(
            [table.Column("", style=("dim",)), table.Column("", elastic=True)],
            [
                [f"  {safe(key, 60)}", words.value(value, _VALUE, ascii_only=plain)]
                for key, value in pairs[:_METADATA]
            ],
            header=False,
        )
        _and_more(len(pairs) - _METADATA)


def _tensors(found: Inspection) -> None:
    plain = ascii_only()
    several = len({tensor.file for tensor in found.tensors}) > 1
    rows = [
        [
            f"  {safe(tensor.name, 200)}",
            safe(tensor.dtype, 40),
            words.shape(tensor.shape, ascii_only=plain),
            size(tensor.nbytes),
            "" if tensor.offset is None else f"{tensor.offset:,}",
            safe(tensor.file, 120) if several else "",
        ]
        for tensor in found.tensors
    ]
    if not rows:
        return
    _section("tensors")
    columns = [
        table.Column("  name"),
        table.Column("type", style=("cyan",)),
        table.Column("shape"),
        table.Column("size", "right"),
        table.Column("offset", "right", drop=1, style=("dim",)),
        table.Column("file", drop=2, style=("dim",)),
    ]
    table.write(columns, rows)


def _said(title: str, sentences: Sequence[str], style: str) -> None:
    if sentences:
        _section(title)
        for sentence in sentences:
            data(f"  {paint(safe(sentence, 500), style)}")


def _section(title: str) -> None:
    data("\n" + paint(title, "bold"))


def _and_more(count: int) -> None:
    if count > 0:
        data(paint(f"  and {count:,} more", "dim"))
