"""The part of ``Store`` that tells who did what, and proves it: history, watch, audit, checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from .face import Face, StrPath

if TYPE_CHECKING:
    from datetime import datetime

    from ..nouns.audit import AuditReport
    from ..nouns.checkpoint import Checkpoint
    from ..nouns.ledger import LedgerEntry, WatchNotice
    from ..nouns.reports import ProgressCallback


class Auditing(Face):
    """The ledger. Nothing here changes the store, or locks it."""

    def history(
        self, what: str | None = None, *, since: datetime | None = None, limit: int | None = None
    ) -> Iterator[LedgerEntry]:
        """Yield what happened, the last event first: in the store, to a model, or to a version.

        Read from the journal's end, so the last few of a million cost as much as of ten. A version's history has what
        happened to it when another one displaced it; a deleted one may be asked for by number. Damaged lines are passed over.

        Args:
            what: a model's name, or a reference; None for everything.
            since: an aware time; what is dated before is left out. Clocks may have been set back by a day.
            limit: yield at most so many.

        Raises:
            NotFoundError: there is no such model or version.
            BadInputError: the time has no zone, or the limit is negative.
        """
        from ..verbs import ledger

        return ledger.history(self._repository, what, since, limit)

    def watch(
        self,
        query: str = "",
        *,
        since: int | None = None,
        interval: float = 0.2,
        stop: Callable[[], bool] | None = None,
    ) -> Iterator[LedgerEntry | WatchNotice]:
        """Yield events as they land, from now on or from a number on, without end.

        Each event once, in order, as long as the journal is the one that was watched. A ``WatchNotice`` says what is no event:
        that the store can't be read (it is waited for), that what was told last is not in the journal any more (a restored
        backup: what is dated later is told), that a line is damaged. The lock is never taken, and between two looks no file
        of the store is held open. What ``query`` finds is looked for in the version as the event left it; a version that
        another one displaced counts, too. The position is taken when this is called, not when it is first asked.

        Args:
            query: which versions; in the language of ``query``, without ``sort:`` and ``limit:``. Empty for everything.
            since: the number of the event that was handled last, to begin after; 0 for the first. None for now.
            interval: seconds between two looks, each of which costs three system calls when nothing happened.
            stop: asked before each look; when it is true the iterator ends, as it does when it is closed.

        Raises:
            QueryError, UsageError: the text is no query, or one that can't be asked of single events.
            FormatError: an event that this mvtui doesn't know.
        """
        from ..verbs import watch

        return watch.watch(self._repository, query, since=since, interval=interval, stop=stop)

    def audit(
        self,
        checkpoints: Sequence[Checkpoint] = (),
        *,
        signers: bytes | None = None,
        progress: ProgressCallback | None = None,
    ) -> AuditReport:
        """Prove what can be proven of the store's history.

        Walks the hash chain from the first byte; checks each signature of an approval by the keys in force at its event, at
        its time; looks for the policies that were in force, and whether transitions went through the gates of those; whether
        live/ leads where the journal says; and whether the journal continues each checkpoint. A stretch that ``repair``
        quarantined is told in ``notices``, unless a checkpoint saw it whole.

        Args:
            checkpoints: made before, kept elsewhere.
            signers: the bytes of an ``allowed_signers`` file to check the checkpoints' signatures with; default: the store's,
                as it was then and as it is now.
            progress: called with the bytes of the journal that were read.

        Raises:
            FormatError: an event that this mvtui doesn't know.
            BusyError: the journal was cut meanwhile.
        """
        from ..verbs import audit

        return audit.audit(self._repository, checkpoints, signers, progress)

    def checkpoint(
        self, *, sign: bool = False, key: str | None = None, after: Sequence[Checkpoint] = ()
    ) -> Checkpoint:
        """Return the head of the journal, to be kept elsewhere: ``audit`` notices by it what was cut off or rewritten.

        Args:
            sign: sign it with an SSH key.
            key: the key to sign with.
            after: earlier checkpoints, which must still fit.

        Raises:
            JournalDamagedError: the chain does not hold, so its head proves nothing.
            ConflictError: an earlier checkpoint does not fit.
            NotFoundError: there is no key to sign with.
            BadInputError: ssh-keygen would not sign.
        """
        from ..verbs import checkpoints

        return checkpoints.make(self._repository, sign=sign, key=key, after=after)

    def note_checkpoint(self, checkpoint: Checkpoint, directory: StrPath = ".") -> str:
        """Add a checkpoint to the git note (``refs/notes/mvtui``) on HEAD of a directory's repository; return the commit.

        Raises:
            NotFoundError: there is no git, no repository, or no commit.
            StorageError: git would not.
        """
        from ..knowledge import gitnotes

        return gitnotes.append(str(directory), checkpoint.line())

    def noted_checkpoints(self, directory: StrPath = ".") -> list[Checkpoint]:
        """Return this store's checkpoints among the git notes of a directory's repository, the oldest first.

        Raises as ``note_checkpoint``.
        """
        from ..knowledge import gitnotes
        from ..nouns import checkpoint

        found = checkpoint.read_lines(gitnotes.everything(str(directory)))
        return sorted((c for c in found if c.store == self._repository.store_id), key=lambda c: c.seq)
