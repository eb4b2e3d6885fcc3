"""Doctor for one version: what its record lacks, for the day when someone asks what made it.

What is missing of code, environment, data and command is what ``reproduce`` finds missing: one list, two faces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Literal

from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import FormatError, VerificationError
from ..knowledge.reproduce import Ingredient
from ..knowledge.reproduce.code import doubts
from ..nouns.bundle import MemberState, troubles
from ..nouns.capture import Capture
from ..nouns.hosted import Prospect
from ..nouns.lineage import DATA_EDGES, Link
from ..nouns.recipe import Lack
from ..nouns.reports import Finding
from ..nouns.stage import PRODUCTION
from ..nouns.version import Version
from . import look, members, records, reproduce, resolve, retiring, standing

_LATE = timedelta(days=1)  # between making the files and registering them
_AGAIN = "register the same files again where they were made: what was captured is added"
_TOPICS = {"parents": "lineage"}
_LINK = "mvtui link "
_LEVELS: dict[Prospect, Literal["ok", "warn", "bad"]] = {"": "ok", "retiring": "warn", "retired": "bad"}
_NAMED = 3  # edges of one sort that are named


def weak(repository: Repository, ref: str) -> tuple[Finding, ...]:
    """Return what is weak about a version's record; see ``Store.doctor``."""
    with repository.reading() as index:
        version = look.as_version(resolve.resolve(index, ref))
        ends = reproduce.ingredients(index, version)
        way_back = list(_way_back(index, version))
        told_of = members.states(index, resolve.resolve(index, ref))
    found: list[Finding] = []
    captured = None
    try:
        captured = records.read(repository, version.capture)
        lacks = reproduce.recipe(repository, version, captured, ends).missing
    except (FormatError, VerificationError) as error:
        found.append(Finding("bad", "capture", f"the record can't be read: {error.message}", error.hint))
        lacks = reproduce.recipe(repository, version, None, ends).missing
    else:
        found += _record(version, captured)
    if version.kind in ("hosted", "bundle"):  # nobody made it here: what was around it says nothing
        found = []
    elif captured is None:  # said once: what follows from it is no finding of its own
        lacks = tuple(lack for lack in lacks if lack.step not in ("environment", "command"))
    told = {to for lack in lacks for to in lack.about}
    return (
        *found,
        *_end(repository, version),
        *_together(version, told_of),
        *_code(version, captured, lacks),
        *(_lacking(version, lack) for lack in lacks),
        *_data(version, ends, told),
        *_lineage(version, ends, {to for lack in lacks if _LINK in lack.fix for to in lack.about}),
        *_measured(version),
        *way_back,
    )


def _end(repository: Repository, version: Version) -> Iterator[Finding]:
    """Say of a hosted model when it ends, and whether its name can come to mean another."""
    if version.kind != "hosted":
        return
    status, day = retiring.status(repository, version), retiring.today()
    if status.floating:
        message = f"{status.model} is a floating alias: it can come to mean another model"
        yield Finding("warn", "hosted", message, "register a snapshot, where the provider has one")
    if status.problem:
        yield Finding("warn", "hosted", status.problem, f"mvtui tag {version.ref} retires=2027-01-14")
    if status.retires is None:
        yield Finding(
            "info", "hosted", "no end of it is known", f"mvtui tag {version.ref} retires=2027-01-14"
        )
    else:
        yield Finding(_LEVELS[status.prospect(day)], "hosted", retiring.sentence(status, day))


def _together(version: Version, told_of: Sequence[MemberState]) -> Iterator[Finding]:
    """Say what does not fit together in a version, and what has become of a bundle's members."""
    for sentence in version.mismatch:
        yield _lacks(version, "fit", sentence, "register it with what it was made for")
    amiss = troubles(told_of)
    for sentence in amiss:
        fix = f"mvtui bundle {version.model} --from {version.ref} --add ROLE=REF replaces it"
        yield _lacks(version, "members", sentence, fix)
    if told_of and not amiss:
        count = "1 member is" if len(told_of) == 1 else f"{len(told_of):,} members are"
        yield Finding("ok", "members", f"{count} as when it was made")


def _lacks(version: Version, topic: str, message: str, fix: str) -> Finding:
    """Return what is missing: worse in Production, where the question will be asked in a hurry."""
    return Finding("bad" if version.stage == "production" else "warn", topic, message, fix)


def _lacking(version: Version, lack: Lack) -> Finding:
    level = "warn" if lack.level == "bad" and version.stage != "production" else lack.level
    return Finding(level, _TOPICS.get(lack.step, lack.step), lack.message, lack.fix)


def _code(version: Version, captured: Capture | None, lacks: Sequence[Lack]) -> Iterator[Finding]:
    if version.code is None:
        return
    commit = f"commit {version.code.commit[:12]}"
    whole = not any(lack.step == "code" for lack in lacks)
    if not version.code.dirty:
        yield Finding("ok" if whole else "info", "code", f"{commit}, nothing uncommitted")
    elif captured and captured.patch and not doubts(captured.part("git")):
        yield Finding(
            "warn",
            "code",
            f"{commit} and uncommitted changes; the changes are kept",
            "commit before you train",
        )


def _record(version: Version, captured: Capture | None) -> Iterator[Finding]:
    if captured is None:
        yield Finding("warn", "capture", "nothing was recorded of what made it", _AGAIN)
        return
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


def _data(version: Version, ends: Sequence[Ingredient], told: set[str]) -> Iterator[Finding]:
    """Say which data are known for certain; a dataset itself may have been named by what can move."""
    if version.source is not None and version.source.floating:
        message = f"data: {version.source.location} floats: its revision can move"
        yield Finding("warn", "data", message, "register it by a revision of 40 digits: hf:NAME@REVISION")
    for each in ends:
        link = each.link
        if link.type in DATA_EDGES and not link.guess and link.to not in told:
            yield Finding("ok", "data", f"{link.role or 'data'}: {each.name}")


def _lineage(version: Version, ends: Sequence[Ingredient], told: set[str]) -> Iterator[Finding]:
    """Name what is only guessed, unless the fix for something else confirms it."""
    for each in ends:
        if each.link.type == "replaces" and each.version is None and not each.link.outside:
            yield Finding("warn", "lineage", f"replaces {each.link.to[:12]}, which this store does not know")
    sorts: dict[tuple[str, str], list[Link]] = {}
    for link in (each.link for each in ends):
        if link.guess and link.to not in told:
            sorts.setdefault((link.type, link.guess), []).append(link)
    for (type_, guess), links in sorts.items():
        for link in links if len(links) <= _NAMED else ():
            fix = f"confirm it: mvtui link {version.ref} {type_}={link.to}"
            yield Finding("info", "lineage", f"{type_} {link.to} is guessed from {guess}", fix)
        if len(links) > _NAMED:
            names = f"{', '.join(link.to for link in links[:_NAMED])} and {len(links) - _NAMED:,} more"
            fix = f"confirm each: mvtui link {version.ref} {type_}=NAME"
            yield Finding("info", "lineage", f"{type_} {names} are guessed from {guess}", fix)


def _measured(version: Version) -> Iterator[Finding]:
    if version.metrics:
        yield Finding("ok", "metrics", f"{len(version.metrics):,} recorded")
    elif version.kind not in {"dataset", "prompt"}:
        yield _lacks(version, "metrics", "nothing was measured", f"mvtui metrics {version.ref} NAME=VALUE")


def _way_back(index: Index, version: Version) -> Iterator[Finding]:
    """Say whether Production could go back from this version, which is there; and if not, why no earlier one will do."""
    line = index.model(version.model) or {}
    if version.stage != PRODUCTION:
        return
    if (target := standing.way_back(index, line, version.version)) is not None:
        yield Finding("ok", "rollback", f"production could go back to {target['version']}")
        return
    unfit = [each.unfit for each in standing.past(index, line, version.version)]
    why = "; ".join(unfit[:_NAMED]) if unfit else "no other version ever was in production"
    fix = "put one that works in production, then this one again: the way back is then there"
    yield Finding("bad", "rollback", f"there is no version to go back to: {why}", fix)
