"""``mvtui undo``."""

from __future__ import annotations

import click

from .. import taking_back
from ..group import command as make_command
from ..options import json_option, store_option


@make_command(examples=["mvtui undo", "mvtui undo --dry-run", "mvtui undo --json | jq .event"])
@click.option("--dry-run", is_flag=True, help="Say what would be undone; change nothing.")
@store_option
@json_option
def command(dry_run: bool, as_json: bool) -> None:
    """Take back your last change, by a new event.

    That is a promotion, rollback, alias, tag, note or deletion, wherever you made it: on the screen, in a script, here.
    Refused when someone has changed the same thing since. Undoing a rollback asks the gates again.
    """
    taking_back.run("undo", dry_run=dry_run, as_json=as_json)
