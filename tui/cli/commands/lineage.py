"""``mvtui lineage``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..group import command as make_command
from ..options import complete_reference, json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Lineage

FANOUT = 50
"""Most nodes that are drawn where they hang at one place."""
_NAME_ROOM = 40
"""Cells that a name and its edge should have beside the lines of the tree."""


@make_command(
    examples=[
        "mvtui lineage sentiment@1.4.0",
        "mvtui lineage sentiment@production --up",
        "mvtui lineage reviews@2.0.0 --down --depth 2",
        "mvtui lineage hf:roberta-base --json | jq '.nodes[].name'",
    ]
)
@click.argument("ref", shell_complete=complete_reference)
@click.option("--up", is_flag=True, help="Only what it came from.")
@click.option("--down", is_flag=True, help="Only what came from it.")
@click.option("--depth", type=click.IntRange(min=0), metavar="N", help="Follow at most N edges.")
@click.option("--all", "everything", is_flag=True, help=f"Draw more than {FANOUT} versions at one place.")
@store_option
@json_option
def command(ref: str, up: bool, down: bool, depth: int | None, everything: bool, as_json: bool) -> None:
    """Draw what a version came from, and what came from it.

    What it came from stands above the version, what came from it below. REF may also be something outside
    the store (hf:roberta-base) or a commit (git:9f8a12e).
    """
    with open_store(read_only=True) as store:
        both = up == down
        found = store.lineage(ref, up=up or both, down=down or both, depth=depth)
    if as_json:
        output.print_json(_as_dict(found))
        return
    fanout = None if everything else FANOUT
    left_out = False
    if up or both:
        left_out |= _draw(found, upward=True, depth=depth, fanout=fanout, root=not (down or both))
    if down or both:
        left_out |= _draw(found, upward=False, depth=depth, fanout=fanout, root=True)
    _tell(found, ref, left_out=left_out)


def _draw(found: Lineage, *, upward: bool, depth: int | None, fanout: int | None, root: bool) -> bool:
    """Print the tree of one direction; say whether anything is left out of it."""
    from ....store import tree_rows
    from ... import lineage
    from ..table import terminal_width
    from ..tree import line

    room = terminal_width() if output.is_tty(sys.stdout) else None
    if depth is None and room is not None:
        depth = max((room - _NAME_ROOM) // 3, 3)
    rows = tree_rows(found, "up" if upward else "down", depth=depth, fanout=fanout)
    ascii_only = output.ascii_only()
    for row in rows:
        if root or not row.is_root:
            output.data(line(lineage.row(row, upward=upward, ascii_only=ascii_only), room))
    return any(row.more for row in rows)


def _tell(found: Lineage, ref: str, *, left_out: bool) -> None:
    name = output.safe(ref, 200)
    if not found.arcs and not found.cut:
        output.talk(f"no edges are known; state one: mvtui link {name} fine-tuned-from=REF")
    elif found.cut:
        output.talk("there is more, farther away: raise --depth, or leave it out")
    elif left_out:
        output.talk(f"all of it: mvtui lineage {name} --all --depth 200, or --json")


def _as_dict(found: Lineage) -> dict[str, Any]:
    from ..tree import node_fields

    return {
        "root": found.root,
        "nodes": [node_fields(node) for node in found.nodes.values()],
        "arcs": [
            {
                "child": arc.child,
                "parent": arc.parent,
                "type": arc.link.type,
                "role": arc.link.role,
                "guess": arc.link.guess,
                "later": arc.link.later,
            }
            for arc in found.arcs
        ],
        "cut": found.cut,
    }
