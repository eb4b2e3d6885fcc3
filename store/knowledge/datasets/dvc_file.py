"""What DVC recorded: ``.dvc`` files and ``dvc.lock``, as its versions 1 to 3 write them.

The forms: https://dvc.org/doc/user-guide/project-structure (``.dvc`` files, ``dvc.lock``). An output without
``hash:`` was written by DVC 2 or 1, whose ``md5`` is taken after turning CRLF into LF in files that look like
text; since DVC 3 it is ``hash: md5``, of the bytes as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from ...errors import BadInputError, NotFoundError, StorageError
from ...nouns.dataset import DataSource
from ...nouns.manifest import Scalar
from . import dvc_listing
from .plain import Fields, load
from .url import without_secrets

ENDING, LOCK, PIPELINE = ".dvc", "dvc.lock", "dvc.yaml"
LEGACY = "md5-dos2unix"
"""DVC's name for the hash of its version 2 and before."""

_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?", re.ASCII)
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_MAX_LISTED = 12


class Output(msgspec.Struct, frozen=True):
    """One thing DVC tracks.

    ``file`` is the absolute path of the file that says so, ``path`` as written there. ``algorithm`` is ``md5``,
    ``etag`` or ``checksum``, and empty with ``digest`` when DVC never saw the bytes. ``hash`` is how the md5 was
    taken. ``size`` is in bytes. ``location`` is where the data are: an absolute path or a URL, a relative path when only
    DVC can tell. ``repo`` and ``rev`` are those of an import.
    """

    file: str
    path: str
    location: str
    algorithm: str = ""
    digest: str = ""
    hash: str = ""
    size: int | None = None
    nfiles: int | None = None
    repo: str = ""
    rev: str = ""
    stage: str = ""
    dependency: bool = False

    def identity(self) -> dict[str, Scalar]:
        """Return the parameters that say which content this is."""
        identity: dict[str, Scalar] = {self.algorithm: self.digest}
        if self.algorithm == "md5" and self.hash != "md5":
            identity["hash"] = self.hash
        return identity

    def source(self) -> DataSource:
        """Return where the data are, and what was recorded of them."""
        return DataSource(
            "dvc",
            self.location,
            digest=f"{self.algorithm}:{self.digest}",
            size=self.size,
            nfiles=self.nfiles,
            file=self.file,
            path=self.path,
            hash=self.hash,
            repo=self.repo,
            rev=self.rev,
        )


def is_one(path: str) -> bool:
    """Whether a path names a ``.dvc`` file or ``dvc.lock``; ``.dvc`` itself is DVC's own directory."""
    name = os.path.basename(path)
    named = name == LOCK or (name.endswith(ENDING) and name != ENDING)
    return named and not os.path.isdir(path)


def pick(file: str, wanted: str) -> Output:
    """Return the output that ``wanted`` names, by its path from here or as it is written; the only one if empty.

    Raises:
        NotFoundError: no such file, or nothing of that name in it; ``candidates`` lists what there is.
        BadInputError: the file makes no sense, there are several to choose from, or the data's digest isn't known.
        StorageError: the file can't be read.
    """
    outputs = read(file)
    chosen = _named(outputs, file, wanted) if wanted else outputs
    # What a stage made counts before what a later one read: the same path may stand in dvc.lock as both.
    chosen = [output for output in chosen if not output.dependency] or (chosen if wanted else [])
    if not chosen:
        raise BadInputError(f"{file} names no data", hint="Name another file, or the data themselves.")
    known = [output for output in chosen if output.digest]
    if not known:
        raise BadInputError(
            f"{file} does not say which bytes {chosen[0].path} has: DVC has not seen them yet",
            hint=f"Let DVC hash them first: dvc commit {file}",
        )
    if len({(output.location, output.digest) for output in known}) > 1:
        raise _several(known, file, wanted)
    return known[0]


def _several(outputs: list[Output], file: str, wanted: str) -> BadInputError:
    if not wanted:
        return BadInputError(
            f"{file} names {len(outputs)} outputs",
            hint=f"Say which: {file}:PATH, with one of {_listed(outputs)}.",
            candidates=_candidates(outputs, file),
        )
    if len({output.location for output in outputs}) == 1:
        return BadInputError(
            f"{file} names {wanted} with several digests: its stages did not read the same",
            hint="Bring it up to date: dvc repro",
        )
    stages = ", ".join(output.stage for output in outputs)
    return BadInputError(
        f"{file} names {wanted} in several stages: {stages}", hint=f"Write its path from here: {file}:PATH"
    )


def _named(outputs: list[Output], file: str, wanted: str) -> list[Output]:
    places = {
        os.path.abspath(wanted),
        os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(file)), wanted)),
    }
    found = [output for output in outputs if output.location in places]
    if found := found or [output for output in outputs if output.path == wanted]:
        return found
    for output in outputs:
        if any(place.startswith(output.location + os.sep) for place in places):
            raise BadInputError(
                f"{wanted} lies inside {output.path}, which DVC tracks as a whole",
                hint=f"Name the whole: {file}:{output.path}, or give the path itself.",
            )
    raise NotFoundError(
        f"{file} does not name {wanted}",
        hint=f"It names {_listed(outputs)}." if outputs else "It names nothing.",
        candidates=_candidates(outputs, file),
    )


def _candidates(outputs: list[Output], file: str) -> list[str]:
    return [f"{file}:{output.path}" for output in outputs[:_MAX_LISTED]]


def _listed(outputs: list[Output]) -> str:
    paths = list(dict.fromkeys(output.path for output in outputs))
    return ", ".join(paths[:_MAX_LISTED]) + (" …" if len(paths) > _MAX_LISTED else "")


def read(file: str) -> list[Output]:
    """Read all that a ``.dvc`` file or ``dvc.lock`` names.

    Raises:
        NotFoundError: there is no such file.
        BadInputError: too large, malformed (the message names line and column), or not what DVC writes.
        StorageError: it can't be read.
    """
    location = os.path.abspath(file)
    fields = Fields(load(location, file), file)
    if os.path.basename(file) == LOCK:
        return _locked(fields, location)
    directory = os.path.normpath(os.path.join(os.path.dirname(location), fields.text("wdir", ".")))
    repo, rev = _imported(fields)
    return [_output(each, location, directory, repo=repo, rev=rev) for each in fields.each("outs")]


def _locked(fields: Fields, location: str) -> list[Output]:
    # Schema 2.0 keeps the stages below "stages"; 1.0 had nothing else in the file.
    stages = fields.inner("stages") if {"schema", "stages"} & fields.body.keys() else fields
    if not all(isinstance(stage, str) for stage in stages.body):
        raise fields.wrong("stages", "has a name that is no text")
    directories = _working_directories(os.path.dirname(location), list(stages.body))
    outputs = []
    for stage in stages.body:
        inner = stages.inner(stage)
        for key, dependency in (("outs", False), ("deps", True)):
            outputs += [
                _output(each, location, directories[stage], stage=stage, dependency=dependency)
                for each in inner.each(key)
            ]
    return outputs


def _working_directories(root: str, stages: list[str]) -> dict[str, str]:
    """Return what each stage's paths are relative to: ``dvc.lock`` does not say it, ``dvc.yaml`` may.

    Empty for a stage whose directory is a template, or can't be known because ``dvc.yaml`` makes no sense.
    """
    pipeline = os.path.join(root, PIPELINE)
    try:
        body = load(pipeline, pipeline)
    except NotFoundError:
        return dict.fromkeys(stages, root)
    except (BadInputError, StorageError):
        return dict.fromkeys(stages, "")
    written = body.get("stages") if isinstance(body, Mapping) else None
    found = {}
    for stage in stages:
        definition = written.get(stage.partition("@")[0]) if isinstance(written, Mapping) else None
        definition = definition if isinstance(definition, Mapping) else {}
        inner = definition.get("do", definition)  # foreach keeps the stage one deeper
        wdir = inner.get("wdir", ".") if isinstance(inner, Mapping) else "."
        plain = isinstance(wdir, str) and "${" not in wdir and "\0" not in wdir
        found[stage] = os.path.normpath(os.path.join(root, wdir)) if plain else ""
    return found


def _imported(fields: Fields) -> tuple[str, str]:
    """Return which repository and revision, or which URL, an import came from."""
    for each in fields.each("deps"):
        if "repo" in each.body:
            repo = each.inner("repo")
            return _address(repo, "url"), repo.text("rev_lock", "") or repo.text("rev", "")
        if _REMOTE.match(each.text("path", "")):  # a database has none
            return _address(each, "path"), ""
    return "", ""


def _address(fields: Fields, key: str) -> str:
    """Return an address without the secrets in it; a path as it is."""
    text = fields.text(key)
    try:
        return without_secrets(text) if _REMOTE.match(text) else text
    except BadInputError:
        raise fields.wrong(key, "is no URL") from None


def _output(fields: Fields, file: str, directory: str, **more: Any) -> Output:
    path = fields.text("path")
    taken = fields.text("hash", "") or LEGACY
    size, nfiles = fields.count("size"), fields.count("nfiles")
    algorithm, digest = "", ""
    for algorithm in ("md5", "etag", "checksum"):
        if digest := fields.checksum(algorithm):
            break
    if files := fields.each("files"):  # of storage that keeps versions: the listing stands in the file itself
        entries = [(each.text("relpath"), each.checksum("md5")) for each in files]
        sizes = [each.count("size") for each in files]
        if all(md5 for _, md5 in entries):
            algorithm, digest = "md5", dvc_listing.digest(entries)
        nfiles = len(files)
        size = sum(s or 0 for s in sizes) if size is None and None not in sizes else size
    if algorithm == "md5" and digest and not _MD5.fullmatch(digest):
        raise fields.wrong("md5", "is not an md5")
    return Output(
        file=file,
        path=path,
        location=_address(fields, "path")
        if _REMOTE.match(path)
        else os.path.normpath(os.path.join(directory, path)),
        algorithm=algorithm if digest else "",
        digest=digest,
        hash=taken if algorithm == "md5" else "",
        size=size,
        nfiles=nfiles,
        **more,
    )
