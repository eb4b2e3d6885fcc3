"""Pictures that keep to the cells of the terminal, whatever fonts the viewer has.

Textual writes a run of text as one SVG element of a given length. A glyph that the font lacks comes from another one,
is wider or narrower than a cell, and pushes all that follows it out of place; lines that are drawn with characters fall
apart. Here letters stay text, in runs short enough to stay in place; every other sign has an element of its own; and
boxes, charts and bars are drawn as shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from rich.cells import cell_len

WIDTH, HEIGHT = 12.2, 24.4
"""A cell, in Rich's units."""

ABOVE = 18.5
"""From the upper edge of a cell to the base line of its text."""

_TEXT = re.compile(r'<text class="([\w-]+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>\s*')
_FILL = re.compile(r"\.([\w-]+) \{[^}]*?fill: (#\w+)")
_LINE_CLIP = re.compile(r'<clipPath id="[\w-]+-line-\d+">.*?</clipPath>\s*', re.DOTALL)

_ARMS = {
    "─": "EW", "│": "NS", "┌": "ES", "┐": "SW", "└": "NE", "┘": "NW", "├": "NES", "┤": "NSW", "┬": "ESW", "┴": "NEW",
    "┼": "NESW", "╶": "E", "╴": "W", "╵": "N", "╷": "S", "━": "EW", "╸": "W", "╺": "E",
}  # fmt: skip
_BENDS = {"╭": "ES", "╮": "SW", "╰": "NE", "╯": "NW"}
_BLOCKS = "▁▂▃▄▅▆▇█"
_BRAILLE_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of the dots that the bits of a braille character stand for, lowest first (Unicode, chapter 21)."""


def exact(svg: str) -> str:
    """Return an SVG of Textual's with everything in its cell; it shows the same."""
    fills = dict(_FILL.findall(svg))
    svg = _LINE_CLIP.sub("", svg)
    svg = _TEXT.sub(lambda found: _run(*found.groups(), fill=fills.get(found[1], "")), svg)
    svg = re.sub(r"terminal-\d+", "t", svg)
    return svg.replace("font-family: arial;", "font-family: arial, sans-serif;").replace(
        "Fira Code, m", "'Fira Code', m"
    )


def _run(name: str, x: str, y: str, text: str, *, fill: str) -> str:
    if name.endswith("title"):
        return f'<text class="{name}" x="{x}" y="{y}" text-anchor="middle">{text}</text>'
    left, base = float(x), float(y)
    words, thin, thick, dots, solid = [], [], [], [], []
    for column, piece in _pieces(unescape(text).replace("\xa0", " ").rstrip("\n")):
        at = left + column * WIDTH
        top = base - ABOVE
        if piece[0] in _ARMS:
            (thick if piece[0] in "━╸╺" else thin).append(_lines(piece, at, top))
        elif piece in _BENDS:
            thin.append(_bend(_BENDS[piece], at, top))
        elif "\u2800" <= piece <= "\u28ff":
            dots.append(_dots(ord(piece) - 0x2800, at, top))
        elif piece in _BLOCKS:
            height = HEIGHT * (_BLOCKS.index(piece) + 1) / 8
            solid.append(f"M{at:.5g} {top + HEIGHT - height:.5g}h{WIDTH}v{height:.4g}h-{WIDTH}z")
        else:
            long = f' textLength="{len(piece) * WIDTH:.5g}"' if len(piece) > 1 else ""
            words.append(
                f'<text class="{name}" x="{at:.5g}" y="{y}"{long}>{escape(piece, quote=False)}</text>'
            )
    for path, style in (
        (thin, 'stroke-width="1.5"'),
        (thick, 'stroke-width="3"'),
        (dots, 'stroke-width="2.8" stroke-linecap="round"'),
    ):
        if path:
            words.append(f'<path stroke="{fill}" fill="none" {style} d="{"".join(path)}"/>')
    if solid:
        words.append(f'<path class="{name}" d="{"".join(solid)}"/>')
    return "".join(words) + ("\n" if words else "")


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield what is drawn as one, with the column where it begins: words of ASCII, straight lines, single signs."""
    for found in re.finditer(r"[!-~]+(?: [!-~]+)*|─+|━+|[^\x00-\x7f][\u0300-\u036f\ufe0f]*", text):
        yield cell_len(text[: found.start()]), found[0]


def _lines(piece: str, x: float, y: float) -> str:
    """Draw arms from the middle of a cell to its edges; of a row of equal cells, one line."""
    arms, right = _ARMS[piece[0]], x + len(piece) * WIDTH
    middle, centre = y + HEIGHT / 2, x + WIDTH / 2
    drawn = ""
    if "E" in arms or "W" in arms:
        drawn += f"M{x if 'W' in arms else centre:.5g} {middle:.5g}H{right if 'E' in arms else centre:.5g}"
    if "N" in arms or "S" in arms:
        drawn += (
            f"M{centre:.5g} {y if 'N' in arms else middle:.5g}V{y + HEIGHT if 'S' in arms else middle:.5g}"
        )
    return drawn


def _bend(arms: str, x: float, y: float) -> str:
    end = y + HEIGHT if "S" in arms else y
    side = x + WIDTH if "E" in arms else x
    centre, middle = x + WIDTH / 2, y + HEIGHT / 2
    return f"M{centre:.5g} {end:.5g}Q{centre:.5g} {middle:.5g} {side:.5g} {middle:.5g}"


def _dots(bits: int, x: float, y: float) -> str:
    return "".join(
        f"M{x + WIDTH * (column + 0.5) / 2:.5g} {y + HEIGHT * (row + 0.5) / 4:.5g}h0"
        for bit, (column, row) in enumerate(_BRAILLE_DOTS)
        if bits >> bit & 1
    )
