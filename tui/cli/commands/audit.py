"""``mvtui audit``: ``verify`` and ``checkpoint``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import CommandGroup, subcommand
from ..options import PATH, json_option, store_option
from ..progress import meter
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Checkpoint, Store

UNPROVEN = 8
"""Exit code: a signature, object or pointer is not as the journal says."""
BROKEN = 9
"""Exit code: the chain does not hold, or a checkpoint does not fit."""

_MOST = 1 << 20  # bytes of a checkpoint file that are read


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    examples=["mvtui audit verify", "mvtui audit checkpoint --sign >> checkpoints.log"],
)
@store_option
@click.pass_context
def command(ctx: click.Context) -> None:
    """Prove the store's history, and keep its head elsewhere.

    A checkpoint is one line: the hash of the last event, and through the chain of all before it. Kept where
    nobody who writes the store can reach it, it shows later what was cut off or rewritten since.
    """
    if ctx.invoked_subcommand is None:
        output.data(ctx.get_help())


@subcommand(
    command,
    examples=[
        "mvtui audit verify",
        "mvtui audit verify --checkpoint checkpoints.log",
        "ssh vault cat sentiment.log | mvtui audit verify --checkpoint -",
        "mvtui audit verify --git-note --json | jq .problems",
    ],
)
@click.option(
    "--checkpoint", "files", multiple=True, metavar="FILE", type=PATH,
    help="Compare with the checkpoints in FILE; - for stdin. Repeatable.",
)  # fmt: skip
@click.option("--git-note", is_flag=True, help="Compare with those in git notes, here in this repository.")
@click.option(
    "--signers", metavar="FILE", type=PATH,
    help="Check their signatures with this allowed_signers file, not the store's.",
)  # fmt: skip
@store_option
@json_option
@click.pass_context
def verify(
    ctx: click.Context, files: tuple[str, ...], git_note: bool, signers: str | None, as_json: bool
) -> None:
    """Prove the chain, signatures and checkpoints.

    Walks the hash chain from the first byte, checks signatures and policies as they were in force, and compares
    with checkpoints.

    Names every place where something does not hold, the first bad line first. Exits with 9 when the chain is
    broken or a checkpoint does not fit, with 8 when a signature, an object or a live pointer is bad.
    """
    with open_store(read_only=True, warn=False) as store:
        compared = [checkpoint for path in files for checkpoint in _read(path)]
        if git_note:
            compared += _noted(store)
        trusted = _bytes(signers) if signers is not None else None
        with meter() as progress:
            report = store.audit(compared, signers=trusted, progress=progress)
    if as_json:
        output.print_json(report.as_dict())
    else:
        from ..audit_report import write

        write(report)
    if any(problem.kind in ("chain", "checkpoint") for problem in report.problems):
        ctx.exit(BROKEN)
    if report.problems:
        ctx.exit(UNPROVEN)


@subcommand(
    command,
    examples=[
        "mvtui audit checkpoint",
        "mvtui audit checkpoint --sign | ssh vault 'cat >> sentiment.log'",
        "mvtui audit checkpoint --out /mnt/worm/sentiment.json --key ~/.ssh/audit",
        "mvtui audit checkpoint --git-note",
    ],
)
@click.option(
    "--out", metavar="FILE", type=PATH, help="Write it to FILE; an earlier one there must still fit."
)
@click.option("--git-note", is_flag=True, help="Add it to the git note on HEAD, here in this repository.")
@click.option("--sign", is_flag=True, help="Sign it with your SSH key.")
@click.option("--key", metavar="PATH", type=PATH, help="Sign it with this SSH key.")
@store_option
@json_option
def checkpoint(out: str | None, git_note: bool, sign: bool, key: str | None, as_json: bool) -> None:
    """Print the journal's head for safe keeping.

    One line of JSON, to be kept where nobody who writes the store can reach it. The chain is walked first: a
    journal that does not hold has no head worth keeping.
    """
    with open_store(read_only=True, warn=False) as store:
        made = store.checkpoint(sign=sign, key=key, after=_earlier(out) if out is not None else ())
        if out is not None:
            _replace(out, made.line())
            output.talk(f"checkpoint of event {made.seq} written to {output.safe(out, 1000)}")
        if git_note:
            commit = store.note_checkpoint(made)
            output.talk(f"checkpoint of event {made.seq} noted on commit {output.safe(commit[:12])}")
            output.talk("next: git push origin refs/notes/mvtui (notes are not pushed by themselves)")
    if as_json or not (out is not None or git_note):
        output.data(made.line())


def _bytes(path: str) -> bytes:
    """Return what a file, or stdin for ``-``, holds.

    Raises:
        NotFoundError: there is no such file.
        BadInputError: it is too long to be what was asked for.
    """
    from ....store import errors

    try:
        if path == "-":
            data = sys.stdin.buffer.read(_MOST + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(_MOST + 1)
    except FileNotFoundError:
        raise errors.NotFoundError(f"there is no file {path}") from None
    if len(data) > _MOST:
        raise errors.BadInputError(f"{path} has more than {_MOST:,} bytes", hint="Give it in parts.")
    return data


def _read(path: str) -> list[Checkpoint]:
    from ....store import errors, read_checkpoints

    try:
        return read_checkpoints(_bytes(path).decode("utf-8", "replace"))
    except errors.BadInputError as error:
        raise errors.BadInputError(f"{path}: {error.message}", hint=error.hint) from None


def _noted(store: Store) -> list[Checkpoint]:
    from ....store import errors

    if found := store.noted_checkpoints():
        return found
    raise errors.NotFoundError(
        "no git note here holds a checkpoint of this store",
        hint="Were they fetched? git fetch origin refs/notes/mvtui:refs/notes/mvtui",
    )


def _earlier(path: str) -> list[Checkpoint]:
    """Return the checkpoints that a file to be replaced holds: they may be the only evidence.

    Raises:
        ConflictError: it holds something else.
    """
    from ....store import errors

    try:
        return _read(path)
    except errors.NotFoundError:
        return []
    except errors.BadInputError:
        raise errors.ConflictError(
            f"{path} is there, and holds something else than checkpoints", hint="Choose another name."
        ) from None


def _replace(path: str, line: str) -> None:
    """Write a file in one step: a full disk does not cost the checkpoint that was there."""
    import contextlib
    import os
    import tempfile

    fd, temp = tempfile.mkstemp(prefix=".mvtui-", dir=os.path.dirname(os.path.abspath(path)))
    try:
        with open(fd, "w", encoding="ascii") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(fd)
            os.fchmod(fd, 0o644)
        os.replace(temp, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temp)
        raise
