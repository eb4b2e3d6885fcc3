"""The policy in force as text: gates by stage, who may do what, since when; and what a waiting change would change."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from ..words import clock, past, stage_label
from . import output, table

if TYPE_CHECKING:
    from ...store import Access, Governing, Policy

Row: TypeAlias = tuple[str, ...]

_CELL = 60
_EVERYONE = "everyone who can write the store"
_PROMOTED = ("staging", "validation", "production", "archived")


def write(found: Governing, root: str) -> None:
    """Write the policy that governs as data, and what waits to be accepted."""
    output.data(
        f"{output.paint('config.toml', 'bold')}  {output.safe(os.path.join(root, 'config.toml'), 400)}"
    )
    output.data(f"policy       {_policy_line(found)}")
    output.data(f"signers      {_signers_line(found)}")
    _section("gates", gate_rows(found.policy), ("  STAGE", "MODELS", "GATE", "ASKS"))
    if not found.policy.gates:
        output.data("  none: every version may enter every stage")
    _section("access", access_rows(found.policy.access), ())
    if found.waiting:
        _write_waiting(found)


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
    """Return stage, models, name and sentence of each gate, in the order of the stages and then of the file."""
    plain = output.ascii_only()
    ordered = sorted(policy.gates, key=lambda gate: _PROMOTED.index(gate.stage))
    return [
        (
            stage_label(gate.stage, ascii_only=plain),
            output.safe(", ".join(gate.models), _CELL) or "all",
            output.safe(gate.rule.label, _CELL),
            output.safe(gate.rule.asks, 400),
        )
        for gate in ordered
    ]


def access_rows(access: Access) -> list[Row]:
    """Return what may be done, and by whom."""
    return [(what, output.safe(who, 400)) for what, who in _access(access)]


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


def _section(title: str, rows: list[Row], titles: Row) -> None:
    output.data("\n" + output.paint(title, "bold"))
    _table([(f"  {first}", *rest) for first, *rest in rows], titles)


def _table(rows: list[Row], titles: Row) -> None:
    if not rows:
        return
    wide = len(rows[0])
    names = titles or ("",) * wide
    columns = [
        *(table.Column(name) for name in names[:-1]),
        table.Column(names[-1], elastic=True, least=20),
    ]
    table.write(columns, rows, header=bool(titles))


def _write_waiting(found: Governing) -> None:
    who = _who(found.policy.access.config)
    what = " and ".join(found.waiting)
    head = output.paint("waits to be accepted", "bold", "yellow")
    output.data(
        f"\n{head}  {what}: changed, and not in force until one of {output.safe(who, 400)} accepts it"
    )
    if found.proposed is not None:
        old, new = _lines(found.policy), _lines(found.proposed)
        for sign, style, rows in (("-", "red", _without(old, new)), ("+", "green", _without(new, old))):
            for row in rows:
                output.data(output.paint(f"  {sign} {'  '.join(row)}", style))
    output.talk('next: mvtui config --accept --reason "…"')


def _lines(policy: Policy) -> list[Row]:
    return [*gate_rows(policy), *access_rows(policy.access)]


def _without(rows: list[Row], others: list[Row]) -> list[Row]:
    left = list(others)
    found = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return found
