"""The console script. Everything here runs before the first import that costs anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``mvtui`` with ``argv`` (default: this process's); return the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words in (["--version"], ["-V"]):
        from .. import __version__

        sys.stdout.write(f"mvtui {__version__}\n")
        return 0
    if instruction := os.environ.get("_MVTUI_COMPLETE"):
        from .cli.completion import answer

        return answer(instruction)
    if (store := _only_store(words)) is not None:
        from .cli.screen import open_screen

        try:
            return open_screen(store or None)
        except Exception as error:  # noqa: BLE001 — told like any other command's
            from .cli.runner import report

            return report(error, words)

    import gc

    # Loading allocates much and frees nothing; opening a store turns collection on again.
    gc.disable()
    try:
        from .cli.runner import run

        return run(words)
    finally:
        gc.enable()


def _only_store(words: list[str]) -> str | None:
    """Return the store's path, or "" for the default, when the full screen is all that is asked for.

    Without this ``mvtui`` would load the command line's library before it shows a sign of life.
    """
    if not words:
        return ""
    if len(words) == 2 and words[0] == "--store":
        return words[1]
    if len(words) == 1 and words[0].startswith("--store="):
        return words[0].removeprefix("--store=")
    return None
