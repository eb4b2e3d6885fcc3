"""Counting tokens: with a tokenizer from a file, of a version, or of what a version came from."""

from __future__ import annotations

import os

from ..engine import durable
from ..engine.repository import Repository
from ..errors import NotFoundError, StorageError
from ..knowledge.prompts.tokens import MAX_TOKENIZER, TOKENIZER_FILE, TokenCounter
from ..nouns.manifest import FileEntry
from . import checkout, look


def of_path(path: str | os.PathLike[str]) -> TokenCounter:
    """Return the tokenizer in a file, or in a directory; see ``mvtui.store.load_tokenizer``."""
    target = durable.absolute(path)
    if os.path.isdir(target):
        target = os.path.join(target, TOKENIZER_FILE)
    try:
        with open(target, "rb") as file:
            return TokenCounter(file.read(MAX_TOKENIZER + 1), target)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {target}", hint="Check the path.") from None
    except OSError as error:
        raise StorageError(f"could not read {target}: {error.strerror}", hint="Check its mode.") from error


def of_version(repository: Repository, ref: str) -> TokenCounter:
    """Return the tokenizer among a version's files; see ``Store.tokenizer``."""
    version = checkout.stored(repository, ref)
    entry = _entry(look.manifest(repository, version.id).files)
    if entry is None:
        raise NotFoundError(
            f"{version.ref} has no {TOKENIZER_FILE}", hint="Name a version that has one, or the file itself."
        )
    return TokenCounter(repository.objects.read(entry.digest), entry.path)


def at_hand(repository: Repository, ref: str) -> TokenCounter | None:
    """Return the tokenizer of a version, or of the first that it came from and that has one; see ``Store.tokenizer_of``."""
    version = look.get(repository, ref)
    ends = [edge.to for edge in version.edges if not edge.outside and edge.type != "replaces"]
    with repository.reading() as index:
        known = [version.id, *(end for end in ends if index.with_id(end))]
    for identity in known:
        entry = _entry(look.manifest(repository, identity).files)
        if (
            entry is not None
            and entry.size <= MAX_TOKENIZER
            and repository.objects.size(entry.digest) is not None
        ):
            return TokenCounter(repository.objects.read(entry.digest), entry.path)
    return None


def _entry(files: tuple[FileEntry, ...]) -> FileEntry | None:
    """Return the tokenizer among files: the one that lies highest."""
    found = [entry for entry in files if entry.path.rpartition("/")[2] == TOKENIZER_FILE]
    return min(found, key=lambda entry: (entry.path.count("/"), entry.path), default=None)
