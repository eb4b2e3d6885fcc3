"""Which policy is in force, and who may do what under it.

The policy stands in config.toml, which anyone with an editor can change; so each state of it is journaled when it is
first acted on, and once it says who may change it, a change by anyone else waits until one of them accepts it: until
then the policy agreed on before stays in force.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from ..engine import actor, platform
from ..engine.digest import of_bytes
from ..engine.documents import STORE
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import (
    BadConfigError,
    ConflictError,
    FormatError,
    NotAllowedError,
    StorageError,
    UsageError,
    VerificationError,
)
from ..nouns import names
from ..nouns.event import EventKind
from ..nouns.policy import Action, People, Policy, encode_rules
from ..nouns.reports import Governing
from ..nouns.stage import PRODUCTION, Stage
from . import signers

WHAT = "policy"
"""What a policy event calls it."""


class InForce(NamedTuple):
    """The policy that governs now: its digest, and ``pending``, the digest of what config.toml says where that waits.

    Digests of an empty policy are empty. ``problem`` says what is wrong with config.toml, where something is.
    """

    policy: Policy
    digest: str
    pending: str | None = None
    problem: str = ""

    @property
    def notice(self) -> str:
        """What a person should know, or an empty text."""
        if self.problem:
            return f"{self.problem}; until that is mended, the gates and access rules agreed on stay in force"
        if self.pending is None:
            return ""
        who = listed(self.policy.access.config or ()) or "nobody"
        return (
            f"config.toml says other gates or access rules than were agreed on; these stay in force until one of {who} "
            "accepts the change: mvtui config --accept"
        )


def in_force(repository: Repository, index: Index) -> InForce:
    """Return the policy that governs, config.toml read anew. Changes nothing.

    While config.toml has a mistake in it, what was agreed on stays in force.

    Raises:
        BadConfigError: config.toml is wrong, and nothing was agreed on before.
        VerificationError: the policy agreed on lies in an object that is damaged.
    """
    old = index.digest_in_force(WHAT)
    try:
        said = repository.read_config().policy or Policy()
    except BadConfigError as error:
        if not old:
            raise
        return InForce(_decoded(repository, old), old, problem=error.message)
    new = _digest(said)
    if new == old:
        return InForce(said, new)
    agreed = _decoded(repository, old)
    if agreed.access.config is None:
        return InForce(said, new)
    return InForce(agreed, old, pending=new)


def in_force_for_return(repository: Repository, index: Index) -> InForce:
    """Return the policy that governs a rollback: no mistake in config.toml stops one.

    Raises:
        VerificationError: as ``in_force``.
    """
    try:
        return in_force(repository, index)
    except BadConfigError as error:
        return InForce(Policy(), "", problem=error.message)


def settle(repository: Repository, index: Index, *, returning: bool = False) -> InForce:
    """Return the policy that governs; one that is acted on for the first time is journaled. Only in ``writing()``.

    ``returning`` says that it is for a rollback.

    Raises:
        BadConfigError, VerificationError: as ``in_force``.
    """
    found = (in_force_for_return if returning else in_force)(repository, index)
    _journal(repository, index, found.policy, found.digest, "")
    return found


def governing(repository: Repository) -> Governing:
    """Return the policy that governs, and how it came into force; see ``Store.policy``."""
    with repository.reading() as index:
        found = in_force(repository, index)
        keys = signers.in_force(repository, index, found.policy)
        since = index.tables[STORE].get(WHAT, {})
        said = None if found.pending is None else repository.read_config().policy or Policy()
    waiting = []
    if found.pending is not None:
        waiting.append("config.toml")
    if keys.pending is not None:
        waiting.append("allowed_signers")
    known = since if since.get("digest", "") == found.digest else {}
    return Governing(
        found.policy,
        found.digest,
        keys.digest,
        tuple(waiting),
        known.get("seq", 0),
        known.get("by", ""),
        datetime.fromisoformat(known["at"]) if known else None,
        said,
        keys.content.decode("utf-8", "replace"),
        None if keys.pending is None else signers.there(repository).decode("utf-8", "replace"),
    )


def accept(repository: Repository, reason: str) -> InForce:
    """Let what config.toml and allowed_signers say now be in force; see ``Store.accept_policy``."""
    if not (reason := names.check_reason(reason)):
        raise UsageError("accepting a change needs a reason", hint='Say why: --reason "…"')
    with repository.writing() as index:
        found = in_force(repository, index)
        keys = signers.in_force(repository, index, found.policy)
        if found.pending is None and keys.pending is None:
            raise ConflictError("no change waits to be accepted", hint="mvtui config shows what is in force.")
        check(found.policy, "config")
        said = repository.read_config().policy or Policy()
        digest = found.digest if found.pending is None else found.pending
        _journal(repository, index, said, digest, reason)
        signers.accept(repository, index, reason)
        return InForce(said, digest)


def _journal(repository: Repository, index: Index, policy: Policy, digest: str, reason: str) -> None:
    old = index.digest_in_force(WHAT)
    if digest == old:
        if digest:  # by now it may be missing or damaged; if there is no room to mend that, work goes on
            with contextlib.suppress(StorageError):
                repository.objects.put_bytes(policy.encode())
        return
    data: dict[str, object] = {"what": WHAT, "old": old, "new": digest}
    if digest:
        repository.objects.put_bytes(policy.encode())
        data["objects"] = [digest]
    repository.append(EventKind.POLICY, data, reason)


def _decoded(repository: Repository, digest: str) -> Policy:
    if not digest:
        return Policy()
    try:
        return Policy.decode(repository.objects.read(digest))
    except VerificationError as error:
        raise VerificationError(
            f"the gates and access rules that were agreed on can't be read: {error.message}",
            hint="Put config.toml back as it was when they were, or that object back from a backup: then a change of "
            "config.toml can be told from what was agreed on.",
            bad=error.bad,
        ) from error
    except msgspec.DecodeError as error:
        raise FormatError(
            f"object {digest[:12]}… is no policy that this mvtui knows: {error}",
            hint="Update mvtui: pip install --upgrade mvtui",
        ) from error


def _digest(policy: Policy) -> str:
    data = policy.encode()
    return of_bytes(data) if data else ""


def rules_digest(policy: Policy, model: str, stage: str | None) -> str:
    """Return the digest of the rules that guard a stage, to which approvals are bound; empty without any."""
    data = encode_rules(policy, model, stage)
    return of_bytes(data) if data else ""


# -- who may ------------------------------------------------------------------------------------


def me() -> str:
    """Return the name of the account that acts."""
    return actor.current().user


def is_one_of(person: str, people: Iterable[str]) -> bool:
    """Whether a person is listed, by name or as a member of a Unix group (``@group``)."""
    return any(is_meant(person, name) for name in people)


def is_meant(person: str, name: str) -> bool:
    """Whether a name in a list means this person."""
    return platform.is_member(person, name[1:]) if name.startswith("@") else person == name


def listed(people: People) -> str:
    """Return a list of people as a sentence has it."""
    return ", ".join(people)


_DOING: dict[Action, str] = {
    "register": "register versions",
    "promote": "move versions between stages",
    "rollback": "roll back",
    "delete": "delete versions",
    "override": "override gates",
    "config": "change the gates or access rules",
}


def check(policy: Policy, action: Action) -> None:
    """Refuse an action that is not for this person.

    Raises:
        NotAllowedError: the access rules list others, or nobody.
    """
    if not may(policy, action):
        raise _refused(_DOING[action], action, getattr(policy.access, action))


def may(policy: Policy, action: Action) -> bool:
    """Whether an action is for this person: what ``check`` does not refuse."""
    people: People | None = getattr(policy.access, action) if action != "promote" else None
    return people is None or is_one_of(me(), people)


def check_move(policy: Policy, source: Stage | None, target: Stage | None) -> None:
    """Refuse a change of stages that is not for this person: into a limited stage, or out of Production.

    Raises:
        NotAllowedError: as ``check``.
    """
    for stage in {target, source if source == PRODUCTION else None} - {None}:
        people = policy.access.promote.get(str(stage))
        if people is not None and not is_one_of(me(), people):
            where = f"move versions {'into' if stage == target else 'out of'} {stage}"
            raise _refused(where, f"promote.{stage}", people)


def check_now(repository: Repository, action: Action) -> None:
    """Refuse an action under the policy that governs at this moment.

    Raises:
        NotAllowedError, BadConfigError, VerificationError: as ``check`` and ``in_force``.
    """
    with repository.reading() as index:
        check(in_force(repository, index).policy, action)


def _refused(doing: str, key: str, people: People) -> NotAllowedError:
    who = f"it is for {listed(people)}" if people else "it is for nobody"
    return NotAllowedError(
        f"{me()} may not {doing} here: {who} ([access] {key} in config.toml)",
        hint="Ask one of them." if people else "Whoever may change config.toml can list someone there.",
    )
