"""``mvtui alias``."""

from __future__ import annotations

import click

from .. import output
from ..group import command as make_command
from ..options import complete_alias, json_option, ref_argument, store_option
from ..session import open_store


@make_command(
    examples=[
        "mvtui alias sentiment@1.4.0 champion",
        "mvtui show sentiment@champion",
        "mvtui alias --remove sentiment@champion",
    ]
)
@ref_argument(required=False)
@click.argument("name", required=False)
@click.option("--remove", metavar="MODEL@NAME", shell_complete=complete_alias, help="Take this alias away.")
@store_option
@json_option
def command(ref: str | None, name: str | None, remove: str | None, as_json: bool) -> None:
    """Give a version a name that can move, such as champion.

    An alias in use moves to REF. It may not read as a version number, a stage or a hash ID.
    """
    from ....store import errors

    if remove is not None:
        if ref is not None:
            raise errors.UsageError("--remove stands alone", hint="mvtui alias --remove MODEL@NAME")
        model, at, gone = remove.partition("@")
        if not model or not at or not gone:
            raise errors.UsageError(
                f"{remove!r} names no alias", hint="Write MODEL@NAME: sentiment@champion."
            )
        with open_store() as store:
            version = store.unalias(model, gone)
        said = f"{model}@{gone} is no more; it was {version.version}"
    else:
        if ref is None or name is None:
            raise errors.UsageError(
                f"alias needs a {'version and a ' if ref is None else ''}name",
                hint="mvtui alias sentiment@1.4.0 champion",
            )
        with open_store() as store:
            version = store.alias(ref, name)
        said = f"{version.model}@{name} is now {version.version} ({version.short_id})"
    if as_json:
        output.print_json(version.as_row())
    else:
        output.talk(output.safe(said))
