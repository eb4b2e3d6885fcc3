"""Whether data are still those DVC recorded, with DVC not installed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from typing import TypeAlias

from ...errors import MvtuiError, NotFoundError
from ...nouns.dataset import DataSource, State
from ..meter import Meter
from . import dvc_file, dvc_hash, dvc_listing
from .differences import sentences
from .dvcignore import NotUnderstoodError, find_root

Verdict: TypeAlias = tuple[State, list[str]]
HashFile: TypeAlias = Callable[[str, Callable[[int], None] | None], tuple[str, ...]]


def judge(source: DataSource, meter: Meter, commit: str = "") -> Verdict:
    """Hash the data as DVC does, and compare. Also says when DVC's file names other data by now, and the way back.

    ``commit`` is the one in which DVC's file was as recorded; empty when that isn't known.

    Raises:
        OSError: a file can't be read.
    """
    state, why = judge_bytes(source, meter)
    news = _news_of_file(source)
    back = _way_back(source, state, commit, moved=bool(news)) if state in {"changed", "missing"} else []
    return state, why + news + back


def judge_bytes(source: DataSource, meter: Meter) -> Verdict:
    """Hash the data as DVC does, and compare them with the digest that was recorded.

    Raises:
        OSError: a file can't be read.
    """
    location = source.location
    algorithm, _, digest = source.digest.partition(":")
    if "://" in location:
        return "unknown", [f"{location} is not on this machine"]
    if not os.path.isabs(location):
        return "unknown", [
            f"only DVC can tell where {location} is: its stage works in a directory of its own"
        ]
    if algorithm != "md5":
        return "unknown", [
            f"DVC recorded an {algorithm} of where it came from, which bytes can't be compared with"
        ]
    root = find_root(os.path.dirname(source.file))
    if not os.path.exists(location):
        return "missing", [f"there is nothing at {location}"]
    whole = digest.endswith(dvc_listing.SUFFIX)
    if whole != os.path.isdir(location):
        was, now = ("a directory", "a file") if whole else ("a file", "a directory")
        return "changed", [f"{location} was {was} and is {now}"]
    hash_file = dvc_hash.plain if source.hash == "md5" else dvc_hash.legacy
    if whole:
        return _judge_directory(location, root, source, digest, hash_file, meter)
    if not os.path.isfile(location):
        return "changed", [f"{location} is not a regular file"]
    meter.begin(os.path.getsize(location))
    digests = hash_file(location, meter.on(os.path.basename(location)))
    meter.end()
    return ("unchanged", []) if digest in digests else ("changed", [f"its md5 is {digests[0]}, not {digest}"])


def _way_back(source: DataSource, state: State, commit: str, *, moved: bool) -> list[str]:
    """Say how to get the recorded bytes again; ``moved`` says that DVC's file does not name them any more."""
    digest = source.digest.partition(":")[2]
    file = shlex.quote(source.file)
    # Of a pipeline DVC takes the data for a target, not dvc.lock.
    target = shlex.quote(source.location) if os.path.basename(source.file) == dvc_file.LOCK else file
    if not dvc_listing.in_cache(find_root(os.path.dirname(source.file)), digest):
        return [f"DVC's remote may have it: dvc pull {target}"] if state == "missing" and not moved else []
    way = f"dvc checkout {target}"
    if moved and commit:
        way = f"git checkout {commit} -- {file} && {way}"
    elif moved:
        way = f"restore {file} from git as it was, then {way}"
    return [f"the recorded bytes are in DVC's cache: {way}"]


def _judge_directory(
    location: str, root: str | None, source: DataSource, digest: str, hash_file: HashFile, meter: Meter
) -> Verdict:
    try:
        found = list(dvc_listing.walk(location, root))
    except NotUnderstoodError as error:
        return "unknown", [str(error)]
    listing = dvc_listing.cached(root, digest)
    dangling = [file.path for file in found if file.size < 0]
    if dangling and listing is None:
        return "changed", [f"can't be read as a file: {path}" for path in sorted(dangling)[:10]]
    meter.begin(sum(max(file.size, 0) for file in found))
    digests = {
        file.path: hash_file(file.location, meter.on(file.path)) if file.size >= 0 else () for file in found
    }
    meter.end()
    if listing is not None:
        return _compare(digests, listing)
    # An old md5 has two forms for large files of both text and binary: all of one form, or all of the other.
    summed = {dvc_listing.digest((path, each[form]) for path, each in digests.items()) for form in (0, -1)}
    if digest in summed:
        return "unchanged", []
    why = [f"the md5 of its listing is {summed.pop()}, not {digest}"]
    if source.nfiles is not None and source.nfiles != len(found):
        why.append(f"it has {len(found):,} files, and had {source.nfiles:,}")
    return "changed", [*why, "which files differ can't be told: DVC's cache does not have the listing"]


def _compare(digests: Mapping[str, tuple[str, ...]], listing: Mapping[str, str]) -> Verdict:
    changed = [path for path in digests.keys() & listing.keys() if listing[path] not in digests[path]]
    why = sentences(changed, digests.keys() - listing.keys(), listing.keys() - digests.keys())
    return ("changed", why) if why else ("unchanged", [])


def _news_of_file(source: DataSource) -> list[str]:
    """Say when the file of DVC names other data than those that were recorded, or none."""
    if not os.path.exists(source.file):
        return [f"{source.file} is gone"]
    try:
        now = dvc_file.pick(source.file, source.location if os.path.isabs(source.location) else source.path)
    except NotFoundError:
        return [f"{source.file} does not name {source.path} any more"]
    except MvtuiError as error:
        return [error.message]
    if f"{now.algorithm}:{now.digest}" == source.digest:
        return []
    return [f"{source.file} now names other data: {now.algorithm} {now.digest}"]
