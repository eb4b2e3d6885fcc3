"""``mvtui reproduce``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Recipe


@make_command(
    examples=[
        "mvtui reproduce sentiment@production",
        "mvtui reproduce sentiment@1.4.0 > again.sh && sh again.sh build",
        "mvtui reproduce sentiment@1.4.0 --patch | git apply -",
        "mvtui reproduce sentiment@1.4.0 --requirements > requirements.txt",
        "mvtui reproduce sentiment@1.4.0 --json | jq .missing",
    ]
)
@ref_argument()
@click.option("--patch", is_flag=True, help="Print the changes that were not committed, as a git patch.")
@click.option("--requirements", is_flag=True, help="Print the packages, as a requirements file for pip.")
@store_option
@json_option
def command(ref: str, patch: bool, requirements: bool, as_json: bool) -> None:
    """Print the commands that would make a version again.

    What is printed is a shell script; nothing is run. What is missing to make the version again is named in it, and on
    stderr. The script takes the directory to work in, which must be new or empty, as its argument.
    """
    if patch + requirements + as_json > 1:
        raise click.UsageError("--patch, --requirements and --json print different things: give one")
    with open_store(read_only=True) as store:
        if patch:
            _raw(store.patch(ref))
            return
        recipe = store.reproduce(ref)
    if requirements:
        _raw(recipe.requirements.encode())
    elif as_json:
        _json(recipe)
    else:
        _write(recipe)


def _raw(data: bytes) -> None:
    """Write bytes as they are for a program, and made safe for a person."""
    if output.is_tty(sys.stdout):
        for line in output.safe_lines(data.decode("utf-8", "replace").removesuffix("\n")):
            output.data(line)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def _json(recipe: Recipe) -> None:
    output.print_json(
        {
            "ref": recipe.ref,
            "id": recipe.id,
            "made_on": list(recipe.made_on),
            "steps": [{"name": s.name, "title": s.title, "lines": list(s.lines)} for s in recipe.steps],
            "missing": [
                {"step": lack.step, "message": lack.message, "fix": lack.fix} for lack in recipe.missing
            ],
            "script": recipe.script,
        }
    )


def _write(recipe: Recipe) -> None:
    if output.is_tty(sys.stdout):
        for line in output.safe_lines(recipe.script.removesuffix("\n")):
            output.data(output.paint(line, "dim") if line.startswith("#") else line)
    else:
        _raw(recipe.script.encode("utf-8", "replace"))
    if not recipe.missing:
        output.talk("nothing is missing")
        return
    output.talk(f"missing to make {recipe.ref} again:")
    wide = max(len(lack.step) for lack in recipe.missing)
    for lack in recipe.missing:
        output.talk(f"  {lack.step:{wide}}  {output.safe(lack.message, 2000)}")
