"""What ``doctor`` says about a person's settings of the screen, and about keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...store import Finding
from ..app import personal
from ..app.keymap import Keymap

if TYPE_CHECKING:
    from ...store import KeySetting

_FIX = "Mend that line, or delete it; the README lists the actions and their keys."


def findings(store_keys: Sequence[KeySetting]) -> list[Finding]:
    """Look at the personal file, and at the keys that it and the store's config.toml set."""
    own = personal.read()
    keymap = Keymap(own.keys)
    keymap.take_store(store_keys)
    found = [Finding("warn", "screen", problem, "Mend that line, or delete it.") for problem in own.problems]
    return found + [Finding("warn", "keys", problem, _FIX) for problem in keymap.problems]
