"""How DVC sums up a directory: a listing of its files, and the listing's MD5 with ``.dir`` behind it.

The listing is JSON, ``[{"md5": …, "relpath": …}, …]`` by relpath, as Python's ``json.dumps(…, sort_keys=True)``
writes it: blanks after comma and colon, ASCII only. DVC keeps it in its cache under that MD5.
(dvc-data, ``hashfile/tree.py`` and ``hashfile/build.py``.)
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from . import dvcignore

SUFFIX = ".dir"
_MAX_LISTING = 256 << 20  # bytes


class Found(msgspec.Struct, frozen=True):
    """A file in a tracked directory: where it lies, its path inside, and its size in bytes (-1: no file to read)."""

    location: str
    path: str
    size: int


def digest(entries: Iterable[tuple[str, str]]) -> str:
    """Return the digest of a directory from its files' ``(path inside, md5)``."""
    return hashlib.md5(_encode(entries), usedforsecurity=False).hexdigest() + SUFFIX


def _encode(entries: Iterable[tuple[str, str]]) -> bytes:
    import json

    listing = [{"md5": md5, "relpath": path} for path, md5 in sorted(entries)]
    return json.dumps(listing, sort_keys=True).encode()


def walk(directory: str, root: str | None) -> Iterator[Found]:
    """List the files DVC counts in a directory of the repository at ``root`` (both absolute).

    Symlinks to files count, those to directories don't.

    Raises:
        NotUnderstoodError: a ``.dvcignore`` above it is not understood.
        OSError: a directory can't be read.
    """
    rules = dvcignore.Ignored.inside(directory, root)
    if rules.leave_out(directory, is_directory=True):
        return
    start = len(directory.rstrip("/")) + 1
    for here, directories, files in os.walk(directory, onerror=_refuse):
        directories[:] = [name for name in directories if _enters(rules, os.path.join(here, name))]
        for name in files:
            location = os.path.join(here, name)
            if not rules.names(location, is_directory=False):
                yield Found(location, location[start:], _size(location))


def _enters(rules: dvcignore.Ignored, directory: str) -> bool:
    # A repository of DVC inside is another's data.
    inner = os.path.lexists(os.path.join(directory, dvcignore.CONTROL))
    return not inner and not rules.names(directory, is_directory=True)


def _refuse(error: OSError) -> None:
    raise error


def _size(location: str) -> int:
    try:
        status = os.stat(location)
    except OSError:
        return -1
    return status.st_size if stat.S_ISREG(status.st_mode) else -1


def cached(root: str | None, digest_: str) -> Mapping[str, str] | None:
    """Return the listing of that digest from the repository's local cache: path inside → md5; None if it isn't there.

    A listing that is not what its name says is as good as none.
    """
    import json

    for place in _places(_cache(root), digest_):
        try:
            with open(place, "rb") as file:
                data = file.read(_MAX_LISTING)
        except OSError:
            continue
        if hashlib.md5(data, usedforsecurity=False).hexdigest() + SUFFIX == digest_:
            try:
                return {entry["relpath"]: entry["md5"] for entry in json.loads(data)}
            except (ValueError, TypeError, KeyError, RecursionError):
                return None
    return None


def in_cache(root: str | None, digest_: str) -> bool:
    """Whether the repository's local cache has the bytes of that digest: of a directory, every file it lists."""
    wanted: Iterable[str] = (digest_,)
    if digest_.endswith(SUFFIX):
        listing = cached(root, digest_)
        if listing is None:
            return False
        wanted = listing.values()
    cache = _cache(root)
    return all(any(map(os.path.isfile, _places(cache, each))) for each in wanted)


def _cache(root: str | None) -> str | None:
    return None if root is None else _cache_directory(os.path.join(root, dvcignore.CONTROL))


def _places(cache: str | None, digest_: str) -> list[str]:
    """Return where DVC 3 and DVC 2 keep an object in the cache."""
    if cache is None:
        return []
    name = os.path.join(digest_[:2], digest_[2:])
    return [os.path.join(cache, "files", "md5", name), os.path.join(cache, name)]


def _cache_directory(control: str) -> str:
    """Return where the cache is: ``cache.dir`` of the repository's own configuration, or its default."""
    import configparser

    for name in ("config.local", "config"):
        parser = configparser.RawConfigParser(strict=False)
        try:
            with open(os.path.join(control, name), encoding="utf-8") as file:
                parser.read_string("\n".join(line.strip() for line in file))  # DVC indents
        except (OSError, UnicodeDecodeError, configparser.Error):
            continue
        if said := parser.get("cache", "dir", fallback=""):
            return os.path.join(control, os.path.expanduser(said.strip("\"'")))
    return os.path.join(control, "cache")
