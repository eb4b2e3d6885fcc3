"""A version and a model as the store hands them out: plain facts, detached from the index."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from .metric import all_stored

if TYPE_CHECKING:
    from .capture import Code
    from .dataset import DataSource
    from .lineage import Link
    from .manifest import FileEntry, Scalar
    from .stage import Stage

MetricValue = float


class Version(msgspec.Struct, frozen=True):
    """One version of a model.

    ``id`` is the BLAKE3 of its manifest, 64 hex digits; ``size`` is in bytes. ``created`` is when its
    files were made (their modification time with ``--each``, else the moment of registering),
    ``registered`` when the store learned of it; both in UTC. ``stage`` is None until it is put in one.
    ``metrics`` holds the latest value of each name, which may be NaN or infinite; a value measured on a dataset
    or a slice of it is called ``accuracy[test:fr]`` (``nouns.metric.key``). ``seq`` is the number of the registering
    event: a later registration has a higher one. ``edges`` say where it comes from, ``code`` which commit made it;
    ``capture`` and ``series`` are digests of objects, empty without. Of an ``external`` dataset the store has the
    digests but not the bytes; ``source`` says where they were seen last,
    ``elsewhere`` where else they have been, the latest first. ``staged`` is when it entered its stage;
    ``rolled_back`` says that Production went back from it and that it was not promoted anew since, ``overridden`` names
    the stages that it ever entered although a gate did not pass. ``verified`` is when its bytes were last hashed and found good.
    ``pickles`` is the verdict on the pickles in its files, made when it was registered: ``safe``, ``unsafe``, ``unknown``,
    ``partial`` (see ``Pickles``), ``none`` if there are none, and empty if they were not looked for; ``pickle_reasons`` are
    the first of the names that are not safe, or of the reasons why not all was looked at. ``members`` of a bundle are
    references by their roles, as they were when it was made; ``mismatch`` says, a sentence each, what does not fit together in it (an
    adapter and its base) and was registered all the same.
    """

    model: str
    version: str
    id: str
    kind: str
    stage: Stage | None
    created: datetime
    registered: datetime
    author: str
    host: str
    note: str
    size: int
    file_count: int
    seq: int
    metrics: dict[str, MetricValue] = msgspec.field(default_factory=dict)
    params: dict[str, Scalar] = msgspec.field(default_factory=dict)
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    deleted: bool = False
    deleted_reason: str = ""
    edges: tuple[Link, ...] = ()
    code: Code | None = None
    capture: str = ""
    series: tuple[str, ...] = ()
    source: DataSource | None = None
    elsewhere: tuple[DataSource, ...] = ()
    external: bool = False
    staged: datetime | None = None
    rolled_back: bool = False
    overridden: tuple[str, ...] = ()
    verified: datetime | None = None
    pickles: str = ""
    pickle_reasons: tuple[str, ...] = ()
    members: dict[str, str] = msgspec.field(default_factory=dict)
    mismatch: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """The reference to write: ``name@1.4.0``."""
        return f"{self.model}@{self.version}"

    @property
    def short_id(self) -> str:
        """The first seven digits of the hash ID, as git shows them."""
        return self.id[:7]

    def as_row(self) -> dict[str, Any]:
        """Return the fields of ``ls --json``: JSON types, times as RFC 3339 in UTC.

        JSON has no NaN and no infinity: such a metric is the text ``NaN``, ``Infinity`` or ``-Infinity``.
        """
        return {
            "model": self.model,
            "version": self.version,
            "id": self.id,
            "kind": self.kind,
            "stage": self.stage,
            "created": rfc3339(self.created),
            "registered": rfc3339(self.registered),
            "author": self.author,
            "host": self.host,
            "note": self.note,
            "size": self.size,
            "file_count": self.file_count,
            "metrics": all_stored(self.metrics),
            "params": dict(self.params),
            "tags": dict(self.tags),
            "aliases": list(self.aliases),
            "deleted": self.deleted,
            "edges": [msgspec.to_builtins(edge) for edge in self.edges],
            "code": msgspec.structs.asdict(self.code) if self.code else None,
            "capture": self.capture or None,
            "source": msgspec.to_builtins(self.source),
            "external": self.external,
            "staged": rfc3339(self.staged) if self.staged else None,
            "rolled_back": self.rolled_back,
            "overridden": list(self.overridden),
            "verified": rfc3339(self.verified) if self.verified else None,
            "pickles": self.pickles or None,
            "pickle_reasons": list(self.pickle_reasons),
            "members": dict(self.members),
            "mismatch": list(self.mismatch),
        }


class VersionDetail(msgspec.Struct, frozen=True):
    """A version together with its files, as ``show`` prints it."""

    version: Version
    files: tuple[FileEntry, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of ``show --json``."""
        row = self.version.as_row()
        row["files"] = [{"path": f.path, "size": f.size, "digest": f.digest} for f in self.files]
        return row


class Model(msgspec.Struct, frozen=True):
    """A named line of versions.

    ``latest`` is the highest version number that is not a pre-release (the highest at all if there is no
    release); None when every version was deleted. ``production`` is the number in Production, if any.
    ``size`` sums the versions' sizes in bytes before deduplication. ``updated`` is when a version was
    last registered. ``tests`` are the names of its A/B tests that run.
    """

    name: str
    version_count: int
    latest: str | None
    production: str | None
    size: int
    updated: datetime
    aliases: dict[str, str] = msgspec.field(default_factory=dict)
    tests: tuple[str, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """Return the model as JSON types."""
        return {
            "model": self.name,
            "versions": self.version_count,
            "latest": self.latest,
            "production": self.production,
            "size": self.size,
            "updated": rfc3339(self.updated),
            "aliases": dict(self.aliases),
            "tests": list(self.tests),
        }


def rfc3339(moment: datetime) -> str:
    """Write a time in UTC with ``Z``, to the microsecond when it has one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
