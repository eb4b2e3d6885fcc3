"""``mvtui watch``."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import sys
from typing import TYPE_CHECKING

import click

from .. import output, session
from ..options import json_option, store_option
from ..querywords import QueryCommand, complete_query_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....store import LedgerEntry, Store, WatchNotice


@click.command(
    cls=QueryCommand,
    examples=[
        "mvtui watch",
        "mvtui watch stage:production",
        "mvtui watch sentiment --since 1200 --json",
        'mvtui watch --json stage:production | while read -r e; do ./deploy "$e"; done',
    ],
)
@click.argument("query", nargs=-1, shell_complete=complete_query_word)
@click.option(
    "--since", type=click.IntRange(min=0), metavar="SEQ", help="Begin after event SEQ; 0 for the first."
)
@store_option
@json_option
def command(query: tuple[str, ...], since: int | None, as_json: bool) -> None:
    """Print events as they land, until it is stopped.

    With QUERY only those that leave a version, or one that it displaces, as asked for (sort: and limit: mean
    nothing here). With --json an object a line, as history --json has them; a line with "notice" instead of
    "event" says that the store is gone for a while, that a backup was restored, or that a line is damaged.
    """
    text = " ".join(query)
    with _open(text) as store:
        told = store.watch(text, since=since, stop=_reader_is_gone)
        store.close()  # a disk that is only watched can be unmounted
        _write(told, as_json=as_json)


def _open(query: str) -> Store:
    """Open the store; of a large one only its end, when nothing is looked up in it."""
    if not query:
        from ....store import glance

        if (found := glance(session.current().store)) is not None:
            return found
    return session.open_store(read_only=True)


def _write(told: Iterable[LedgerEntry | WatchNotice], *, as_json: bool) -> None:
    import json

    from ....store import LedgerEntry
    from ..ledger_lines import LedgerLines

    lines = LedgerLines()
    for each in told:
        if as_json:
            output.data(json.dumps(each.as_dict()))
        elif isinstance(each, LedgerEntry):
            lines.write([each])
        elif each.notice == "damaged":
            output.warn(each.message, "mvtui repair")
        else:
            output.talk(output.safe(each.message, 2000))
        sys.stdout.flush()
        sys.stderr.flush()


def _reader_is_gone() -> bool:
    """Raise when whoever reads our output has gone: nothing may happen for days that would tell us so.

    Raises:
        BrokenPipeError: he has.
    """
    if hasattr(select, "poll"):
        watcher = select.poll()
        with contextlib.suppress(OSError, ValueError):  # it has no number of its own
            watcher.register(sys.stdout.fileno(), 0)
        if any(state & (select.POLLERR | select.POLLHUP) for _, state in watcher.poll(0)):
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    return False
