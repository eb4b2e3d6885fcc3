"""Who acts, and when, as far as this machine can tell; in a demo's store, as far as the story tells.

A store that was made for a demo says so in its first event. There, and only there, an event may be of a person and a
time that the story makes up: ``Repository.append`` refuses it everywhere else.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple

from ..nouns.event import Actor
from . import platform


class Part(NamedTuple):
    """A person and a time out of a story."""

    who: Actor
    at: datetime


_played: ContextVar[Part | None] = ContextVar("mvtui_part", default=None)


def current() -> Actor:
    """Return this process's actor.

    The user is the uid's name, never ``$USER``, which anyone can set. The SSH origin comes from
    ``$SSH_CONNECTION`` and is a hint, not proof.
    """
    if (part := _played.get()) is not None:
        return part.who
    uid = os.getuid() if hasattr(os, "getuid") else 0
    origin = os.environ.get("SSH_CONNECTION", "").partition(" ")[0].encode("ascii", "replace").decode()
    return Actor(platform.user_name(uid), uid, platform.host_name(), origin[:64], tool())


def now() -> datetime:
    """Return the time at which what happens now is said to happen, UTC."""
    return part.at if (part := _played.get()) is not None else datetime.now(UTC)


def is_played() -> bool:
    """Whether ``current`` and ``now`` are out of a story."""
    return _played.get() is not None


@contextlib.contextmanager
def played(part: Part) -> Iterator[None]:
    """Let this thread act a part; what it does is said to be of that person, at that time."""
    before = _played.set(part)
    try:
        yield
    finally:
        _played.reset(before)


@functools.cache
def tool() -> str:
    """Return the name and version of what writes events."""
    from ... import __version__

    return f"mvtui {__version__}"
