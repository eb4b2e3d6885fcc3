"""The ledger: events as a person reads them, and what a watcher is told besides."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from .event import Event
from .version import rfc3339

NoticeKind: TypeAlias = Literal["gone", "back", "rewritten", "found", "damaged", "ahead"]


class LedgerEntry(msgspec.Struct, frozen=True):
    """One event, and what it comes to.

    ``model`` and ``version`` are what it is about, empty for the store itself; ``what`` is what happened, in words that go
    on after the actor's name. ``overridden`` says that a gate did not pass and was overruled, ``overruled`` names those
    that did not pass; ``rollback`` says that Production went back. Of ``asked`` gates ``passed`` ones let it in;
    ``approved_by`` are the people whose approvals counted then.
    """

    event: Event
    model: str
    version: str
    what: str
    overridden: bool = False
    rollback: bool = False
    overruled: tuple[str, ...] = ()
    passed: int = 0
    asked: int = 0
    approved_by: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The reference, or the model, that it is about; an empty text for the store itself."""
        return f"{self.model}@{self.version}" if self.version else self.model

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types: the fields of ``history --json`` and of a line of ``watch --json``.

        ``seq``, ``at`` (RFC 3339, UTC), ``actor`` (``user``, ``uid``, ``host``, ``ssh``, ``tool``), ``event`` (its kind),
        ``model`` and ``version`` (null for the store itself), ``what``, ``reason``, ``overridden``, ``rollback``, ``gates``
        (``passed``, ``asked``, ``overruled``; null when none was asked), ``approved_by``, ``data`` (all that the journal says,
        by kind), ``hash`` and ``prev`` (BLAKE3, of this line and the one before), ``partial`` (part of ``data`` is lost).
        """
        event = self.event
        gates = {"passed": self.passed, "asked": self.asked, "overruled": list(self.overruled)}
        return {
            "seq": event.seq,
            "at": rfc3339(event.at),
            "actor": msgspec.structs.asdict(event.actor),
            "event": str(event.kind),
            "model": self.model or None,
            "version": self.version or None,
            "what": self.what,
            "reason": event.reason,
            "overridden": self.overridden,
            "rollback": self.rollback,
            "gates": gates if self.asked else None,
            "approved_by": list(self.approved_by),
            "data": event.data,
            "hash": event.hash,
            "prev": event.prev,
            "partial": event.partial,
        }


class WatchNotice(msgspec.Struct, frozen=True):
    """Something that a watcher must know, and that is no event.

    ``gone``: the store can't be read, and is waited for; ``back``: it can again. ``rewritten``: what was told last is not in
    the journal any more (a restored backup, an edited file); ``found``: it is there again. ``damaged``: part of the journal
    can't be read. ``ahead``: the number to begin after is larger than any there is. ``seq`` is the last event that can be read.
    """

    notice: NoticeKind
    message: str
    seq: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return msgspec.structs.asdict(self)
