"""How far one value is from another, and whether that is better: a sign and a number, besides the colour."""

from __future__ import annotations

import math

from ... import words

_VERDICTS = frozenset({"better", "worse"})


def sign(outcome: str | None, *, ascii_only: bool = False) -> str:
    """Return the one-cell sign of an outcome; a blank when it is neither better nor worse nor the same."""
    known = words.signs(ascii_only)
    return {"better": known.better, "worse": known.worse, "same": known.same}.get(outcome or "", " ")


def style(outcome: str | None) -> str:
    """Return the name of an outcome's style."""
    return outcome if outcome in _VERDICTS else "muted"


def difference(before: float, after: float, places: int | None = None) -> str:
    """Return after − before with its sign; nothing where there is none.

    In ``places`` decimals, else in as many as the two values have.
    """
    delta = after - before
    if not math.isfinite(delta):
        return ""
    shown = words.number(delta, words.decimals((before, after)) if places is None else places)
    return shown if shown.startswith("-") else "+" + shown


def judged(
    before: float, after: float, outcome: str | None, *, places: int | None = None, ascii_only: bool = False
) -> str:
    """Return a difference behind its verdict, such as ``▲ +0.013``; ``=`` alone where nothing changed."""
    shown = "" if outcome == "same" else difference(before, after, places)
    return f"{sign(outcome, ascii_only=ascii_only)} {shown}".rstrip()
