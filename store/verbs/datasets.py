"""Datasets of a registration: found in the store or made versions of it, before the version they belong to.

Every source is read, and its bytes hashed, before the first event is written. What fails after that leaves a
dataset version that nothing was trained on: true, and found again by the next registration.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..engine import digest, durable
from ..engine.index import Index
from ..engine.reduce import Document
from ..engine.repository import Repository
from ..errors import BadInputError, BusyError, ConflictError, MvtuiError, NotFoundError
from ..knowledge import sources
from ..knowledge.datasets import asked as requests
from ..knowledge.datasets import stated as statements
from ..knowledge.datasets import tracked
from ..knowledge.datasets.asked import Asked
from ..knowledge.datasets.dvc_file import Output
from ..knowledge.datasets.stated import Referred, Stated
from ..knowledge.guess import Guesses
from ..knowledge.sources import SourceFile
from ..nouns import names
from ..nouns.dataset import DataSource
from ..nouns.lineage import EVALUATION_ROLES, Link
from ..nouns.manifest import FileEntry, Kind, Manifest
from ..nouns.reports import Progress, ProgressCallback, Registered
from . import link, resolve
from .circumstances import Circumstances
from .commit import commit
from .request import Request

_TRIES = 3  # as in register: an object may be collected before the commit


class _Tie(msgspec.Struct):
    """A dataset that is a version: its part, the version's reference and hash ID, and what else to tell of it."""

    role: str
    ref: str
    identity: str
    told: list[str]


class _Plan(msgspec.Struct):
    """A dataset on its way to a version: what was asked for, what its source states, and its files at a path.

    ``tracked`` is what DVC recorded of the path. ``twin`` is the plan for just that, of a path whose bytes are these
    but are to be stored. ``told`` is how the two compare.
    """

    asked: Asked
    stated: Stated
    files: list[SourceFile]
    manifest: Manifest | None = None
    tracked: Output | None = None
    twin: _Plan | None = None
    told: str = ""


def tied(repository: Repository, request: Request, progress: ProgressCallback | None) -> Request:
    """Return the request with an edge to the version of each of its datasets; those the store lacks are registered.

    Raises:
        BadInputError: a source or name that can't be read or used.
        NotFoundError: a path, or a version, that does not exist.
        ConflictError: a name for a dataset that a model of another kind has.
        UnsupportedFileError, SourceChangedError, StorageError: see ``Store.register``.
    """
    if not request.datasets:
        return request
    found: list[_Tie | _Plan] = []
    for asked in request.datasets:
        source = statements.state(asked.source)
        if isinstance(source, Referred):
            found.append(_known(repository, asked, source.ref))
        else:
            found.append(_plan(repository, request, asked, source))
    plans = [each for each in found if isinstance(each, _Plan)]
    for plan in plans:
        if plan.tracked is not None:
            _compare(repository, request, plan, progress)
    if request.store_data and not any(plan.files for plan in plans):
        raise BadInputError(
            "there are no bytes to store: none of the datasets is a path",
            hint="Give the path of the data (data/train.csv rather than data/train.csv.dvc), or leave out --store-data.",
        )
    _read(repository, plans, progress, store=request.store_data)
    ties = [_version(repository, request, each) if isinstance(each, _Plan) else each for each in found]
    links = [_link(request.kind, tie) for tie in ties]
    return msgspec.structs.replace(
        request,
        links=tuple(dict.fromkeys((*request.links, *links))),
        tied=tuple(f"{tie.role}: {', '.join([tie.ref, *tie.told])}" for tie in ties),
    )


def located(request: Request, manifest: Manifest) -> Request:
    """Return the request for a dataset of files with where they are; as it is where they won't stay in one place.

    A path that is not UTF-8 can't be kept, and is left out.
    """
    place = os.fspath(request.paths[0])
    is_text = place.encode(errors="ignore").decode() == place
    if request.move or len(request.paths) != 1 or not is_text:
        return request
    source = _of_files(DataSource("path", place), manifest)
    return msgspec.structs.replace(request, source=source)


def _of_files(source: DataSource, manifest: Manifest) -> DataSource:
    return msgspec.structs.replace(
        source, digest=f"blake3:{_identity(manifest)}", size=manifest.size, nfiles=len(manifest.files)
    )


def _identity(manifest: Manifest) -> str:
    return digest.of_bytes(manifest.encode())


def _link(kind: Kind, tie: _Tie) -> Link:
    if kind == "dataset":
        return Link("derived-from", tie.identity, tie.role)
    type_ = "evaluated-on" if tie.role.lower() in EVALUATION_ROLES else "trained-on"
    return Link(type_, tie.identity, tie.role)


def _known(repository: Repository, asked: Asked, ref: str) -> _Tie:
    """Return the tie to the dataset version that a reference names."""
    with repository.reading() as index:
        try:
            document = resolve.resolve(index, ref)
        except NotFoundError as error:
            raise NotFoundError(
                f"there is no file {ref}, and no dataset: {error.message}",
                hint=error.hint,
                candidates=error.candidates,
            ) from None
    if document["kind"] != "dataset":
        raise BadInputError(
            f"{ref} is of the kind {document['kind']}, and no dataset",
            hint=f"Name a dataset, or state another edge: --edge derived-from={ref}",
        )
    return _Tie(
        asked.role,
        f"{document['model']}@{document['version']}",
        document["id"],
        _other_name(asked, document["model"]),
    )


def _plan(repository: Repository, request: Request, asked: Asked, stated: Stated) -> _Plan:
    plan = _Plan(asked, stated, [])
    if stated.source.type == "path":
        try:
            plan.tracked = tracked.find(stated.source.location)
        except MvtuiError as error:  # of a file that nobody named: the data themselves are at hand
            plan.told = f"by the bytes it has now: {error.message}"
        if plan.tracked is None or request.store_data:
            _collect(repository, request, plan)
    else:
        plan.manifest = _by_statement(stated)
    with repository.reading() as index:
        _name(index, request, plan)  # what is wrong with it is said before anything is hashed
    return plan


def _by_statement(stated: Stated) -> Manifest:
    return Manifest("dataset", (), params=dict(stated.identity))


def _collect(repository: Repository, request: Request, plan: _Plan) -> None:
    store = Path(repository.layout.root)
    plan.files = sources.collect([Path(plan.stated.source.location)], follow=request.follow, store=store)


def _compare(
    repository: Repository, request: Request, plan: _Plan, progress: ProgressCallback | None
) -> None:
    """Take a path for the dataset that DVC recorded if its bytes are that, else for one of the bytes it has now.

    Bytes that are to be stored make a dataset of their own either way: what DVC recorded has no files to keep.
    """
    assert plan.tracked is not None, "asked for what DVC tracks"
    if why := tracked.differs(plan.tracked, progress):
        plan.told = f"by the bytes it has now: {why}"
        if not plan.files:
            _collect(repository, request, plan)
        return
    recorded = statements.of_output(plan.tracked)
    as_recorded = _Plan(
        plan.asked, recorded, [], _by_statement(recorded), told="what DVC recorded, unchanged"
    )
    if request.store_data:
        plan.twin = as_recorded
    else:
        plan.stated, plan.manifest, plan.told = recorded, as_recorded.manifest, as_recorded.told


def _read(
    repository: Repository, plans: Sequence[_Plan], progress: ProgressCallback | None, *, store: bool
) -> None:
    """Hash the files of every plan, or store them; each plan gets its manifest."""
    total = sum(file.size for plan in plans for file in plan.files)
    done = 0
    objects = repository.objects
    if store:
        with durable.explained("make room to work"):
            durable.make_all(repository.layout.directories())
    for plan in plans:
        entries = []
        for file in plan.files:

            def advance(count: int, item: str = file.path) -> None:
                nonlocal done
                done += count
                if progress:
                    progress(Progress("storing" if store else "hashing", item, min(done, total), total))

            if store:
                kept = objects.put_file(file.location, advance)
                entries.append(FileEntry(file.path, kept.size, kept.digest))
            else:
                hashed, size = objects.digest_file(file.location, advance)
                entries.append(FileEntry(file.path, size, hashed))
        if plan.files:
            plan.manifest = Manifest("dataset", tuple(entries))


def _version(repository: Repository, request: Request, plan: _Plan) -> _Tie:
    """Find or make the version of a dataset; of stored bytes that DVC recorded, both, with an edge between them."""
    tie = None if plan.twin is None else _version(repository, request, plan.twin)
    own = _version_of(repository, request, plan)
    if tie is not None:
        link.change(repository, own.ref, [("derived-from", tie.ref)], [])
        own.told.append(f"derived from {', '.join([tie.ref, *tie.told])}")
    return own


def _version_of(repository: Repository, request: Request, plan: _Plan) -> _Tie:
    manifest = plan.manifest
    assert manifest is not None, "every plan was read"
    identity = _identity(manifest)
    source = _of_files(plan.stated.source, manifest) if plan.files else plan.stated.source
    external = not (plan.files and request.store_data)
    for _ in range(_TRIES):
        with repository.reading() as index:
            known = _of_content(index, identity, plan.asked.name)
            name = known["model"] if known else _name(index, request, plan)
        asked = Request(
            model=name,
            paths=(),
            kind="dataset",
            params=manifest.params,
            capture=(),
            source=source,
            external=external,
        )
        done = commit(repository, asked, manifest, Circumstances(repository, asked), Guesses())
        if done is not None:
            return _Tie(plan.asked.role, done.version.ref, identity, _told(done, source, plan))
        _read(repository, [plan], None, store=request.store_data)
    raise BusyError(
        "objects were removed while they were being registered", hint="Try again when gc is done."
    )


def _told(done: Registered, source: DataSource, plan: _Plan) -> list[str]:
    told = ["new"] if done.created else [f"added {what}" for what in done.added]
    told += _other_name(plan.asked, done.version.model)
    if plan.told:
        told.append(plan.told)
    if source.floating:
        told.append(f"not pinned: {source.rev} can move")
    return told


def _other_name(asked: Asked, name: str) -> list[str]:
    """Say that a name was not given to data that have one."""
    return [f"not named {asked.name}: this content is {name} already"] if asked.name not in ("", name) else []


def _of_content(index: Index, identity: str, name: str) -> Document | None:
    """Return the version of a content, of the model of this name if there are several."""
    alive = [document for document in index.with_id(identity) if not document.get("deleted")]
    return min(alive, key=lambda document: document["model"] != name, default=None)


def _name(index: Index, request: Request, plan: _Plan) -> str:
    """Return the model to keep a new dataset under.

    Raises:
        ConflictError: a model of another kind has the name.
    """
    asked = plan.asked
    own = asked.name or requests.model_name(plan.stated.name, request.model, asked.role)
    choices = [own] if asked.name else [own, f"{own[: names.MAX_LENGTH - 5]}-data"]
    for name in choices:
        if not _is_taken(index, name, request):
            return name
    raise ConflictError(
        f"{own} can't be a dataset: a model has this name",
        hint=f"Give the dataset another: {asked.role}:NAME={asked.source}",
    )


def _is_taken(index: Index, name: str, request: Request) -> bool:
    """Whether a name is that of a model which is no dataset."""
    if name == request.model:
        return request.kind != "dataset"
    model = index.model(name)
    latest = index.version(name, model["latest"]) if model and model.get("latest") else None
    return latest is not None and latest["kind"] != "dataset"
