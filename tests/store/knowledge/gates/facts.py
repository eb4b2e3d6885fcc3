"""Facts for gates to judge, made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from mvtui.store.knowledge import directions
from mvtui.store.knowledge.gates.facts import Facts, Signature, Voice
from mvtui.store.nouns.approval import Approval, Verdict
from mvtui.store.nouns.metric import Direction
from mvtui.store.nouns.stage import Stage
from mvtui.store.nouns.version import Version

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ID, OTHER_ID = "a" * 64, "b" * 64
RULES = "r" * 64
GROUPS = {"leads": ("lea", "leo")}


def version(number: str = "1.1.0", **fields: Any) -> Version:
    """A version of ann's, registered a day ago."""
    common: dict[str, Any] = {
        "model": "m",
        "version": number,
        "id": ID,
        "kind": "weights",
        "stage": None,
        "created": NOW,
        "registered": NOW - timedelta(days=1),
        "author": "ann",
        "host": "box7",
        "note": "",
        "size": 1,
        "file_count": 1,
        "seq": 2,
    }
    return Version(**common | fields)


def member(person: str, name: str) -> bool:
    """Whether a name in a list means a person."""
    return person in GROUPS.get(name[1:], ()) if name.startswith("@") else person == name


def direction(name: str) -> Direction | None:
    return directions.direction(name, (), ())


def facts(
    metrics: dict[str, float] | None = None,
    production: dict[str, float] | None = None,
    *,
    stage: Stage = "production",
    way: Callable[[str], Direction | None] = direction,
    of: Version | None = None,
    **more: Any,
) -> Facts:
    """What a gate sees of a version with these metrics, and of what is in production."""
    return Facts(
        version=of if of is not None else version(metrics=metrics or {}),
        stage=stage,
        now=NOW,
        direction=way,
        member=member,
        production=version("1.0.0", metrics=production) if production is not None else None,
        digest=RULES,
        **more,
    )


def voice(
    by: str,
    verdict: Verdict = "approve",
    *,
    person: str = "",
    signature: Signature = "none",
    uid: int = 1000,
    stage: Stage = "production",
    identity: str = ID,
    gates: str = RULES,
    key: str = "",
    note: str = "",
    at: int = 0,
) -> Voice:
    """What an account said; ``person`` is whose key it was signed with."""
    approval = Approval(
        model="m",
        version="1.1.0",
        id=identity,
        stage=stage,
        verdict=verdict,
        by=by,
        uid=uid,
        host="box7",
        at=NOW,
        seq=at,
        gates=gates,
        reason=f"{by} says so",
        signature="sig" if signature != "none" else "",
    )
    return Voice(approval, person or by, signature, note, key)


def said(*voices: Voice, **more: Any) -> Facts:
    """Facts with these verdicts, in the order of their events."""
    from msgspec.structs import replace

    numbered = [
        replace(voice, approval=replace(voice.approval, seq=seq)) for seq, voice in enumerate(voices, 10)
    ]
    return facts(voices=tuple(numbered), **more)
