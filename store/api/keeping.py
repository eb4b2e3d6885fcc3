"""The part of ``Store`` that deals in bytes and keeps house: checkout, verify, gc, repair, doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .face import Face, StrPath

if TYPE_CHECKING:
    from pathlib import Path

    from ..nouns.reports import Finding, GcReport, ProgressCallback, RepairReport, VerifyReport


class Keeping(Face):
    """A version's bytes, and the store's health."""

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

    def repair(self) -> RepairReport:
        """Mend what a crash or a bad disk left.

        Sets a torn tail aside, quarantines damaged lines, rebuilds the index, and points live/ at what the journal says.
        """
        from ..verbs import repair

        return repair.repair(self._repository)

    def doctor(self, ref: str | None = None) -> tuple[Finding, ...]:
        """Look at the store and what its file system can do, or at one version's record; say what to mend.

        Of a version it names what is weak: no commit, data or metrics (worse in Production), uncommitted
        changes, data or a base that can move, guesses nobody confirmed, deleted parents.
        """
        from ..verbs import doctor, weak

        return doctor.doctor(self._repository) if ref is None else weak.weak(self._repository, ref)
