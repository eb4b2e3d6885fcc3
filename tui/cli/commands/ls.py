"""``mvtui ls``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import complete_model, json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Version

METRICS_SHOWN = 3
_METRIC_DROPS = (5, 4, 2)
"""When the terminal is narrow the third goes before the note, the others after it."""


@make_command(
    examples=[
        "mvtui ls",
        "mvtui ls sentiment",
        "mvtui ls sentiment --limit 10",
        "mvtui ls --json | jq '.[] | select(.metrics.accuracy > 0.9) | .version'",
    ]
)
@click.argument("model", required=False, shell_complete=complete_model)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show only the N registered last.")
@store_option
@json_option
def command(model: str | None, limit: int | None, as_json: bool) -> None:
    """List versions, the latest registered first.

    With MODEL only its versions, and their metrics.
    """
    with open_store(read_only=True) as store:
        versions = store.versions(model)
        chosen: Sequence[Version] = versions if limit is None else list(islice(versions, limit))
        if as_json:
            output.print_json(version.as_row() for version in chosen)
        elif chosen:
            _write(chosen, model is not None)
        else:
            output.talk("no versions yet; register one: mvtui register MODEL PATH")
        left = len(versions) - len(chosen)
        if left and not as_json:
            output.talk(f"{left:,} more; all of them: mvtui ls{f' {model}' if model else ''}")


def _write(versions: Sequence[Version], one_model: bool) -> None:
    from datetime import UTC, datetime

    from ...words import age, size
    from .. import table
    from ..cells import metric_columns, stage_cell, stage_style

    now = datetime.now(UTC)
    names, numbers = metric_columns(versions, METRICS_SHOWN) if one_model else ((), ())
    columns = [
        table.Column("VERSION", style=("bold",)),
        table.Column("ID", style=("yellow",)),
        table.Column("STAGE", style=stage_style),
        table.Column("ALIAS", style=("cyan",)),
        *(table.Column(name, "right", drop=_METRIC_DROPS[i]) for i, name in enumerate(names)),
        table.Column("SIZE", "right", drop=6),
        table.Column("AGE", "right"),
        table.Column("AUTHOR", drop=1),
        table.Column("NOTE", elastic=True, least=20, drop=3, style=("dim",)),
    ]
    rows = [
        [
            version.version if one_model else version.ref,
            version.short_id,
            stage_cell(version.stage),
            ", ".join(version.aliases),
            *(column[i] for column in numbers),
            size(version.size),
            age(version.created, now),
            output.safe(version.author, 32),
            output.safe(version.note.split("\n", 1)[0], 200),
        ]
        for i, version in enumerate(versions)
    ]
    table.write(columns, rows)
