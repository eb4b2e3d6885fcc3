"""Whose SSH keys count: the store's ``allowed_signers``, its changes journaled as those of the policy are."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from ..engine.digest import of_bytes
from ..engine.durable import explained
from ..engine.index import Index
from ..engine.objects import open_regular
from ..engine.repository import Repository
from ..errors import BadInputError, NotFoundError, StorageError
from ..nouns.approval import SigningKey
from ..nouns.event import EventKind
from ..nouns.policy import Policy

WHAT = "signers"
"""What a policy event calls the file."""

MOST = 1 << 20
"""Bytes that the file may have: some ten thousand keys."""


class Signers(NamedTuple):
    """The file that signatures are checked with: its bytes and their digest, both empty without one.

    ``pending`` is the digest of what lies there now, where that waits to be accepted.
    """

    content: bytes
    digest: str
    pending: str | None = None

    @property
    def notice(self) -> str:
        """What a person should know, or an empty text."""
        if self.pending is None:
            return ""
        return "a change of allowed_signers waits to be accepted: mvtui config --accept"


def in_force(repository: Repository, index: Index, policy: Policy) -> Signers:
    """Return the signers that count. Where the policy says who may change it, others' changes wait.

    Raises:
        StorageError, UnsupportedFileError, BadInputError: the file can't be read, is none, or is too long.
        VerificationError: those agreed on lie in an object that is damaged.
    """
    content = there(repository)
    new, old = of_bytes(content) if content else "", index.digest_in_force(WHAT)
    if new == old or policy.access.config is None:
        return Signers(content, new)
    return Signers(repository.objects.read(old) if old else b"", old, pending=new)


def settle(repository: Repository, index: Index, policy: Policy) -> Signers:
    """Return the signers that count; a file that is used for the first time is journaled. Only in ``writing()``.

    Raises:
        StorageError, UnsupportedFileError, BadInputError, VerificationError: as ``in_force``.
    """
    found = in_force(repository, index, policy)
    journal(repository, index, found.content, found.digest)
    return found


def accept(repository: Repository, index: Index, reason: str) -> None:
    """Let the file that lies there now count. Only in ``writing()``; who may was checked by the caller."""
    content = there(repository)
    journal(repository, index, content, of_bytes(content) if content else "", reason)


def journal(repository: Repository, index: Index, content: bytes, digest: str, reason: str = "") -> None:
    """Journal that signatures are checked with this file from now on, unless they were already."""
    old = index.digest_in_force(WHAT)
    if digest == old:
        if digest:  # by now it may be missing or damaged; if there is no room to mend that, work goes on
            with contextlib.suppress(StorageError):
                repository.objects.put_bytes(content)
        return
    data: dict[str, object] = {"what": WHAT, "old": old, "new": digest}
    if digest:
        repository.objects.put_bytes(content)
        data["objects"] = [digest]
    repository.append(EventKind.POLICY, data, reason)


def key_to_sign_with(repository: Repository) -> SigningKey:
    """Return the key that whoever asks would sign with, and whether it is listed; see ``Store.signing_key``."""
    from ..knowledge import signing  # here: a rollback must not wait for what runs programs
    from . import policy

    path = repository.layout.signers
    with repository.reading() as index:
        content = in_force(repository, index, policy.in_force(repository, index).policy).content
    try:
        key = signing.find_key(None)
    except NotFoundError as error:
        return SigningKey(str(path), problem=error.message)
    return SigningKey(str(path), key, listed=_is_listed(signing.public_half(key), content))


def _is_listed(public: bytes, content: bytes) -> bool | None:
    """Say whether a key, its base64, is in an ``allowed_signers``; None where only ssh-keygen could tell."""
    listed = [line.split() for line in content.splitlines() if not line.lstrip().startswith(b"#")]
    if public and any(public in words for words in listed):
        return True
    return None if not public or b"cert-authority" in content else False


def there(repository: Repository) -> bytes:
    """Return what lies in ``allowed_signers`` now; empty without one."""
    path = repository.layout.signers
    try:
        fd = open_regular(path)
    except NotFoundError:
        return b""
    with explained(f"read {path}"), open(fd, "rb") as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise BadInputError(
            f"{path} has more than {MOST:,} bytes", hint="One line a key: name ssh-ed25519 AAAA…"
        )
    return content
