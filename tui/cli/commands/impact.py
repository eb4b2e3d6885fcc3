"""``mvtui impact``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..group import command as make_command
from ..options import complete_reference, json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Arc, Impact, Node

LIMIT = 50


@make_command(
    examples=[
        "mvtui impact reviews@2.0.0",
        "mvtui impact hf:roberta-base",
        "mvtui impact git:9f8a12e",
        "mvtui impact reviews@2.0.0 --json | jq -r '.production[]'",
    ]
)
@click.argument("ref", shell_complete=complete_reference)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=LIMIT,
    metavar="N",
    help=f"List at most N (default {LIMIT}), but all that is in Production.",
)
@store_option
@json_option
def command(ref: str, limit: int, as_json: bool) -> None:
    """List what was made from a data set, a base or a commit.

    What is in Production comes first, with the way that leads there. REF may also be something outside the store (hf:roberta-base, every revision unless one is given) or a
    commit (git:9f8a12e). A deleted version can be asked for by its number.
    """
    with open_store(read_only=True) as store:
        found = store.impact(ref)
    if as_json:
        output.print_json(_as_dict(found))
        return
    _head(found)
    if found.tainted:
        output.data("\n" + output.paint("made from it", "bold"))
        _write(found, found.tainted, max(limit, len(found.production)))
    if found.doubtful:
        output.data("\n" + output.paint("measured on it: figures that would be in doubt", "bold"))
        _write(found, found.doubtful, limit)
    if found.cut:
        output.talk("there is more than was looked at")


def _head(found: Impact) -> None:
    from ...lineage import facts, name
    from ...words import plural
    from ..tree import line

    ascii_only = output.ascii_only()
    for node in found.subjects:
        called = name(node, ascii_only=ascii_only)
        output.data(line([(called, ("bold",)), *facts(node, ascii_only=ascii_only)], None))
    if not found.tainted:
        output.data("nothing was made from it")
        return
    count = len(found.production)
    serving = (
        output.paint(f"{count:,} of them in Production", "bold", "red") if count else "none in Production"
    )
    output.data(f"{plural(len(found.tainted), 'version')} made from it, {serving}")


def _write(found: Impact, nodes: Sequence[Node], limit: int) -> None:
    from .. import table
    from ..cells import stage_cell, stage_style

    known = {node.key: node for node in (*found.subjects, *found.tainted, *found.doubtful)}
    rows = [
        [
            output.safe(node.name),
            "deleted" if node.deleted else stage_cell(node.stage),
            node.model_kind if node.model_kind != "weights" else "",
            _way(found.path(node.key), known),
        ]
        for node in nodes[:limit]
    ]
    columns = [
        table.Column("  VERSION", style=("bold",)),
        table.Column("STAGE", style=stage_style),
        table.Column("KIND"),
        table.Column("WAY", elastic=True, least=30),
    ]
    table.write(columns, [[f"  {row[0]}", *row[1:]] for row in rows])
    left = len(nodes) - limit
    if left > 0:
        output.talk(f"and {left:,} more; all of them: --limit {len(nodes)}")


def _way(path: Sequence[Arc], known: dict[str, Node]) -> str:
    """Tell how something came from a subject, from itself backwards; the middle of a long way is left out."""
    from ...lineage import edge, name

    ascii_only = output.ascii_only()
    steps = []
    for arc in path:
        guessed = " (guessed)" if arc.link.guess else ""
        parent = name(known[arc.parent], ascii_only=ascii_only)
        steps.append(f"{edge([arc.link], ascii_only=ascii_only)} {parent}{guessed}")
    if len(steps) > 6:
        steps[3:-2] = [f"({len(steps) - 5:,} more)"]
    return f" {output.sign_set().arrow} ".join(steps)


def _as_dict(found: Impact) -> dict[str, Any]:
    from ..tree import node_fields

    def reached(node: Node) -> dict[str, Any]:
        arc = found.via[node.key]
        via = {"type": arc.link.type, "to": arc.parent, "guess": arc.link.guess}
        return node_fields(node) | {"via": via}

    return {
        "subjects": [node_fields(node) for node in found.subjects],
        "production": [node.name for node in found.production],
        "tainted": [reached(node) for node in found.tainted],
        "doubtful": [reached(node) for node in found.doubtful],
        "cut": found.cut,
    }
