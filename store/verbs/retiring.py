"""What becomes of hosted models: the list of what is known of them, and what in Production has come to its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date

import msgspec

from ..engine import actor, config
from ..engine.documents import MODELS, Document, production
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import BadInputError, MvtuiError
from ..knowledge.hosted.known import Known, read_known
from ..nouns.hosted import MODEL, PROVIDER, WARNED_DAYS, HostedStatus
from ..nouns.reports import Finding
from ..nouns.version import Version
from . import look

OWN_LIST = "hosted.toml"
"""A list of known models in the store, or in a person's directory of settings: see ``knowledge.hosted.known``."""


def today() -> date:
    """Return the day it is, in UTC; in a demo's store, the day that is played."""
    return actor.now().date()


def known(repository: Repository) -> Known:
    """Return the list of known models; read again when one of its files has changed.

    A list of one's own that has a mistake says nothing: ``problem`` tells what is wrong with it.
    """
    paths = (os.path.join(repository.layout.root, OWN_LIST), os.path.join(_settings(), OWN_LIST))
    key = (paths, *map(config.stamp, paths))
    if key not in _lists:
        _lists.clear()
        try:
            _lists[key] = read_known(*paths)
        except MvtuiError as error:
            _lists[key] = msgspec.structs.replace(read_known(), problem=error.message)
    return _lists[key]


_lists: dict[tuple[object, ...], Known] = {}


def _settings() -> str:
    home = os.environ.get("XDG_CONFIG_HOME", "")
    return os.path.join(home if os.path.isabs(home) else os.path.expanduser("~/.config"), "mvtui")


def status(repository: Repository, version: str | Version) -> HostedStatus:
    """Return what is known of the model behind a version; see ``Store.hosted_status``."""
    if isinstance(version, str):
        version = look.get(repository, version)
    check_hosted(version)
    provider, model = (str(version.params.get(name, "")) for name in (PROVIDER, MODEL))
    return known(repository).status(provider, model, version.tags)


def check_hosted(version: Version) -> None:
    """Make sure that a version is a hosted model.

    Raises:
        BadInputError: it isn't.
    """
    if version.kind != "hosted":
        raise BadInputError(
            f"{version.ref} is no hosted model but {version.kind}",
            hint=f"See what it is: mvtui show {version.ref}",
        )


class Ending(msgspec.Struct, frozen=True):
    """A hosted model that Production stands on, and that has come to its end, or will soon.

    ``version`` is what is in Production: ``hosted`` itself, or something that is made of it, such as a bundle.
    """

    version: Version
    hosted: Version
    status: HostedStatus

    def sentence(self, day: date) -> str:
        """Say what ends when, and what stands on it."""
        inside = "" if self.version.id == self.hosted.id else f" (in it: {self.hosted.ref})"
        told = self.status.problem or sentence(self.status, day)
        return f"{self.version.ref} is in production{inside}, and {told}"


def endings(repository: Repository) -> tuple[Ending, ...]:
    """Return what in Production has come to its end, or will within ``WARNED_DAYS``; first what ends first."""
    with repository.reading() as index:
        pairs = [
            (look.as_version(document), look.as_version(hosted))
            for document in _in_production(index)
            for hosted in _hosted_in(index, document)
        ]
    day = today()
    found = [Ending(version, hosted, status(repository, hosted)) for version, hosted in pairs]
    told = [each for each in found if each.status.prospect(day) or each.status.problem]
    return tuple(sorted(told, key=lambda each: (each.status.retires or day, each.version.ref)))


def _in_production(index: Index) -> Iterator[Document]:
    for name, model in index.tables[MODELS].items():
        if (number := production(model)) is not None and (
            document := index.version(name, number)
        ) is not None:
            yield document


def _hosted_in(index: Index, document: Document) -> Iterator[Document]:
    """Yield the hosted models that a version is, or is made of; of a bundle in a bundle, too."""
    seen: set[str] = set()
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if each["id"] in seen:
            continue
        seen.add(each["id"])
        if each["kind"] == "hosted":
            yield each
        for edge in reversed(each.get("edges", ())):
            ends = index.with_id(edge["to"]) if edge["type"] == "composed-of" else ()
            if ends:
                waiting.append(min(ends, key=look.in_use))


def warnings(repository: Repository, index: Index, document: Document) -> list[str]:
    """Return a sentence for each hosted model in a version that has come to its end, or will within ``WARNED_DAYS``."""
    day = today()
    told = []
    for hosted in map(look.as_version, _hosted_in(index, document)):
        found = status(repository, hosted)
        if found.prospect(day):
            inside = "" if hosted.id == document["id"] else f"in it {hosted.ref}: "
            told.append(inside + sentence(found, day))
    return told


def sentence(status: HostedStatus, day: date) -> str:
    """Say when a model ends, or ended, and by whose word: ``openai gpt-4-0314 was retired on 2024-06-13 (…)``."""
    left = status.days_left(day)
    assert left is not None
    assert status.retires is not None
    name = f"{status.provider} {status.model}"
    source = f" ({status.source})" if status.source else " (by its tag)" if status.said_by == "tag" else ""
    if left > 0:
        return f"{name} will be retired in {left:,} {'day' if left == 1 else 'days'}, on {status.retires}{source}"
    return f"{name} was retired on {status.retires}{source}"


def findings(repository: Repository) -> Iterator[Finding]:
    """Yield what doctor says of hosted models: what Production stands on that ends, and what is wrong with a list."""
    if problem := known(repository).problem:
        yield Finding("warn", "hosted", problem, "mend that file, or remove it; until then it says nothing")
    day = today()
    found = endings(repository)
    for each in found:
        gone = each.status.prospect(day) == "retired"
        yield Finding("bad" if gone else "warn", "hosted", each.sentence(day), _instead(each))
    if not found and not problem and (count := _count(repository)):
        many = "1 hosted model" if count == 1 else f"{count:,} hosted models"
        reviewed = known(repository).reviewed
        said = (
            f"{many} in production, and none of them ends in the next {WARNED_DAYS} days, as far as is known"
        )
        yield Finding("ok", "hosted", f"{said} (the list was last reviewed on {reviewed})")


def _instead(each: Ending) -> str:
    if each.status.problem:
        return f"set it: mvtui tag {each.hosted.ref} retires=2027-01-14"
    model = each.status.successor or "MODEL"
    return (
        f"register another that takes its place: mvtui register {each.hosted.model} --provider {each.status.provider} "
        f'--model {model} --replaces {each.hosted.ref} --reason "…"'
    )


def _count(repository: Repository) -> int:
    with repository.reading() as index:
        return sum(1 for document in _in_production(index) for _ in _hosted_in(index, document))
