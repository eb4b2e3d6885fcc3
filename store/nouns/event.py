"""An event: one decided change, as the journal keeps it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class EventKind(StrEnum):
    """What can happen to a store. A kind, once written, keeps its meaning for ever."""

    INIT = "init"
    REGISTER = "register"
    ADD = "add"
    METRICS = "metrics"
    LINK = "link"
    NOTE = "note"
    TAG = "tag"
    ALIAS = "alias"
    DELETE = "delete"
    RESTORE = "restore"
    TRANSITION = "transition"
    APPROVAL = "approval"
    VERIFIED = "verified"
    POLICY = "policy"
    AB_TEST = "ab-test"
    OUTCOMES = "outcomes"
    REPAIR = "repair"


class Actor(msgspec.Struct, frozen=True):
    """Who did something, as far as this machine can tell.

    ``user`` is the account's name for the process's uid (never ``$USER``), ``ssh`` the address an SSH
    session came from, or empty, ``tool`` the program and version that wrote the event.
    """

    user: str
    uid: int
    host: str
    ssh: str
    tool: str


class Event(msgspec.Struct, frozen=True):
    """One line of the journal, decoded.

    ``seq`` counts from 1 without gaps; ``at`` is UTC; ``data`` depends on ``kind``; ``hash`` is the
    BLAKE3 that the next event names as ``prev``. ``body`` is the digest of the object that holds the part of
    ``data`` which did not fit the line, or empty; ``partial`` says that this object is damaged, so that part of ``data`` is
    missing.
    """

    seq: int
    at: datetime
    actor: Actor
    kind: EventKind
    reason: str
    data: dict[str, Any]
    hash: str
    prev: str
    body: str = ""
    partial: bool = False

    def names(self) -> tuple[str, ...]:
        """Return the objects that must stay as long as this event: its long part, captures, series."""
        return (*self.data.get("objects", ()), *((self.body,) if self.body else ()))
