"""``mvtui delete``."""

from __future__ import annotations

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..session import open_store


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
    if as_json:
        output.print_json(version.as_row())
    else:
        output.talk(f"deleted {version.ref} ({version.short_id}); what only it used goes with: mvtui gc")
