"""What people said about a version, with their signatures checked: from its document to what gates weigh."""

from __future__ import annotations

import time
from datetime import datetime

from ..engine.documents import Document
from ..engine.repository import Repository
from ..knowledge import signing
from ..knowledge.gates.facts import Voice
from ..nouns.approval import NAMESPACE, Approval, signed_text
from .signers import Signers

_known: dict[tuple[str, str, bytes, str], signing.Checked] = {}
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
    return tuple(_heard(repository, approval, signers) for approval in approvals(document))


def _heard(repository: Repository, approval: Approval, signers: Signers) -> Voice:
    if not approval.signature:
        return Voice(approval, approval.by)
    checked = check(repository, approval, signers)
    if checked.problem:
        return Voice(approval, approval.by, "bad", checked.problem)
    return Voice(approval, checked.person, "good")


def check(
    repository: Repository, approval: Approval, signers: Signers, *, at: datetime | None = None
) -> signing.Checked:
    """Say whose the signature of an approval is; by keys valid at ``at``, without it now."""
    text = text_of(repository.store_id, approval)
    moment = str(int(time.time() // _FRESH)) if at is None else at.isoformat()
    key = (approval.signature, signers.digest, text, moment)
    if key not in _known:
        if len(_known) >= _KNOWN_MOST:
            _known.clear()
        _known[key] = signing.check(
            text, approval.signature, signers.content, NAMESPACE, likely=approval.by, at=at
        )
    return _known[key]


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
    )
