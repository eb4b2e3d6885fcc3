"""``mvtui verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..group import command as make_command
from ..options import complete_reference, json_option, store_option
from ..progress import meter
from ..session import open_store

if TYPE_CHECKING:
    from ....store import BadObject, VerifyReport

VERIFICATION_FAILED = 8
JOURNAL_DAMAGED = 9


@make_command(
    examples=["mvtui verify", "mvtui verify sentiment@1.4.0", "mvtui verify --all --json | jq .bad"]
)
@click.argument("ref", required=False, shell_complete=complete_reference)
@click.option("--all", "everything", is_flag=True, help="Every object and the journal; so without REF too.")
@store_option
@json_option
@click.pass_context
def command(ctx: click.Context, ref: str | None, everything: bool, as_json: bool) -> None:
    """Hash stored bytes again and name what differs.

    With REF the result is journaled: gates can ask when that was. Without, the journal's chain is walked too, and
    live/ is pointed again where the journal says.

    Exits with 8 when bytes differ from their name or are missing, with 9 when only the journal is damaged.
    """
    from ....store import errors

    if ref is not None and everything:
        raise errors.UsageError("REF and --all contradict each other", hint="Leave one of them out.")
    with open_store(warn=False) as store, meter() as progress:
        report = store.verify(ref, progress=progress)
    if as_json:
        output.print_json(_as_dict(report))
    else:
        _write(report)
    if report.bad:
        ctx.exit(VERIFICATION_FAILED)
    if report.damage:
        ctx.exit(JOURNAL_DAMAGED)


def _as_dict(report: VerifyReport) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "objects": report.objects,
        "bytes": report.bytes,
        "bad": [
            {"digest": bad.digest, "problem": bad.problem, "path": bad.path, "versions": list(bad.hits)}
            for bad in report.bad
        ],
        "damage": [
            {
                "offset": damage.offset,
                "length": damage.length,
                "after_seq": damage.after_seq,
                "before_seq": damage.before_seq,
                "problem": damage.problem,
            }
            for damage in report.damage
        ],
        "repaired": list(report.repaired),
        "notices": list(report.notices),
    }


def _write(report: VerifyReport) -> None:
    from ...words import plural, size

    signs = output.sign_set()
    for bad in report.bad:
        _write_bad(bad, signs.bad)
    for damage in report.damage:
        output.data(f"{output.paint(signs.bad, 'red')} {output.safe(str(damage), 1000)}")
    for done in report.repaired:
        output.talk(f"mended: {output.safe(done, 1000)}")
    for notice in report.notices:
        output.talk(f"note: {output.safe(notice, 1000)}")
    checked = f"{plural(report.objects, 'object')}, {size(report.bytes)} hashed"
    if report.ok:
        output.data(f"{output.paint(signs.ok, 'green')} all bytes and events are as recorded: {checked}")
        return
    output.talk(
        f"{checked}; {plural(len(report.bad), 'object')} bad, {plural(len(report.damage), 'journal stretch', 'journal stretches')} damaged"
    )
    if report.bad:
        output.talk("next: register the same files again; the good bytes in hand replace the bad ones")
    if report.damage:
        output.talk("next: mvtui repair")


def _write_bad(bad: BadObject, sign: str) -> None:
    where = output.safe(bad.path, 300) or f"object {bad.digest[:12]}"
    output.data(f"{output.paint(sign, 'red')} {where}: {output.safe(bad.problem, 500)}")
    if bad.hits:
        output.data(f"  hits {', '.join(output.safe(ref, 120) for ref in bad.hits)}")
    else:
        output.data("  no version needs it")
