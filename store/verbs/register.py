"""Register: files become a version. Prepare unlocked (walk, hash, copy, look around), then decide and write under the lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ..engine import durable
from ..engine.objects import Stored
from ..engine.repository import Repository
from ..errors import BadInputError, BusyError
from ..knowledge import sources
from ..knowledge.meter import Meter
from ..knowledge.sources import SourceFile
from ..nouns.lineage import Link
from ..nouns.manifest import Edge, FileEntry, Manifest
from ..nouns.reports import ProgressCallback, Registered
from . import move, parents, policy, request
from .circumstances import Circumstances
from .commit import commit
from .number import check_possible
from .request import Request

_TRIES = 3  # an object may be collected between its copy and the commit; then it is stored again


def register(repository: Repository, asked: Request, progress: ProgressCallback | None) -> Registered:
    """Store files as a version; see ``Store.register``."""
    asked = request.checked(asked)
    repository.check_writable()
    around = Circumstances(repository, asked)
    files = _collect(repository, asked)
    _refuse_early(repository, asked, files)
    asked = _fitting(repository, asked, files)
    return _register(repository, _with_datasets(repository, asked, progress), files, around, progress)


def register_each(
    repository: Repository, asked: Request, progress: ProgressCallback | None
) -> list[Registered]:
    """Register one version a path, oldest first, dated by modification time; see ``Store.register_each``."""
    asked = request.checked(asked)
    repository.check_writable()
    around = Circumstances(repository, asked)
    dated = []
    for path in asked.paths:
        files = _collect(repository, msgspec.structs.replace(asked, paths=(path,)))
        made = _moment(max(source.mtime for source in files), path)
        one = msgspec.structs.replace(asked, paths=(path,), created=made)
        _refuse_early(repository, one, files)
        one = _fitting(repository, one, files)
        dated.append((made, str(path), one, files))
    tied = _with_datasets(repository, asked, progress)
    return [
        _register(
            repository,
            msgspec.structs.replace(one, links=tied.links, tied=tied.tied),
            files,
            around,
            progress,
        )
        for _, _, one, files in sorted(dated, key=lambda d: d[:2])
    ]


def _refuse_early(repository: Repository, asked: Request, files: list[SourceFile]) -> None:
    """Say what is wrong as soon as it can be known: before bytes are read, and before datasets are registered."""
    if asked.move:
        move.check(files, asked.paths, repository.layout.root)
    policy.check_now(repository, "register")
    with repository.reading() as index:
        size = sum(file.size for file in files)
        check_possible(index, asked.model, asked.version, size=size, files=len(files))


def _fitting(repository: Repository, asked: Request, files: list[SourceFile]) -> Request:
    """Return the request, if what is asked for fits together."""
    if asked.kind != "adapter":
        return asked
    from .adapters import fitting

    return fitting(repository, asked, files)


def _with_datasets(repository: Repository, asked: Request, progress: ProgressCallback | None) -> Request:
    """Return the request with edges to its datasets, registered where the store did not know them."""
    if not asked.datasets:
        return asked
    from .datasets import tied

    return tied(repository, asked, progress)


def _moment(mtime: float, path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(mtime, UTC)
    except (OverflowError, OSError, ValueError):
        raise BadInputError(
            f"{path} was modified at no time a calendar knows", hint=f"Set it: touch {path}"
        ) from None


def _collect(repository: Repository, asked: Request) -> list[SourceFile]:
    return sources.collect(asked.paths, follow=asked.follow, store=Path(repository.layout.root))


def _register(
    repository: Repository,
    asked: Request,
    files: list[SourceFile],
    around: Circumstances,
    progress: ProgressCallback | None,
) -> Registered:
    with durable.explained("make room to work"):
        durable.make_all(repository.layout.directories())
    guesses = parents.guessed(files, asked.model, asked.kind, asked.links)
    prompt: Request | None = None
    for _ in range(_TRIES):
        stored = _store(repository, files, progress)
        entries = tuple(FileEntry(s.path, o.size, o.digest) for s, o in zip(files, stored, strict=True))
        if asked.kind == "prompt" and prompt is None:
            from .prompts import described

            asked = prompt = described(repository, asked, entries)
        manifest = Manifest(
            kind=asked.kind,
            files=entries,
            params=dict(asked.params),  # type: ignore[arg-type]  # flattened to scalars by request.checked
            parents=_edges((link.type, link) for link in asked.links if not link.role),
            datasets=_edges((link.role, link) for link in asked.links if link.role),
        )
        if asked.kind == "dataset":
            from .datasets import located

            asked = located(asked, manifest)
        done = commit(repository, asked, manifest, around, guesses)
        if done is not None:
            left = move.finish(files, stored, asked.paths) if asked.move else ()
            return msgspec.structs.replace(
                done,
                stored=sum(o.size for o in stored if o.new),
                left=left,
                redacted=asked.redacted,
                datasets=asked.tied,
                notices=around.notices,
            )
    raise BusyError(
        "objects were removed while they were being registered", hint="Try again when gc is done."
    )


def _edges(named: Iterable[tuple[str, Link]]) -> tuple[Edge, ...]:
    return tuple(sorted({Edge(name, link.to) for name, link in named}))


def _store(
    repository: Repository, files: list[SourceFile], progress: ProgressCallback | None
) -> list[Stored]:
    meter = Meter("storing", progress, sum(source.size for source in files))
    stored = [repository.objects.put_file(source.location, meter.on(source.path)) for source in files]
    meter.end()
    return stored
