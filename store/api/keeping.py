"""The part of ``Store`` that deals in bytes and keeps house: checkout, verify, du, prune, gc, repair, doctor."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from .face import Face, StrPath

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from ..nouns.reports import Finding, GcReport, ProgressCallback, RepairReport, VerifyReport
    from ..nouns.retention import PruneReport
    from ..nouns.usage import Usage


_STORY_UID = 1000
"""The account number of people in a story: an ordinary account's, not root's."""


class Keeping(Face):
    """A version's bytes, and the store's health."""

    @contextmanager
    def playing(self, user: str, at: datetime, *, host: str = "demo") -> Iterator[None]:
        """Let what this thread does in a demo's store be of ``user`` at ``at``, as long as the context lasts.

        For stores made with ``init_store(…, demo=…)``, whose journal says so: a demo, a lesson, a test of what depends on
        people and time. The gates and rules of access judge by who is played; account groups of this machine don't hold
        for people out of a story.

        Raises:
            ConflictError: this store is a real one; what happens in it is of whoever does it, and of now.
        """
        from ..engine import actor
        from ..nouns.event import Actor

        with actor.played(actor.Part(Actor(user, _STORY_UID, host, "", actor.tool()), at)):
            self._repository.check_part()
            yield

    def checkout(self, ref: str, dest: StrPath, *, progress: ProgressCallback | None = None) -> Path:
        """Copy a version's files into ``dest`` (reflinks where the file system has them), each checked.

        ``dest`` is made, or must be an empty directory; it appears whole or not at all.

        Raises:
            ConflictError: ``dest`` is a file or not empty.
            VerificationError: stored bytes are damaged.
        """
        from ..verbs import checkout

        return checkout.checkout(self._repository, ref, dest, progress)

    def path(self, ref: str, *, progress: ProgressCallback | None = None) -> Path:
        """Return a path to a version's files, with their names, inside the store: whole and vouched for.

        The file itself when the version is one file, else the directory. Read-only: copy before you write.

        ``MODEL@production`` gives the live pointer, ``live/MODEL/production``: a symlink to a directory, also when the
        version is one file, that leads to another version from the next promotion or rollback on, in one step. Keep it to
        open it again; for one load, ``.resolve()`` it once and open files below what that gives: then they are of one
        version, and stay for the grace period of ``gc``. A ``version.json`` beside them says which (in a version that has
        a file of that name itself, ``mvtui-version.json``). A pointer that leads elsewhere than the journal says is mended
        first.

        Raises:
            VerificationError: stored bytes are damaged.
            NotFoundError: nothing is in production, or the store has not its bytes.
            ReadOnlyError: what the path should lead to is not there, and can't be made here.
            StorageError: the live pointer could not be mended.
        """
        from ..verbs import serving

        return serving.path(self._repository, ref, progress)

    def verify(self, ref: str | None = None, *, progress: ProgressCallback | None = None) -> VerifyReport:
        """Hash stored bytes again: of one version, or of every object and the journal.

        Of one version what was found is journaled, if the store can be written here: gates ask when that was. With all
        also the index and the live pointers are held against the journal, and mended if they can be.
        """
        from ..verbs import verify

        return verify.verify(self._repository, ref, progress)

    def gc(self, *, dry_run: bool = True) -> GcReport:
        """Move objects no version needs to trash, and remove what has been there for the grace period.

        What lies in live/ goes when its version has been out of Production for the grace period; until then what is
        behind it stays, too, so that a reader who found it can go on.

        Raises:
            JournalDamagedError: a line is in doubt, so what is needed can't be told for certain.
        """
        from ..verbs import gc

        return gc.gc(self._repository, dry_run=dry_run)

    def why(self, what: str) -> tuple[str, ...]:
        """Say what keeps an object (any unique prefix of its digest), or what was served of a version (a ``ref``).

        A sentence each; empty when nothing does.

        Raises:
            NotFoundError: no such object or version.
        """
        from ..verbs import gc

        return gc.why(self._repository, what)

    def du(self, model: str | None = None) -> Usage:
        """Measure what the store takes, what deduplication saved, and what deleting each version would give back.

        Of all versions, or of one model's; the totals are the store's. Deleted versions don't count: what only they
        needed is ``reclaimable``. Goes on with a damaged store, and says what can't be told then.

        Costs one replay of the journal, a walk over the objects, and one look into each manifest, whatever the model:
        about 10 seconds for 100,000 versions of three files each.

        Raises:
            NotFoundError: there is no such model.
        """
        from ..verbs import du

        return du.du(self._repository, model)

    def prune(
        self,
        model: str,
        *,
        keep_last: int | None = None,
        keep_best: Mapping[str, int] | None = None,
        keep_tags: Sequence[str] = (),
        older_than: timedelta | str | None = None,
        reason: str = "",
        dry_run: bool = True,
    ) -> PruneReport:
        """Delete the versions of a model that no rule keeps and nothing holds; say what each gives back, and what stays why.

        Never deletes what is in Staging, Validation or Production, has an alias, is one of those that Production could go
        back to, or is the base of an adapter. Each deletion is an event of its own and can be undone while ``gc`` has not
        removed the bytes; they are decided again under the lock, at most 500 in one hold of it.

        Args:
            model: the model.
            keep_last: so many of those registered last.
            keep_best: so many with the best values of each metric (``accuracy``, ``accuracy[test:fr]``). Values that are
                no finite numbers are never the best; of equal ones the newest are kept.
            keep_tags: those with a tag (``"release"``), or with that value of it (``"team=vision"``).
            older_than: only those made so long ago, such as ``"90d"``; younger ones are kept.
            reason: why; kept with each deletion. Needed unless ``dry_run``.
            dry_run: tell only.

        Raises:
            UsageError: no rule keeps anything, or there is no reason.
            BadInputError: a rule can't be read, or nobody knows which way a metric is better.
            NotFoundError: no such model, or nothing in it that a rule could keep: it may be a slip.
            NotAllowedError: the access rules list others for ``delete``.
            JournalDamagedError, VerificationError: what would be given back can't be told for certain.
        """
        from ..verbs import prune

        rules = prune.rules(keep_last, keep_best or {}, keep_tags, older_than)
        return prune.prune(self._repository, model, rules, reason, dry_run=dry_run)

    def repair(self) -> RepairReport:
        """Mend what a crash or a bad disk left.

        Sets a torn tail aside, quarantines damaged lines, rebuilds the index, and points live/ at what the journal says.
        """
        from ..verbs import repair

        return repair.repair(self._repository)

    def doctor(self, ref: str | None = None) -> tuple[Finding, ...]:
        """Look at the store and what its file system can do, or at one version's record; say what to mend.

        Of the store also: live pointers that lead astray, a policy that waits to be accepted, gates that nothing could pass
        (a metric nobody measured), people in config.toml who are not known here.

        Of a version it names what is weak: no commit, data or metrics (worse in Production), uncommitted
        changes, data or a base that can move, guesses nobody confirmed, deleted parents, no way back for Production.
        """
        from ..verbs import doctor, weak

        return doctor.doctor(self._repository) if ref is None else weak.weak(self._repository, ref)
