"""``mvtui data``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..progress import meter
from ..session import open_store

if TYPE_CHECKING:
    from ....store import DataState

DATA_DIFFER = 8
_NAMED = 3
"""How many datasets are named of many that have the same said of them."""
_COLOURS = {"unchanged": "green", "changed": "red", "missing": "red", "unknown": "yellow"}


@make_command(
    examples=["mvtui data sentiment@production", "mvtui data reviews", "mvtui data sentiment --json"]
)
@ref_argument()
@store_option
@json_option
@click.pass_context
def command(ctx: click.Context, ref: str, as_json: bool) -> None:
    """Say whether the data a version was made from still are the same.

    Each dataset is unchanged, changed, missing, or unknown where this machine can't tell. Files are hashed again, those
    that DVC tracks as DVC does it; DVC need not be installed, and nothing is fetched. Of a dataset version, it says so of
    that. Exits with 8 when something changed or is missing.
    """
    with open_store(read_only=True) as store, meter() as progress:
        states = store.data(ref, progress=progress)
        name = store.get(ref).ref
    if as_json:
        output.print_json(_row(state) for state in states)
    elif states:
        _write(states)
    else:
        output.talk(f"{name} names no dataset")
        output.talk("next: register the version again with them: --dataset train=PATH")
    if any(state.state in {"changed", "missing"} for state in states):
        ctx.exit(DATA_DIFFER)


def _row(state: DataState) -> dict[str, Any]:
    source = state.source
    return {
        "role": state.role or None,
        "ref": state.ref,
        "state": state.state,
        "why": list(state.why),
        "source": None
        if source is None
        else {"type": source.type, "location": source.location, **_more(source)},
    }


def _more(source: Any) -> dict[str, Any]:
    names = ("digest", "size", "nfiles", "file", "path", "hash", "repo", "rev", "floating")
    return {name: getattr(source, name) for name in names if getattr(source, name) not in ("", None, False)}


def _write(states: Sequence[DataState]) -> None:
    signs = output.sign_set()
    sign = {"unchanged": signs.ok, "changed": signs.bad, "missing": signs.bad, "unknown": "?"}
    groups = _grouped(states)
    roles = max(len(state.role) for state in states)
    refs = max((len(output.safe(group[0].ref, 120)) for group in groups if len(group) == 1), default=0)
    for group in groups:
        state = group[0]
        word = output.paint(f"{sign[state.state]} {state.state:9}", _COLOURS[state.state])
        role = f"{state.role:{roles}}  " if roles else ""
        where = output.safe(state.source.location, 500) if state.source else ""
        which = f"{output.safe(state.ref, 120):{refs}}  {where}" if len(group) == 1 else _counted(group)
        output.data(f"{word}  {role}{which}".rstrip())
        for why in state.why:
            output.data(f"  {output.safe(why, 1000)}")


def _grouped(states: Sequence[DataState]) -> list[list[DataState]]:
    """Put those into one group of which the same is to be said and no place is known, if they are many."""
    groups: dict[object, list[DataState]] = {}
    for place, state in enumerate(states):
        alike = place if state.source else (state.role, state.state, state.why)
        groups.setdefault(alike, []).append(state)
    return [part for group in groups.values() for part in _parts(group)]


def _parts(group: list[DataState]) -> list[list[DataState]]:
    return [group] if len(group) > _NAMED else [[state] for state in group]


def _counted(group: Sequence[DataState]) -> str:
    named = ", ".join(output.safe(state.ref, 120) for state in group[:_NAMED])
    more = "…" if not output.ascii_only() else "..."
    return f"{len(group):,} datasets: {named}, {more}"
