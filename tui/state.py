"""Where what outlives a run of mvtui is kept, apart from any store."""

from __future__ import annotations

import os


def directory() -> str:
    """Return ``$XDG_STATE_HOME/mvtui``; ``~/.local/state/mvtui`` where that variable is not set, or not absolute."""
    home = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(home):
        home = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(home, "mvtui")
