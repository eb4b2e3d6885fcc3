"""What verbs answer: facts a face can print or a script can test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from .damage import Damage
from .version import Version

Action = Literal["storing", "hashing", "verifying", "checking out"]


class Progress(msgspec.Struct, frozen=True):
    """How far a long verb is. ``done`` and ``total`` are bytes; ``item`` is the file being worked on.

    ``done`` never falls and ends at ``total``.
    """

    action: Action
    item: str
    done: int
    total: int


ProgressCallback = Callable[[Progress], None]
"""Called often and from the calling thread. To cancel the verb, raise from it: the exception comes
out of the verb, and what was begun is removed."""


class Registered(msgspec.Struct, frozen=True):
    """What ``register`` did.

    ``created`` is False when the content already was this version; ``added`` then names what the
    registration added to it (``metric accuracy=0.93``, ``tag owner=bob``…). ``stored`` is how many new
    bytes the store took, ``left`` the sources that ``move`` had to leave where they are, ``redacted`` the parameters
    whose values looked like secrets and were not kept, ``unread`` a sentence for each file that seems to say where the
    version comes from but can't be read, ``datasets`` one for each dataset it was tied to, ``notices`` one for what could not be captured of its making and
    will be missed.
    """

    version: Version
    created: bool
    added: tuple[str, ...] = ()
    stored: int = 0
    bump: str = ""
    left: tuple[str, ...] = ()
    redacted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class BadObject(msgspec.Struct, frozen=True):
    """A stored object that is missing, unreadable or differs from its name, and the references it hits.

    ``digest`` is the name it should match, ``problem`` a sentence.
    """

    digest: str
    problem: str
    path: str
    hits: tuple[str, ...]


class VerifyReport(msgspec.Struct, frozen=True):
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


class GcItem(msgspec.Struct, frozen=True):
    """One thing gc would move or remove: ``what`` is ``object``, ``trash``, ``temp`` or ``tree``."""

    what: Literal["object", "trash", "temp", "tree"]
    name: str
    size: int


class GcReport(msgspec.Struct, frozen=True):
    """What ``gc`` did, or would do when ``dry_run``.

    ``freed`` counts bytes given back to the disk now, ``trashed`` those moved to trash, which are given back
    after the grace period.
    """

    dry_run: bool
    items: tuple[GcItem, ...]
    kept_objects: int
    trashed: int
    freed: int


class RepairReport(msgspec.Struct, frozen=True):
    """What ``repair`` mended, a sentence each. Empty when nothing was wrong."""

    actions: tuple[str, ...]


class Finding(msgspec.Struct, frozen=True):
    """One line of ``doctor``: ``ok``, ``info``, ``warn`` or ``bad``, what was seen, and what to do."""

    level: Literal["ok", "info", "warn", "bad"]
    topic: str
    message: str
    fix: str = ""


class Summary(msgspec.Struct, frozen=True):
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
