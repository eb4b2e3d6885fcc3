"""What people said about a version, with their signatures checked: from its document to what gates weigh."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

from ..engine.digest import of_bytes
from ..engine.documents import Document
from ..engine.repository import Repository
from ..knowledge.gates.facts import Voice
from ..nouns.approval import NAMESPACE, Approval, signed_text
from .signers import Signers

if TYPE_CHECKING:
    from ..knowledge import signing

_known: dict[tuple[str, ...], signing.Checked] = {}
_KNOWN_MOST = 1000
_FRESH = 60  # seconds that a check is remembered: keys expire


def approvals(document: Document) -> list[Approval]:
    """Return every verdict on a version, oldest first."""
    return [
        Approval(
            model=document["model"],
            version=document["version"],
            at=datetime.fromisoformat(said["at"]),
            **{field: value for field, value in said.items() if field != "at"},
        )
        for said in document.get("approvals", ())
    ]


def heard(repository: Repository, document: Document, signers: Signers) -> tuple[Voice, ...]:
    """Return every verdict on a version, its signature checked by keys that are valid now.

    Checks are remembered for a minute: each runs a program.
    """
    used: set[str] = set()
    return tuple(_heard(repository, approval, signers, used) for approval in approvals(document))


def _heard(repository: Repository, approval: Approval, signers: Signers, used: set[str]) -> Voice:
    """Check one verdict; ``used`` are the nonces of those before it.

    Whoever can write the journal can copy a signed verdict that its author has taken back since.
    """
    if not approval.signature:
        return Voice(approval, approval.by)
    if approval.nonce in used:
        return Voice(approval, approval.by, "bad", "its signature was used before")
    used.add(approval.nonce)
    checked = check(repository, approval, signers)
    if checked.problem:
        return Voice(approval, approval.by, "bad", checked.problem)
    return Voice(approval, checked.person, "good", key=checked.key)


def check(
    repository: Repository, approval: Approval, signers: Signers, *, at: datetime | None = None
) -> signing.Checked:
    """Say whose the signature of an approval is; by keys valid at ``at``, without it now."""
    text = text_of(repository.store_id, approval)
    moment = str(int(time.time() // _FRESH)) if at is None else at.isoformat()
    about = (approval.signature, approval.by, signers.digest, of_bytes(text), moment)
    if (known := _known.get(about)) is not None:
        return known
    from ..knowledge import signing  # here: a rollback must not wait for what runs programs

    found = signing.check(text, approval.signature, signers.content, NAMESPACE, likely=approval.by, at=at)
    if len(_known) >= _KNOWN_MOST:
        _known.clear()
    _known[about] = found
    return found


def text_of(store: str, approval: Approval) -> bytes:
    """Return the bytes that an approval's signature covers."""
    return signed_text(
        store,
        approval.model,
        approval.version,
        approval.id,
        approval.stage,
        approval.verdict,
        approval.gates,
        approval.reason,
        approval.nonce,
    )
