"""``mvtui delete``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Node

_MOST_NAMED = 5


@make_command(examples=['mvtui delete sentiment@1.3.0 --reason "trained on the wrong split"'])
@ref_argument()
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the journal.")
@store_option
@json_option
def command(ref: str, reason: str, as_json: bool) -> None:
    """Delete a version; its number is never used again.

    Refused while an alias or a stage holds it. Its bytes stay until "mvtui gc --yes" and the grace period.
    """
    with open_store() as store:
        version = store.delete(ref, reason)
        made = [node for node in store.impact(version.ref).tainted if not node.deleted]
    if as_json:
        output.print_json(version.as_row())
    else:
        output.talk(f"deleted {version.ref} ({version.short_id}); what only it used goes with: mvtui gc")
    if made:
        _tell_made(version.ref, made)


def _tell_made(ref: str, made: Sequence[Node]) -> None:
    names = ", ".join(output.safe(node.name) for node in made[:_MOST_NAMED])
    more = f" and {len(made) - _MOST_NAMED:,} more" if len(made) > _MOST_NAMED else ""
    was = "was" if len(made) == 1 else "were"
    output.talk(f"note: {names}{more} {was} made from it; see: mvtui impact {ref}")
