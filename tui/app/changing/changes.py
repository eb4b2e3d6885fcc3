"""Changes that are made from the screen: what a dialog gives the worker once a person has decided.

Each is one verb of the store. It comes back as one sentence for the footer, or raises what the verb raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from ... import way_back

if TYPE_CHECKING:
    from ....store import Moved, ProgressCallback, Store, Verdict, Version

UNDO = "u undoes it"
_KEYS = {"undo": ("u", UNDO), "redo": ("U", "U redoes it")}


class Made(msgspec.Struct, frozen=True):
    """A change that was made: one sentence, and what else a person should read.

    ``value`` is something to be copied to the clipboard, ``version`` one to be selected.
    """

    sentence: str
    notices: tuple[str, ...] = ()
    value: str = ""
    version: Version | None = None


class Change(msgspec.Struct, frozen=True):
    """One change of the store, or something else that takes its time there."""

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it. Raises MvtuiError as the verb does; nothing was changed then."""
        raise NotImplementedError

    @property
    def stopped(self) -> str:
        """What to say when it was stopped on the way."""
        return "stopped: nothing was changed"


class Promote(Change, frozen=True):
    """Move a version to a stage; ``expect`` is what its standing was when that was decided. ``override`` overrules gates."""

    ref: str
    to: str
    reason: str
    expect: str
    override: bool = False

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        moved = store.promote(
            self.ref,
            self.to,
            reason=self.reason,
            override=self.override,
            expect=self.expect,
            progress=progress,
        )
        left = f", {moved.transition.displaced} is archived" if moved.transition.displaced else ""
        where = f"is in {self.to} now" if self.to not in ("archived", "none") else _LEFT[self.to]
        return _made(store, f"{moved.version.ref} {where}{left}", moved)


class RollBack(Change, frozen=True):
    """Let Production go back; ``expect`` is ``FROM>TO``, as it was shown."""

    model: str
    to: str
    reason: str
    expect: str

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        moved = store.rollback(
            self.model, self.to or None, reason=self.reason, expect=self.expect, progress=progress
        )
        left = f", {moved.transition.displaced} is rolled back" if moved.transition.displaced else ""
        return _made(store, f"{moved.version.ref} is in production again{left}", moved)


class Say(Change, frozen=True):
    """Approve a version for a stage, reject it, ask others to approve it, or take one's own verdict back."""

    ref: str
    to: str
    verdict: Verdict
    reason: str
    sign: bool = False

    def make(self, store: Store, progress: ProgressCallback) -> Made:  # noqa: ARG002 - as every change
        """Make it."""
        if self.verdict == "request":
            voiced = store.request(self.ref, self.to, reason=self.reason)
        else:
            verb = {"approve": store.approve, "withdraw": store.withdraw, "reject": store.reject}
            voiced = verb[self.verdict](self.ref, self.to, reason=self.reason, sign=self.sign)
        told = _SAID[self.verdict].format(ref=self.ref, stage=self.to)
        return Made(told if voiced.counts else f"{told}, but it doesn't count: {voiced.why}")


class TakeBack(Change, frozen=True):
    """Undo, or redo, the event that was shown."""

    mode: Literal["undo", "redo"]
    seq: int

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        verb = store.undo if self.mode == "undo" else store.redo
        done = verb(expect=self.seq, progress=progress)
        more = _way_back(store, "redo" if self.mode == "undo" else "undo")
        return Made(f"{self.mode}ne: {done.effect}; {more}", done.notices)


_LEFT = {"archived": "is archived now", "none": "is in no stage any more"}
_SAID: dict[str, str] = {
    "approve": "approved {ref} for {stage}",
    "reject": "rejected {ref} for {stage}",
    "request": "asked for approval of {ref} for {stage}",
    "withdraw": "withdrew your verdict on {ref} for {stage}",
}


def _made(store: Store, sentence: str, moved: Moved) -> Made:
    return Made(f"{sentence}; {_way_back(store, 'undo')}", moved.notices)


def _way_back(store: Store, mode: Literal["undo", "redo"]) -> str:
    """Say which key takes a change back; where gates would stop that, what does instead."""
    key, works = _KEYS[mode]
    error = way_back.stopped(store, mode)
    if error is None:
        return works
    told = f"{key} would not {mode} it, {way_back.stops(error)} that"
    number = error.back_to.partition("@")[2]
    return f"{told}: R leads back to {number}, chosen with the arrows" if number else told
