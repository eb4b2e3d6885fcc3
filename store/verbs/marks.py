"""What the journal says is needed, and since when something is not. Marked from a replay, never from the index."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from ..engine.repository import Repository
from ..errors import FormatError, JournalDamagedError, UnsafePathError, VerificationError
from ..nouns.event import Event, EventKind
from ..nouns.manifest import MANIFEST_START, Manifest
from . import look

Where: TypeAlias = tuple[str, str]
"""A model's name and a version's number."""

BodyKind: TypeAlias = Literal["capture", "series", "policy", "details"]

_NAMING = frozenset({EventKind.REGISTER, EventKind.ADD, EventKind.METRICS, EventKind.POLICY})
"""Events that may name objects."""


class Body(NamedTuple):
    """An object that an event names: the event's number, and what the object is."""

    seq: int
    what: BodyKind


class Marks:
    """What stands after the events taken so far.

    ``versions`` has the manifest of every version there ever was, ``standing`` those that were not deleted; ``freed``
    is when a manifest's version was deleted last, ``left`` when a version left Production last (seconds since the
    epoch). ``bodies`` are objects that events name, ``seq`` is the last event's number. ``doubt`` says why what is needed
    can't be told for certain, with a hint; None when it can.

    Once the function ``keep`` was called, ``keep`` are the objects that must stay, and ``orphans`` those of them
    that may be versions whose event was lost.
    """

    def __init__(self) -> None:
        self.versions: dict[Where, str] = {}
        self.standing: dict[Where, str] = {}
        self.freed: dict[str, float] = {}
        self.production: dict[str, str] = {}
        self.left: dict[Where, float] = {}
        self.bodies: dict[str, Body] = {}
        self.seq = 0
        self.doubt: tuple[str, str] | None = None
        self.keep: set[str] = set()
        self.orphans: set[str] = set()
        self.has_gaps = False
        self._external: set[Where] = set()

    def take(self, event: Event) -> None:
        """Let one event take effect."""
        self.seq = event.seq
        for name in event.names():
            self.bodies[name] = Body(event.seq, _kind(event, name))
        if event.partial and event.kind in _NAMING and "objects" not in event.data:
            self.doubt = (
                f"details of event {event.seq} are lost, and may have named what nothing else does",
                f"Put object {event.body[:12]}… back from a backup; mvtui verify names its place.",
            )
        try:
            self._apply(event)
        except KeyError:
            if not event.partial:
                raise
            self.has_gaps = True  # which version it was about, or what that is made of, is lost

    def _apply(self, event: Event) -> None:
        match event.kind:
            case EventKind.REGISTER:
                self._register(event)
            case EventKind.ADD:
                self._add(event)
            case EventKind.DELETE:
                self._delete(event)
            case EventKind.RESTORE:
                self._restore(event)
            case EventKind.TRANSITION:
                self._transition(event)
            case EventKind.REPAIR:
                self.has_gaps = self.has_gaps or bool(event.data.get("gaps"))
            case _:
                pass  # leaves standing what stood

    def _register(self, event: Event) -> None:
        data = event.data
        where = data["model"], data["version"]
        self.versions[where] = self.standing[where] = data["id"]
        if data.get("external"):
            self._external.add(where)

    def _add(self, event: Event) -> None:
        if event.data.get("external") is False:
            self._external.discard((event.data["model"], event.data["version"]))

    def _delete(self, event: Event) -> None:
        where = event.data["model"], event.data["version"]
        if (gone := self.standing.pop(where, None)) is not None:
            self.freed[gone] = event.at.timestamp()
        if self.production.get(where[0]) == where[1]:
            self._leaves(where[0], event)

    def _restore(self, event: Event) -> None:
        where = event.data["model"], event.data["version"]
        if where in self.versions:
            self.standing[where] = self.versions[where]

    def _transition(self, event: Event) -> None:
        model = event.data["model"]
        for move in event.data.get("moves", ()):
            if move.get("stage") == "production":
                if model in self.production:
                    self._leaves(model, event)
                self.production[model] = move["version"]
            elif self.production.get(model) == move["version"]:
                self._leaves(model, event)

    def _leaves(self, model: str, event: Event) -> None:
        self.left[model, self.production.pop(model)] = event.at.timestamp()

    @functools.cached_property
    def manifests(self) -> frozenset[str]:
        """The manifests of all versions there ever were; asked for once every event was taken."""
        return frozenset(self.versions.values())

    @functools.cached_property
    def refs(self) -> dict[str, list[str]]:
        """The manifests of the versions that stand, and the references of each; as ``manifests``."""
        found: dict[str, list[str]] = {}
        for (model, number), identity in self.standing.items():
            found.setdefault(identity, []).append(f"{model}@{number}")
        return found

    def stored(self) -> list[str]:
        """Return the manifests of the versions that stand and whose files the store has to have, each once."""
        return list(dict.fromkeys(i for where, i in self.standing.items() if where not in self._external))

    def refuse_in_doubt(self) -> None:
        """Make sure that what is needed can be told for certain.

        Raises:
            JournalDamagedError: a line is in doubt: it may name the very object that looks unneeded.
        """
        if self.doubt is not None:
            raise JournalDamagedError(self.doubt[0], hint=self.doubt[1])


def _kind(event: Event, name: str) -> BodyKind:
    if name == event.body:
        return "details"
    if event.kind is EventKind.POLICY:
        return "policy"
    return "series" if name == event.data.get("series") else "capture"


def replayed(repository: Repository) -> Marks:
    """Take every event of the journal. ``doubt`` says when that is not all there was."""
    marks = Marks()
    journal, events = repository.replay()
    try:
        for event in events:
            marks.take(event)
        marks.seq = journal.seq
        damage = journal.damage()
    finally:
        journal.close()
    if damage:
        what = f"what is needed can't be told for certain: {damage[0]}"
        marks.doubt = what, "Run mvtui repair, then try again."
    if doubt := repository.journal.in_doubt():
        what = f"a write is in doubt ({doubt}), and may need what nothing else does"
        marks.doubt = what, "Run mvtui repair, then try again."
    return marks


def mark(repository: Repository) -> Marks:
    """Replay the journal, look into every manifest, and mark what must stay.

    Raises:
        JournalDamagedError: what is needed can't be told for certain.
        VerificationError: a manifest can't be read.
    """
    marks = replayed(repository)
    marks.refuse_in_doubt()
    keep(repository, marks, (e.digest for _, manifest in contents(repository, marks) for e in manifest.files))
    return marks


def keep(repository: Repository, marks: Marks, files: Iterable[str]) -> None:
    """Note what must stay: these files, all that events name, and the manifests, of deleted versions, too."""
    marks.keep = marks.bodies.keys() | marks.manifests | set(files)
    if marks.has_gaps:
        marks.orphans = _orphans(repository, marks.keep)
        marks.keep |= marks.orphans


def contents(repository: Repository, marks: Marks) -> Iterator[tuple[str, Manifest]]:
    """Yield each manifest whose files must be there, with its digest.

    Raises:
        VerificationError: one is missing or damaged.
    """
    for identity in marks.stored():
        yield identity, look.manifest(repository, identity)


def _orphans(repository: Repository, keep: set[str]) -> set[str]:
    """Return the objects of versions whose registering event lies in a quarantined stretch.

    What such a stretch said is lost, and may have been that these are needed: they stay.
    """
    orphans: set[str] = set()
    for name, _ in repository.objects:
        if name not in keep and repository.objects.begins_with(name, MANIFEST_START):
            with contextlib.suppress(FormatError, UnsafePathError, VerificationError):
                orphans |= {name, *(entry.digest for entry in look.manifest(repository, name).files)}
    return orphans
