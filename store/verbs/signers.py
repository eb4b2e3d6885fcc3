"""Whose SSH keys count: the store's ``allowed_signers``, its changes journaled as those of the policy are."""

from __future__ import annotations

from typing import NamedTuple

from ..engine.digest import of_bytes
from ..engine.durable import explained
from ..engine.index import Index
from ..engine.repository import Repository
from ..nouns.event import EventKind
from ..nouns.policy import Policy

WHAT = "signers"
"""What a policy event calls the file."""


class Signers(NamedTuple):
    """The file that signatures are checked with: its bytes and their digest, both empty without one.

    ``pending`` is the digest of what lies there now, where that waits to be accepted.
    """

    content: bytes
    digest: str
    pending: str | None = None


def in_force(repository: Repository, index: Index, policy: Policy) -> Signers:
    """Return the signers that count. Where the policy says who may change it, others' changes wait.

    Raises:
        StorageError: the file can't be read.
        VerificationError: those agreed on lie in an object that is damaged.
    """
    content = _there(repository)
    new, old = of_bytes(content) if content else "", index.digest_in_force(WHAT)
    if new == old or policy.access.config is None:
        return Signers(content, new)
    return Signers(repository.objects.read(old) if old else b"", old, pending=new)


def settle(repository: Repository, index: Index, policy: Policy) -> Signers:
    """Return the signers that count; a file that is used for the first time is journaled. Only in ``writing()``.

    Raises:
        StorageError, VerificationError: as ``in_force``.
    """
    found = in_force(repository, index, policy)
    journal(repository, index, found.content, found.digest)
    return found


def accept(repository: Repository, index: Index, reason: str) -> None:
    """Let the file that lies there now count. Only in ``writing()``; who may was checked by the caller."""
    content = _there(repository)
    journal(repository, index, content, of_bytes(content) if content else "", reason)


def journal(repository: Repository, index: Index, content: bytes, digest: str, reason: str = "") -> None:
    """Journal that signatures are checked with this file from now on, unless they were already."""
    old = index.digest_in_force(WHAT)
    if digest == old:
        return
    data: dict[str, object] = {"what": WHAT, "old": old, "new": digest}
    if digest:
        repository.objects.put_bytes(content)
        data["objects"] = [digest]
    repository.append(EventKind.POLICY, data, reason)


def _there(repository: Repository) -> bytes:
    with explained("read allowed_signers"):
        try:
            with open(repository.layout.signers, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""
