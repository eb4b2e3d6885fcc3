"""``mvtui at``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import complete_model, json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from datetime import datetime

    from ....store import Held


@make_command(
    examples=[
        "mvtui at yesterday",
        "mvtui at 2026-11-01 sentiment",
        "mvtui at '2026-11-01 14:30'",
        "mvtui at 7d --json | jq '.production[].version'",
    ]
)
@click.argument("date")
@click.argument("model", required=False, shell_complete=complete_model)
@store_option
@json_option
def command(date: str, model: str | None, as_json: bool) -> None:
    """Say what was in production at a moment, and who put it there.

    DATE is a moment (2026-11-01T14:30, with Z for UTC), a day (2026-11-01, yesterday: its end), a month, how long ago (7d), or now.
    """
    from datetime import UTC, datetime

    from ....store import parse_when, rfc3339

    now = datetime.now(UTC)
    moment = min(parse_when(date, end=True, now=now), now)
    with open_store(read_only=True) as store:
        held = store.at(moment, model)
    if as_json:
        output.print_json({"at": rfc3339(moment), "production": [each.as_dict() for each in held]})
        return
    if parse_when(date, now=now) > now:
        output.talk(f"{output.safe(date, 60)} is still to come: this is now")
    _write(held, moment, model)


def _write(held: tuple[Held, ...], moment: datetime, model: str | None) -> None:
    from ...words import OVERRIDDEN, clock
    from .. import table

    when = clock(moment)
    if not held:
        output.talk(f"{output.safe(model, 100) + ' had ' if model else ''}nothing in production on {when}")
        return
    output.talk(f"in production on {when}")
    columns = [
        table.Column("MODEL", style=("bold",)),
        table.Column("VERSION"),
        table.Column("ID", style=("yellow",)),
        table.Column("SINCE"),
        table.Column("BY", drop=2),
        table.Column("HOW", drop=3, style=lambda cell: ("bold", "red") if OVERRIDDEN in cell else ()),
        table.Column("EVENT", "right", drop=1),
        table.Column("REASON", elastic=True, least=16, drop=4, style=("dim",)),
    ]
    table.write(columns, [_row(each) for each in held])


def _row(each: Held) -> list[str]:
    from ...words import OVERRIDDEN, clock

    move = each.since
    # What put it there may be the undo of what took it out, which is about the other version.
    identity = move.id[:7] if move.version == each.version else ""
    how = f"{move.how}, {OVERRIDDEN}" if move.overridden else move.how
    return [
        output.safe(each.model, 100),
        output.safe(each.version, 64),
        identity,
        clock(move.at),
        output.safe(move.actor.user, 32),
        how,
        str(move.seq),
        output.safe(move.reason, 500),
    ]
