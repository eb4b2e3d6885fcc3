"""What ``approve``, ``reject``, ``request`` and ``withdraw`` have in common: recording what was said, and telling its worth."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from . import output, session
from .options import PATH

if TYPE_CHECKING:
    from ...store import GateReport, Store, Verdict, Voiced

F = TypeVar("F", bound=Callable[..., Any])

STAGE_HELP = "The stage it is about: staging, validation or production. Default: the next."

_TOLD: dict[Verdict, str] = {
    "approve": "approved {} for {}",
    "reject": "REJECTED {} for {}",
    "request": "asked for approval of {} for {}",
    "withdraw": "withdrew the verdict on {} for {}",
}


def signing_options(function: F) -> F:
    """Decorate a command with ``--sign`` and ``--key``."""
    sign = click.option(
        "--sign", is_flag=True, help="Sign with your SSH key: $MVTUI_SSH_KEY, else the usual one in ~/.ssh."
    )
    key = click.option(
        "--key", metavar="PATH", type=PATH, help="Sign with this SSH key, or ssh-agent's of this .pub."
    )
    return sign(key(function))


def record(verdict: Verdict, ref: str, to: str | None, *, as_json: bool, **said: Any) -> None:
    """Record a verdict, tell it, and warn when it does not count. ``said`` is the verb's own."""
    with session.open_store() as store:
        done: Voiced = getattr(store, verdict)(ref, to, **said)
        if as_json:
            output.print_json(done.as_dict())
        else:
            _tell(store, done)


def _tell(store: Store, done: Voiced) -> None:
    from ..words import stage_label

    said = done.approval
    name = f"{said.model}@{said.version}"
    label = stage_label(said.stage, ascii_only=output.ascii_only())
    signed = ", signed" if said.signature else ""
    output.talk(_TOLD[said.verdict].format(output.paint(name, "bold", stream=sys.stderr), label) + signed)
    report = store.gates(name, said.stage, verify=False)
    if not done.counts:
        hint = f"mvtui gates {name} --to {said.stage} shows what is asked"
        if report.signing_helps and not said.signature:
            listed = store.signing_key().signers
            hint = (
                f"mvtui {said.verdict} {name} --to {said.stage} --sign counts, with a key that {listed} lists"
            )
        output.warn(f"it doesn't count: {done.why}", hint)
    else:
        _tell_gate(report)
        if said.verdict == "request" and report.askable:
            output.talk(output.safe(f"it waits for {', '.join(report.askable)}: mvtui inbox", 1000))
    output.result(name)


def _tell_gate(report: GateReport) -> None:
    """Tell where the approvals that are asked for stand now."""
    from . import answers

    asking = [result for result in report.results if "approved" in result.values]
    for line in answers.lines(asking, sys.stderr):
        output.talk(line)
