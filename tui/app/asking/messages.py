"""What the store's worker tells the screen. Workers never touch widgets: they post these.

``@on`` handlers of the screen own all state. A message that makes an earlier one of its kind pointless
replaces it in the queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from ....store import (
        Completion,
        Damage,
        Ending,
        Found,
        KeySetting,
        Model,
        ScreenSettings,
        Summary,
        Version,
        Waiting,
    )
    from ....store.errors import QueryError
    from ..changing.changes import Made
    from ..changing.errand import Errand
    from ..changing.prospects import Prospect, Request
    from ..tables.sorting import Order
    from ..tables.version_columns import VersionColumns
    from .asked import Asked, Content
    from .rows import Rows
    from .seeking import Sought, SoughtTest


class FromStore(Message, bubble=False):
    """Base of everything the worker says."""


class Remembered(FromStore):
    """What is remembered of a person has been read: by another thread, but told as the store's answers are."""


class Mishap(FromStore):
    """An error that nobody foresaw, ``told`` in one sentence, met while ``doing`` something. ``log`` has all of it, if any has."""

    def __init__(self, told: str, doing: str, log: str) -> None:
        super().__init__()
        self.told = told
        self.doing = doing
        self.log = log


class StoreMissing(FromStore):
    """There is no store to open (yet): ``reason`` says where it was looked for, ``hint`` what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__()
        self.reason = reason
        self.hint = hint


class KeysRead(FromStore):
    """The keys that the store's config.toml sets, unchecked."""

    def __init__(self, settings: tuple[KeySetting, ...]) -> None:
        super().__init__()
        self.settings = settings


class ScreenRead(FromStore):
    """What the store's config.toml says of the screen, unchecked."""

    def __init__(self, settings: ScreenSettings) -> None:
        super().__init__()
        self.settings = settings


class EndingsRead(FromStore):
    """Which hosted models Production stands on that end soon, or have ended."""

    def __init__(self, endings: tuple[Ending, ...]) -> None:
        super().__init__()
        self.endings = endings


class StoreTrouble(FromStore):
    """The store can't be read now. What is shown stays; the worker goes on trying."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__()
        self.reason = reason
        self.hint = hint


class StoreWell(FromStore):
    """The store can be read again after ``StoreTrouble``."""


class SearchIsSlow(FromStore):
    """What makes searching fast has failed: versions are looked through one by one."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class VersionsListed(FromStore):
    """The versions of a model, and the columns there are to choose from for them."""

    def __init__(self, rows: Rows, columns: VersionColumns) -> None:
        super().__init__()
        self.rows = rows
        self.columns = columns


class ColumnsNamed(FromStore):
    """The columns there are to choose from for ``rows``, by all of them rather than the first ones."""

    def __init__(self, rows: Rows, columns: VersionColumns) -> None:
        super().__init__()
        self.rows = rows
        self.columns = columns


class ViewRead(FromStore):
    """What a view shows; ``asked`` is what was asked for."""

    def __init__(self, asked: Asked, content: Content) -> None:
        super().__init__()
        self.asked = asked
        self.content = content


class ViewFailed(FromStore):
    """What a view was to show can't be read."""

    def __init__(self, asked: Asked, reason: str) -> None:
        super().__init__()
        self.asked = asked
        self.reason = reason


class VersionFetched(FromStore):
    """A version that was asked for by its reference; None if there is none, for that ``reason``."""

    def __init__(self, ref: str, version: Version | None, reason: str = "") -> None:
        super().__init__()
        self.ref = ref
        self.version = version
        self.reason = reason


class StoreMeasured(FromStore):
    """How many bytes are not on disk, since equal ones are kept once; negative where more lies there than is listed."""

    def __init__(self, saved: int) -> None:
        super().__init__()
        self.saved = saved


class InboxRead(FromStore):
    """The requests that wait for the approval of whoever looks, the oldest first."""

    def __init__(self, waiting: tuple[Waiting, ...]) -> None:
        super().__init__()
        self.waiting = waiting


class ForDialog(FromStore):
    """Base of what the worker says of a change, for the dialog that is open."""


class ProspectRead(ForDialog):
    """What a change would come to; ``asked`` is what a dialog asked."""

    def __init__(self, asked: Request, prospect: Prospect) -> None:
        super().__init__()
        self.asked = asked
        self.prospect = prospect


class ProspectFailed(ForDialog):
    """What a change would come to can't be told."""

    def __init__(self, asked: Request, reason: str) -> None:
        super().__init__()
        self.asked = asked
        self.reason = reason


class ChangeProgressed(ForDialog):
    """How many of ``total`` bytes a change is through with; ``action`` says what is done with them, as ``Progress`` does."""

    def __init__(self, done: int, total: int, action: str = "hashing", errand: Errand | None = None) -> None:
        super().__init__()
        self.errand = errand
        self.action = action
        self.done = done
        self.total = total

    def can_replace(self, message: Message) -> bool:
        """Only the last report matters."""
        return isinstance(message, ChangeProgressed)


class ChangeMade(ForDialog):
    """A change was made, by an ``errand``."""

    def __init__(self, made: Made, errand: Errand) -> None:
        super().__init__()
        self.made = made
        self.errand = errand


class ChangeFailed(ForDialog):
    """A change was not made. ``stopped`` says that this is what was wanted; ``moved`` that the store has changed.

    ``bug`` is the error, when it is one that nobody foresaw.
    """

    def __init__(
        self,
        reason: str,
        errand: Errand,
        *,
        stopped: bool = False,
        moved: bool = False,
        bug: Exception | None = None,
    ) -> None:
        super().__init__()
        self.errand = errand
        self.bug = bug
        self.reason = reason
        self.stopped = stopped
        self.moved = moved


class VersionsSought(ForDialog):
    """The versions of any model that fit ``text``, the best first; ``total`` counts those left out too.

    ``tests`` are the A/B tests whose names fit. ``problem`` says why nothing could be looked up.
    """

    def __init__(
        self,
        text: str,
        versions: Sequence[Sought] = (),
        total: int = 0,
        *,
        tests: Sequence[SoughtTest] = (),
        problem: str = "",
    ) -> None:
        super().__init__()
        self.text = text
        self.versions = versions
        self.total = total
        self.tests = tests
        self.problem = problem


class ModelsListed(FromStore):
    """The models there are, with the numbers of the status line and damage to warn of, if any.

    ``arrived`` are the references of versions registered since the last time, the newest first. ``first`` is
    given the first time: the versions of the model that changed last, which would be asked for next.
    """

    def __init__(
        self,
        models: list[Model],
        summary: Summary,
        damage: tuple[Damage, ...] = (),
        arrived: tuple[str, ...] = (),
        *,
        first: VersionsListed | None = None,
        asked: bool = False,
    ) -> None:
        super().__init__()
        self.models = models
        self.summary = summary
        self.damage = damage
        self.arrived = arrived
        self.first = first
        self.asked = asked


class Filtered(FromStore):
    """What ``query`` lets through of ``rows`` in an ``order``: ``found``, or the ``problem`` that makes it no query.

    ``completions`` are how the query could go on; ``reason`` says why nothing was found, or that searching failed if
    there is neither.
    """

    def __init__(
        self,
        rows: Rows,
        query: str,
        *,
        found: Found | None = None,
        problem: QueryError | None = None,
        completions: Sequence[Completion] = (),
        reason: str = "",
        order: Order | None = None,
    ) -> None:
        super().__init__()
        self.order = order
        self.reason = reason
        self.rows = rows
        self.query = query
        self.found = found
        self.problem = problem
        self.completions = completions
