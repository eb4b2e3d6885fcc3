"""Register: files become a version. Prepare unlocked (walk, hash, copy), then decide and write under the lock."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from ..engine import durable
from ..engine.index import Index
from ..engine.objects import Stored
from ..engine.reduce import Document
from ..engine.repository import Repository
from ..errors import (
    BadInputError,
    BusyError,
    ConflictError,
    UsageError,
)
from ..knowledge import sources, values
from ..knowledge.sources import SourceFile
from ..nouns import names
from ..nouns.event import EventKind
from ..nouns.manifest import KINDS, FileEntry, Kind, Manifest
from ..nouns.reports import Progress, ProgressCallback, Registered
from ..nouns.semver import BUMPS, Bump, SemVer
from ..nouns.version import rfc3339
from . import look, move
from .number import choose

_FILE_KINDS = ("weights", "adapter", "prompt", "dataset")
_TRIES = 3  # an object may be collected between its copy and the commit; then it is stored again


class Request(msgspec.Struct, frozen=True):
    """What to register; the fields are the arguments of ``Store.register``."""

    model: str
    paths: tuple[Path, ...]
    version: str | None = None
    bump: Bump | None = None
    kind: Kind = "weights"
    metrics: Mapping[str, object] = msgspec.field(default_factory=dict)
    params: Mapping[str, object] = msgspec.field(default_factory=dict)
    tags: Mapping[str, str] = msgspec.field(default_factory=dict)
    note: str = ""
    created: datetime | None = None
    move: bool = False
    follow: bool = False


def as_paths(paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> tuple[Path, ...]:
    """Return one path or several as a tuple.

    Raises:
        BadInputError: an empty path.
    """
    several = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if any(os.fspath(path) == "" for path in several):
        raise BadInputError("a path is empty", hint="Name a file or directory.")
    return tuple(Path(durable.absolute(path)) for path in several)


def register(repository: Repository, request: Request, progress: ProgressCallback | None) -> Registered:
    """Store files as a version; see ``Store.register``."""
    request = _checked(request)
    repository.check_writable()
    return _register(repository, request, _collect(repository, request), progress)


def register_each(
    repository: Repository, request: Request, progress: ProgressCallback | None
) -> list[Registered]:
    """Register one version a path, oldest first, dated by modification time; see ``Store.register_each``."""
    request = _checked(request)
    repository.check_writable()
    dated = []
    for path in request.paths:
        files = _collect(repository, msgspec.structs.replace(request, paths=(path,)))
        made = _moment(max(source.mtime for source in files), path)
        dated.append((made, str(path), msgspec.structs.replace(request, paths=(path,), created=made), files))
    return [
        _register(repository, one, files, progress) for _, _, one, files in sorted(dated, key=lambda d: d[:2])
    ]


def _moment(mtime: float, path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(mtime, UTC)
    except (OverflowError, OSError, ValueError):
        raise BadInputError(
            f"{path} was modified at no time a calendar knows", hint=f"Set it: touch {path}"
        ) from None


def _collect(repository: Repository, request: Request) -> list[SourceFile]:
    return sources.collect(request.paths, follow=request.follow, store=Path(repository.layout.root))


def _checked(request: Request) -> Request:
    """Return the request with its values in the form they are kept.

    Raises:
        BadInputError and its kinds, UsageError: see the message.
    """
    names.check_model(request.model)
    if not isinstance(request.tags, Mapping):
        raise BadInputError("tags are not a mapping", hint='Write {"owner": "alice"}.')
    if request.version is not None and request.bump is not None:
        raise UsageError("a version and a bump were both given", hint="Leave one out: --version or --bump.")
    if request.bump is not None and request.bump not in BUMPS:
        raise BadInputError(f"{request.bump!r} is not a bump", hint=f"Choose one of {', '.join(BUMPS)}.")
    if request.kind not in KINDS:
        raise BadInputError(
            f"{request.kind!r} is not a kind", hint=f"Choose one of {', '.join(_FILE_KINDS)}."
        )
    if request.kind not in _FILE_KINDS:
        raise BadInputError(
            f"a {request.kind} version is not made of files", hint=f"Choose one of {', '.join(_FILE_KINDS)}."
        )
    for key, value in request.tags.items():
        names.check_tag_key(key)
        names.check_text(value, f"the tag {key!r}")
    _check_created(request.created)
    return msgspec.structs.replace(
        request,
        version=str(SemVer.parse(request.version)) if request.version is not None else None,
        metrics=values.flatten(request.metrics, "metric", "metrics"),
        params=values.flatten(request.params, "param", "params"),
        note=names.check_text(request.note, "the note"),
    )


def _check_created(created: object) -> None:
    if created is None:
        return
    try:
        if not isinstance(created, datetime):
            raise TypeError
        rfc3339(created)
    except (OverflowError, TypeError, ValueError):
        raise BadInputError(f"created = {created!r} is not a moment", hint="Give a datetime.") from None


def _register(
    repository: Repository, request: Request, files: list[SourceFile], progress: ProgressCallback | None
) -> Registered:
    if request.move:
        move.check(files, request.paths, repository.layout.root)
    with durable.explained("make room to work"):
        for directory in repository.layout.directories():
            durable.make_dirs(directory)
    for _ in range(_TRIES):
        stored = _store(repository, files, progress)
        manifest = Manifest(
            kind=request.kind,
            files=tuple(FileEntry(s.path, o.size, o.digest) for s, o in zip(files, stored, strict=True)),
            params=dict(request.params),  # type: ignore[arg-type]  # flattened to scalars by _checked
        )
        identity = repository.objects.put_bytes(manifest.encode())
        done = _commit(repository, request, manifest, identity)
        if done is not None:
            left = move.finish(files, stored, request.paths) if request.move else ()
            return msgspec.structs.replace(done, stored=sum(o.size for o in stored if o.new), left=left)
    raise BusyError(
        "objects were removed while they were being registered", hint="Try again when gc is done."
    )


def _store(
    repository: Repository, files: list[SourceFile], progress: ProgressCallback | None
) -> list[Stored]:
    total = sum(source.size for source in files)
    done = 0
    stored = []
    for source in files:

        def advance(count: int, item: str = source.path) -> None:
            nonlocal done
            done += count
            if progress:
                progress(Progress("storing", item, min(done, total), total))

        stored.append(repository.objects.put_file(source.location, advance))
    if progress:
        progress(Progress("storing", "", total, total))
    return stored


def _commit(repository: Repository, request: Request, manifest: Manifest, identity: str) -> Registered | None:
    """Decide and write under the lock. None when an object has gone since it was stored."""
    with repository.writing() as index:
        if not all(map(repository.ensure_object, {identity, *(f.digest for f in manifest.files)})):
            return None
        same = next(
            (d for d in index.with_id(identity) if d["model"] == request.model and "deleted" not in d), None
        )
        if same is not None:
            return _add_to(repository, request, same)
        number, why = choose(
            repository, index, request.model, manifest, asked=request.version, bump=request.bump
        )
        data: dict[str, Any] = {
            "model": request.model,
            "version": number,
            "id": identity,
            "kind": request.kind,
            "size": manifest.size,
            "files": len(manifest.files),
        }
        if request.created is not None:
            data["created"] = rfc3339(request.created)
        for name in ("metrics", "params", "tags", "note"):
            if given := getattr(request, name):
                data[name] = given
        repository.append(EventKind.REGISTER, data)
        return Registered(_version(index, request.model, number), created=True, bump=why)


def _add_to(repository: Repository, request: Request, document: Document) -> Registered:
    """Add what a registration of known content brings that is new."""
    number = document["version"]
    if request.version not in (None, number):
        raise ConflictError(
            f"this content already is {request.model}@{number}; one content has one number",
            hint=f"Leave out --version to add to it, or name it: mvtui alias {request.model}@{number} NAME",
        )
    metrics = _news(request.metrics, document.get("metrics", {}))
    tags = _news(request.tags, document.get("tags", {}))
    note = request.note if request.note != document.get("note", "") else ""
    added = [f"metric {name}={value:g}" for name, value in metrics.items()]
    added += [f"tag {name}={value}" for name, value in tags.items()]
    added += ["note"] if note else []
    if added:
        news = {
            name: value for name, value in (("metrics", metrics), ("tags", tags), ("note", note)) if value
        }
        repository.append(EventKind.ADD, {"model": request.model, "version": number} | news)
    return Registered(_version(repository.index, request.model, number), created=False, added=tuple(added))


def _news(given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in known or known[name] != value}


def _version(index: Index, model: str, number: str) -> Any:
    document = index.version(model, number)
    assert document is not None, "the event just written made it"
    return look.as_version(document)
