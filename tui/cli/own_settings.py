"""What ``doctor`` says about settings of the screen, a person's and a store's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...store import Finding
from ..app import personal
from ..app.keys.keymap import Keymap
from ..app.tables.column_settings import checked

if TYPE_CHECKING:
    from ...store import KeySetting, ScreenSettings

_FIX = "Mend that line, or delete it; the README lists the actions and their keys."


def findings(store_keys: Sequence[KeySetting], screen: ScreenSettings | None = None) -> list[Finding]:
    """Look at the personal file, and at the keys and columns that it and the store's config.toml set."""
    own = personal.read()
    keymap = Keymap(own.keys)
    keymap.take_store(store_keys)
    problems = [*own.problems, *(_of_store(screen) if screen else ())]
    found = [Finding("warn", "screen", problem, "Mend that line, or delete it.") for problem in problems]
    return found + [Finding("warn", "keys", problem, _FIX) for problem in keymap.problems]


def _of_store(screen: ScreenSettings) -> list[str]:
    _, unknown = checked(screen.columns, screen.place)
    return [*screen.problems, *unknown]
