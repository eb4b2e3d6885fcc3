"""The way from the command line into the full screen."""

from __future__ import annotations


def open_screen(
    store: str | None = None,
    *,
    read_only: bool = False,
    ascii_only: bool | None = None,
    theme: str | None = None,
    mouse: bool | None = None,
) -> int:
    """Open the full screen; return its exit code. What is None is as a person's own settings say."""
    from ..app import run

    code: int = run(store, read_only=read_only, ascii_only=ascii_only, theme=theme, mouse=mouse)
    return code
