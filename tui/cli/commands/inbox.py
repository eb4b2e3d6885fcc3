"""``mvtui inbox``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Waiting


@make_command(
    examples=["mvtui inbox", "mvtui inbox --person bob", "mvtui inbox --json | jq -r '.[].version'"]
)
@click.option("--person", metavar="NAME", help="The account to look for. Default: yours.")
@store_option
@json_option
def command(person: str | None, as_json: bool) -> None:
    """List the versions that wait for your approval.

    Each with the stage it is to enter, who asked and why, and the gates as they stand; no bytes are hashed for that.
    """
    with open_store(read_only=True) as store:
        waiting = store.inbox(person)
        who = person if person is not None else store.summary().user
    if as_json:
        output.print_json(one.as_dict() for one in waiting)
    elif waiting:
        _write(waiting)
        output.talk(
            f"next: mvtui gates {waiting[0].version.ref} --to {waiting[0].stage}, then approve or reject"
        )
    else:
        output.talk(f"nothing waits for {output.safe(who, 64)}")


def _write(waiting: Sequence[Waiting]) -> None:
    from datetime import UTC, datetime

    from ...lifecycle import tally
    from ...words import age
    from .. import table
    from ..cells import stage_cell, stage_style
    from ..voices import quoted

    now = datetime.now(UTC)
    columns = [
        table.Column("VERSION", style=("bold",)),
        table.Column("FOR", style=stage_style),
        table.Column("ASKED BY"),
        table.Column("AGE", "right"),
        table.Column("GATES", drop=1),
        table.Column("WHY", elastic=True, least=16, style=("dim",)),
    ]
    rows = [
        [
            one.version.ref,
            stage_cell(one.stage),
            output.safe(one.request.by, 40),
            age(one.request.at, now),
            tally(one.gates),
            output.safe(quoted(one.request.reason), 500),
        ]
        for one in waiting
    ]
    table.write(columns, rows)
