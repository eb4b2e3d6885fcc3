"""``mvtui rollback``."""

from __future__ import annotations

import click

from .. import output
from ..group import command as make_command
from ..options import complete_model, complete_past_production, json_option, reason_option, store_option
from ..progress import meter
from ..session import open_store

DAMAGED = 8


@make_command(
    examples=[
        'mvtui rollback sentiment --reason "accuracy fell on French"',
        'mvtui rollback sentiment --to 1.3.0 --reason "1.3.1 has it, too"',
        "mvtui rollback sentiment --dry-run",
        'mvtui rollback sentiment --verify-later --reason "disk is slow, site is down"',
    ]
)
@click.argument("model", shell_complete=complete_model)
@click.option(
    "--to",
    metavar="REF",
    shell_complete=complete_past_production,
    help="A version that production held once. Default: the last that it was not rolled back from.",
)
@reason_option
@click.option("--verify-later", is_flag=True, help="Swap at once, hash the bytes after; exits with 8 if bad.")
@click.option("--dry-run", is_flag=True, help="Show where it would go; change nothing.")
@store_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    model: str,
    to: str | None,
    reason: str,
    verify_later: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Let production go back to the version before, in one step.

    First it shows from what to what, who is passed over and why, and how the metrics differ; then it swaps. What is
    replaced is marked, and no target again unless it is named or promoted anew. Gates don't stop a rollback. A --reason
    is needed.
    """
    from ....store import errors
    from .. import backwards

    if not dry_run and not reason.strip():
        raise errors.UsageError(
            "rolling back needs a reason", hint='Say why: --reason "…"; or look first: --dry-run'
        )
    with open_store(read_only=dry_run) as store:
        plan = store.rollback_plan(model, to)
        metrics = backwards.metrics(store, plan)
        if dry_run:
            if as_json:
                output.print_json(backwards.as_dict(plan, metrics) | {"dry_run": True})
            else:
                backwards.show(plan, metrics, dry_run=True)
            return
        if not as_json:
            backwards.show(plan, metrics)
        with meter() as progress:
            done = store.rollback(
                model,
                to,
                reason=reason,
                verify_later=verify_later,
                expect=backwards.swap(plan),
                progress=backwards.announcing(plan, progress) if verify_later and not as_json else progress,
            )
        if as_json:
            output.print_json(done.as_dict() | {"plan": backwards.as_dict(plan, metrics), "dry_run": False})
        else:
            backwards.tell(store, done)
    if not done.verified:
        backwards.alarm(done)
        ctx.exit(DAMAGED)
