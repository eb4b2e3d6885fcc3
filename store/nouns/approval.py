"""Approvals: what a person said about a version entering a stage, and whether it counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from .stage import Stage
from .version import rfc3339

Verdict: TypeAlias = Literal["request", "approve", "reject", "withdraw"]
"""``request`` asks the approvers for theirs; ``withdraw`` takes back the person's own approval or rejection."""

NAMESPACE = "approval@mvtui"
"""The namespace of signatures (``ssh-keygen -Y sign -n``): one made for anything else is none of ours."""

_encoder = msgspec.json.Encoder(order="sorted")


class Approval(msgspec.Struct, frozen=True):
    """One verdict, as the journal has it.

    It is bound to ``id`` (the version's content), ``stage`` and ``gates``, the digest of the rules that guarded the
    stage when it was given (empty without any). ``by`` is the account's name, ``uid`` its number; ``signature`` is
    armoured SSH (``ssh-keygen -Y``), empty without; ``nonce`` makes a signed text unlike any other, so that a signature
    can't be used again; ``at`` is UTC.
    """

    model: str
    version: str
    id: str
    stage: Stage
    verdict: Verdict
    by: str
    uid: int
    host: str
    at: datetime
    seq: int
    gates: str = ""
    reason: str = ""
    signature: str = ""
    nonce: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return msgspec.structs.asdict(self) | {"at": rfc3339(self.at)}


class Standing(msgspec.Struct, frozen=True):
    """An approver's latest verdict and what it is worth now.

    ``person`` is whose it is: the account, or the name a good signature proves. ``counts`` says whether the gate
    takes it (as approval or as rejection), ``why`` says why not, or what is known of its signature. ``key`` is the
    fingerprint of the key that signed it, empty without a good signature.
    """

    approval: Approval
    person: str
    counts: bool
    why: str = ""
    key: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        said = {"person": self.person, "counts": self.counts, "why": self.why, "key": self.key}
        return self.approval.as_dict() | said


class SigningKey(msgspec.Struct, frozen=True):
    """The SSH key that whoever asks would sign with: its ``path``, empty where there is none, and then the ``problem``.

    ``listed`` says whether ``allowed_signers``, the file at ``signers``, lists it; None where that can't be told: its public
    half is not beside it, or the file trusts certificates.
    """

    signers: str
    path: str = ""
    problem: str = ""
    listed: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return msgspec.structs.asdict(self)


def signed_text(
    store: str,
    model: str,
    version: str,
    identity: str,
    stage: str,
    verdict: str,
    gates: str,
    reason: str,
    nonce: str,
) -> bytes:
    """Return the bytes that an approval's signature covers: canonical JSON of all that it is bound to."""
    return _encoder.encode(
        {
            "store": store,
            "model": model,
            "version": version,
            "id": identity,
            "stage": stage,
            "verdict": verdict,
            "gates": gates,
            "reason": reason,
            "nonce": nonce,
        }
    )
