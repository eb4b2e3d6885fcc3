"""``mvtui checkout``."""

from __future__ import annotations

import click

from .. import output
from ..group import command as make_command
from ..options import PATH, json_option, ref_argument, store_option
from ..progress import meter
from ..session import open_store


@make_command(
    examples=["mvtui checkout sentiment@1.4.0 ./model", "mvtui checkout sentiment@champion /srv/model"]
)
@ref_argument()
@click.argument("dest", type=PATH)
@store_option
@json_option
def command(ref: str, dest: str, as_json: bool) -> None:
    """Copy a version's files into a directory.

    DEST is made, or must be an empty directory; it appears whole or not at all. Every byte is checked.
    """
    with open_store(read_only=True) as store, meter() as progress:
        version = store.get(ref)
        where = store.checkout(ref, dest, progress=progress)
    if as_json:
        output.print_json({"model": version.model, "version": version.version, "path": str(where)})
        return
    from ...words import plural, size

    what = f"{plural(version.file_count, 'file')}, {size(version.size)}"
    output.talk(f"{version.ref} ({version.short_id}) is in {output.safe(str(where), 4096)}: {what}")
    output.result_path(where)
