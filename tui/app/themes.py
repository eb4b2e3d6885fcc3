"""Our own colours: a dark and a light theme, and one that leaves the terminal's own colours alone.

One accent says where the keys go. Better and worse are teal and orange, which people with any common
colour blindness can tell apart; state is never colour alone anyway.
"""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = "mvtui-dark"
LIGHT = "mvtui-light"
ANSI = "mvtui-ansi"


def defaults(theme: Theme) -> dict[str, str]:
    """Return what a theme that isn't ours (one of Textual's) takes for the names that only we use."""
    plain = "ansi_default" if theme.ansi else "#e0e0e0" if theme.dark else "#202020"
    text = theme.foreground or plain
    faint = (text, text, text) if theme.ansi else (f"{text} 25%", f"{text} 65%", f"{text} 12%")
    return {
        "line": faint[0],
        "muted": faint[1],
        "idle": plain if theme.ansi else faint[2],
        "cursor": plain if theme.ansi else f"{theme.primary} 35%",
        "cursor-text": text,
        "better": theme.success or text,
        "worse": theme.warning or text,
        "production": theme.success or text,
        "cursor-style": "reverse" if theme.ansi else "none",
    }


THEMES = (
    Theme(
        name=DARK,
        primary="#7fb2ff",
        secondary="#a9b4c6",
        accent="#7fb2ff",
        warning="#e5c07b",
        error="#ff7b72",
        success="#8fc97a",
        foreground="#d7dce4",
        background="#12151b",
        surface="#12151b",
        panel="#1b2029",
        variables={
            "line": "#343b48",
            "muted": "#8590a2",
            "idle": "#20262f",
            "cursor": "#27436b",
            "cursor-text": "#ffffff",
            "better": "#56c2b0",
            "worse": "#f0975a",
            "production": "#8fc97a",
            "cursor-style": "none",
        },
    ),
    Theme(
        name=LIGHT,
        primary="#1f5fc4",
        secondary="#4a5568",
        accent="#1f5fc4",
        warning="#8a6100",
        error="#c0291e",
        success="#2f7d1f",
        foreground="#20252d",
        background="#fbfbf9",
        surface="#fbfbf9",
        panel="#f0f0ec",
        dark=False,
        variables={
            "line": "#cfd2d6",
            "muted": "#667080",
            "idle": "#ececE8",
            "cursor": "#d3e3fb",
            "cursor-text": "#0b1626",
            "better": "#0f766b",
            "worse": "#b4530f",
            "production": "#2f7d1f",
            "cursor-style": "none",
        },
    ),
    Theme(
        name=ANSI,
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_default",
        accent="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables=BUILTIN_THEMES["ansi-dark"].variables
        | {
            "line": "ansi_default",
            "muted": "ansi_default",
            "idle": "ansi_default",
            "cursor": "ansi_default",
            "cursor-text": "ansi_default",
            "better": "ansi_cyan",
            "worse": "ansi_yellow",
            "production": "ansi_green",
            "cursor-style": "reverse",
        },
    ),
)


def wanted(chosen: str | None, colours: str | None, *, colourless: bool) -> str:
    """Return the theme to start with: the user's choice, else what the terminal can show.

    ``colours`` is Rich's word for the terminal's colour system; ``colourless`` is set by NO_COLOR, which
    no choice overrides. Terminals of 16 colours keep their own; mapping ours onto 16 would make mud.
    """
    if colourless:
        return ANSI
    names = {"dark": DARK, "light": LIGHT, "ansi": ANSI}
    if chosen:
        return names.get(chosen, chosen)
    if colours in (None, "standard", "windows"):
        return ANSI
    return DARK
