"""``mvtui tag``."""

from __future__ import annotations

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..session import open_store


@make_command(
    examples=[
        "mvtui tag sentiment@1.4.0",
        "mvtui tag sentiment@1.4.0 owner=alice team=search",
        "mvtui tag sentiment@1.4.0 --remove owner",
    ]
)
@ref_argument()
@click.argument("pairs", nargs=-1, metavar="[K=V]...")
@click.option("--remove", multiple=True, metavar="K", help="Remove this tag. Repeatable.")
@store_option
@json_option
def command(ref: str, pairs: tuple[str, ...], remove: tuple[str, ...], as_json: bool) -> None:
    """Set, remove or print a version's tags.

    Without anything to set or remove the tags are printed.
    """
    from ..values import tags_of

    add = tags_of(pairs)
    if not add and not remove:
        with open_store(read_only=True) as store:
            version = store.get(ref)
        if not as_json and not version.tags:
            output.talk(f"{version.ref} has no tags; set one: mvtui tag {version.ref} KEY=VALUE")
            return
    else:
        with open_store() as store:
            version = store.tag(ref, add, remove=remove)
        if not as_json:
            done = [f"{key}={value}" for key, value in add.items()] + [f"{key} removed" for key in remove]
            output.talk(f"{version.ref}: {', '.join(output.safe(what, 200) for what in done)}")
            return
    if as_json:
        output.print_json(version.as_row())
        return
    for key, value in version.tags.items():
        output.data(f"{output.safe(key)}={output.safe(value, 10_000)}")
