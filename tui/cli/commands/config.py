"""``mvtui config``."""

from __future__ import annotations

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, reason_option, store_option
from ..session import open_store


@make_command(
    examples=[
        "mvtui config",
        "mvtui config --json | jq '.gates[] | select(.stage == \"production\")'",
        'mvtui config --accept --reason "latency may grow, ticket 812"',
    ]
)
@click.option("--accept", is_flag=True, help="Let what config.toml and allowed_signers say now be in force.")
@reason_option
@store_option
@json_option
def command(accept: bool, reason: str, as_json: bool) -> None:
    """Show the gates and access rules in force, and what waits.

    They stand in the store's config.toml. Where [access] config says who may change them, a change by anyone else waits
    until one of those accepts it, with a reason; it is shown line by line, what would go with - and what would come with +.
    """
    from ....store import errors
    from .. import policy_report

    if reason and not accept:
        raise errors.UsageError("a reason is for --accept", hint='mvtui config --accept --reason "…"')
    with open_store(read_only=not accept) as store:
        found = store.accept_policy(reason) if accept else store.policy()
        if as_json:
            output.print_json(found.as_dict())
        elif accept:
            output.talk("accepted: what config.toml and allowed_signers say is in force now")
            output.result(found.digest)
        else:
            policy_report.write(found, str(store.root))
