"""``mvtui promote``."""

from __future__ import annotations

import sys

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, reason_option, ref_argument, store_option, to_option
from ..progress import meter
from ..session import open_store


@make_command(
    examples=[
        'mvtui promote sentiment@1.4.0 --reason "eval on the Q4 set"',
        'mvtui promote sentiment@1.4.0 --to production --reason "wins on f1"',
        "mvtui promote sentiment@1.4.0 --to production --dry-run",
        'mvtui promote sentiment@1.2.0 --to archived --reason "no one asks for it"',
        'mvtui promote sentiment@1.4.0 --override --reason "outage, ticket 4711"',
    ]
)
@ref_argument()
@to_option(
    "staging, validation, production, archived, or none to take it out. Default: the next of the first three."
)
@reason_option
@click.option(
    "--override", is_flag=True, help="Let it in past its gates, if config.toml lets you. Shown for ever."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, or what stops it; change nothing.")
@store_option
@json_option
def command(ref: str, to: str | None, reason: str, override: bool, dry_run: bool, as_json: bool) -> None:
    """Move a version to its next stage, or to the one named.

    Production holds one version: the one there is archived in the same step. Gates guard the way on; moving back,
    archiving and taking out are not gated. A --reason is needed. Exits with 11 when a gate stops it, with 12 when
    config.toml lets only others do it.
    """
    from .. import moves

    with open_store(read_only=dry_run) as store:
        with meter() as progress:
            moved = store.promote(
                ref, to, reason=reason, override=override, dry_run=dry_run, progress=progress
            )
        if as_json:
            output.print_json(moved.as_dict() | {"dry_run": dry_run})
        elif dry_run:
            output.data(f"would move {moves.sentence(moved.transition, sys.stdout)}")
            moves.notices(moved.notices)
        else:
            moves.tell(store, moved)
