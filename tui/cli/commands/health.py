"""``mvtui health``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import complete_file_or_reference, json_option, store_option
from ..progress import meter
from ..targets import is_path, store_of

if TYPE_CHECKING:
    from ....store import Health

NOT_SOUND = 11
"""As for the gate that asks the same."""


@make_command(
    examples=[
        "mvtui health model.safetensors",
        "mvtui health sentiment@1.4.0",
        "mvtui health out/ --json | jq '.found[] | {name, nan, first}'",
    ]
)
@click.argument("target", metavar="FILE|REF", shell_complete=complete_file_or_reference)
@click.option("--tensors", is_flag=True, help="List every tensor, in JSON too.")
@store_option
@json_option
@click.pass_context
def command(ctx: click.Context, target: str, tensors: bool, as_json: bool) -> None:
    """Read all weights and say whether they are sound.

    NaN and infinity, with the place of the first; tensors that are all zero, or all of one value; and those whose size (root mean
    square) is more than ten times, or less than a tenth of, what is usual for the same tensor in the other layers. Only NaN and
    infinity are failures: zeros may be meant. Needs NumPy (pip install 'mvtui[tensors]'). Exits with 11 when weights are not
    finite, or when that can't be told of all of them.
    """
    name, found = _look(target)
    if as_json:
        output.print_json(found.as_dict(tensors=tensors))
    else:
        from .. import health_report

        health_report.write(name, found, tensors=tensors)
    if found.verdict != "finite":
        ctx.exit(NOT_SOUND)


def _look(target: str) -> tuple[str, Health]:
    from ....store import health

    with meter() as progress:
        if is_path(target):
            return target, health(target, progress=progress)
        with store_of(target) as store:
            return store.get(target).ref, store.health(target, progress=progress)
