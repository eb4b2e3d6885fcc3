"""What ``mvtui show`` says of prompts and hosted models, and of a version that takes the place of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import agents
from . import output

if TYPE_CHECKING:
    from ...store import Store, Version


def facts(store: Store, version: Version) -> list[tuple[str, str]]:
    """Return what is to be said of a hosted model or a prompt among a version's facts; nothing of any other."""
    if version.kind == "prompt":
        told = agents.variables_text(version)
        return [("variables", output.safe(told, 500))] if told else []
    if version.kind != "hosted":
        return []
    found = agents.facts(version, store.hosted_status(version), agents.today())
    return [(name, output.paint(output.safe(text, 500), *style)) for name, text, style in found]


def fields(store: Store, version: Version) -> dict[str, Any]:
    """Return what JSON says of a hosted model besides; nothing of any other."""
    if version.kind != "hosted":
        return {}
    return {"hosted": store.hosted_status(version).as_dict(agents.today())}


def write_replaced(store: Store, version: Version) -> None:
    """Write what a version takes the place of, why, and what becomes of parameters and metrics: one step to be reviewed."""
    from ...store import errors
    from .diff_report import write_part

    edge = next((edge for edge in version.edges if edge.type == "replaces" and not edge.outside), None)
    if edge is None or version.deleted:
        return
    reason = f': "{output.safe(edge.reason, 1000)}"' if edge.reason else ""
    try:
        comparison = store.diff(version.ref, against="replaced")
    except errors.MvtuiError as error:
        output.data(f"\n{output.paint('replaces', 'bold')}  {output.safe(error.message, 300)}{reason}")
        return
    output.data(f"\n{output.paint('replaces', 'bold')} {comparison.base.ref}{reason}")
    write_part(comparison, ("metrics", "params"))
