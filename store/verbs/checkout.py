"""Getting a version's files: a copy for the user, or a path inside the store to read from."""

from __future__ import annotations

import os
from pathlib import Path

from ..engine import durable
from ..engine.repository import Repository
from ..errors import NotFoundError, ReadOnlyError, VerificationError
from ..knowledge.meter import Meter
from ..nouns.manifest import Manifest
from ..nouns.reports import ProgressCallback
from ..nouns.version import Version
from . import look


def checkout(
    repository: Repository, ref: str, dest: str | os.PathLike[str], progress: ProgressCallback | None
) -> Path:
    """Copy a version's files into ``dest``; see ``Store.checkout``."""
    target = Path(durable.absolute(dest))
    manifest = look.manifest(repository, stored(repository, ref).id)
    meter = Meter("checking out", progress, manifest.size)
    with durable.explained(f"check out into {target}"):
        repository.trees.copy_to(manifest, str(target), meter.on(target.name))
    return target


def path(repository: Repository, ref: str, progress: ProgressCallback | None) -> Path:
    """Return a path inside the store to a version's vouched-for files; see ``Store.path``."""
    identity = stored(repository, ref).id
    manifest = look.manifest(repository, identity)
    vouch(repository, manifest, progress)
    trees = repository.trees
    if not trees.is_whole(identity, manifest):
        if not repository.writable:
            raise ReadOnlyError(
                f"{ref} has no readable tree yet, and this store can't be written here",
                hint=f"Copy it instead: mvtui checkout {ref} DIR",
            )
        with durable.explained("make files to read"):
            trees.build(identity, manifest)
    root = Path(trees.path(identity))
    return root / manifest.files[0].path if len(manifest.files) == 1 else root


def stored(repository: Repository, ref: str) -> Version:
    """Return the version that a reference names, if the store has its bytes.

    Raises:
        NotFoundError: it is a dataset whose bytes stayed where they were.
    """
    version = look.get(repository, ref)
    if not version.external:
        return version
    where = f"; they were at {version.source.location}" if version.source else ""
    raise NotFoundError(
        f"the bytes of {version.ref} are not in the store{where}",
        hint=f"mvtui data {version.ref} says whether they still are the same.",
    )


def vouch(
    repository: Repository, manifest: Manifest, progress: ProgressCallback | None, *, rehash: bool = False
) -> None:
    """Make sure that every file's bytes are what the manifest says: at once if unchanged, else by hashing.

    With ``rehash`` all are hashed.

    Raises:
        VerificationError: some are missing or damaged.
    """
    meter = Meter("verifying", progress, manifest.size)
    bad = [
        f"{entry.path}: {problem}"
        for entry in manifest.files
        if (problem := repository.objects.problem(entry.digest, rehash=rehash, advance=meter.on(entry.path)))
    ]
    if bad:
        raise VerificationError(
            f"{len(bad)} of {len(manifest.files)} files can't be trusted: {bad[0]}",
            hint="mvtui verify --all names every version that is hit; registering the good files again mends them.",
            bad=bad,
        )
