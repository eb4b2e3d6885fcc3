"""Looking: models, versions, files, events. Changes nothing, locks nothing, creates nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, overload

import msgspec

from ..engine import actor, durable
from ..engine.documents import MODELS, VERSIONS, Document, production, ref_of
from ..engine.repository import Repository
from ..errors import VerificationError
from ..nouns import names
from ..nouns.metric import from_stored
from ..nouns.pickles import kept_verdict
from ..nouns.version import Model, Version, VersionDetail
from . import resolve

if TYPE_CHECKING:
    from ..nouns.capture import Code
    from ..nouns.dataset import DataSource
    from ..nouns.event import Event
    from ..nouns.lineage import Link
    from ..nouns.manifest import Manifest
    from ..nouns.reports import Summary


def as_version(document: Document) -> Version:
    """Return a version from its document."""
    registered = datetime.fromisoformat(document["registered"])
    created = document.get("created")
    return Version(
        model=document["model"],
        version=document["version"],
        id=document["id"],
        kind=document["kind"],
        stage=document.get("stage"),
        created=datetime.fromisoformat(created) if created else registered,
        registered=registered,
        author=document["author"],
        host=document["host"],
        note=document.get("note", ""),
        size=document["size"],
        file_count=document["files"],
        seq=document["seq"],
        metrics={name: from_stored(value) for name, value in document.get("metrics", {}).items()},
        params=dict(document.get("params", {})),
        tags=dict(document.get("tags", {})),
        aliases=tuple(document.get("aliases", ())),
        deleted=document.get("deleted", False),
        deleted_reason=document.get("reason", ""),
        edges=links(document),
        code=code(document),
        capture=document.get("capture", ""),
        series=tuple(document.get("series", ())),
        source=_source(document),
        elsewhere=_elsewhere(document),
        external=document.get("external", False),
        staged=_moment(document.get("staged")),
        rolled_back=document.get("rolled_back", False),
        overridden=tuple(document.get("overridden", ())),
        verified=_verified(document),
        pickles=kept_verdict(document),
        pickle_reasons=tuple(document.get("pickle_reasons", ())),
        members=dict(document.get("members", {})),
        mismatch=tuple(document.get("mismatch", ())),
    )


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _verified(document: Document) -> datetime | None:
    found = document.get("verified")
    return _moment(found["at"]) if found and found["ok"] else None


def links(document: Document) -> tuple[Link, ...]:
    """Return the edges of a version from its document."""
    if "edges" not in document:
        return ()
    from ..nouns.lineage import Link

    return msgspec.convert(document["edges"], tuple[Link, ...])


def code(document: Document) -> Code | None:
    """Return which code made a version, from its document."""
    if "code" not in document:
        return None
    from ..nouns.capture import Code

    return msgspec.convert(document["code"], Code)


def _source(document: Document) -> DataSource | None:
    if "source" not in document:
        return None
    from ..nouns.dataset import DataSource

    return msgspec.convert(document["source"], DataSource)


def _elsewhere(document: Document) -> tuple[DataSource, ...]:
    if "elsewhere" not in document:
        return ()
    from ..nouns.dataset import DataSource

    return msgspec.convert(document["elsewhere"], tuple[DataSource, ...])


def _as_model(document: Document) -> Model:
    return Model(
        name=document["name"],
        version_count=document["count"],
        latest=document.get("latest"),
        production=production(document),
        size=document["size"],
        updated=datetime.fromisoformat(document["updated"]),
        aliases=dict(document.get("aliases", {})),
        tests=tuple(document.get("tests", ())),
    )


class Rows(Sequence[Version]):
    """Versions made when they are looked at; the documents behind them are never changed in place."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    @property
    def documents(self) -> Sequence[Document]:
        """The documents they are made of. Not to be changed."""
        return self._documents

    def __len__(self) -> int:
        return len(self._documents)

    @overload
    def __getitem__(self, at: int) -> Version: ...

    @overload
    def __getitem__(self, at: slice) -> Rows: ...

    def __getitem__(self, at: int | slice) -> Version | Rows:
        if isinstance(at, slice):
            return Rows(self._documents[at])
        return as_version(self._documents[at])


def models(repository: Repository) -> list[Model]:
    """Return the models that have versions, by name."""
    with repository.reading() as index:
        documents = index.models.all()
    return sorted((_as_model(d) for d in documents if d["count"]), key=lambda model: model.name)


def versions(repository: Repository, model: str | None, *, deleted: bool) -> Rows:
    """Return versions, the one registered last first.

    Raises:
        NotFoundError: there is no such model.
    """
    with repository.reading() as index:
        if model is None:
            documents = list(index.tables[VERSIONS].values())
        else:
            resolve.model(index, names.check_model(model))
            documents = index.of_model(model)
    documents.reverse()
    return Rows(documents if deleted else [d for d in documents if "deleted" not in d])


def get(repository: Repository, ref: str) -> Version:
    """Return the version that ``ref`` names."""
    with repository.reading() as index:
        return as_version(resolve.resolve(index, ref))


def manifest(repository: Repository, identity: str) -> Manifest:
    """Return the manifest with this hash ID.

    Raises:
        VerificationError: its bytes are missing or damaged.
    """
    from ..nouns.manifest import Manifest

    return Manifest.decode(repository.objects.read(identity))


def show(repository: Repository, ref: str) -> VersionDetail:
    """Return the version that ``ref`` names, with its files; see ``Store.show``."""
    with repository.reading() as index:
        version = as_version(resolve.even_deleted(index, ref))
    try:
        return VersionDetail(version, manifest(repository, version.id).files)
    except VerificationError:
        if version.deleted:  # its manifest went with gc
            return VersionDetail(version, ())
        raise


def called(repository: Repository, ends: Iterable[str]) -> dict[str, str | None]:
    """Return the references of hash IDs; see ``Store.called``."""
    from ..nouns.lineage import is_outside_name

    with repository.reading() as index:
        named: dict[str, str | None] = {}
        for end in ends:
            if is_outside_name(end):
                named[end] = end
            else:
                best = min(index.with_id(end), key=in_use, default=None)
                named[end] = ref_of(best) if best else None
    return named


def in_use(document: Document) -> tuple[bool, bool, int]:
    """Return a key that sorts versions of one content: production's first, the deleted last, the newest before older."""
    return bool(document.get("deleted")), document.get("stage") != "production", -document["seq"]


def complete(repository: Repository, prefix: str) -> list[str]:
    """Return what a reference beginning with ``prefix`` could become: models, or one model's references."""
    with repository.reading() as index:
        name, at, rest = prefix.partition("@")
        if not at:
            return sorted(model for model in index.tables[MODELS] if model.startswith(name))
        line = index.model(name) or {}
        numbers = [d["version"] for d in reversed(index.of_model(name)) if not d.get("deleted")]
        stages = [stage for stage in names.STAGES if stage.startswith(rest) and index.in_stage(name, stage)]
        words = [names.LATEST, *sorted(line.get("aliases", {})), *stages, *numbers]
        return [f"{name}@{word}" for word in words if word.startswith(rest)] if line else []


def summary(repository: Repository, *, measure: bool) -> Summary:
    """Return counts and sizes; with ``measure`` also what the objects take on disk, which costs a walk."""
    from ..nouns.reports import Summary

    with repository.reading() as index:
        documents = [d for d in index.tables[MODELS].values() if d["count"]]
        last = max((datetime.fromisoformat(d["updated"]) for d in documents), default=None)
    who = actor.current()
    return Summary(
        path=repository.layout.root,
        models=len(documents),
        versions=sum(d["count"] for d in documents),
        size=sum(d["size"] for d in documents),
        stored=_measured(repository) if measure else None,
        user=who.user,
        host=who.host,
        writable=repository.writable,
        last_registered=last,
    )


def _measured(repository: Repository) -> int:
    with durable.explained("measure the objects"):
        return sum(size for _, size in repository.objects)


def events(repository: Repository, since: int) -> Iterator[Event]:
    """Yield events with a number above ``since``, oldest first, skipping damaged lines."""
    journal, found = repository.replay()
    try:
        yield from (event for event in found if event.seq > since)
    finally:
        journal.close()
