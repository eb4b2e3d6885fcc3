"""The full-screen app. ``run`` is all that others need; Textual is loaded only inside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .mishaps import Mishaps


def run(
    store_path: str | None,
    *,
    read_only: bool = False,
    ascii_only: bool | None = None,
    theme: str | None = None,
    mouse: bool | None = None,
) -> int:
    """Open the full screen on a store; return the exit code when it is left.

    Args:
        store_path: where the store is; None looks for it as ``open_store`` does. That there is none is
            said on the screen, which opens the store as soon as there is one.
        read_only: switch every change off.
        ascii_only: draw with ASCII alone; None does as the person's own settings say, else follows the locale.
        theme: ``dark``, ``light``, ``ansi`` or the name of one of Textual's themes; None takes that of the
            person's own settings, else chooses by what the terminal can show.
        mouse: take the mouse from the terminal (hold shift to select text then); None does, unless the person's
            own settings say otherwise.

    Returns:
        0 after ``q``; 2 when this terminal can't show it (said on standard error); 129 after a hang-up,
        130 after SIGINT from elsewhere and 143 after SIGTERM, with the terminal restored.

    Raises:
        Exception: whatever nobody foresaw and the app could not go on after, once the terminal is restored.
    """
    from .. import preflight, state, words

    if problem := preflight.check():
        print(f"mvtui: {problem.message}\n{problem.hint}", file=sys.stderr)  # noqa: T201
        return problem.exit_code
    preflight.correct(os.environ)

    import gc

    from . import personal
    from .terminal import skeleton

    own = personal.read()
    theme = theme or own.theme
    if mouse is None:
        mouse = own.mouse is not False
    if ascii_only is None:
        ascii_only = words.wants_ascii() if own.ascii is None else own.ascii
    release = skeleton.guard()
    skeleton.show("opening " + (store_path or "the store"), ascii_only=ascii_only)
    gc.disable()  # loading allocates much and frees nothing; the app enables it after the first frame
    try:
        from .opening import Opening

        opening = Opening(store_path, read_only=read_only)

        from .app import MvtuiApp
        from .memory import Memory
        from .terminal.driver import DiffDriver

        app = MvtuiApp(
            opening,
            glance=opening.glance,
            ascii_only=ascii_only,
            read_only=read_only,
            theme=theme,
            freeze=True,
            driver_class=DiffDriver,
            memory=Memory(state.directory()),
            personal=own,
        )
    except BaseException:
        skeleton.leave()
        raise
    finally:
        release()
    try:
        with _threads_told(app.mishaps):
            code = app.run(mouse=mouse)
        if app.crash is not None:
            raise app.crash
    except BaseException:
        skeleton.leave()  # it may not have come so far as to have anything to restore
        raise
    finally:
        gc.enable()
    if app.return_code == 0 and code is not None:
        return code
    return app.return_code or 0


@contextmanager
def _threads_told(mishaps: Mishaps) -> Iterator[None]:
    """Have what ends a thread told on the screen: written to standard error it would be lost."""
    import threading

    before = threading.excepthook

    def ended(arguments: threading.ExceptHookArgs) -> None:
        if isinstance(arguments.exc_value, Exception):
            mishaps.meet(
                arguments.exc_value, f"the thread {arguments.thread and arguments.thread.name} was at work"
            )

    threading.excepthook = ended
    try:
        yield
    finally:
        threading.excepthook = before
