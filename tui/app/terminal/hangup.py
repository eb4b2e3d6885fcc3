"""Ending cleanly when the line drops or someone asks us to: SIGHUP, SIGTERM, SIGINT, and a terminal that is gone.

Left alone, a hang-up kills the app in mid-screen, a termination leaves the terminal in raw mode, and where
the parent ignores SIGHUP (nohup, some multiplexers) the app would spin on a dead terminal for ever.
"""

from __future__ import annotations

import asyncio
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

HANG_UP = 128 + signal.SIGHUP


def watch(end: Callable[[int], object]) -> None:
    """Call ``end(exit code)`` in the running event loop on SIGHUP, SIGTERM, SIGINT or loss of the terminal."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):  # ctrl-c comes as a key, not as a signal
        loop.add_signal_handler(number, end, 128 + number)
    stream = sys.__stdin__
    if stream is None or not stream.isatty():
        return

    def lost() -> None:
        if _wait_for_hangup(stream.fileno()):
            with suppress(RuntimeError):  # the loop may have ended by itself
                loop.call_soon_threadsafe(end, HANG_UP)

    # A daemon: it waits for ever when all goes well.
    Thread(target=lost, name="mvtui-hangup", daemon=True).start()


def _wait_for_hangup(descriptor: int) -> bool:
    """Wait until the other end of a terminal is gone. False where the system can't tell (macOS)."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(descriptor, 0)  # POLLHUP and POLLERR are always reported, input is not asked for
    while True:
        for _, happened in poll.poll():
            return not happened & select.POLLNVAL
