"""``mvtui history``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from .. import output, session
from ..group import command as make_command
from ..options import complete_reference, json_option, store_option

if TYPE_CHECKING:
    from ....store import LedgerEntry, Store

_COLUMNS = (
    "seq", "at", "user", "uid", "host", "ssh", "tool", "event", "model", "version", "what", "reason",
    "overridden", "rollback", "gates_passed", "gates_asked", "approved_by", "hash",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, also in its wide forms."""


@make_command(
    examples=[
        "mvtui history",
        "mvtui history sentiment --limit 20",
        "mvtui history sentiment@1.4.0 --since 2026-11-01",
        "mvtui history --csv --since 30d > november.csv",
        "mvtui history sentiment --json | jq '.[] | select(.overridden) | .reason'",
    ]
)
@click.argument("what", required=False, metavar="[MODEL|REF]", shell_complete=complete_reference)
@click.option(
    "--since", metavar="WHEN", help="Only what happened since: 2026-11-01, yesterday, 7d (days ago)."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Print only the last N.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, safe to open as a spreadsheet.")
@store_option
@json_option
def command(what: str | None, since: str | None, limit: int | None, as_csv: bool, as_json: bool) -> None:
    """Print what happened, who did it and why, the last event first.

    In the store, to all versions of a model, or to one version: then also when another one displaced it.
    Overridden gates and rollbacks are marked. A line an event in a pipe.
    """
    from ....store import errors, parse_when

    if as_csv and as_json:
        raise errors.UsageError("--csv and --json contradict each other", hint="Leave one of them out.")
    begin = parse_when(since) if since is not None else None
    with _open(what) as store:
        entries = store.history(what, since=begin, limit=limit)
        if as_json:
            output.print_json(entry.as_dict() for entry in entries)
        elif as_csv:
            _write_csv(entries)
        else:
            _write(entries, since)


def _open(what: str | None) -> Store:
    """Open the store; only as much of a large one as the last events need, when nothing is looked up in it."""
    if what is None:
        from ....store import glance

        if (found := glance(session.current().store)) is not None:
            return found
    return session.open_store(read_only=True)


def _write(entries: Iterable[LedgerEntry], since: str | None) -> None:
    from ..ledger_lines import LedgerLines

    if not LedgerLines().write(entries):
        output.talk(f"nothing happened since {output.safe(since or '', 100)}")


def _write_csv(entries: Iterable[LedgerEntry]) -> None:
    """Write RFC 4180, texts in quotes: a line of another separator's country can't fall apart into cells."""
    import csv
    import sys

    writer = csv.writer(sys.stdout, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for entry in entries:
        writer.writerow(_cells(entry))


def _cells(entry: LedgerEntry) -> Iterator[str | int]:
    event, actor = entry.event, entry.event.actor
    row = entry.as_dict()
    said: tuple[str | int, ...] = (
        event.seq,
        row["at"],
        actor.user,
        actor.uid,
        actor.host,
        actor.ssh,
        actor.tool,
        row["event"],
        entry.model,
        entry.version,
        entry.what,
        event.reason,
        "yes" if entry.overridden else "no",
        "yes" if entry.rollback else "no",
        entry.passed if entry.asked else "",
        entry.asked or "",
        ", ".join(entry.approved_by),
        event.hash,
    )
    yield from (_harmless(cell) if isinstance(cell, str) else cell for cell in said)


def _harmless(text: str) -> str:
    """Return a cell that no spreadsheet runs and no terminal obeys: controls are shown, a formula begins with a quote."""
    shown = output.safe(text, 10_000)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
