"""Doctor for one version: what its record lacks, for the day when someone asks what made it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import FormatError, VerificationError
from ..nouns.capture import Capture
from ..nouns.lineage import Link
from ..nouns.reports import Finding
from ..nouns.version import Version
from . import look, records, resolve

_LATE = timedelta(days=1)  # between making the files and registering them
_NAMED = 3
"""How many are named of many that have the same said of them."""
_PINNED = re.compile(r"hf:[^@#]+@[0-9a-f]{40}(?:#.*)?", re.ASCII)


def weak(repository: Repository, ref: str) -> tuple[Finding, ...]:
    """Return what is weak about a version's record; see ``Store.doctor``."""
    with repository.reading() as index:
        version = look.as_version(resolve.resolve(index, ref))
        ends = {link.to: _end(index, link) for link in version.edges}
        others = [
            document["version"]
            for document in index.of_model(version.model)
            if not document.get("deleted") and document["version"] != version.version
        ]
    return (
        *_code(repository, version),
        *_data(version, ends),
        *_lineage(version, ends),
        *_measured(version),
        *_way_back(version, others),
    )


def _end(index: Index, link: Link) -> Version | None:
    """Return the version at the other end of an edge, one that is left if there are several; None outside the store."""
    found = [] if link.outside else index.with_id(link.to)
    found.sort(key=lambda document: bool(document.get("deleted")))
    return look.as_version(found[0]) if found else None


def _lacks(version: Version, topic: str, message: str, fix: str) -> Finding:
    """Return what is missing: worse in Production, where the question will be asked in a hurry."""
    return Finding("bad" if version.stage == "production" else "warn", topic, message, fix)


def _code(repository: Repository, version: Version) -> Iterator[Finding]:
    again = "register the same files again where they were made: what was captured is added"
    try:
        captured = records.read(repository, version.capture)
    except (FormatError, VerificationError) as error:
        yield Finding("bad", "capture", f"the record can't be read: {error.message}", error.hint)
        return
    if captured is None:
        yield Finding("warn", "capture", "nothing was recorded of what made it", again)
    else:
        yield from _record(version, captured)
    if version.code is None:
        yield _lacks(version, "code", "no commit is known", again)
        return
    commit = f"commit {version.code.commit[:12]}"
    if not version.code.dirty:
        yield Finding("ok", "code", f"{commit}, nothing uncommitted")
    elif captured and captured.patch:
        changes = captured.part("git").get("patch")
        whole = not (isinstance(changes, dict) and changes.get("redacted"))
        kept = "; the changes are kept" if whole else "; what is kept of the changes lacks secrets"
        yield Finding("warn", "code", f"{commit} and uncommitted changes{kept}", "commit before you train")
    else:
        yield _lacks(
            version, "code", f"{commit} and uncommitted changes, not kept", "commit before you train"
        )


def _record(version: Version, captured: Capture) -> Iterator[Finding]:
    problems = {name: str(facts["problem"]) for name, facts in captured.parts.items() if facts.get("problem")}
    for part, problem in problems.items():
        yield Finding("warn", "capture", f"{part}: {problem}")
    late = captured.at - version.created
    if late > _LATE:
        yield Finding(
            "warn",
            "capture",
            f"recorded {late.days:,} days after the files were made: it may describe other surroundings",
            "register at the end of training",
        )
    elif not problems:
        yield Finding("ok", "capture", f"recorded: {', '.join(captured.parts)}")


def _data(version: Version, ends: dict[str, Version | None]) -> Iterator[Finding]:
    if version.source is not None and version.source.floating:
        yield _floats("data", version.source.location)
    if version.kind not in {"weights", "adapter"}:
        return
    trained = [link for link in version.edges if link.type == "trained-on"]
    if not trained:
        yield _lacks(
            version,
            "data",
            "no training data are named",
            f"mvtui link {version.ref} trained-on=DATASET, or register with --dataset train=PATH",
        )
    named: dict[str, list[str]] = {}
    for link in trained:
        end = ends[link.to]
        source = end.source if end else None
        if source is not None and source.floating:
            yield _floats(link.role or "data", source.location)
        else:
            named.setdefault(link.role or "data", []).append(end.ref if end else link.to)
    for role, names in named.items():
        for name in _few(names):
            yield Finding("ok", "data", f"{role}: {name}")


def _few(names: list[str]) -> list[str]:
    """Return names one by one, or as one text if they are many: what is said of each is the same."""
    if len(names) <= _NAMED:
        return names
    return [f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED:,} more"]


def _floats(what: str, location: str) -> Finding:
    message = f"{what}: {location} floats: its revision can move"
    return Finding("warn", "data", message, "name a 40-digit revision: hf:NAME@REVISION")


def _lineage(version: Version, ends: dict[str, Version | None]) -> Iterator[Finding]:
    for link in version.edges:
        end = ends[link.to]
        if end is not None and end.deleted:
            yield Finding(
                "warn", "lineage", f"{link.type} {end.ref}, which was deleted: {end.deleted_reason}"
            )
        elif end is None and not link.outside:
            yield Finding("warn", "lineage", f"{link.type} {link.to[:12]}, which this store does not know")
        if link.to.startswith("hf:") and link.type != "trained-on" and not _PINNED.fullmatch(link.to):
            yield Finding(
                "warn",
                "lineage",
                f"the base {link.to} floats: it names no revision",
                f"mvtui link {version.ref} {link.type}=hf:NAME@REVISION",
            )
    yield from _guessed(version)


def _guessed(version: Version) -> Iterator[Finding]:
    guesses: dict[tuple[str, str], list[str]] = {}
    for link in version.edges:
        if link.guess:
            guesses.setdefault((link.type, link.guess), []).append(link.to)
    for (type_, file), names in guesses.items():
        for name in _few(names):
            confirmed = name if name in names else "NAME"
            yield Finding(
                "info",
                "lineage",
                f"{type_} {name} is guessed from {file}",
                f"confirm it: mvtui link {version.ref} {type_}={confirmed}",
            )


def _measured(version: Version) -> Iterator[Finding]:
    if version.metrics:
        yield Finding("ok", "metrics", f"{len(version.metrics):,} recorded")
    elif version.kind not in {"dataset", "prompt"}:
        yield _lacks(version, "metrics", "nothing was measured", f"mvtui metrics {version.ref} NAME=VALUE")


def _way_back(version: Version, others: list[str]) -> Iterator[Finding]:
    if version.stage == "production" and not others:
        yield Finding(
            "bad", "rollback", "there is no other version to go back to", "keep the one before registered"
        )
