"""``mvtui gc``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import GcItem, GcReport

_ACTIONS = {
    "object": "to trash",
    "trash": "remove",
    "temp": "remove",
    "tree": "remove",
    "live": "remove",
    "derived": "remove",
}
_NOUNS = {
    "object": "object",
    "trash": "in trash, past its grace period",
    "temp": "left by an interrupted write",
    "tree": "files to read of a deleted version",
    "live": "no longer served, past its grace period",
    "derived": "can be worked out again, past its grace period",
}


@make_command(
    examples=["mvtui gc", "mvtui gc --yes", "mvtui gc --why 3f2a9c", "mvtui gc --why sentiment@1.3.0"]
)
@click.option("--yes", is_flag=True, help="Do it. Without this it is only told.")
@click.option(
    "--why",
    metavar="WHAT",
    help="Say what keeps an object (any unique prefix of its digest), or what was served of a version (a REF).",
)
@store_option
@json_option
def command(yes: bool, why: str | None, as_json: bool) -> None:
    """Free the space of what no version needs.

    Objects go to the store's trash first and are removed once they have been there for the grace period. What was
    served from live/ goes once its version has been out of Production for as long.
    """
    if why is not None:
        _why(why, as_json)
        return
    with open_store(read_only=not yes) as store:
        report = store.gc(dry_run=not yes)
    if as_json:
        output.print_json(
            {
                "dry_run": report.dry_run,
                "items": [{"what": i.what, "name": i.name, "size": i.size} for i in report.items],
                "kept_objects": report.kept_objects,
                "trashed": report.trashed,
                "freed": report.freed,
            }
        )
    else:
        _write(report)


def _why(what: str, as_json: bool) -> None:
    with open_store(read_only=True) as store:
        reasons = store.why(what)
    if as_json:
        output.print_json({"object": what, "kept_by": list(reasons)})
    elif reasons:
        output.sentences(reasons)
    else:
        output.talk("nothing keeps it; it goes with: mvtui gc --yes")


def _name(item: GcItem) -> str:
    return output.safe(item.name, 64) if item.what == "live" else output.safe(item.name[:16], 64)


def _write(report: GcReport) -> None:
    from ...words import plural, size
    from .. import table

    if not report.items:
        output.talk(f"nothing to free; {plural(report.kept_objects, 'object')} needed")
        return
    table.write(
        [
            table.Column("ACTION"),
            table.Column("WHAT"),
            table.Column("SIZE", "right"),
            table.Column("NAME", style=("yellow",)),
        ],
        [[_ACTIONS[item.what], _NOUNS[item.what], size(item.size), _name(item)] for item in report.items],
    )
    if report.dry_run:
        would = f"would move {size(report.trashed)} to trash and free {size(report.freed)}"
        output.talk(f"{would}; nothing was changed")
        output.talk("next: mvtui gc --yes")
    else:
        output.talk(f"moved {size(report.trashed)} to trash, freed {size(report.freed)}")
