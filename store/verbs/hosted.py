"""Hosted models: registering one, reading one, and what is known of its end."""

from __future__ import annotations

import msgspec

from ..engine import durable
from ..engine.documents import Document, ref_of
from ..engine.repository import Repository
from ..errors import BadInputError, BusyError, ConflictError
from ..knowledge.guess import Guesses
from ..knowledge.hosted.asked import checked
from ..nouns.hosted import (
    HOSTED_FILE,
    RETIRES,
    Hosted,
    HostedStatus,
    flat_params,
    parse_day,
)
from ..nouns.manifest import Edge, FileEntry, Manifest
from ..nouns.reports import ProgressCallback, Registered
from . import checkout, look, policy, request
from .circumstances import Circumstances
from .commit import commit
from .number import check_possible
from .request import Request
from .retiring import check_hosted, known, sentence, today

_TRIES = 3


def register(
    repository: Repository, asked: Request, hosted: Hosted, progress: ProgressCallback | None = None
) -> Registered:
    """Make a provider's model a version; see ``Store.register``."""
    asked = request.checked(asked, kinds=("hosted",))
    hosted, flat = checked(hosted)
    asked = msgspec.structs.replace(asked, params=flat_params(flat, hosted))
    repository.check_writable()
    end = known(repository).status(hosted.provider, hosted.model, asked.tags)
    notices = _check_alive(end, force=asked.force)
    around = Circumstances(repository, asked)
    policy.check_now(repository, "register")
    data = hosted.encode()
    with repository.reading() as index:
        check_possible(index, asked.model, asked.version, size=len(data), files=1)
    with durable.explained("make room to work"):
        durable.make_all(repository.layout.directories())
    if asked.datasets:
        from .datasets import tied

        asked = tied(repository, asked, progress)
    for _ in range(_TRIES):
        manifest = Manifest(
            kind="hosted",
            files=(FileEntry(HOSTED_FILE, len(data), repository.objects.put_bytes(data)),),
            params=dict(asked.params),  # type: ignore[arg-type]  # flattened to scalars by ``checked``
            parents=tuple(sorted({Edge(link.type, link.to) for link in asked.links if not link.role})),
            datasets=tuple(sorted({Edge(link.role, link.to) for link in asked.links if link.role})),
        )
        done = commit(repository, asked, manifest, around, Guesses((), ()))
        if done is not None:
            return msgspec.structs.replace(
                done, datasets=asked.tied, redacted=asked.redacted, notices=(*around.notices, *notices)
            )
    raise BusyError(
        "objects were removed while they were being registered", hint="Try again when gc is done."
    )


def _check_alive(status: HostedStatus, *, force: bool) -> tuple[str, ...]:
    """Return what is to be told of a model's end.

    Raises:
        BadInputError: the tag of its end is no day.
        ConflictError: it has ended already, and nobody insists.
    """
    if status.problem:
        raise BadInputError(status.problem, hint="Write the day as 2027-01-14, or leave the tag out.")
    day = today()
    prospect = status.prospect(day)
    name = f"{status.provider} {status.model}"
    moves = (f"{name} is a floating alias: it can come to mean another model",) if status.floating else ()
    if not prospect:
        return moves
    told = sentence(status, day)
    if prospect == "retiring" or force:
        return (*moves, told)
    instead = f" {status.provider} recommends {status.successor}." if status.successor else ""
    raise ConflictError(
        f"{told}: it can't be called any more",
        hint=f"Check the date, or register it for the record: --force (force=True in Python).{instead}",
    )


def read(repository: Repository, ref: str) -> Hosted:
    """Return which model a version is; see ``Store.hosted``."""
    version = checkout.stored(repository, ref)
    check_hosted(version)
    entry = next(e for e in look.manifest(repository, version.id).files if e.path == HOSTED_FILE)
    return Hosted.decode(repository.objects.read(entry.digest))


def check_tag(document: Document, key: str, value: str) -> None:
    """Refuse a tag that says of a hosted model no day of its end.

    Raises:
        BadInputError: it does.
    """
    if document["kind"] == "hosted" and key == RETIRES and parse_day(value) is None:
        raise BadInputError(
            f"{value[:40]!r} is no day on which {ref_of(document)} could be retired",
            hint=f"Write it as {RETIRES}=2027-01-14.",
        )
