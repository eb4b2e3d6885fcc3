"""Every error a user can meet, with the exit code scripts can rely on.

An error's docstring is its contract: when it is raised and what still holds. The message says what
happened, ``hint`` says what to do next. Exit codes are stable: a code, once given, keeps its meaning.

====  ===================================================================
code  meaning
====  ===================================================================
0     done (also: nothing to do)
1     unexpected: a bug in mvtui
2     usage: the words on the command line are wrong (click's own code too)
3     not found: store, model, version or file
4     bad input: a name, value or file content that can't be accepted
5     conflict: refused, because something else needs it to stay as it is
6     busy: another process holds the lock, or the source is changing
7     no room, no permission, or an input/output error
8     verification failed: bytes differ from their name
9     the journal is damaged, or its last write is in doubt
10    the store was written in a format this mvtui doesn't know
11    a gate stopped it, or would: weights that are not finite (``mvtui health``)
12    the store's access rules don't let this person do it
130   interrupted by the user
141   the reader of a pipe went away (``mvtui ls | head``)
====  ===================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .nouns.gate import GateResult
    from .nouns.pickles import Pickles


class MvtuiError(Exception):
    """Base of everything raised on purpose. Nothing was changed unless the subclass says so.

    ``hint`` is the next thing to do, one sentence or command, or empty. ``candidates`` are
    the things that were perhaps meant.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.candidates = tuple(candidates)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.__dict__.copy()))


def _rebuild(kind: type[MvtuiError], message: str, state: dict[str, object]) -> MvtuiError:
    """Errors cross process boundaries (spawned ranks, worker pools) whole, keyword fields included."""
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class UsageError(MvtuiError):
    """The request contradicts itself or lacks something; nothing was looked at."""

    exit_code = 2


class NotFoundError(MvtuiError):
    """A store, model, version, alias, object or file that was named does not exist."""

    exit_code = 3


class MissingLibraryError(NotFoundError, ImportError):
    """A library that a hook is for, or an extra of mvtui's, is not installed, or can't be imported."""


class AmbiguousError(NotFoundError):
    """A prefix fits more than one version; ``candidates`` lists them."""


class BadInputError(MvtuiError):
    """A name, value or file content that can't be accepted."""

    exit_code = 4


class BadNameError(BadInputError):
    """A model, alias or tag name that breaks the rules for names."""


class BadVersionError(BadInputError):
    """A version number that is not semantic versioning 2.0.0."""


class BadConfigError(BadInputError):
    """config.toml holds something it may not; the message names file, line and allowed values."""


class QueryError(BadInputError):
    """A query (``mvtui ls QUERY``, the ``/`` filter, ``Store.query``) that can't be read.

    ``problem`` is the message without the place, ``query`` the text, ``column`` the place in it where the mistake is (1 is the first character, one past the
    last when something is missing at the end) and ``length`` how many characters it has. ``start`` is the
    column of the term it is in. ``incomplete`` says that the term could still become right by typing on.
    """

    def __init__(
        self,
        problem: str,
        *,
        query: str,
        column: int,
        length: int = 1,
        start: int = 1,
        incomplete: bool = False,
        hint: str = "",
        candidates: Sequence[str] = (),
    ) -> None:
        super().__init__(f"{problem} (column {column})", hint=hint, candidates=candidates)
        self.problem = problem
        self.query = query
        self.column = column
        self.length = length
        self.start = start
        self.incomplete = incomplete


class UnsafePathError(BadInputError):
    """A path that would leave the directory it belongs in: absolute, ``..``, NUL, symlinked parent."""


class UnsupportedFileError(BadInputError):
    """A socket, device, FIFO, dangling or looping symlink where a file is needed."""


class BadFileError(BadInputError):
    """A model file is not a valid one of its format, or claims more than is safe to read.

    ``format`` is the format's name (``GGUF``), ``problem`` what is wrong (``it ends in the middle of a key``), ``file`` the
    file's name, empty until whoever opened it gives it one, ``pickles`` the verdict on pickled data in it, if there are any. No
    reader of model files raises anything else, whatever a file holds; nothing in it was run, and no more of it was read
    than the reader's limits allow.
    """

    def __init__(
        self,
        problem: str,
        *,
        format: str,  # noqa: A002
        file: str = "",
        hint: str = "",
        pickles: Pickles | None = None,
    ) -> None:
        where = f"{file}: " if file else ""
        super().__init__(
            f"{where}not a valid {format} file: {problem}",
            hint=hint
            or "Compare its size and digest with the source's: it may be cut off, damaged or mislabelled.",
        )
        self.problem = problem
        self.format = format
        self.file = file
        self.pickles = pickles


class BadTemplateError(BadInputError):
    """A prompt's template does not parse, or asks for what no prompt may: other files, code.

    ``problem`` is what is wrong, ``line`` and ``column`` where, counted from 1; ``file`` is the prompt's, empty where it has none.
    """

    def __init__(self, problem: str, *, line: int, column: int, file: str = "", hint: str = "") -> None:
        where = f"{file}, line" if file else "line"
        super().__init__(f"{where} {line}, column {column}: {problem}", hint=hint)
        self.problem = problem
        self.line = line
        self.column = column
        self.file = file


class VariablesError(BadInputError):
    """A prompt was to be rendered with other variables than it has: ``missing`` were not given, ``unknown`` are none of its."""

    def __init__(self, message: str, *, hint: str, missing: Sequence[str], unknown: Sequence[str]) -> None:
        super().__init__(message, hint=hint)
        self.missing = tuple(missing)
        self.unknown = tuple(unknown)


class ConflictError(MvtuiError):
    """Refused because of what exists: a number in use, a destination in the way, bytes still needed."""

    exit_code = 5


class BusyError(MvtuiError):
    """Another process holds what is needed. Nothing was changed; trying again is safe."""

    exit_code = 6


class LockTimeoutError(BusyError):
    """The writers' lock was not free in time; the message names the holder's pid, user and host."""


class SourceChangedError(BusyError):
    """A file changed while it was being read. What was copied of it was thrown away."""


class StorageError(MvtuiError):
    """The operating system refused: no permission, a read-only store, an input/output error."""

    exit_code = 7


class NoSpaceError(StorageError):
    """The file system is full, or would be. What was begun has been removed."""


class ReadOnlyError(StorageError):
    """The store can be read but not written by this user, or was opened read-only."""


class VerificationError(MvtuiError):
    """Stored bytes do not match their digest, or are missing.

    ``bad`` names each damaged file or object and its problem. Which versions it hits is what ``verify`` answers.
    """

    exit_code = 8

    def __init__(self, message: str, *, hint: str = "", bad: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.bad = tuple(bad)


class JournalError(MvtuiError):
    """The journal can't be trusted or written. Reading goes on with what can be trusted."""

    exit_code = 9


class JournalDamagedError(JournalError):
    """A journal line is damaged. Writing stops until ``mvtui repair``."""


class OutcomeUnknownError(JournalError):
    """An event was written, but the disk did not confirm it.

    The line was cut off again where possible. The change may or may not survive a power cut, and
    nothing more is written until ``mvtui repair`` has looked.
    """


class FormatError(MvtuiError):
    """The store, or an event in it, was written in a format this version of mvtui does not know."""

    exit_code = 10


class GateError(MvtuiError):
    """A version may not enter a stage: a gate fails, or can't tell. Nothing was changed.

    ``results`` holds the answer of every gate (``nouns.gate.GateResult``). ``back_to`` is the reference of the version that
    ``Store.rollback`` would bring where undo may not, since a rollback asks no gate; empty where there is none.
    """

    exit_code = 11

    def __init__(
        self, message: str, *, hint: str = "", results: Sequence[GateResult] = (), back_to: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.results = tuple(results)
        self.back_to = back_to


class NotAllowedError(MvtuiError):
    """The access rules in config.toml don't list this person for what was asked. Nothing was changed."""

    exit_code = 12
