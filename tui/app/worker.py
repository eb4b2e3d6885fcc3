"""The one thread that talks to the store. The screen asks; answers come back as messages.

Of a large store the models and each one's newest versions are shown first; the rest is read once they are
painted, so that reading does not compete with drawing.

One thread, so that answers come in order and the store is polled only when nothing else is wanted. It is
a daemon: a store on a file system that hangs can neither freeze the screen nor keep the program alive.
Requests of a kind replace each other, since only the last can still matter.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...store.errors import MvtuiError, NotFoundError, QueryError
from . import columns, reading
from .asked import Asked, Content
from .jobs import Job
from .messages import (
    ChangeMade,
    Filtered,
    FromStore,
    InboxRead,
    KeysRead,
    ModelsListed,
    ProspectFailed,
    SearchIsSlow,
    StoreMeasured,
    StoreMissing,
    StoreTrouble,
    StoreWell,
    VersionFetched,
    VersionsListed,
    VersionsSought,
    ViewFailed,
    ViewRead,
)
from .rows import Rows, changed_last

if TYPE_CHECKING:
    from ...store import Found, Model, Search, Store, Summary, Version
    from .errand import Errand
    from .prospects import Request
    from .seeking import Seeker
    from .sorting import Order

POLL_SECONDS = 0.5
_PAINT_SECONDS = 1.0
"""How long the rest of a large store waits for the first page to be painted, at most."""

_LULL_SECONDS = 0.05
"""How long nothing is wanted before what can wait is done."""

_SLOW_GIT_SECONDS = 1.0
_MEASURE_SECONDS = 60.0
_MEASURE_SHARE = 0.01
"""The bytes on disk are added up again after so long at the earliest, and never in more than that share of the time."""

_MOST_ARRIVED = 100
_GONE_HINT = "What it held stays on the screen."


class StoreWorker(Thread):
    """Opens a store, answers requests, and watches for changes by others.

    ``open_store`` is called in this thread; ``post`` must be safe to call from it. ``glance`` returns a store
    that knows the first page only, or None when there is no need for one.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        post: Callable[[FromStore], object],
        *,
        glance: Callable[[], Store | None] = lambda: None,
        interval: float = POLL_SECONDS,
    ) -> None:
        super().__init__(name="mvtui-store", daemon=True)
        self._open_store = open_store
        self._glance = glance
        self.post = post
        self._interval = interval
        self._wanted: dict[str, Job] = {}
        self._in_a_lull: Job | None = None
        self._wake = Condition()
        self._stopped = False
        self._busy = True
        self._painted = False
        self._part = False
        self._troubled = False
        self._git_is_slow = False
        self._measure_at = 0.0
        self._last_seq = -1
        self._listed = -1
        self._unprepared = ""
        self._said: tuple[str, str] | None = None
        self._seeker: Seeker | None = None

    # -- asked from the screen's thread ----------------------------------------------------------

    def list_versions(self, model: str) -> None:
        """Ask for the versions of a model: ``VersionsListed``."""
        self._ask("versions", lambda store: self._list_versions(store, model))

    def read(self, asked: Asked) -> None:
        """Ask for what a view shows: ``ViewRead`` or ``ViewFailed``."""
        self._ask(f"view {asked.pane}", lambda store: self._read(store, asked))

    def find(self, rows: Rows, query: str, order: Order | None = None) -> None:
        """Ask which of ``rows`` a query lets through, and in what order: ``Filtered``."""
        self._ask("filter", lambda store: self._find(store, rows, query, order))

    def read_history(self, asked: Asked) -> None:
        """Ask for a comparison with the commits between: ``ViewRead``, or nothing where git takes its time."""
        self._ask("history", lambda store: self._read_history(store, asked))

    def look(self, request: Request) -> None:
        """Ask what a change would come to: ``ProspectRead`` or ``ProspectFailed``."""
        self._ask(
            "prospect",
            lambda store: self._look(store, request),
            lost=lambda reason: ProspectFailed(request, reason),
        )

    def make(self, errand: Errand) -> None:
        """Ask for a change: ``ChangeMade``, once what it did is listed, or ``ChangeFailed``. None replaces another."""
        self._ask(f"change {id(errand)}", lambda store: self._make(store, errand), lost=errand.lost)

    def seek(self, text: str) -> None:
        """Ask for versions of whatever model by a name, or a query: ``VersionsSought``."""
        self._ask("seek", lambda store: self._seek(store, text), lost=lambda _: VersionsSought(text))

    def fetch(self, ref: str) -> None:
        """Ask for a version by its reference: ``VersionFetched``."""
        self._ask(
            "fetch",
            lambda store: self._fetch(store, ref),
            lost=lambda reason: VersionFetched(ref, None, reason),
        )

    def refresh(self) -> None:
        """Ask for the models again, changed or not."""
        self._ask("models", lambda store: self._list_models(store, asked=True))

    def painted(self) -> None:
        """Say that what was found first is on the screen: time to read the rest."""
        with self._wake:
            self._painted = True
            self._wake.notify()

    def stop(self) -> None:
        """End the thread as soon as it comes back from what it does. Does not wait for it."""
        with self._wake:
            self._stopped = True
            self._wake.notify()

    @property
    def partial(self) -> bool:
        """Whether only the first page of a large store was read yet."""
        return self._part

    @property
    def idle(self) -> bool:
        """Whether everything asked for was answered (or there is no store to ask)."""
        with self._wake:
            return not self._busy and not self._wanted

    def _ask(
        self,
        kind: str,
        job: Callable[[Store], None],
        *,
        lost: Callable[[str], FromStore] | None = None,
    ) -> None:
        """Want something done; ``lost`` makes the answer when there is no store to do it in."""
        with self._wake:
            self._wanted[kind] = Job(job, lost)
            self._wake.notify()

    # -- in the worker's thread ------------------------------------------------------------------

    def run(self) -> None:
        """Open, then answer and poll until stopped."""
        self._show_part()
        store = self._open()
        self._part = False
        if store is None:
            return
        self._guarded(store, Job(self._tell_keys))
        self._guarded(store, Job(self._list_models))
        while not self._stopped:
            self._guarded(store, self._next_job() or Job(self._poll))

    def _show_part(self) -> None:
        try:
            part = self._glance()
        except Exception:  # noqa: BLE001 - opening the whole store tells what is wrong
            part = None
        if part is None:
            return
        self._part = True
        self._guarded(part, Job(self._tell_keys))
        self._guarded(part, Job(self._list_models))
        self._await_paint()
        part.close()

    def _await_paint(self) -> None:
        """Wait until what was found first is on the screen: nothing may compete with drawing it."""
        end = monotonic() + _PAINT_SECONDS
        with self._wake:
            while not (self._painted or self._stopped) and (left := end - monotonic()) > 0:
                self._wake.wait(left)

    def _open(self) -> Store | None:
        while not self._stopped:
            try:
                return self._open_store()
            except NotFoundError as error:
                self._say_once(StoreMissing, error.message, error.hint)
            except MvtuiError as error:
                self._say_once(StoreTrouble, error.message, error.hint)
            except Exception as error:  # noqa: BLE001 - the screen must say it, whatever it is
                self._say_once(StoreTrouble, *_unexpected(error))
            self._pause()
        return None

    def _next_job(self) -> Job | None:
        with self._wake:
            later = self._in_a_lull
            if not self._wanted:
                self._busy = later is not None
                self._wake.wait(_LULL_SECONDS if later else self._interval)
            self._busy = True
            if self._wanted:
                return self._wanted.pop(next(iter(self._wanted)))
            self._in_a_lull = None
            return later

    def _pause(self) -> None:
        with self._wake:
            self._wanted.clear()
            self._busy = False
            if not self._stopped:
                self._wake.wait(self._interval)
            self._busy = True

    def _guarded(self, store: Store, job: Job) -> None:
        try:
            self._check_there(store)
            job.do(store)
        except MvtuiError as error:
            self._trouble(job, error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - a store deleted underneath must not end the watch
            self._trouble(job, *_unexpected(error))
        else:
            if self._troubled:
                self._troubled = False
                self._said = None
                self.post(StoreWell())

    def _trouble(self, job: Job, reason: str, hint: str) -> None:
        self._troubled = True
        self._say_once(StoreTrouble, reason, hint)
        if job.lost:
            self.post(job.lost(reason))

    def _say_once(self, kind: Callable[[str, str], FromStore], reason: str, hint: str) -> None:
        if self._said != (reason, hint):
            self._said = (reason, hint)
            self.post(kind(reason, hint))

    def _poll(self, store: Store) -> None:
        # Not by what poll answers: another job may have brought the store up to date since the last list.
        if not self._stopped and (store.poll() or store.generation != self._listed):
            self._list_models(store)

    def _check_there(self, store: Store) -> None:
        if not os.path.exists(store.root):
            # An open journal could be read for ever after it was deleted, and keeps its disk from being unmounted.
            store.close()
            raise NotFoundError(f"the store is gone: {store.root}", hint=_GONE_HINT)

    def _tell_keys(self, store: Store) -> None:
        if settings := store.keys:
            self.post(KeysRead(settings))

    def _list_models(self, store: Store, *, asked: bool = False) -> None:
        if asked:
            store.poll()
        self._listed = store.generation
        versions = store.versions()
        newest = versions[0].seq if len(versions) else 0
        arrived: list[Version] = []
        if self._last_seq >= 0:
            fresh = itertools.takewhile(lambda v: v.seq > self._last_seq, iter(versions))
            arrived = list(itertools.islice(fresh, _MOST_ARRIVED))
        first_time, self._last_seq = self._last_seq < 0, newest
        models = store.models()
        self.post(
            ModelsListed(
                models,
                self._summary(store),
                () if self._part else store.damage(),
                tuple(v.ref for v in arrived),
                first=self._first_page(store, changed_last(models)) if first_time else None,
                asked=asked,
            )
        )

        # Not before what is to be seen: it is cheap only where nobody ever asked for approval.
        self._in_a_lull = Job(self._read_inbox)

    def _read_inbox(self, store: Store) -> None:
        self._await_paint()
        try:
            waiting = store.inbox()
        except Exception:  # noqa: BLE001 - such as a mistake in config.toml, which is told where gates are asked
            waiting = ()
        self.post(InboxRead(waiting))
        if monotonic() >= self._measure_at and not self._part:
            self._in_a_lull = Job(self._measure)

    def _measure(self, store: Store) -> None:
        start = monotonic()
        try:
            summary = store.summary(measure=True)
        except (MvtuiError, OSError):  # such as a directory that may not be read: nothing else needs it
            summary = None
        end = monotonic()
        self._measure_at = end + max(_MEASURE_SECONDS, (end - start) / _MEASURE_SHARE)
        if summary and summary.stored is not None:
            # Of one moment: what was registered since then has not been saved.
            self.post(StoreMeasured(summary.size - summary.stored))

    def _look(self, store: Store, request: Request) -> None:
        from .prospects import answered

        self.post(answered(store, request))

    def _make(self, store: Store, errand: Errand) -> None:
        answer = errand.run(store)
        try:
            if isinstance(answer, ChangeMade):
                self._list_models(store)
        finally:
            self.post(answer)

    def _seek(self, store: Store, text: str) -> None:
        from .seeking import Seeker

        if self._seeker is None or not self._seeker.serves(store):
            self._seeker = Seeker(store)
        self.post(VersionsSought(text, *self._seeker.find(text)))

    def _fetch(self, store: Store, ref: str) -> None:
        try:
            self.post(VersionFetched(ref, store.get(ref)))
        except NotFoundError as error:  # deleted since it was shown
            self.post(VersionFetched(ref, None, error.message))

    def _summary(self, store: Store) -> Summary:
        summary = store.summary()
        # The part is read-only, whoever looks at it.
        return replace(summary, writable=os.access(store.root, os.W_OK)) if self._part else summary

    def _first_page(self, store: Store, model: Model | None) -> VersionsListed | None:
        if model is None:
            return None
        return self._versions(store, model.name, model.version_count if self._part else 0)

    def _versions(self, store: Store, model: str, total: int = 0) -> VersionsListed:
        try:
            found = store.versions(model)
        except NotFoundError:  # its last version was deleted since it was listed
            found = ()
        rows = Rows(model, found, total)

        if rows.searchable:
            # Behind whatever else is wanted: it is the only job that can take a second.
            self._ask("search", lambda store: self._prepare(store, rows))
        return VersionsListed(rows, self._columns(store, found))

    def _prepare(self, store: Store, rows: Rows) -> None:
        self._await_paint()
        try:
            rows.prepare(store)
        except Exception as error:  # noqa: BLE001 - as trouble it would have the list read and this tried again
            reason = f"{type(error).__name__}: {error}"
            if reason != self._unprepared:
                self._unprepared = reason
                self.post(SearchIsSlow(reason))

    def _columns(self, store: Store, found: Sequence[Version]) -> list[columns.Column]:
        if not len(found):
            return []
        return columns.for_versions(found, store.direction, reading.in_production(store, found[0].model))

    def _list_versions(self, store: Store, model: str) -> None:
        self.post(self._versions(store, model))

    def _find(self, store: Store, rows: Rows, query: str, order: Order | None) -> None:
        try:
            search = rows.search(store)
            found = _sorted(search, query, order) if order else search.find(query)
        except QueryError as error:
            self.post(Filtered(rows, query, problem=error, order=order))
        except Exception as error:  # noqa: BLE001 - what can't be searched can still be looked at
            self.post(
                Filtered(
                    rows, query, reason=f"searching failed: {type(error).__name__}: {error}", order=order
                )
            )
        else:
            completions = search.complete(query) if query or not order else ()
            whole = not (len(found.rows) or found.missing or completions)
            reason = reading.why_nothing(store, rows.model, query) if whole else ""
            self.post(Filtered(rows, query, found=found, completions=completions, reason=reason, order=order))

    def _read(self, store: Store, asked: Asked) -> None:
        self._await_paint()
        self.post(self._view(asked, lambda: reading.read(store, asked)))

    def _read_history(self, store: Store, asked: Asked) -> None:
        if self._git_is_slow:
            return
        start = monotonic()
        answer = self._view(asked, lambda: reading.measured(store, asked, history=True))
        # Everything else has to wait for this one: once is enough.
        self._git_is_slow = monotonic() - start > _SLOW_GIT_SECONDS
        if isinstance(answer, ViewRead):
            self.post(answer)

    def _view(self, asked: Asked, make: Callable[[], Content]) -> ViewRead | ViewFailed:
        try:
            return ViewRead(asked, make())
        except MvtuiError as error:
            return ViewFailed(asked, error.message)
        except Exception as error:  # noqa: BLE001 - one bad version is no reason to doubt the store
            return ViewFailed(asked, _unexpected(error)[0])


def _sorted(search: Search, query: str, order: Order) -> Found:
    """Return what a query finds in an order. Raises QueryError if it is none: of the query, not of what was added."""
    try:
        return search.find(f"{query} {order.query}".strip())
    except QueryError:
        return search.find(query)


def _unexpected(error: Exception) -> tuple[str, str]:
    return f"the store can't be read: {type(error).__name__}: {error}", "mvtui doctor tells more."
