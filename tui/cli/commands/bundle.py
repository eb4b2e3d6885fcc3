"""``mvtui bundle``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from ..group import command as make_command
from ..options import PATH, complete_model, complete_reference, json_option, store_option
from ..progress import meter
from ..registered import tell
from ..session import open_store
from ..values import BUMP, metrics_of, params_of, tags_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ....store import Bump


def _complete_member(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a role, then the reference behind it."""
    from click.shell_completion import CompletionItem

    role, sign, ref = incomplete.partition("=")
    if sign:
        found = complete_reference(ctx, param, ref)
        return [CompletionItem(f"{role}={item.value}", help=item.help) for item in found]
    return [CompletionItem(f"{name}=") for name in _ROLES if name.startswith(role)]


_ROLES = ("model", "adapter", "prompt", "index", "config")
"""Usual roles; any other will do."""


@make_command(
    examples=[
        "mvtui bundle agent --add model=chat@2.1.0 --add prompt=support-bot@3.0.1",
        "mvtui bundle agent --add model=chat@production --add config=agent.yaml",
        "mvtui bundle agent --from agent@production --add prompt=support-bot@3.0.2",
        "mvtui bundle agent --from agent@latest --drop adapter",
    ]
)
@click.argument("name", shell_complete=complete_model)
@click.option(
    "--add",
    "added",
    multiple=True,
    metavar="ROLE=REF|PATH",
    shell_complete=_complete_member,
    help="A version, or a file or directory of the bundle's own, in this role. Repeatable.",
)
@click.option(
    "--from",
    "base",
    metavar="REF",
    shell_complete=complete_reference,
    help="Begin with this bundle: --add replaces what it has in those roles.",
)
@click.option("--drop", multiple=True, metavar="ROLE", help="Leave this role of --from out. Repeatable.")
@click.option("--version", "number", metavar="V", help="The number to give, such as 2.0.0.")
@click.option(
    "--bump", type=BUMP, metavar="PART", help="Raise major, minor or patch. Default: by what changed."
)
@click.option("--metric", "metrics", multiple=True, metavar="K=V", help="A measured number. Repeatable.")
@click.option(
    "--metrics-file", "metrics_files", multiple=True, type=PATH, metavar="FILE", help="As of register."
)
@click.option("--param", "params", multiple=True, metavar="K=V", help="A part of what it is. Repeatable.")
@click.option("--tag", "tags", multiple=True, metavar="K=V", help="A label. Repeatable.")
@click.option("--note", default="", metavar="TEXT", help="Free text.")
@click.option(
    "--force", is_flag=True, help="Bundle an adapter beside another base than it was made for; it is flagged."
)
@store_option
@json_option
def command(
    name: str,
    added: tuple[str, ...],
    base: str | None,
    drop: tuple[str, ...],
    number: str | None,
    bump: str | None,
    metrics: tuple[str, ...],
    metrics_files: tuple[str, ...],
    params: tuple[str, ...],
    tags: tuple[str, ...],
    note: str,
    force: bool,
    as_json: bool,
) -> None:
    """Make versions one that is released as one.

    It is promoted, served, compared, checked out and rolled back whole. Members are pinned by digest, and nothing of them is copied: their files are the bundle's, below ROLE/. A REF is a
    reference (chat@2.1.0), a PATH has a / or names a file that is there (./chat). While a bundle is there its members
    can't be deleted.
    """
    from ....store import errors

    if number is not None and bump:
        raise errors.UsageError("--version and --bump contradict each other", hint="Leave one of them out.")
    measured = metrics_of(metrics_files, metrics, series=False)
    with open_store() as store, meter() as progress:
        done = store.bundle(
            name,
            _members(added),
            base=base,
            drop=drop,
            force=force,
            version=number,
            bump=cast("Bump | None", bump),
            metrics=measured.metrics,
            params=params_of(None, params),
            tags=tags_of(tags),
            note=note,
            progress=progress,
        )
    tell([done], as_json, several=False)


def _members(words: tuple[str, ...]) -> dict[str, str]:
    """Return what ``ROLE=REF`` words say.

    Raises:
        BadInputError: a word without ``=``, with nothing behind it, or a role that is there twice.
    """
    from ....store import errors

    found: dict[str, str] = {}
    for word in words:
        role, _, what = word.partition("=")
        if not role or not what:
            raise errors.BadInputError(
                f"{word!r} says not what to add as what", hint="Write ROLE=REF, such as model=chat@2.1.0."
            )
        if role in found:
            raise errors.BadInputError(
                f"two things are added as {role}", hint="Give each a role of its own, such as prompt-de."
            )
        found[role] = what
    return found
