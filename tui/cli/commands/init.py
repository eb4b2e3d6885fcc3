"""``mvtui init``."""

from __future__ import annotations

import click

from .. import output, session
from ..group import command as make_command
from ..options import PATH, json_option, store_option


@make_command(examples=["mvtui init", "mvtui init /srv/models", "MVTUI_STORE=/srv/models mvtui ls"])
@click.argument("directory", required=False, type=PATH)
@store_option
@json_option
def command(directory: str | None, as_json: bool) -> None:
    """Make a store.

    Without DIRECTORY: where $MVTUI_STORE says, else .mvtui in this directory. A store that is there already is left as it is. Inside a
    git repository the store ignores itself.
    """
    from ....store import init_store

    wanted = directory if directory is not None else session.current().store
    with init_store(wanted) as store:
        known = store.summary().versions
        if as_json:
            output.print_json({"path": str(store.root)})
            return
        had = f", with {known:,} versions" if known else ""
        output.talk(f"the store is at {output.safe(str(store.root), 4096)}{had}")
        output.talk("next: mvtui register MODEL PATH")
        output.result_path(store.root)
