"""The Python face: ``Store`` and the two functions that give one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from .engine.repository import Repository
from .verbs import find, look

if TYPE_CHECKING:
    from pathlib import Path

    from .nouns.damage import Damage
    from .nouns.event import Event
    from .nouns.manifest import Kind
    from .nouns.reports import (
        Finding,
        GcReport,
        ProgressCallback,
        Registered,
        RepairReport,
        Summary,
        VerifyReport,
    )
    from .nouns.semver import Bump
    from .nouns.version import Model, Version, VersionDetail

StrPath: TypeAlias = str | os.PathLike[str]


def open_store(path: StrPath | None = None, *, read_only: bool = False) -> Store:
    """Open a store.

    Args:
        path: the store's directory, or a directory that holds a ``.mvtui``. None looks at
            ``$MVTUI_STORE``, then for the nearest ``.mvtui`` in this directory and upward.
        read_only: refuse every change. A store that this user can't write opens so by itself.

    Raises:
        NotFoundError: there is no store; the hint names ``mvtui init``.
        FormatError: a later mvtui wrote it.
        StorageError: it can't be read.
    """
    return Store(Repository.open(find.store_root(path), read_only=read_only))


def glance(path: StrPath | None = None) -> Store | None:
    """Open a large store in a few milliseconds to see its models and each one's newest versions.

    The store that comes back is read-only, and knows no older versions; counts and sizes are complete. Show it
    while ``open_store`` reads the rest. None when the store is small enough to be opened at once, or its
    ``head.json`` is missing or too old. Arguments and errors as ``open_store``.
    """
    repository = Repository.glance(find.store_root(path))
    return Store(repository) if repository is not None else None


def init_store(path: StrPath | None = None) -> Store:
    """Make a store at ``path`` (default: ``.mvtui`` in this directory) and open it.

    One that is there already is opened as it is. Inside a git work tree the store ignores itself.

    Raises:
        ConflictError: ``path`` is a file, or a directory that holds something else.
        StorageError: it can't be written.
    """
    from .verbs import init

    return Store(init.init(path))


class Store:
    """A store of model versions. Every verb is here.

    Safe to share between threads, to use from several processes and machines' jobs at once, and after
    ``fork``. A verb either returns with its change on disk, or raises and has changed nothing;
    the one exception is ``OutcomeUnknownError``. Nothing is printed; long verbs take a ``progress``
    callback. All errors derive from ``MvtuiError``.

    A ``ref`` is a string such as ``sentiment@1.4.0``, ``sentiment@latest``, ``sentiment@champion``,
    ``sentiment@9f8a12e`` or ``id:9f8a12e``; a bare model name means its latest version. Any verb that
    takes one raises ``NotFoundError`` (``AmbiguousError`` for a prefix with several fits) or, when it
    can't be read, ``BadInputError``. Any verb that writes raises ``ReadOnlyError`` on a read-only store,
    ``LockTimeoutError`` when another process keeps the lock, ``StorageError`` when the disk refuses
    (``NoSpaceError`` when full) and ``JournalDamagedError`` when the journal needs ``repair`` first.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.root)!r})"

    def close(self) -> None:
        """Give back the files held open. Closing twice is fine; a closed store opens again when used."""
        self._repository.close()

    # -- looking --------------------------------------------------------------------------------

    @property
    def root(self) -> Path:
        """The store's directory."""
        from pathlib import Path

        return Path(self._repository.layout.root)

    @property
    def writable(self) -> bool:
        """Whether this user may change the store through this object."""
        return self._repository.writable

    @property
    def generation(self) -> int:
        """A number that grows whenever what this object has seen of the store changes."""
        return self._repository.index.generation

    def poll(self) -> bool:
        """Read what other processes have written since; say whether anything changed.

        Costs one ``fstat`` when nothing did.
        """
        return self._repository.refresh()

    def models(self) -> list[Model]:
        """Return every model that has versions, by name."""
        return look.models(self._repository)

    def versions(self, model: str | None = None, *, deleted: bool = False) -> Sequence[Version]:
        """Return versions, the one registered last first; of one model, or of all.

        The sequence is a snapshot: it does not move when the store does, and each ``Version`` is made
        when it is looked at, so that 100,000 cost little.

        Raises:
            NotFoundError: there is no such model; ``candidates`` lists similar names.
        """
        return look.versions(self._repository, model, deleted=deleted)

    def get(self, ref: str) -> Version:
        """Return the version that ``ref`` names."""
        return look.get(self._repository, ref)

    def show(self, ref: str) -> VersionDetail:
        """Return the version that ``ref`` names, with its files.

        Raises:
            VerificationError: the manifest's bytes are missing or damaged.
        """
        return look.show(self._repository, ref)

    def complete(self, prefix: str) -> list[str]:
        """Return references and model names that begin with ``prefix``, for shell completion."""
        return look.complete(self._repository, prefix)

    def summary(self, *, measure: bool = False) -> Summary:
        """Return the counts and sizes a status line shows.

        Args:
            measure: also add up the objects on disk (``stored``); costs a directory walk.
        """
        return look.summary(self._repository, measure=measure)

    def events(self, since: int = 0) -> Iterator[Event]:
        """Yield the journal's events with ``seq`` above ``since``, oldest first, skipping damaged lines."""
        return look.events(self._repository, since)

    def damage(self) -> tuple[Damage, ...]:
        """Return the stretches of the journal that can't be trusted; empty when all is well."""
        return self._repository.damage()

    # -- changing -------------------------------------------------------------------------------

    def register(
        self,
        model: str,
        paths: StrPath | Sequence[StrPath],
        *,
        version: str | None = None,
        bump: Bump | None = None,
        kind: Kind = "weights",
        metrics: Mapping[str, float] | None = None,
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
        note: str = "",
        created: datetime | None = None,
        move: bool = False,
        follow: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Registered:
        """Store files as a version of ``model``. The event is on disk when this returns.

        The content decides: the same files, kind and parameters are the same version. Registering them
        again finds it and adds what is new (metrics, tags, a note). Several ranks or jobs may do this at
        once; numbers are never given twice and never used again.

        Args:
            model: the model's name.
            paths: one file or directory, or several. A single directory's files become the version's
                root; among several paths each keeps its own name.
            version: the number to give (semantic versioning). Default: worked out by ``bump``.
            bump: which part to raise. Default: major when kind or file layout changed against the
                latest version, minor when parameters, parents or datasets did, else patch; 1.0.0 first.
            kind: what it is.
            metrics: name → finite number. Nested mappings are flattened with ``/``.
            params: name → text, number, boolean or None. Nested mappings are flattened with ``/``.
            tags: key → text.
            note: free text.
            created: when the files were made, if not now. Naive times are local.
            move: unlink the sources once the event is on disk. Refused for a file open for writing; one that
                changed meanwhile, or can't be removed, stays and is named in ``left``.
            follow: follow symlinks to directories (symlinked files are always followed).
            progress: called with the bytes done; raise from it to cancel.

        Raises:
            BadNameError, BadVersionError, BadInputError: see the message.
            NotFoundError: a path is missing.
            UnsupportedFileError: a socket, device, FIFO, or a symlink that dangles, loops or needs ``follow``.
            ConflictError: the number is taken, was taken by a deleted version, or this content already
                has another number than the ``version`` asked for.
            SourceChangedError: a file changed while it was being read.
        """
        from .verbs import register

        request = register.Request(
            model=model,
            paths=register.as_paths(paths),
            version=version,
            bump=bump,
            kind=kind,
            metrics=metrics or {},
            params=params or {},
            tags=tags or {},
            note=note,
            created=created,
            move=move,
            follow=follow,
        )
        return register.register(self._repository, request, progress)

    def register_each(
        self,
        model: str,
        paths: Sequence[StrPath],
        *,
        bump: Bump | None = None,
        kind: Kind = "weights",
        metrics: Mapping[str, float] | None = None,
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
        note: str = "",
        move: bool = False,
        follow: bool = False,
        progress: ProgressCallback | None = None,
    ) -> list[Registered]:
        """Register one version a path, oldest modification time first, each dated by it.

        Arguments and errors as ``register``. Paths are all checked before the first is stored; if one
        fails while being stored, those before it stay registered.
        """
        from .verbs import register

        request = register.Request(
            model=model,
            paths=register.as_paths(paths),
            bump=bump,
            kind=kind,
            metrics=metrics or {},
            params=params or {},
            tags=tags or {},
            note=note,
            move=move,
            follow=follow,
        )
        return register.register_each(self._repository, request, progress)

    def note(self, ref: str, text: str) -> Version:
        """Replace a version's note; an empty text removes it."""
        from .verbs import annotate

        return annotate.note(self._repository, ref, text)

    def tag(self, ref: str, add: Mapping[str, str] | None = None, *, remove: Iterable[str] = ()) -> Version:
        """Set and remove tags of a version.

        Raises:
            BadNameError: a key breaks the rules for names.
            NotFoundError: a tag to remove isn't there.
        """
        from .verbs import annotate

        return annotate.tag(self._repository, ref, add or {}, tuple(remove))

    def alias(self, ref: str, name: str) -> Version:
        """Make ``model@name`` mean this version; an alias in use moves here.

        Raises:
            BadNameError: the name breaks the rules, or could be read as a number, stage or hash ID.
        """
        from .verbs import annotate

        return annotate.alias(self._repository, ref, name)

    def unalias(self, model: str, name: str) -> Version:
        """Remove an alias; return the version it named.

        Raises:
            NotFoundError: the model or alias does not exist.
        """
        from .verbs import annotate

        return annotate.unalias(self._repository, model, name)

    def delete(self, ref: str, reason: str) -> Version:
        """Mark a version deleted. Its number is never used again; its bytes go with ``gc``.

        Raises:
            UsageError: the reason is empty, or the reference is a bare model name.
            ConflictError: an alias or a stage holds it.
        """
        from .verbs import annotate

        return annotate.delete(self._repository, ref, reason)

    # -- bytes ----------------------------------------------------------------------------------

    def checkout(self, ref: str, dest: StrPath, *, progress: ProgressCallback | None = None) -> Path:
        """Copy a version's files into ``dest`` (reflinks where the file system has them), each checked.

        ``dest`` is made, or must be an empty directory; it appears whole or not at all.

        Raises:
            ConflictError: ``dest`` is a file or not empty.
            VerificationError: stored bytes are damaged.
        """
        from .verbs import checkout

        return checkout.checkout(self._repository, ref, dest, progress)

    def path(self, ref: str, *, progress: ProgressCallback | None = None) -> Path:
        """Return a path to a version's files, with their names, inside the store: whole and vouched for.

        The file itself when the version is one file, else the directory. Read-only: copy before you write.

        Raises:
            VerificationError: stored bytes are damaged.
        """
        from .verbs import checkout

        return checkout.path(self._repository, ref, progress)

    def verify(self, ref: str | None = None, *, progress: ProgressCallback | None = None) -> VerifyReport:
        """Hash stored bytes again: of one version, or of every object and the journal."""
        from .verbs import verify

        return verify.verify(self._repository, ref, progress)

    # -- keeping house --------------------------------------------------------------------------

    def gc(self, *, dry_run: bool = True) -> GcReport:
        """Move objects no version needs to trash, and remove what has been there for the grace period.

        Raises:
            JournalDamagedError: a line is in doubt, so what is needed can't be told for certain.
        """
        from .verbs import gc

        return gc.gc(self._repository, dry_run=dry_run)

    def why(self, object_digest: str) -> tuple[str, ...]:
        """Say what keeps an object (any unique prefix of its digest): a sentence each; empty when nothing does.

        Raises:
            NotFoundError: no such object.
        """
        from .verbs import gc

        return gc.why(self._repository, object_digest)

    def repair(self) -> RepairReport:
        """Mend what a crash or a bad disk left: set a torn tail aside, quarantine damaged lines, rebuild the index."""
        from .verbs import repair

        return repair.repair(self._repository)

    def doctor(self) -> tuple[Finding, ...]:
        """Look at the store and what its file system can do; say what to mend."""
        from .verbs import doctor

        return doctor.doctor(self._repository)
