"""The members of a bundle: which they are, and what has become of them since."""

from __future__ import annotations

from collections.abc import Mapping

from ..engine.documents import Document, production, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import FormatError, VerificationError
from ..nouns.bundle import CARD, MEMBER_EDGE, Member, MemberState, decode_members
from ..nouns.manifest import Manifest
from . import resolve


def members(repository: Repository, ref: str) -> tuple[MemberState, ...]:
    """Return the members of a bundle; see ``Store.members``."""
    with repository.reading() as index:
        return states(index, resolve.even_deleted(index, ref))


def states(index: Index, document: Document) -> tuple[MemberState, ...]:
    """Return the members of a version, in the order of their roles; none unless it is a bundle."""
    named: Mapping[str, str] = document.get("members", {})
    ids = {
        edge.get("role", ""): edge["to"] for edge in document.get("edges", ()) if edge["type"] == MEMBER_EDGE
    }
    return tuple(_state(index, role, named[role], ids.get(role, "")) for role in sorted(named))


def _state(index: Index, role: str, ref: str, identity: str) -> MemberState:
    model, _, version = ref.partition("@")
    found = index.version(model, version)
    if found is None or found["id"] != identity:
        return MemberState(role, ref, identity, "", lost=True)
    line = index.model(found["model"]) or {}
    number = production(line)
    return MemberState(
        role,
        ref_of(found),
        identity,
        found["kind"],
        found.get("stage"),
        bool(found.get("deleted")),
        bool(found.get("rolled_back")),
        current=f"{found['model']}@{number}" if number and number != found["version"] else "",
    )


def read(repository: Repository, manifest: Manifest, ref: str) -> dict[str, Member]:
    """Return the members that a stored bundle names: role → member.

    Raises:
        VerificationError: the file that names them is missing or damaged.
    """
    entry = next((entry for entry in manifest.files if entry.path == CARD), None)
    try:
        if entry is not None:
            return decode_members(repository.objects.read(entry.digest))
    except FormatError as error:
        raise VerificationError(f"{ref}: {error.message}", hint=error.hint) from None
    raise VerificationError(f"{ref} has no {CARD}", hint="Bundle its members anew: mvtui bundle")
