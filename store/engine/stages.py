"""The reducer's part about stages: transitions, approvals, checks of bytes, changes of policy.

A model's document has ``stages``: stage → [[event, number], …] by when each entered, but for archived ones, and ``held``:
who held Production, the last at the end, as {version, seq, at}. Whatever an event says, one version at most is in Production.
"""

from __future__ import annotations

from typing import Any

from ..nouns.event import Event
from ..nouns.version import rfc3339
from . import abtests, shapes
from .documents import (
    MODELS,
    STORE,
    TRANSITIONS,
    UNLISTED,
    VERSIONS,
    Document,
    Tables,
    changed,
    in_stage,
    key,
    production,
)

_PRODUCTION, _ARCHIVED = "production", "archived"


def transition(tables: Tables, event: Event) -> None:
    """A version changes its stage, and with it perhaps the one that Production had before."""
    data = event.data
    shapes.check_transition(data)
    model = tables[MODELS].get(data["model"])
    if model is None:
        return
    moves = {move["version"]: move for move in data["moves"]}
    if any(move.get("stage") == _PRODUCTION for move in moves.values()):
        for number in in_stage(model, _PRODUCTION):
            moves.setdefault(number, {"version": number, "stage": _ARCHIVED})
    for move in moves.values():
        model = _moved(tables, model, move, event)
    if data["how"] == "undo":
        held = [entry for entry in model.get("held", ()) if entry["seq"] != data.get("undoes")]
        model = changed(model, held=held)
    elif data["to"] == _PRODUCTION:
        entry = {"version": data["version"], "seq": event.seq, "at": rfc3339(event.at)}
        model = changed(model, held=[*model.get("held", ()), entry])
    tables[MODELS][data["model"]] = model
    _mark(tables, event)
    abtests.after_change(tables, data["model"], event)
    tables[TRANSITIONS][str(event.seq)] = _document(event, production(model))


def _moved(tables: Tables, model: Document, move: dict[str, Any], event: Event) -> Document:
    """Let one version stand where a transition puts it; return its model's document."""
    number, stage = move["version"], move.get("stage")
    where = key(model["name"], number)
    document = tables[VERSIONS].get(where)
    if document is not None and document.get("deleted"):
        return placed(model, number, None, 0)
    seq = move.get("since_seq") or event.seq
    if document is not None:
        since = move.get("since") or rfc3339(event.at)
        tables[VERSIONS][where] = changed(
            document,
            stage=stage,
            staged=since if stage else None,
            staged_seq=seq if stage else None,
            rolled_back=move.get("rolled_back"),
        )
    return placed(model, number, stage, seq)


def placed(model: Document, number: str, stage: str | None, seq: int) -> Document:
    """Return a model's document that lists a version in this stage and in no other; ``seq`` is when it entered."""
    stages = {
        name: left
        for name, entries in model.get("stages", {}).items()
        if (left := [entry for entry in entries if entry[1] != number])
    }
    if stage and stage != UNLISTED:
        stages[stage] = sorted([*stages.get(stage, ()), [seq, number]])
    return changed(model, stages=stages)


def _mark(tables: Tables, event: Event) -> None:
    """Note on the version what stays true of it: an override for ever, hashed bytes until they are hashed again."""
    data = event.data
    where = key(data["model"], data["version"])
    if (document := tables[VERSIONS].get(where)) is None:
        return
    if data.get("overridden"):
        document = changed(document, overridden=sorted({*document.get("overridden", ()), data["to"]}))
    if data.get("bytes") == "hashed":
        document = changed(document, verified={"at": rfc3339(event.at), "by": event.actor.user, "ok": True})
    tables[VERSIONS][where] = document


_AS_STATED = ("model", "version", "id", "from", "to", "how")
_IF_THERE = ("displaced", "gates", "overridden", "bytes", "undoes", "redoes")


def _document(event: Event, now: str | None) -> Document:
    data = event.data
    found = {
        "seq": event.seq,
        "at": rfc3339(event.at),
        "actor": {
            "user": event.actor.user,
            "uid": event.actor.uid,
            "host": event.actor.host,
            "ssh": event.actor.ssh,
            "tool": event.actor.tool,
        },
        "reason": event.reason,
        "production": now,
    }
    found |= {field: data[field] for field in _AS_STATED}
    return found | {field: data[field] for field in _IF_THERE if data.get(field)}


def approval(tables: Tables, event: Event) -> None:
    """Someone says yes or no, or asks others to; whether it counts is asked when it matters."""
    data = event.data
    shapes.check_approval(data)
    where = key(data["model"], data["version"])
    if (document := tables[VERSIONS].get(where)) is None:
        return
    said = {
        "seq": event.seq,
        "at": rfc3339(event.at),
        "by": event.actor.user,
        "uid": event.actor.uid,
        "host": event.actor.host,
        "reason": event.reason,
        "id": data["id"],
        "stage": data["stage"],
        "verdict": data["verdict"],
        "gates": data.get("gates", ""),
        "signature": data.get("signature", ""),
        "nonce": data.get("nonce", ""),
    }
    tables[VERSIONS][where] = changed(document, approvals=[*document.get("approvals", ()), said])


def verified(tables: Tables, event: Event) -> None:
    """A version's bytes were hashed, and are as they were or not."""
    data = event.data
    shapes.check_verified(data)
    where = key(data["model"], data["version"])
    if (document := tables[VERSIONS].get(where)) is not None:
        found = {"at": rfc3339(event.at), "by": event.actor.user, "ok": data["ok"]}
        tables[VERSIONS][where] = changed(document, verified=found)


def policy(tables: Tables, event: Event) -> None:
    """The gates, or the keys that signatures are checked with, are others than before."""
    data = event.data
    shapes.check_policy(data)
    tables[STORE][data["what"]] = {
        "digest": data["new"],
        "seq": event.seq,
        "at": rfc3339(event.at),
        "by": event.actor.user,
    }
