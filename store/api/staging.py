"""The part of ``Store`` that moves versions between stages: gates, approvals, rollback, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from datetime import datetime

    from ..nouns.approval import Approval, SigningKey
    from ..nouns.reports import (
        GateReport,
        Governing,
        Held,
        Moved,
        ProgressCallback,
        RollbackPlan,
        Undone,
        Voiced,
        Waiting,
    )
    from ..nouns.stage import Stage
    from ..nouns.transition import Transition


class Staging(Face):
    """Staging → Validation → Production → Archived, and back.

    Every change is one event with its actor, time, reason and each gate's answer. Verbs that make one raise
    ``NotAllowedError`` when the access rules of config.toml list others for it.
    """

    def promote(
        self,
        ref: str,
        to: str | None = None,
        *,
        reason: str,
        override: bool = False,
        expect: str | None = None,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Moved:
        """Move a version to a stage: the one named (``none`` takes it out), else the next.

        Production holds one version: the one there is archived by the same event. Gates guard the way on; moving
        back, archiving and taking out are not gated. The bytes are vouched for first, by the stat cache or by hashing.

        Args:
            ref: the version.
            to: ``staging``, ``validation``, ``production``, ``archived`` or ``none``.
            reason: why; kept with the event.
            override: let it in although a gate stops it, if the access rules let this person. Recorded for ever.
            expect: what ``standing`` said when this was decided; if it is another now, nothing is done.
            dry_run: change nothing: raise as it would, or say what would be moved. The reason may be empty then.
            progress: called while bytes are hashed.

        Raises:
            GateError: a gate stops it; ``results`` has each gate's answer.
            ConflictError: it is there already, no stage comes next, or it is not as expected.
            VerificationError: its bytes are missing or damaged.
            UsageError: there is no reason.
            BusyError: others kept changing it.
        """
        from ..verbs import promote

        return promote.promote(
            self._repository,
            ref,
            to,
            reason,
            override=override,
            expect=expect,
            dry_run=dry_run,
            progress=progress,
        )

    def gates(
        self,
        ref: str,
        to: str | None = None,
        *,
        verify: bool = True,
        progress: ProgressCallback | None = None,
    ) -> GateReport:
        """Ask the gates of a stage (default: the next) about a version. Changes nothing.

        With ``verify`` bytes are hashed if a gate wants that; without it such a gate can't tell.
        """
        from ..verbs import gates

        return gates.report(self._repository, ref, to, verify=verify, progress=progress)

    def standing(self, ref: str) -> str:
        """Return a token that changes whenever a version changes its stage: for ``promote(expect=…)``."""
        from ..verbs import promote, resolve

        with self._repository.reading() as index:
            return promote.state(resolve.resolve(index, ref))

    def approve(
        self, ref: str, to: str | None = None, *, reason: str = "", sign: bool = False, key: str | None = None
    ) -> Voiced:
        """Approve a version for a stage (default: the next). What it is worth now comes back, too.

        It is bound to the version's content, the stage and the gates that guard it: when one of them changes it no
        longer counts. With ``sign``, or a ``key``, it is signed with an SSH key (``ssh-keygen -Y sign``).

        Raises:
            ConflictError: the version is in that stage, or no approval is asked for it.
            NotFoundError: there is no key to sign with.
            BadInputError: ssh-keygen would not sign.
        """
        from ..verbs import approve

        return approve.say(self._repository, ref, to, "approve", reason, sign=sign, key=key)

    def reject(
        self, ref: str, to: str | None = None, *, reason: str, sign: bool = False, key: str | None = None
    ) -> Voiced:
        """Object to a version entering a stage: by a listed approver it stops the version until withdrawn.

        Raises as ``approve``, and ``UsageError`` without a reason.
        """
        from ..verbs import approve

        return approve.say(self._repository, ref, to, "reject", reason, sign=sign, key=key)

    def withdraw(
        self, ref: str, to: str | None = None, *, reason: str = "", sign: bool = False, key: str | None = None
    ) -> Voiced:
        """Take back one's own approval or rejection. Raises as ``approve``."""
        from ..verbs import approve

        return approve.say(self._repository, ref, to, "withdraw", reason, sign=sign, key=key)

    def request(self, ref: str, to: str | None = None, *, reason: str = "") -> Voiced:
        """Ask those who can for their approval: it is in their ``inbox`` from then on. Raises as ``approve``."""
        from ..verbs import approve

        return approve.say(self._repository, ref, to, "request", reason)

    def approvals(self, ref: str) -> tuple[Approval, ...]:
        """Return all that was said of a version entering a stage, the oldest first; ``gates`` says what of it counts."""
        from ..verbs import resolve, voices

        with self._repository.reading() as index:
            return tuple(voices.approvals(resolve.even_deleted(index, ref)))

    def inbox(self, person: str | None = None) -> tuple[Waiting, ...]:
        """Return the requests that wait for a person's approval (default: this account's), the oldest first."""
        from ..verbs import approve

        return approve.inbox(self._repository, person)

    def rollback_plan(self, model: str, to: str | None = None) -> RollbackPlan:
        """Say where ``rollback`` would lead. Changes nothing.

        Raises:
            ConflictError: there is no usable version to go back to; the message says why.
            NotFoundError: there is no such model or version.
        """
        from ..verbs import rollback

        return rollback.plan(self._repository, model, to)

    def rollback(
        self,
        model: str,
        to: str | None = None,
        *,
        reason: str,
        verify_later: bool = False,
        expect: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> Moved:
        """Let Production go back to the last version that held it and was not rolled back from itself.

        The replaced version is archived and marked: it is no target again unless it is named or promoted anew. Gates don't
        block a rollback; what they say is recorded.

        Args:
            model: the model.
            to: a version that held Production once; a number, or a reference.
            reason: why; kept with the event.
            verify_later: swap first, hash the bytes after; what that comes to is journaled and in the result.
            expect: ``"FROM>TO"`` (numbers; FROM empty for none): if it would be another swap now, nothing is done.
            progress: called while bytes are hashed.

        Raises:
            ConflictError: no usable version to go back to, not what was expected, or Production changed since this began;
                nothing was changed.
            VerificationError: the target's bytes are missing or damaged.
            UsageError: there is no reason.
        """
        from ..verbs import rollback

        return rollback.rollback(
            self._repository, model, to, reason, verify_later=verify_later, expect=expect, progress=progress
        )

    def undo(
        self,
        *,
        dry_run: bool = False,
        verify: bool = True,
        expect: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> Undone:
        """Take back this account's last change of a stage, alias, tag, note, or its last deletion, by a new event.

        Args:
            dry_run: only say what would be taken back, and what that comes to.
            verify: look at bytes as far as that, or a gate, wants it. A dry run without it is quick: it fails only where
                they would not help.
            expect: the number of the event that is meant (``Undone.seq``); if it would be another now, nothing is done.
            progress: called while bytes are hashed.

        Raises:
            ConflictError: there is none, someone changed the same thing since, or it is not the one expected.
            GateError: undoing a rollback, or a step back, would bring a version on to a stage whose gates stop it;
                ``back_to`` is what ``rollback`` would bring there all the same.
            VerificationError: the bytes of what would return to Production are missing or damaged.
        """
        from ..verbs import undo

        return undo.undo(
            self._repository,
            "undo",
            dry_run=dry_run,
            blindly=dry_run and not verify,
            progress=progress,
            expect=expect,
        )

    def redo(
        self,
        *,
        dry_run: bool = False,
        verify: bool = True,
        expect: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> Undone:
        """Take back this account's last undo, unless it has made another change since. Raises as ``undo``."""
        from ..verbs import undo

        return undo.undo(
            self._repository,
            "redo",
            dry_run=dry_run,
            blindly=dry_run and not verify,
            progress=progress,
            expect=expect,
        )

    def transitions(self, model: str | None = None, *, limit: int | None = None) -> tuple[Transition, ...]:
        """Return every change of stages, of a model or of all, the last first; only the last ``limit`` if given."""
        from ..verbs import history

        return history.transitions(self._repository, model, limit)

    def stages(self, model: str) -> dict[Stage, tuple[str, ...]]:
        """Return the numbers of the versions in each stage of a model, the last to enter first.

        Raises:
            NotFoundError: there is no such model; ``candidates`` lists similar names.
        """
        from ..verbs import history

        return history.stages(self._repository, model)

    def at(self, moment: datetime, model: str | None = None) -> tuple[Held, ...]:
        """Return what was in production at a moment (an aware time), by model; models with nothing are left out.

        ``mvtui.store.parse_when`` reads moments as people write them.

        Raises:
            BadInputError: it is no ``datetime``, or has no time zone.
        """
        from ..verbs import history

        return history.at(self._repository, moment, model)

    def signing_key(self) -> SigningKey:
        """Return the SSH key that this account would sign with, and whether ``allowed_signers`` lists it. Signs nothing.

        Raises:
            StorageError, UnsupportedFileError, BadInputError: ``allowed_signers`` can't be read, is no file, or is too long.
        """
        from ..verbs import signers

        return signers.key_to_sign_with(self._repository)

    def policy(self) -> Governing:
        """Return the gates and access rules that govern now, read from config.toml anew.

        Where ``[access] config`` says who may change them, what others changed waits (``waiting``); until one of them
        accepts it, what was agreed on stays in force.

        Raises:
            BadConfigError: config.toml is wrong.
        """
        from ..verbs import policy

        return policy.governing(self._repository)

    def accept_policy(self, reason: str) -> Governing:
        """Let what config.toml and ``allowed_signers`` say now be in force; journaled with old and new digest.

        Raises:
            ConflictError: nothing waits to be accepted.
            NotAllowedError: ``[access] config`` of the policy agreed on lists others.
            UsageError: there is no reason.
        """
        from ..verbs import policy

        policy.accept(self._repository, reason)
        return policy.governing(self._repository)
