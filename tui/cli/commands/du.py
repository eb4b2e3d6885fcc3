"""``mvtui du``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import complete_model, json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Usage


_UNNEEDED = "no version needs it: mvtui gc --yes"


@make_command(
    examples=[
        "mvtui du",
        "mvtui du sentiment --limit 10",
        "mvtui du --json | jq '.versions[] | select(.frees > 1e9) | .ref'",
    ]
)
@click.argument("model", required=False, shell_complete=complete_model)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show only the first N.")
@store_option
@json_option
def command(model: str | None, limit: int | None, as_json: bool) -> None:
    """Measure what versions take, and what deleting each would free.

    Models, or with MODEL its versions, those first that would free most. What a version shares with others stays when
    it goes. Nothing is freed before "mvtui gc --yes" and the grace period.
    """
    from msgspec.structs import replace

    with open_store(read_only=True) as store:
        usage = store.du(model)
    shown = replace(usage, models=usage.models[:limit], versions=usage.versions[:limit])
    if as_json:
        output.print_json(shown.as_dict())
        return
    if not usage.versions:
        output.talk("no versions")
    elif model is None:
        _write_models(shown, usage)
    else:
        _write_versions(shown, usage)
    if limit is not None and (left := len(usage.models if model is None else usage.versions) - limit) > 0:
        output.talk(f"{left:,} more")
    _write_store(usage)


def _write_models(shown: Usage, usage: Usage) -> None:
    from ...words import count, size
    from .. import table

    rows = [
        [output.safe(each.model), count(each.versions), size(each.size), size(each.frees), size(each.shared)]
        for each in shown.models
    ]
    rows.append(["total", count(len(usage.versions)), size(usage.size), size(usage.files), ""])
    table.write(
        [
            table.Column("MODEL", style=("bold",)),
            table.Column("VERSIONS", "right"),
            table.Column("SIZE", "right"),
            table.Column("WOULD FREE", "right"),
            table.Column("SHARED", "right", drop=1),
        ],
        rows,
    )


def _write_versions(shown: Usage, usage: Usage) -> None:
    from ...words import size
    from .. import table
    from ..cells import stage_cell, stage_style

    (whole,) = usage.models
    rows = [
        [
            each.version,
            each.id[:7],
            stage_cell(each.stage),
            size(each.size),
            size(each.frees),
            size(each.shared),
        ]
        for each in shown.versions
    ]
    rows.append(["total", "", "", size(whole.size), size(whole.frees), size(whole.shared)])
    table.write(
        [
            table.Column("VERSION", style=("bold",)),
            table.Column("ID", style=("yellow",), drop=2),
            table.Column("STAGE", style=stage_style),
            table.Column("SIZE", "right"),
            table.Column("WOULD FREE", "right"),
            table.Column("SHARED", "right", drop=1),
        ],
        rows,
    )


def _write_store(usage: Usage) -> None:
    from ...words import size
    from ..grid import Grid, Piece, write

    parts = {
        "files": usage.files,
        "manifests": usage.manifests,
        "captures": usage.captures,
        "curves": usage.series,
        "records": usage.records,
        "kept for readers": usage.held,
    }
    stored = ", ".join(f"{name} {size(value)}" for name, value in parts.items() if value)
    reclaimable = "can't be told" if usage.reclaimable is None else size(usage.reclaimable)
    lines = [
        ("registered", size(usage.size), ""),
        ("stored", size(usage.stored), stored),
        ("saved", size(usage.saved), "equal files are kept once"),
        ("reclaimable", reclaimable, usage.doubt or (_UNNEEDED if usage.reclaimable else "")),
        ("trash", size(usage.trash), "goes when its grace period is over" if usage.trash else ""),
        ("journal", size(usage.journal), ""),
    ]
    if usage.live:
        lines.append(("live", size(usage.live), "copies for serving"))
    output.data("")
    rows = [
        [Piece(name, ("dim",)), Piece(value), Piece(output.safe(what, 2000), ("dim",))]
        for name, value, what in lines
    ]
    write(Grid(rows, folding=frozenset({2}), depth=0))
