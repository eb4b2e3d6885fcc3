"""``mvtui gates``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option, to_option
from ..progress import meter
from ..session import open_store

if TYPE_CHECKING:
    from ....store import GateReport

STOPPED = 11


@make_command(
    examples=[
        "mvtui gates sentiment@1.4.0",
        "mvtui gates sentiment@1.4.0 --to production",
        "mvtui gates sentiment --no-verify --json | jq '.gates[] | .outcome'",
    ]
)
@ref_argument()
@to_option("The stage to ask about. Default: the next; of a version in production, production.")
@click.option(
    "--no-verify",
    is_flag=True,
    help="Read no bytes; a gate that wants them hashed or looked at can't tell then.",
)
@store_option
@json_option
@click.pass_context
def command(ctx: click.Context, ref: str, to: str | None, no_verify: bool, as_json: bool) -> None:
    """Ask the gates of a stage about a version; changes nothing.

    Below them stand the approvals that were given, why one doesn't count any more, and who could still approve. Exits
    with 0 when all gates pass, with 11 when one fails or can't tell.
    """
    with open_store(read_only=True) as store, meter() as progress:
        report = store.gates(ref, to, verify=not no_verify, progress=progress)
    if as_json:
        output.print_json(report.as_dict())
    else:
        _write(report)
    if not report.open:
        ctx.exit(STOPPED)


def _write(report: GateReport) -> None:
    from ...lifecycle import obstacles, way
    from ...words import stage_label
    from .. import answers, moves, voices

    plain = output.ascii_only()
    title = output.paint(report.version.ref, "bold")
    if report.source == report.target:
        output.data(f"{title}  {stage_label(report.target, ascii_only=plain)}")
    else:
        output.data(f"{title}  {way(report.source, report.target, ascii_only=plain)}")
    for line in answers.lines(report.results, sys.stdout, listed=True):
        output.data(line)
    voices.write(report)
    moves.notices(report.notices)
    if not report.results:
        output.talk(f"no gate guards {report.target} of {report.version.model}")
    elif report.open:
        output.talk("all gates pass")
    else:
        untold = f"; promoting {_how(report)} the bytes first" if report.unhashed else ""
        output.talk(f"{obstacles(report.results)}{untold}")


def _how(report: GateReport) -> str:
    hashes = any(result.gate == "bytes verified" and not result.passed for result in report.results)
    return "hashes" if hashes else "reads"
