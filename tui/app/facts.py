"""What the overview says about a version, as lines of styled pieces; no widget, no Textual.

Every piece is made safe here: names, notes, tags and paths come from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from .. import words
from ..text import fit, paragraph, visible, width
from .columns import Look

if TYPE_CHECKING:
    from ...store import Version, VersionDetail

Piece: TypeAlias = tuple[str, str]
"""Text that is safe to show, and the name of its style."""

Line: TypeAlias = list[Piece]

_LABEL = 11
_NOTE_LINES = 12
_MAX_FILES = 500


def overview(
    version: Version, detail: VersionDetail | None, look: Look, columns: int, *, problem: str = ""
) -> list[Line]:
    """Return the overview, ``columns`` cells wide.

    Without ``detail`` the files are still being read, or can't be because of ``problem``.
    """
    lines = [*_head(version, look, columns), [], *_identity(version, look, columns)]
    if version.note:
        lines += [[], *_note(version.note, look, columns)]
    lines += _section("Metrics", _numbers(version.metrics, look, columns))
    lines += _section(
        "Parameters", _pairs({k: words.scalar(v) for k, v in version.params.items()}, look, columns)
    )
    lines += _section("Tags", _pairs(version.tags, look, columns))
    lines += _section("Files", _files(detail, problem, look, columns))
    return lines


def summary(version: Version, look: Look, columns: int) -> list[Line]:
    """Return the two lines shown under the list when there is no room for the overview."""
    dot = f" {words.signs(look.ascii_only).dot} "
    facts = [
        version.short_id,
        version.kind,
        f"{words.size(version.size)} in {words.plural(version.file_count, 'file')}",
        f"{version.author}@{version.host}",
        words.ago(version.created, look.now),
    ]
    first = visible(dot.join(facts), columns, ascii_only=look.ascii_only)
    second = version.note or "  ".join(f"{k}={words.scalar(v)}" for k, v in version.params.items())
    return [[(first, "")], [(visible(second, columns, ascii_only=look.ascii_only), "muted")]]


def banner(text: str, columns: int, ascii_only: bool) -> tuple[Line, Line]:
    """Return a line of warning."""
    return [(visible(text, columns, ascii_only=ascii_only), "warning")], []


def _head(version: Version, look: Look, columns: int) -> Iterator[Line]:
    yield [(visible(version.ref, columns, ascii_only=look.ascii_only), "title")]
    badges: Line = []
    if version.stage:
        badges.append((words.stage_label(version.stage, ascii_only=look.ascii_only), version.stage))
    if version.aliases:
        gap = "   " if badges else ""
        badges.append(
            (gap + visible(", ".join(version.aliases), columns - 20, ascii_only=look.ascii_only), "accent")
        )
    if badges:
        yield badges


def _identity(version: Version, look: Look, columns: int) -> Iterator[Line]:
    yield from _wrapped("id", version.id, look, columns)
    yield _fact("kind", version.kind, look, columns)
    files = words.plural(version.file_count, "file")
    yield _fact("size", f"{words.size(version.size)} in {files}", look, columns)
    yield _fact("author", f"{version.author} on {version.host}", look, columns)
    ago, clock = words.ago(version.created, look.now), words.clock(version.created)
    if len(ago) + len(clock) + 2 <= columns - _LABEL:
        yield _fact("created", f"{ago}, {clock}", look, columns)
    else:
        yield _fact("created", clock, look, columns)
        yield _fact("", ago, look, columns)
    if abs((version.registered - version.created).total_seconds()) > 90:
        yield _fact("registered", words.clock(version.registered), look, columns)


def _fact(label: str, value: str, look: Look, columns: int, style: str = "") -> Line:
    shown = visible(value, columns - _LABEL, ascii_only=look.ascii_only)
    return [(label.ljust(_LABEL), "muted"), (shown, style)]


def _wrapped(label: str, value: str, look: Look, columns: int) -> Iterator[Line]:
    """Yield a value that must not be cut, such as a hash ID, over as many lines as it needs."""
    room = max(columns - _LABEL, 8)
    safe = visible(value, 4 * room, ascii_only=look.ascii_only)
    # In equal parts, since 53 + 11 digits are harder to compare than 32 + 32.
    parts = -(-len(safe) // room) or 1
    step = -(-len(safe) // parts) or 1
    for start in range(0, max(len(safe), 1), step):
        yield [((label if start == 0 else "").ljust(_LABEL), "muted"), (safe[start : start + step], "")]


def _note(note: str, look: Look, columns: int) -> Iterator[Line]:
    text = paragraph(note, columns - _LABEL, _NOTE_LINES, ascii_only=look.ascii_only)
    for index, line in enumerate(text):
        yield [("note".ljust(_LABEL) if index == 0 else " " * _LABEL, "muted"), (line, "")]


def _section(title: str, lines: Iterable[Line]) -> list[Line]:
    body = list(lines)
    return [[], [(title, "heading")], *body] if body else []


def _numbers(values: Mapping[str, float], look: Look, columns: int) -> Iterator[Line]:
    names = _names(values, columns, 14)
    shown = {key: words.number(value) for key, value in values.items()}
    # Metrics have magnitudes of their own: line up the points, and let the decimals be what they are.
    before = max((len(text.partition(".")[0]) for text in shown.values()), default=0)
    for key, text in shown.items():
        pad = " " * (before - len(text.partition(".")[0]))
        yield [(fit(key, names, ascii_only=look.ascii_only), "muted"), ("  " + pad + text, "")]


def _pairs(values: Mapping[str, str], look: Look, columns: int) -> Iterator[Line]:
    names = _names(values, columns, columns // 2)
    for key, value in values.items():
        room = columns - names - 2
        yield [
            (fit(key, names, ascii_only=look.ascii_only), "muted"),
            ("  " + visible(value, room, ascii_only=look.ascii_only), ""),
        ]


def _names(values: Mapping[str, object], columns: int, keep: int) -> int:
    widest = max((width(visible(key, columns)) for key in values), default=0)
    return max(_LABEL - 2, min(widest, columns - keep, 32))


def _files(detail: VersionDetail | None, problem: str, look: Look, columns: int) -> Iterator[Line]:
    if problem:
        for text in paragraph(problem, columns, 4, ascii_only=look.ascii_only):
            yield [(text, "warning")]
        return
    if detail is None:
        yield [("reading" + words.signs(look.ascii_only).ellipsis, "muted")]
        return
    sizes = 9
    for entry in detail.files[:_MAX_FILES]:
        name = fit(entry.path, columns - sizes - 2, ascii_only=look.ascii_only)
        yield [(name, ""), (words.size(entry.size).rjust(sizes + 2), "muted")]
    if (left := len(detail.files) - _MAX_FILES) > 0:
        yield [
            (f"and {words.plural(left, 'more file', 'more files')}: mvtui show {detail.version.ref}", "muted")
        ]
