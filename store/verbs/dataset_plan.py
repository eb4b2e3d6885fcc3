"""A dataset on its way to a version: what it is to be called, what it is known by, and its bytes, read once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..engine import digest, durable
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError, MvtuiError
from ..knowledge import sources
from ..knowledge.datasets import asked as requests
from ..knowledge.datasets import stated as statements
from ..knowledge.datasets import tracked
from ..knowledge.datasets.asked import Asked
from ..knowledge.datasets.dvc_file import Output
from ..knowledge.datasets.stated import Stated
from ..knowledge.meter import Meter
from ..knowledge.sources import SourceFile
from ..nouns import names
from ..nouns.dataset import DataSource
from ..nouns.manifest import FileEntry, Manifest
from ..nouns.reports import ProgressCallback
from .request import Request


class Plan(msgspec.Struct):
    """A dataset on its way to a version: what was asked for, what its source states, and its files at a path.

    ``tracked`` is what DVC recorded of the path. ``twin`` is the plan for just that, of a path whose bytes are these
    but are to be stored. ``told`` is how the two compare.
    """

    asked: Asked
    stated: Stated
    files: list[SourceFile]
    manifest: Manifest | None = None
    tracked: Output | None = None
    twin: Plan | None = None
    told: str = ""


def make(repository: Repository, request: Request, asked: Asked, stated: Stated) -> Plan:
    """Plan a dataset. Nothing is hashed yet, but what is wrong with its name is said.

    Raises:
        ConflictError: a model of another kind has the name.
        NotFoundError, UnsupportedFileError, BadInputError, StorageError: see ``sources.collect``.
    """
    plan = Plan(asked, stated, [])
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
        name_for(index, request, plan)
    return plan


def _by_statement(stated: Stated) -> Manifest:
    return Manifest("dataset", (), params=dict(stated.identity))


def _collect(repository: Repository, request: Request, plan: Plan) -> None:
    store = Path(repository.layout.root)
    plan.files = sources.collect([Path(plan.stated.source.location)], follow=request.follow, store=store)


def compare(repository: Repository, request: Request, plan: Plan, progress: ProgressCallback | None) -> None:
    """Take a path for the dataset that DVC recorded if its bytes are that, else for one of the bytes it has now.

    Bytes that are to be stored make a dataset of their own either way: what DVC recorded has no files to keep.

    Raises:
        NotFoundError, UnsupportedFileError, BadInputError, StorageError: see ``sources.collect``.
    """
    assert plan.tracked is not None, "asked for what DVC tracks"
    if why := tracked.differs(plan.tracked, progress):
        plan.told = f"by the bytes it has now: {why}"
        if not plan.files:
            _collect(repository, request, plan)
        return
    recorded = statements.of_output(plan.tracked)
    as_recorded = Plan(plan.asked, recorded, [], _by_statement(recorded), told="what DVC recorded, unchanged")
    if request.store_data:
        plan.twin = as_recorded
    else:
        plan.stated, plan.manifest, plan.told = recorded, as_recorded.manifest, as_recorded.told


def read(
    repository: Repository, plans: Sequence[Plan], progress: ProgressCallback | None, *, store: bool
) -> None:
    """Hash the files of every plan, or store them; each plan gets its manifest.

    Raises:
        SourceChangedError, StorageError: see ``Store.register``.
    """
    total = sum(file.size for plan in plans for file in plan.files)
    meter = Meter("storing" if store else "hashing", progress, total)
    objects = repository.objects
    if store:
        with durable.explained("make room to work"):
            durable.make_all(repository.layout.directories())
    for plan in plans:
        entries = []
        for file in plan.files:
            if store:
                kept = objects.put_file(file.location, meter.on(file.path))
                entries.append(FileEntry(file.path, kept.size, kept.digest))
            else:
                hashed, size = objects.digest_file(file.location, meter.on(file.path))
                entries.append(FileEntry(file.path, size, hashed))
        if plan.files:
            plan.manifest = Manifest("dataset", tuple(entries))


def of_files(source: DataSource, manifest: Manifest) -> DataSource:
    """Return where the files of a manifest are, with what they are."""
    return msgspec.structs.replace(
        source, digest=f"blake3:{identity(manifest)}", size=manifest.size, nfiles=len(manifest.files)
    )


def identity(manifest: Manifest) -> str:
    """Return the hash ID of the version that a manifest describes."""
    return digest.of_bytes(manifest.encode())


def name_for(index: Index, request: Request, plan: Plan) -> str:
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
