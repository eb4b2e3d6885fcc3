"""The way from the command line into the full screen."""

from __future__ import annotations

import os


def open_screen(
    store: str | os.PathLike[str] | None = None,
    *,
    read_only: bool = False,
    ascii_only: bool = False,
    theme: str | None = None,
    mouse: bool = True,
) -> int:
    """Open the full screen; return its exit code."""
    from ..app import run

    code: int = run(store, read_only=read_only, ascii_only=ascii_only, theme=theme, mouse=mouse)
    return code
