"""Datasets of a registration: found in the store or made versions of it, before the version they belong to.

Every source is read, and its bytes hashed, before the first event is written. What fails after that leaves a
dataset version that nothing was trained on: true, and found again by the next registration.
"""

from __future__ import annotations

import os

import msgspec

from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import BadInputError, BusyError, NotFoundError
from ..knowledge.datasets import stated as statements
from ..knowledge.datasets.asked import Asked
from ..knowledge.datasets.stated import Referred
from ..knowledge.guess import Guesses
from ..nouns.dataset import DataSource
from ..nouns.lineage import EVALUATION_ROLES, Link
from ..nouns.manifest import Kind, Manifest
from ..nouns.reports import ProgressCallback, Registered
from . import dataset_plan, link, resolve
from .circumstances import Circumstances
from .commit import commit
from .dataset_plan import Plan
from .request import Request

_TRIES = 3  # as in register: an object may be collected before the commit


class _Tie(msgspec.Struct):
    """A dataset that is a version: its part, the version's reference and hash ID, and what else to tell of it."""

    role: str
    ref: str
    identity: str
    told: list[str]


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
    found: list[_Tie | Plan] = []
    for asked in request.datasets:
        source = statements.state(asked.source)
        if isinstance(source, Referred):
            found.append(_known(repository, asked, source.ref))
        else:
            found.append(dataset_plan.make(repository, request, asked, source))
    plans = [each for each in found if isinstance(each, Plan)]
    for plan in plans:
        if plan.tracked is not None:
            dataset_plan.compare(repository, request, plan, progress)
    if request.store_data and not any(plan.files for plan in plans):
        raise BadInputError(
            "there are no bytes to store: none of the datasets is a path",
            hint="Give the path of the data (data/train.csv rather than data/train.csv.dvc), or leave out --store-data.",
        )
    dataset_plan.read(repository, plans, progress, store=request.store_data)
    ties = [_version(repository, request, each) if isinstance(each, Plan) else each for each in found]
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
    source = dataset_plan.of_files(DataSource("path", place), manifest)
    return msgspec.structs.replace(request, source=source)


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
    ref = ref_of(document)
    return _Tie(asked.role, ref, document["id"], _other_name(asked, ref))


def _version(repository: Repository, request: Request, plan: Plan) -> _Tie:
    """Find or make the version of a dataset; of stored bytes that DVC recorded, both, with an edge between them."""
    tie = None if plan.twin is None else _version_of(repository, request, plan.twin)
    own = _version_of(repository, request, plan)
    if tie is not None:
        link.change(repository, own.ref, [("derived-from", tie.ref)], [])
        own.told.append(f"derived from {', '.join([tie.ref, *tie.told])}")
    own.told += _other_name(plan.asked, own.ref)
    return own


def _version_of(repository: Repository, request: Request, plan: Plan) -> _Tie:
    manifest = plan.manifest
    assert manifest is not None, "every plan was read"
    identity = dataset_plan.identity(manifest)
    source = dataset_plan.of_files(plan.stated.source, manifest) if plan.files else plan.stated.source
    external = not (plan.files and request.store_data)
    for _ in range(_TRIES):
        with repository.reading() as index:
            known = _of_content(index, identity, plan.asked.name)
            name = known["model"] if known else dataset_plan.name_for(index, request, plan)
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
        dataset_plan.read(repository, [plan], None, store=request.store_data)
    raise BusyError(
        "objects were removed while they were being registered", hint="Try again when gc is done."
    )


def _told(done: Registered, source: DataSource, plan: Plan) -> list[str]:
    told = ["new"] if done.created else [f"added {what}" for what in done.added]
    if plan.told:
        told.append(plan.told)
    if source.floating:
        told.append(f"not pinned: {source.rev} can move")
    return told


def _other_name(asked: Asked, ref: str) -> list[str]:
    """Say that a name was not given to data that have one."""
    name = ref.partition("@")[0]
    return [f"not named {asked.name}: this content is {name} already"] if asked.name not in ("", name) else []


def _of_content(index: Index, identity: str, name: str) -> Document | None:
    """Return the version of a content, of the model of this name if there are several."""
    alive = [document for document in index.with_id(identity) if not document.get("deleted")]
    return min(alive, key=lambda document: document["model"] != name, default=None)
