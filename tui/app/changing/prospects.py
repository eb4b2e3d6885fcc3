"""What a change would come to, read before it is made: what a dialog shows. For the worker's thread.

A dialog asks with one of the ``To…`` requests and is answered with the matching prospect. Whatever stands in the way is
part of the answer, as a sentence: a dialog must always have something to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import msgspec

from ....store.errors import GateError, MvtuiError, NotFoundError
from ..asking.messages import ProspectFailed, ProspectRead

if TYPE_CHECKING:
    from ....store import (
        Comparison,
        GateReport,
        GateResult,
        RollbackPlan,
        SigningKey,
        Store,
        Undone,
        Version,
        Waiting,
    )

_ON = ("staging", "validation", "production")

_CHANGES = 500
"""As many changes of stages are looked through for who held Production."""


class ToPromote(msgspec.Struct, frozen=True):
    """Ask what moving a version to a stage would come to."""

    ref: str
    to: str

    def read(self, store: Store) -> Promotion:
        """Answer it. Raises MvtuiError when the version can't be read."""
        # First, so that a change while the rest is read makes it one that no longer fits.
        token = store.standing(self.ref)
        version = store.get(self.ref)
        in_production = _in_production(store, version.model)
        base = in_production if in_production and in_production.id != version.id else None
        report, problem = None, ""
        if is_gated(version.stage, self.to):
            try:
                report = store.gates(self.ref, self.to, verify=False)
            except MvtuiError as error:
                problem = said(error)
        return Promotion(version, token, report, base, _compared(store, base, version), problem)


class Promotion(msgspec.Struct, frozen=True):
    """A version at the door of a stage.

    ``token`` is what ``Store.standing`` said when this was read. ``report`` is what the gates say, None where none are
    asked, or can't be (``problem``). ``production`` is another version that is in Production, ``comparison`` the version's
    metrics against that one's.
    """

    version: Version
    token: str
    report: GateReport | None
    production: Version | None
    comparison: Comparison | None
    problem: str = ""


class ToRollBack(msgspec.Struct, frozen=True):
    """Ask where a rollback of a model would lead; ``to`` names a version that held Production, empty for the natural one."""

    model: str
    to: str = ""

    def read(self, store: Store) -> Return:
        """Answer it. Raises MvtuiError when there is no such model."""
        current = _in_production(store, self.model)
        holders = _holders(store, self.model, current.version if current else "")
        try:
            plan = store.rollback_plan(self.model, self.to or None)
        except MvtuiError as error:
            return Return(self.model, current, None, holders, None, error.message)
        return Return(
            self.model,
            plan.current,
            plan,
            holders,
            _compared(store, plan.current, plan.target),
        )


class Return(msgspec.Struct, frozen=True):
    """Where a rollback leads: ``plan``, or None and the ``problem``.

    ``holders`` are the numbers of all versions that could be named instead, the one that held Production last first.
    ``comparison`` has the target's metrics against those of what is in Production now.
    """

    model: str
    current: Version | None
    plan: RollbackPlan | None
    holders: tuple[str, ...]
    comparison: Comparison | None
    problem: str = ""


class ToSay(msgspec.Struct, frozen=True):
    """Ask what the gates of a stage say before saying yes or no; without ``to`` of the stage that it is asked for."""

    ref: str
    to: str = ""

    def read(self, store: Store) -> Opinion:
        """Answer it. Raises MvtuiError when the version can't be read."""
        version = store.get(self.ref)
        asked = [waiting for waiting in store.inbox() if waiting.version.ref == version.ref]
        stage = self.to or (asked[0].stage if asked else "")
        report = store.gates(self.ref, stage or None, verify=False)
        request = next((waiting for waiting in asked if waiting.stage == report.target), None)
        return Opinion(version, report, request, store.summary().user, _key(store))


class Opinion(msgspec.Struct, frozen=True):
    """A version, the gates that its approval is for, the request that waits for ``me``, if any, the ``key`` that I would sign with."""

    version: Version
    report: GateReport
    request: Waiting | None
    me: str
    key: SigningKey | None = None


class ToTakeBack(msgspec.Struct, frozen=True):
    """Ask what undo, or redo, would take back."""

    mode: Literal["undo", "redo"]

    def read(self, store: Store) -> TakenBack:
        """Answer it."""
        try:
            found = store.undo(dry_run=True) if self.mode == "undo" else store.redo(dry_run=True)
        except GateError as error:
            stopping = tuple(result for result in error.results if not result.passed)
            return TakenBack(None, error.message, stopping, error.back_to)
        except MvtuiError as error:
            return TakenBack(None, said(error))
        return TakenBack(found)


class TakenBack(msgspec.Struct, frozen=True):
    """The event that would be taken back, and what that comes to; None where nothing can be, and why.

    ``stopping`` are the answers of the gates that stop it, ``back_to`` is what a rollback would bring all the same.
    """

    event: Undone | None
    problem: str = ""
    stopping: tuple[GateResult, ...] = ()
    back_to: str = ""


class ToAnnotate(msgspec.Struct, frozen=True):
    """Ask what is said of a version now: note, tags, aliases."""

    ref: str

    def read(self, store: Store) -> Annotated:
        """Answer it. Raises MvtuiError when the version can't be read."""
        version = store.get(self.ref)
        line = next((model for model in store.models() if model.name == version.model), None)
        return Annotated(version, line.aliases if line else {})


class Annotated(msgspec.Struct, frozen=True):
    """A version, and what each alias of its model means."""

    version: Version
    aliases: dict[str, str]


class ToDelete(msgspec.Struct, frozen=True):
    """Ask what deleting a version would come to."""

    ref: str

    def read(self, store: Store) -> Deletion:
        """Answer it. Raises MvtuiError when the version can't be read."""
        version, problem = store.get(self.ref), ""
        try:
            store.delete(self.ref, dry_run=True)
        except MvtuiError as error:
            problem = said(error)
        made = tuple(node.name for node in store.impact(self.ref).tainted if not node.deleted)
        return Deletion(version, made, problem)


class Deletion(msgspec.Struct, frozen=True):
    """A version that may be deleted, or why not (``problem``); ``made`` names what was made from it."""

    version: Version
    made: tuple[str, ...]
    problem: str = ""


class ToCopy(msgspec.Struct, frozen=True):
    """Ask for what can be copied of a version."""

    ref: str

    def read(self, store: Store) -> Copies:
        """Answer it."""
        try:
            return Copies(tuple(file.digest for file in store.show(self.ref).files))
        except MvtuiError as error:  # the rest can be copied all the same
            return Copies((), error.message)


class Copies(msgspec.Struct, frozen=True):
    """The digests of a version's files; without any, ``problem`` says why."""

    digests: tuple[str, ...]
    problem: str = "it has no files"


class Request(Protocol):
    """What a dialog asks; two are the same when they are equal."""

    def read(self, store: Store) -> Prospect:
        """Answer it. May raise whatever the store does."""
        ...


Prospect: TypeAlias = object
"""What a change would come to: each dialog knows that of its own request."""


def answered(store: Store, request: Request) -> ProspectRead | ProspectFailed:
    """Answer a dialog. Raises whatever is none of the store's own errors."""
    try:
        return ProspectRead(request, request.read(store))
    except MvtuiError as error:
        return ProspectFailed(request, said(error))


def is_gated(source: str | None, target: str) -> bool:
    """Whether gates may guard that way: moving back, archiving and taking out need no proof."""
    if target not in _ON:
        return False
    return source not in _ON or _ON.index(source) < _ON.index(target)


def said(error: MvtuiError) -> str:
    """Return an error as one text: what happened, and what to do."""
    return f"{error.message}. {error.hint}" if error.hint else error.message


def _in_production(store: Store, model: str) -> Version | None:
    number = next((found.production for found in store.models() if found.name == model), None)
    return store.get(f"{model}@{number}") if number else None


def _key(store: Store) -> SigningKey | None:
    try:
        return store.signing_key()
    except MvtuiError:  # who signs is told then
        return None


def _compared(store: Store, base: Version | None, version: Version) -> Comparison | None:
    if base is None or not (base.metrics or version.metrics):
        return None
    try:
        return store.diff(base.ref, version.ref)
    except MvtuiError:  # a damaged record is no reason not to roll back from it
        return None


def _holders(store: Store, model: str, current: str) -> tuple[str, ...]:
    changes = store.transitions(model, limit=_CHANGES)
    numbers = dict.fromkeys(change.production for change in changes if change.production)
    return tuple(n for n in numbers if n != current and _there(store, f"{model}@{n}"))


def _there(store: Store, ref: str) -> bool:
    try:
        return not store.get(ref).deleted
    except NotFoundError:
        return False
