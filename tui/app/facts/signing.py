"""With which SSH key a verdict is signed, and the steps to one whose signature counts."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....store import SigningKey

_USUAL = "~/.ssh/id_ed25519"


def signing(key: SigningKey | None, person: str, *, signed: bool) -> Iterator[tuple[str, str]]:
    """Yield sentences and their styles: what signs, or would once ctrl-s is pressed, and what that key lacks to count."""
    if key is not None and not key.path:
        lead = (
            "there is no SSH key to sign with yet." if signed else "ctrl-s signs it; you have no SSH key yet."
        )
        yield f'{lead} Make one and list it (README, "Signing"):', "warning"
        yield f"ssh-keygen -t ed25519; {_listing(person, f'{_USUAL}.pub', key.signers)}", ""
        return
    lead = "signed with" if signed else "ctrl-s signs it with"
    path = key.path if key is not None else "your SSH key"
    yield f"{lead} {path}, if ssh-agent holds it or it has no passphrase", "accent"
    if key is None or key.listed is None:
        yield 'It counts if allowed_signers lists that key (README, "Signing")', "muted"
    elif not key.listed:
        yield 'It counts once allowed_signers lists that key (README, "Signing"):', "warning"
        yield _listing(person, shlex.quote(_public(key.path)), key.signers), ""


def _public(path: str) -> str:
    return path if path.endswith(".pub") else f"{path}.pub"


def _listing(person: str, public: str, signers: str) -> str:
    return f"echo {shlex.quote(person)} $(cat {public}) >> {shlex.quote(signers)}"
