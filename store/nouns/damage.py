"""Damage to the journal, as readers and repair speak of it."""

from __future__ import annotations

import msgspec


class Damage(msgspec.Struct, frozen=True):
    """A stretch of the journal that can't be trusted.

    ``offset`` and ``length`` are bytes in the journal file (-1 and 0 when it is an event's object that is damaged), ``after_seq`` the last good event before it,
    ``before_seq`` the first good one after it (None at the end of the journal), ``missing`` the last event known to
    have been there, when the end of the journal itself is gone.
    """

    offset: int
    length: int
    after_seq: int
    before_seq: int | None
    problem: str
    missing: int = 0

    def __str__(self) -> str:
        trusted = f"events up to {self.after_seq}"
        if self.before_seq is not None:
            trusted += f" and from {self.before_seq} on"
        where = f"journal byte {self.offset:,}, {self.length:,} bytes: " if self.offset >= 0 else ""
        return f"{where}{self.problem}; {trusted} can be trusted"
