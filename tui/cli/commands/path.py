"""``mvtui path``."""

from __future__ import annotations

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..progress import meter
from ..session import open_store


@make_command(examples=["mvtui path sentiment@1.4.0", "serve --model $(mvtui path sentiment@champion)"])
@ref_argument()
@store_option
@json_option
def command(ref: str, as_json: bool) -> None:
    """Print a path to a version's files inside the store.

    The file itself when the version is one file, else the directory: whole and checked. Read only; to
    change files, use checkout.
    """
    with open_store() as store, meter() as progress:
        where = store.path(ref, progress=progress)
    if as_json:
        output.print_json({"path": str(where)})
    else:
        output.data_path(where)
