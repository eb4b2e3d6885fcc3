"""Outside text made safe to show. The screen and the command line use this, and nothing else does.

Names, notes, tags, metadata and file headers come from anywhere. Written to a terminal as they are, they
can move the cursor, set the window title or the clipboard, reverse the reading order, or hide. ``visible``
turns any ``str`` into one line of printable text of bounded width; ``paragraph`` keeps line breaks.

What comes out holds no control character, no escape, nothing bidirectional or of no width, no surrogate,
no tag, no unassigned or private code point; at most ``MAX_MARKS`` combining marks a letter; and is never
wider than asked. What was replaced stays visible: controls as their Unicode pictures (``␛``), the rest as
``�`` (in ASCII: ``^[`` and ``?``). Presentation selectors and skin tones, which only make widths
unpredictable, are dropped; flags become their two letters.

Nothing here imports Textual or Rich before it is needed: plain ASCII never needs them.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text
    from textual.content import Content

Align = Literal["left", "right"]

MAX_MARKS = 3
"""Combining marks kept on one letter: Thai and Vietnamese need two, scribbles use fifty."""

MAX_READ = 8
"""Characters looked at for each cell asked for: a 10 MB note costs no more than the line it fills."""

_UNKNOWN = "\ufffd"
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
# Letters and marks that show as nothing although their category does not say so.
_INVISIBLE = frozenset(
    chr(point)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for point in range(first, last + 1)
)
_DROPPED = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400))))
_FIRST_FLAG, _LAST_FLAG = 0x1F1E6, 0x1F1FF


def visible(text: str, limit: int = 512, *, ascii_only: bool = False) -> str:
    """Return ``text`` as one line of printable text, at most ``limit`` terminal cells wide.

    What is cut off is marked by ``…`` (``~`` in ASCII). Never raises for any ``str``.
    """
    if limit <= 0:
        return ""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    readable = limit * MAX_READ
    cut = len(text) > readable
    shown = _printable(text[:readable], ascii_only)
    if not cut and (len(shown) if shown.isascii() else width(shown)) <= limit:
        return shown
    return _crop(shown, limit - 1) + ("~" if ascii_only else "…")


def paragraph(
    text: str, columns: int, lines: int, *, ascii_only: bool = False, limit: int = 20_000
) -> list[str]:
    """Return ``text`` as at most ``lines`` lines of at most ``columns`` cells, broken at spaces where possible.

    Line breaks are kept, tabs become spaces; the last line ends in ``…`` when something is left out, and
    no more than ``limit`` characters are looked at. Fewer than two columns hold nothing.
    """
    if columns < 2 or lines <= 0:
        return []
    out: list[str] = []
    for raw in text[:limit].replace("\r\n", "\n").split("\n"):
        out.extend(_wrap(_printable(raw.replace("\t", "    "), ascii_only).rstrip(), columns))
        if len(out) > lines:
            break
    while out and not out[-1]:
        out.pop()
    if out and (len(out) > lines or len(text) > limit):
        out = out[:lines]
        out[-1] = _crop(out[-1], columns - 1) + ("~" if ascii_only else "…")
    return out


def fit(text: str, columns: int, align: Align = "left", *, ascii_only: bool = False) -> str:
    """Return ``text`` made safe, cut or padded with spaces to exactly ``columns`` cells."""
    shown = visible(text, columns, ascii_only=ascii_only)
    blank = columns - (len(shown) if shown.isascii() else width(shown))
    if blank <= 0:
        return shown
    return " " * blank + shown if align == "right" else shown + " " * blank


def width(text: str) -> int:
    """Return how many terminal cells ``text`` takes, by the tables that draw the screen."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def rich_text(text: str, limit: int = 512, style: str = "", *, ascii_only: bool = False) -> Text:
    """Return ``text`` made safe as a Rich ``Text``, which knows no markup."""
    from rich.text import Text

    return Text(visible(text, limit, ascii_only=ascii_only), style=style, no_wrap=True, end="")


def content(text: str, limit: int = 512, style: str = "", *, ascii_only: bool = False) -> Content:
    """Return ``text`` made safe as Textual ``Content``, which knows no markup."""
    from textual.content import Content

    return Content.styled(visible(text, limit, ascii_only=ascii_only), style)


def _printable(text: str, ascii_only: bool) -> str:
    if text.isascii():
        if text.isprintable():
            return text
        return text.translate(_ASCII_CONTROLS if ascii_only else _CONTROL_PICTURES)
    if ascii_only:
        plain = unicodedata.normalize("NFC", text).translate(_ASCII_CONTROLS)
        return "".join(c if c.isascii() else _ascii(c) for c in plain)
    out: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        shown = _SHOWN.get(char) or _remember(char)
        if shown == _MARK:
            marks += 1
            if marks <= MAX_MARKS:
                # A mark with nothing to sit on would join whatever was drawn before this text.
                out.append(char if out else "◌" + char)
        elif shown != _NOTHING:
            marks = 0
            out.append(shown)
    return "".join(out)


def _remember(char: str) -> str:
    shown = _show(char)
    if len(_SHOWN) < _SHOWN_MAX:
        _SHOWN[char] = shown
    return shown


_MARK = "mark"
_NOTHING = "nothing"
_SHOWN_MAX = 20_000
_SHOWN: dict[str, str] = {}
_CONTROL_PICTURES = {n: chr(0x2400 + n) for n in range(32)} | {0x7F: "␡"}
_ASCII_CONTROLS = {n: "^" + chr(0x40 + n) for n in range(32)} | {0x7F: "^?"}


def _show(char: str) -> str:
    """Return what stands for one character: itself, a sign, nothing, or ``_MARK`` for a combining mark."""
    point = ord(char)
    if point < 32 or point == 0x7F:
        return _CONTROL_PICTURES[point]
    if char in _DROPPED:
        return _NOTHING
    if _FIRST_FLAG <= point <= _LAST_FLAG:
        return chr(ord("A") + point - _FIRST_FLAG)
    category = unicodedata.category(char)
    if category in _HIDDEN_CATEGORIES or char in _INVISIBLE:
        return _UNKNOWN
    if category == "Zs":
        return " "
    cells = width(char)
    if category in _MARKS:
        return _MARK if cells == 0 else char
    # Something of no width that is no mark (a lone Hangul vowel) would sit on its neighbour.
    return char if cells else _UNKNOWN


def _ascii(char: str) -> str:
    shown = _show(char)
    if shown in (_MARK, _NOTHING):
        return ""
    if shown.isascii():
        return shown
    base = unicodedata.normalize("NFKD", char)[0]
    return base if base.isascii() and base.isprintable() else "?"


def _wrap(line: str, columns: int) -> Iterator[str]:
    if not line:
        yield ""
    while line:
        head = _crop(line, columns)
        if len(head) < len(line) and line[len(head)] != " ":
            space = head.rfind(" ")
            if space > columns // 3:  # else a long word would leave most of the line empty
                head = head[:space]
        yield head.rstrip()
        line = line[len(head) :].lstrip(" ")


def _crop(text: str, columns: int) -> str:
    """Cut to at most ``columns`` cells, never inside a letter and its marks."""
    if columns <= 0:
        return ""
    if text.isascii():
        return text[:columns]
    used = 0
    for index, char in enumerate(text):
        cells = 1 if char.isascii() else width(char)
        used += cells
        if used > columns:
            return text[:index]
    return text
