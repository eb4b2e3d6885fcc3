"""How a person wants versions compared to be shown: what is folded, hidden, and turned out of sight."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .sections import Spot


class Showing(Struct, frozen=True):
    """What was chosen in the view of metrics, and how much room it has.

    ``folds`` says of sections, by name, whether they are folded: those that are not in it are as they are by default.
    ``first`` is the first of the versions beside the base that has a column, where they don't all fit; ``turn`` are the
    keys that change it. ``room`` says that the pane has the window to itself, ``rows`` how many lines of it are seen.
    ``read`` is the key that has numbers read, ``at`` the row to be in sight.
    """

    only_differences: bool = False
    room: bool = False
    rows: int = 24
    folds: Mapping[str, bool] = {}
    first: int = 0
    turn: str = "< >"
    next_curve: str = "c"
    read: str = "w"
    at: Spot | None = None
