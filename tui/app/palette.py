"""The named styles of text: one colour for one meaning, everywhere.

Resolved from the theme's variables rather than by component classes of the style sheet: Textual works those
out for each widget each time anything about it changes, which took a third of the time to the first frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rich.style import Style
from textual.color import Color

_NAMED = {
    "": ("foreground", "background", ""),
    "accent": ("accent", "background", ""),
    "archived": ("muted", "background", ""),
    "bad": ("error", "background", ""),
    "better": ("better", "background", ""),
    "curve-a": ("production", "background", ""),
    "curve-b": ("accent", "background", ""),
    "curve-c": ("worse", "background", ""),
    "curve-d": ("foreground", "background", ""),
    "curve-e": ("better", "background", ""),
    "curve-f": ("error", "background", ""),
    "code-key": ("accent", "background", ""),
    "code-number": ("warning", "background", ""),
    "code-text": ("production", "background", ""),
    "code-word": ("worse", "background", ""),
    "cursor": ("cursor-text", "cursor", "cursor-style"),
    "cursor-idle": ("foreground", "idle", ""),
    "heading": ("muted", "background", ""),
    "key": ("accent", "background", ""),
    "line": ("line", "background", ""),
    "muted": ("muted", "background", ""),
    "production": ("production", "background", ""),
    "staging": ("foreground", "background", ""),
    "strong": ("foreground", "background", "bold"),
    "title": ("foreground", "background", "bold"),
    "validation": ("warning", "background", ""),
    "warning": ("warning", "background", ""),
    "worse": ("worse", "background", ""),
}
"""Each style as variables of the theme: letters, background, and attributes (a variable, or words)."""

STYLES = frozenset(_NAMED)


def style(name: str, variables: Mapping[str, str]) -> Style:
    """Return a named style in the theme of ``variables``; the plain one for names there aren't."""
    fore, back, attributes = _NAMED.get(name, _NAMED[""])
    letters = variables.get(fore) or variables["foreground"]
    return _made(letters, variables.get(back) or variables["background"], variables["background"],
                 variables.get(attributes, attributes))  # fmt: skip


@lru_cache(512)
def _made(letters: str, back: str, behind: str, attributes: str) -> Style:
    background = _parsed(behind) + _parsed(back)
    foreground = background + _parsed(letters)
    words = attributes.split()
    return Style(
        color=foreground.rich_color,
        bgcolor=background.rich_color,
        bold="bold" in words or None,
        reverse="reverse" in words or None,
    )


def _parsed(text: str) -> Color:
    """Return a colour as style sheets write it: ``#d7dce4``, ``ansi_blue``, ``#d7dce4 65%``."""
    colour, _, share = text.partition(" ")
    made = Color.parse(colour)
    return made.multiply_alpha(float(share.removesuffix("%")) / 100) if share else made
