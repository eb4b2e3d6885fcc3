"""``mvtui link``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import complete_edge, json_option, ref_argument, store_option
from ..session import open_store
from ..values import edges_of

if TYPE_CHECKING:
    from ....store import Store


@make_command(
    examples=[
        "mvtui link sentiment@1.4.0",
        "mvtui link sentiment@1.4.0 trained-on=reviews@2.0.0 replaces=sentiment@1.3.0",
        "mvtui link sentiment@1.4.0 fine-tuned-from=hf:roberta-base@e2da8e2",
        "mvtui link sentiment@1.4.0 --remove trained-on=hf:datasets/imdb",
    ]
)
@ref_argument()
@click.argument("edges", nargs=-1, metavar="[TYPE=REF]...", shell_complete=complete_edge)
@click.option("--remove", is_flag=True, help="Take these edges back; a guess is rejected.")
@store_option
@json_option
def command(ref: str, edges: tuple[str, ...], remove: bool, as_json: bool) -> None:
    """State, take back or print where a version comes from.

    TYPE is trained-on, evaluated-on, fine-tuned-from, adapter-of, quantized-from, distilled-from,
    merged-from, prompted-with, derived-from or replaces. What is not in this store has a scheme:
    hf:org/model@revision, https://…, name:anything. Without edges the version's own are printed.
    """
    pairs = edges_of(edges)
    if not pairs:
        with open_store(read_only=True) as store:
            _print(store, ref, as_json)
        return
    with open_store() as store:
        version = store.change_links(ref, add=() if remove else pairs, remove=pairs if remove else ())
    if as_json:
        output.print_json(version.as_row())
        return
    done = ", ".join(output.safe(f"{type_} {to}", 200) for type_, to in pairs)
    output.talk(f"{version.ref}: {done}{' removed' if remove else ''}")


def _print(store: Store, ref: str, as_json: bool) -> None:
    from ..tree import parents

    version = store.get(ref)
    if as_json:
        output.print_json(version.as_row()["edges"])
    elif rows := parents(store, version):
        from .. import table

        table.write(
            [table.Column(""), table.Column(""), table.Column("", style=("dim",))], rows, header=False
        )
    else:
        output.talk(f"{version.ref} has no edges; state one: mvtui link {version.ref} fine-tuned-from=REF")
