"""What verbs answer: facts a face can print or a script can test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .version import Version


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long verb is. ``done`` and ``total`` are bytes; ``item`` is the file being worked on.

    ``done`` never falls and ends at ``total``.
    """

    action: Literal["storing", "hashing", "verifying", "checking out"]
    item: str
    done: int
    total: int


ProgressCallback = Callable[[Progress], None]
"""Called often and from the calling thread. To cancel the verb, raise from it: the exception comes
out of the verb, and what was begun is removed."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What ``register`` did.

    ``created`` is False when the content already was this version; ``added`` then names what the
    registration added to it (``metric accuracy=0.93``, ``tag owner=bob``…). ``stored`` is how many new
    bytes the store took.
    """

    version: Version
    created: bool
    added: tuple[str, ...] = ()
    stored: int = 0
    bump: str = ""


@dataclass(frozen=True, slots=True)
class BadObject:
    """A stored object that is missing, unreadable or differs from its name, and the references it hits.

    ``digest`` is the name it should match, ``problem`` a sentence.
    """

    digest: str
    problem: str
    path: str
    hits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of the journal that can't be trusted.

    ``offset`` and ``length`` are bytes in the journal file, ``after_seq`` the last good event before it,
    ``before_seq`` the first good one after it (None at the end of the journal).
    """

    offset: int
    length: int
    after_seq: int
    before_seq: int | None
    problem: str

    def __str__(self) -> str:
        trusted = f"events up to {self.after_seq}"
        if self.before_seq is not None:
            trusted += f" and from {self.before_seq} on"
        where = f"journal byte {self.offset:,}, {self.length:,} bytes"
        return f"{where}: {self.problem}; {trusted} can be trusted"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What ``verify`` found. ``objects`` and ``bytes`` count what was hashed."""

    objects: int
    bytes: int
    bad: tuple[BadObject, ...]
    damage: tuple[Damage, ...]
    repaired: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every byte and every event can be trusted."""
        return not self.bad and not self.damage


@dataclass(frozen=True, slots=True)
class GcItem:
    """One thing gc would move or remove: ``what`` is ``object``, ``trash``, ``temp`` or ``tree``."""

    what: Literal["object", "trash", "temp", "tree"]
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class GcReport:
    """What ``gc`` did, or would do when ``dry_run``.

    ``freed`` counts bytes given back to the disk now, ``trashed`` those moved to trash, which are given back
    after the grace period.
    """

    dry_run: bool
    items: tuple[GcItem, ...]
    kept_objects: int
    trashed: int
    freed: int


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What ``repair`` mended, a sentence each. Empty when nothing was wrong."""

    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``doctor``: ``ok``, ``info``, ``warn`` or ``bad``, what was seen, and what to do."""

    level: Literal["ok", "info", "warn", "bad"]
    topic: str
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The store in a line: counts, bytes as registered (``size``) and, if measured, bytes on disk (``stored``)."""

    path: str
    models: int
    versions: int
    size: int
    stored: int | None
    user: str
    host: str
    writable: bool
    last_registered: datetime | None
