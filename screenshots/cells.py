"""Pictures that keep to the cells of the terminal, whatever fonts the viewer has.

Textual writes a run of text as one SVG element of a given length. A glyph that the font lacks comes from another one,
is wider or narrower than a cell, and pushes all that follows it out of place; lines that are drawn with characters fall
apart. Here letters stay text, in runs short enough to stay in place; every other sign has an element of its own; and
boxes, charts and bars are drawn as shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from rich.cells import cell_len

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
    cells = Cells(12.2, 24.4, 18.5)

    def placed(found: re.Match[str]) -> str:
        name, x, y, text = found.groups()
        if name.endswith("title"):
            return f'<text class="{name}" x="{x}" y="{y}" text-anchor="middle">{text}</text>'
        drawn = cells.draw(text, float(x), float(y), f'class="{name}"', fills[name])
        return drawn and drawn + "\n"

    svg = _TEXT.sub(placed, _LINE_CLIP.sub("", svg))
    svg = re.sub(r"terminal-\d+", "t", svg)
    return svg.replace("font-family: arial;", "font-family: arial, sans-serif;")


@dataclass(frozen=True)
class Cells:
    """How large a cell is, and how far its upper edge is above the base line of its text, in an SVG's units."""

    width: float
    height: float
    above: float

    def draw(self, markup: str, x: float, base: float, look: str, fill: str) -> str:
        """Draw a run of text that begins at ``x``; ``look`` are the attributes of its letters, ``fill`` its colour."""
        words, thin, thick, dots, solid = [], [], [], [], []
        for column, piece in _pieces(unescape(markup).replace("\xa0", " ")):
            at, top = x + column * self.width, base - self.above
            if piece[0] in _ARMS:
                (thick if piece[0] in "━╸╺" else thin).append(self._lines(piece, at, top))
            elif piece in _BENDS:
                thin.append(self._bend(_BENDS[piece], at, top))
            elif "\u2800" <= piece <= "\u28ff":
                dots.append(self._dots(ord(piece) - 0x2800, at, top))
            elif piece in _BLOCKS:
                high = self.height * (_BLOCKS.index(piece) + 1) / 8
                solid.append(
                    f"M{at:.5g} {top + self.height - high:.5g}h{self.width}v{high:.4g}h-{self.width}z"
                )
            else:
                long = f' textLength="{len(piece) * self.width:.5g}"' if len(piece) > 1 else ""
                shown = escape(piece, quote=False)
                words.append(f'<text {look} x="{at:.5g}" y="{base:.5g}"{long}>{shown}</text>')
        line = self.width / 8
        for path, style in (
            (thin, f'stroke-width="{line:.2g}"'),
            (thick, f'stroke-width="{2 * line:.2g}"'),
            (dots, f'stroke-width="{2 * line:.2g}" stroke-linecap="round"'),
        ):
            if path:
                words.append(f'<path stroke="{fill}" fill="none" {style} d="{"".join(path)}"/>')
        if solid:
            words.append(f'<path fill="{fill}" d="{"".join(solid)}"/>')
        return "".join(words)

    def _lines(self, piece: str, x: float, y: float) -> str:
        """Draw arms from the middle of a cell to its edges; of a row of equal cells, one line."""
        arms, right = _ARMS[piece[0]], x + len(piece) * self.width
        middle, centre = y + self.height / 2, x + self.width / 2
        drawn = ""
        if "E" in arms or "W" in arms:
            drawn += (
                f"M{x if 'W' in arms else centre:.5g} {middle:.5g}H{right if 'E' in arms else centre:.5g}"
            )
        if "N" in arms or "S" in arms:
            start, end = y if "N" in arms else middle, y + self.height if "S" in arms else middle
            drawn += f"M{centre:.5g} {start:.5g}V{end:.5g}"
        return drawn

    def _bend(self, arms: str, x: float, y: float) -> str:
        end = y + self.height if "S" in arms else y
        side = x + self.width if "E" in arms else x
        centre, middle = x + self.width / 2, y + self.height / 2
        return f"M{centre:.5g} {end:.5g}Q{centre:.5g} {middle:.5g} {side:.5g} {middle:.5g}"

    def _dots(self, bits: int, x: float, y: float) -> str:
        return "".join(
            f"M{x + self.width * (column + 0.5) / 2:.5g} {y + self.height * (row + 0.5) / 4:.5g}h0"
            for bit, (column, row) in enumerate(_BRAILLE_DOTS)
            if bits >> bit & 1
        )


_WORDS = r"[!-~](?:(?: |(?<=[A-Za-z0-9])|(?=[A-Za-z0-9]))[!-~])*"
"""ASCII without two signs in a row: fonts for programmers make one of ``->``."""

_PIECE = re.compile(_WORDS + r"|─+|━+|[^\x00-\x7f][\u0300-\u036f\ufe0f]*")


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield what is drawn as one, with the column where it begins: words of ASCII, straight lines, single signs."""
    for found in _PIECE.finditer(text):
        yield cell_len(text[: found.start()]), found[0]
