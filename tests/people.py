"""People other than whoever runs the tests, who may be root."""

from __future__ import annotations

import zlib

import pytest
from mvtui.store import Actor


def become(monkeypatch: pytest.MonkeyPatch, user: str, uid: int | None = None) -> None:
    """Let this process act as an account of that name, in all that follows."""
    number = uid if uid is not None else 2000 + zlib.crc32(user.encode()) % 1000
    actor = Actor(user, number, "box7", "", "mvtui test")
    monkeypatch.setattr("mvtui.store.engine.actor.current", lambda: actor)
