"""``mvtui init``."""

from __future__ import annotations

import click

from .. import output, session
from ..group import command as make_command
from ..options import PATH, json_option, store_option


@make_command(
    examples=[
        "mvtui init",
        "mvtui init /srv/models",
        "mvtui init /srv/models --shared ml-team",
        "MVTUI_STORE=/srv/models mvtui ls",
    ]
)
@click.argument("directory", required=False, type=PATH)
@click.option(
    "--shared", metavar="GROUP", help="Let a Unix group write it, also if the store is there already."
)
@store_option
@json_option
def command(directory: str | None, shared: str | None, as_json: bool) -> None:
    """Make a store.

    Without DIRECTORY: where $MVTUI_STORE says, else .mvtui in this directory. A store that is there already is left as it is. Inside a
    git repository the store ignores itself.

    With --shared the members of GROUP may write it, whatever their umask, and everyone else may read it. mvtui doctor says whether all is as it
    must be for that.
    """
    from ....store import init_store

    wanted = directory if directory is not None else session.current().store
    with init_store(wanted, group=shared) as store:
        known = store.summary().versions
        if as_json:
            output.print_json({"path": str(store.root)} | ({"shared": shared} if shared is not None else {}))
            return
        had = f", with {known:,} versions" if known else ""
        output.talk(f"the store is at {output.safe(str(store.root), 4096)}{had}")
        if shared is not None:
            output.talk(f"the group {output.safe(shared)} may write it; mvtui doctor says what is in its way")
        output.talk("next: mvtui register MODEL PATH")
        output.result_path(store.root)
