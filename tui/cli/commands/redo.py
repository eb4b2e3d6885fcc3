"""``mvtui redo``."""

from __future__ import annotations

import click

from .. import taking_back
from ..group import command as make_command
from ..options import json_option, store_option


@make_command(examples=["mvtui redo", "mvtui redo --dry-run"])
@click.option("--dry-run", is_flag=True, help="Say what would be done again; change nothing.")
@store_option
@json_option
def command(dry_run: bool, as_json: bool) -> None:
    """Do again what you undid last.

    Refused when you, or someone else with the same thing, changed something since.
    """
    taking_back.run("redo", dry_run=dry_run, as_json=as_json)
