"""``mvtui demo``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import PATH

if TYPE_CHECKING:
    from ...demo.build import Demo


@make_command(examples=["mvtui demo", "mvtui demo --no-open", "mvtui demo /tmp/demo --fresh"])
@click.argument("directory", required=False, type=PATH)
@click.option("--fresh", is_flag=True, help="Build it anew: what you registered in it since is gone.")
@click.option("--no-open", is_flag=True, help="Build it, say where it is, and stop.")
@click.pass_context
def command(ctx: click.Context, directory: str | None, fresh: bool, no_open: bool) -> None:
    """Build a store of small real models with history, and open it.

    Three models are trained here and now, in seconds and without a network, and go through gates and stages. The
    store stays in your data directory (or DIRECTORY) and is used again the next time.
    """
    from ...demo import build

    made = build.demo(directory, fresh=fresh, say=output.talk if output.is_tty(sys.stderr) else None)
    if not no_open and all(output.is_tty(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)):
        from ..screen import open_screen

        ctx.exit(open_screen(str(made.store)))
    _tell(made)


def _tell(made: Demo) -> None:
    import shlex

    from ...words import plural

    what = f"{plural(made.models, 'model')}, {plural(made.versions, 'version')}"
    where = output.safe(str(made.directory), 4096)
    output.talk(f"{'built' if made.built else 'there already'}: {what}, in {where}")
    store = output.safe(shlex.quote(str(made.directory)), 4096)
    output.talk("next:")
    for words in ("", " ls sentiment", " gates sentiment@challenger", " history sentiment", " verify"):
        output.talk(f"  mvtui --store {store}{words}")
    output.result_path(made.store)
