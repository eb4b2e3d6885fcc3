"""``mvtui path``."""

from __future__ import annotations

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..progress import meter
from ..session import open_store


@make_command(
    examples=[
        "mvtui path sentiment@1.4.0",
        "serve --model $(mvtui path sentiment@champion)",
        "serve --model $(mvtui path sentiment@production)/model.safetensors",
    ]
)
@ref_argument()
@store_option
@json_option
def command(ref: str, as_json: bool) -> None:
    """Print a path to a version's files inside the store.

    The file itself when the version is one file, else the directory: whole and checked. Read only; to
    change files, use checkout.

    MODEL@production gives the live pointer, a directory that leads to what is in production, today and after the next
    promotion or rollback. --json says where it leads now, too: "target".
    """
    import os

    with open_store() as store, meter() as progress:
        where = store.path(ref, progress=progress)
    if as_json:
        target = os.path.realpath(where) if os.path.isdir(where) else where
        output.print_json({"path": str(where), "target": str(target)})
    else:
        output.data_path(where)
