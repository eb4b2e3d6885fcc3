"""The policy in force as text: gates by stage, who may do what, since when; and what a waiting change would change."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from ..text import fit, width
from ..words import clock, past, stage_label
from . import folding, output

if TYPE_CHECKING:
    from ...store import Access, Governing, Policy

Row: TypeAlias = tuple[str, ...]

_CELL = 60
_EVERYONE = "everyone who can write the store"
_PROMOTED = ("staging", "validation", "production", "archived")


def write(found: Governing, root: str) -> None:
    """Write the policy that governs as data, and what waits to be accepted."""
    _lines(
        [
            ("config.toml", os.path.join(root, "config.toml")),
            ("policy", _policy_line(found)),
            ("signers", _signers_line(found)),
        ],
        "",
    )
    output.data("\n" + output.paint("gates", "bold"))
    if rows := gate_rows(found.policy):
        _lines([("STAGE", "MODELS", "GATE", "ASKS"), *rows])
    if not found.policy.gates:
        others = " other" if rows else ""
        output.data(f"  no{others} gates: every version may enter every stage")
    output.data("\n" + output.paint("access", "bold"))
    _lines(access_rows(found.policy.access))
    if found.waiting:
        _write_waiting(found)


def _lines(rows: Sequence[Row], indent: str = "  ", *styles: str) -> None:
    """Write rows in columns, the last of which folds."""
    cells = folding.room(sys.stdout)
    shown = [[output.safe(cell, _CELL) for cell in row[:-1]] for row in rows]
    wide = [max(map(width, column)) for column in zip(*shown, strict=True)]
    lead_width = len(indent) + sum(wide) + 2 * (len(wide) - 1)
    for row, leading in zip(rows, shown, strict=True):
        lead = indent + "  ".join(fit(cell, room) for cell, room in zip(leading, wide, strict=True))
        for line in folding.hang(lead, lead_width, row[-1], cells):
            output.data(output.paint(line, *styles))


def _policy_line(found: Governing) -> str:
    if not found.digest:
        return "empty: no gates, no access rules"
    if not found.accepted or found.at is None:
        return f"{found.digest[:12]}  journaled when it is first acted on"
    when = f"{clock(found.at)}, {past(found.at)}"
    return (
        f"{found.digest[:12]}  in force since event {found.accepted} by {output.safe(found.by, 64)}, {when}"
    )


def _signers_line(found: Governing) -> str:
    return (
        f"{found.signers[:12]}  allowed_signers"
        if found.signers
        else "none: there is no allowed_signers file"
    )


def gate_rows(policy: Policy) -> list[Row]:
    """Return stage, models, name and sentence of each gate, in the order of the stages and then of the file.

    They hold text from outside that is not safe to show yet.
    """
    from ...store import BaseInStage

    plain, rule = output.ascii_only(), BaseInStage()
    built_in: list[Row] = [("every", "adapters", rule.label, rule.asks)] if policy.base_in_stage else []
    ordered = sorted(policy.gates, key=lambda gate: _PROMOTED.index(gate.stage))
    declared = (
        (
            stage_label(gate.stage, ascii_only=plain),
            ", ".join(gate.models) or "all",
            gate.rule.label,
            gate.rule.asks,
        )
        for gate in ordered
    )
    return [*built_in, *declared]


def access_rows(access: Access) -> list[Row]:
    """Return what may be done, and by whom; not safe to show yet, either."""
    return list(_access(access))


def _access(access: Access) -> Iterator[tuple[str, str]]:
    yield "register", _who(access.register)
    for stage in _PROMOTED:
        if stage in access.promote:
            yield f"promote to {stage}", _who(access.promote[stage])
    if len(access.promote) < len(_PROMOTED):
        yield "promote to others" if access.promote else "promote", _EVERYONE
    yield "rollback", _who(access.rollback)
    yield "delete", _who(access.delete)
    yield "override gates", _who(access.override)
    yield "change gates, access", _who(access.config)
    if access.shared:
        yield "shared accounts", f"{', '.join(access.shared)}: only signed approvals count"


def _who(people: tuple[str, ...] | None) -> str:
    return _EVERYONE if people is None else ", ".join(people) or "nobody"


def _write_waiting(found: Governing) -> None:
    who = _who(found.policy.access.config)
    what = " and ".join(found.waiting)
    head = output.paint("waits to be accepted", "bold", "yellow")
    output.data(
        f"\n{head}  {what}: changed, and not in force until one of {output.safe(who, 400)} accepts it"
    )
    if found.proposed is not None:
        before, after = (
            [*gate_rows(policy), *access_rows(policy.access)] for policy in (found.policy, found.proposed)
        )
        _changes("-", "red", _without(before, after))
        _changes("+", "green", _without(after, before))
    if found.signers_proposed is not None:
        keys_before, keys_after = (
            [("allowed_signers", line) for line in text.splitlines() if line.strip()]
            for text in (found.signers_before, found.signers_proposed)
        )
        _changes("-", "red", _without(keys_before, keys_after))
        _changes("+", "green", _without(keys_after, keys_before))
    output.talk('next: mvtui config --accept --reason "…"')


def _changes(sign: str, style: str, rows: Sequence[Row]) -> None:
    for row in rows:
        _lines([row], f"  {sign} ", style)


def _without(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    left = list(others)
    found = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return found
