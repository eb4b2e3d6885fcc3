"""The Python face: ``Store`` and the functions that give one."""

from __future__ import annotations

from datetime import datetime

from ..engine.repository import Repository
from ..verbs import find
from .ab_testing import ABTesting
from .agents import Agents
from .agents import load_prompt as load_prompt
from .agents import load_tokenizer as load_tokenizer
from .ancestry import Ancestry
from .annotating import Annotating
from .auditing import Auditing
from .bundling import Bundling
from .comparing import Comparing
from .datasets import Datasets
from .face import StrPath
from .finding import Finding
from .inspecting import Inspecting
from .inspecting import health as health
from .inspecting import histogram as histogram
from .inspecting import inspect as inspect
from .keeping import Keeping
from .looking import Looking
from .measuring import Measuring
from .records import Records
from .registering import Registering
from .staging import Staging


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


def init_store(
    path: StrPath | None = None, *, group: str | int | None = None, demo: datetime | None = None
) -> Store:
    """Make a store at ``path`` (default: ``$MVTUI_STORE``, else ``.mvtui`` in this directory) and open it.

    One that is there already is opened as it is. Inside a git work tree the store ignores itself.

    With ``group``, the name or ID of a Unix group that this user is in, the group's members may write it and what any
    of them makes in it, whatever their umask; everyone else may read it. A store that is there already is shared, too,
    as far as this user may; what others may do in it stays as it is.

    With ``demo`` it tells a story that begins then: see ``Store.playing``. It says so for ever, and nothing can make it a
    store like others.

    Raises:
        BadInputError: there is no such group.
        ConflictError: ``path`` is a file, or a directory that holds something else.
        StorageError: it can't be written, or not all of it could be given to the group.
    """
    from ..verbs import init

    return Store(init.init(path, group, demo))


class Store(
    Looking,
    Registering,
    Bundling,
    Agents,
    Annotating,
    Staging,
    ABTesting,
    Auditing,
    Ancestry,
    Comparing,
    Finding,
    Measuring,
    Records,
    Datasets,
    Inspecting,
    Keeping,
):
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
