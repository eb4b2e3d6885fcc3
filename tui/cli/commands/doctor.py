"""``mvtui doctor``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Finding, KeySetting

FOUND_BAD = 8
_COLOURS = {"ok": "green", "info": "dim", "warn": "yellow", "bad": "red"}


@make_command(
    examples=[
        "mvtui doctor",
        "mvtui doctor sentiment@production",
        "mvtui doctor --store /mnt/nfs/models",
        "mvtui doctor --json",
    ]
)
@ref_argument(required=False)
@store_option
@json_option
@click.pass_context
def command(ctx: click.Context, ref: str | None, as_json: bool) -> None:
    """Look at store, disk and terminal; say what to mend.

    With REF, look at that version's record: what it lacks for the day when someone asks what made it.
    Exits with 8 when something is bad, with 0 when there are warnings at most.
    """
    findings = _everything() if ref is None else _version(ref)
    if as_json:
        output.print_json(
            {"level": f.level, "topic": f.topic, "message": f.message, "fix": f.fix} for f in findings
        )
    else:
        _write(findings)
    if any(finding.level == "bad" for finding in findings):
        ctx.exit(FOUND_BAD)


def _everything() -> Sequence[Finding]:
    from ....store import Finding, errors
    from .. import own_settings, terminal

    keys: Sequence[KeySetting] = ()
    screen = None
    found: Sequence[Finding]
    try:
        with open_store(warn=False) as store:
            found, keys, screen = store.doctor(), store.keys, store.screen
    except errors.NotFoundError as error:
        found = [Finding("warn", "store", error.message, error.hint)]
    except errors.MvtuiError as error:
        found = [Finding("bad", "store", error.message, error.hint)]
    return [*found, *own_settings.findings(keys, screen), *terminal.findings()]


def _version(ref: str) -> Sequence[Finding]:
    with open_store(read_only=True) as store:
        return store.doctor(ref)


def _write(findings: Sequence[Finding]) -> None:
    import textwrap

    from ...words import plural
    from ..table import terminal_width

    signs = output.sign_set()
    marks = {"ok": signs.ok, "info": signs.dot, "warn": "!", "bad": signs.bad}
    wide = max((len(f.topic) for f in findings), default=0)
    room = max(terminal_width(), 40) if output.is_tty(sys.stdout) else 10_000
    for finding in findings:
        mark = output.paint(f"{marks[finding.level]} {finding.level:4}", _COLOURS[finding.level])
        lines = textwrap.wrap(output.safe(finding.message, 2000), room - wide - 10) or [""]
        if finding.fix:
            lines += textwrap.wrap(
                f"→ {finding.fix}" if signs.ok == "✓" else f"-> {finding.fix}", room - wide - 10
            )
        for i, line in enumerate(lines):
            head = f"{mark}  {output.safe(finding.topic):{wide}}" if i == 0 else f"{'':{wide + 8}}"
            output.data(f"{head}  {output.safe(line, 2000)}")
    counts = {level: sum(f.level == level for f in findings) for level in ("bad", "warn")}
    if any(counts.values()):
        output.talk(f"{plural(counts['bad'], 'thing')} to mend, {plural(counts['warn'], 'warning')}")
    else:
        output.talk("all is well")
