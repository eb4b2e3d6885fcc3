"""``mvtui note``."""

from __future__ import annotations

import sys

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..session import open_store

LONGEST = 1 << 20
"""Most bytes of a note read from standard input."""


@make_command(
    examples=[
        "mvtui note sentiment@1.4.0",
        'mvtui note sentiment@1.4.0 "longer context, relabelled negatives"',
        "mvtui note sentiment@1.4.0 - < notes.txt",
        'mvtui note sentiment@1.4.0 ""',
    ]
)
@ref_argument()
@click.argument("text", required=False)
@store_option
@json_option
def command(ref: str, text: str | None, as_json: bool) -> None:
    """Print or replace a version's note.

    Without TEXT the note is printed. "-" reads it from standard input; an empty TEXT removes it.
    """
    if text is None:
        with open_store(read_only=True) as store:
            version = store.get(ref)
        if as_json:
            output.print_json({"model": version.model, "version": version.version, "note": version.note})
        elif version.note:
            for line in output.safe_lines(version.note):
                output.data(line)
        else:
            output.talk(f"{version.ref} has no note; write one: mvtui note {version.ref} TEXT")
        return
    with open_store() as store:
        version = store.note(ref, _stdin() if text == "-" else text)
    if as_json:
        output.print_json(version.as_row())
    else:
        output.talk(f"{version.ref}: note {'replaced' if version.note else 'removed'}")


def _stdin() -> str:
    from ....store import errors

    read = sys.stdin.buffer.read(LONGEST + 1)
    if len(read) > LONGEST:
        raise errors.BadInputError("a note of more than 1 MiB is too long", hint="Register it as a file.")
    return read.decode("utf-8", "replace").rstrip("\n")
