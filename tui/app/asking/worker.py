"""The thread that reads the store. The screen asks; answers come back as messages.

Of a large store the models and each one's newest versions are shown first; the rest is read once they are
painted, so that reading does not compete with drawing.

One thread, so that answers come in order and the store is polled only when nothing else is wanted. It is
a daemon: a store on a file system that hangs can neither freeze the screen nor keep the program alive.
Requests of a kind replace each other, since only the last can still matter. Changes are made in a thread
of their own (``errands``); what one did is listed here before the screen is told that it was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING

from ....store.errors import MvtuiError, NotFoundError
from ..changing.errands import Errands
from . import reading, searching
from .asked import Asked, Content, lacks_history
from .jobs import Job
from .listing import Listing
from .messages import (
    ChangeFailed,
    ChangeMade,
    FromStore,
    KeysRead,
    ProspectFailed,
    ScreenRead,
    StoreMissing,
    StoreTrouble,
    StoreWell,
    VersionFetched,
    VersionsSought,
    ViewFailed,
    ViewRead,
)

if TYPE_CHECKING:
    from ....store import Store
    from ..changing.errand import Errand
    from ..changing.prospects import Request
    from ..tables.sorting import Order
    from .rows import Rows
    from .seeking import Seeker

POLL_SECONDS = 0.5
_PAINT_SECONDS = 1.0
"""How long the rest of a large store waits for the first page to be painted, at most."""

_LULL_SECONDS = 0.05
"""How long nothing is wanted before what can wait is done."""

_SLOW_GIT_SECONDS = 1.0
_GONE_HINT = "What it held stays on the screen."


class StoreWorker(Thread):
    """Opens a store, answers requests, and watches for changes by others.

    ``open_store`` is called in this thread; ``post`` must be safe to call from it. ``glance`` returns a store
    that knows the first page only, or None when there is no need for one. ``mishap`` is told of errors that nobody
    foresaw, and at what they were met.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        post: Callable[[FromStore], object],
        *,
        glance: Callable[[], Store | None] = lambda: None,
        mishap: Callable[[Exception, str], object] = lambda _error, _doing: None,
        interval: float = POLL_SECONDS,
    ) -> None:
        super().__init__(name="mvtui-store", daemon=True)
        self._open_store = open_store
        self._glance = glance
        self.post = post
        self._mishap = mishap
        self._interval = interval
        self._wanted: dict[str, Job] = {}
        self._later: Job | None = None
        self._wake = Condition()
        self._stopped = False
        self._busy = True
        self._changing = 0
        """How many changes were asked for and not answered yet."""
        self._painted = False
        self._part = False
        self._troubled = False
        self._git_is_slow = False
        self._said: tuple[str, str] | None = None
        self._seeker: Seeker | None = None
        self._listing = Listing(self)
        self._errands = Errands()

    # -- asked from the screen's thread ----------------------------------------------------------

    def list_versions(self, model: str) -> None:
        """Ask for the versions of a model: ``VersionsListed``."""
        self.want("versions", lambda store: self.post(self._listing.versions(store, model)))

    def read(self, asked: Asked) -> None:
        """Ask for what a view shows: ``ViewRead`` or ``ViewFailed``."""
        self.want(f"view {asked.pane}", lambda store: self._read(store, asked))

    def find(self, rows: Rows, query: str, order: Order | None = None) -> None:
        """Ask which of ``rows`` a query lets through, and in what order: ``Filtered``."""
        self.want("filter", lambda store: self.post(searching.filtered(store, rows, query, order)))

    def name_columns(self, rows: Rows) -> None:
        """Ask what columns there are to choose from for all of ``rows``: ``ColumnsNamed``."""
        self.want("columns", lambda store: self.post(self._listing.names(store, rows)))

    def read_history(self, asked: Asked) -> None:
        """Ask for a comparison with training curves and the commits between: ``ViewRead``, without what takes git its time."""
        self.want("history", lambda store: self._read_history(store, asked))

    def look(self, request: Request) -> None:
        """Ask what a change would come to: ``ProspectRead`` or ``ProspectFailed``."""
        self.want(
            "prospect",
            lambda store: self._look(store, request),
            lost=lambda reason: ProspectFailed(request, reason),
        )

    def make(self, errand: Errand) -> None:
        """Ask for a change: ``ChangeMade``, once what it did is listed, or ``ChangeFailed``. None replaces another."""
        with self._wake:
            self._changing += 1
        self.want(
            f"change {id(errand)}",
            lambda store: self._make(store, errand),
            lost=lambda reason: self._settled(errand.lost(reason)),
        )

    def seek(self, text: str) -> None:
        """Ask for versions of whatever model by a name, or a query: ``VersionsSought``."""
        self.want(
            "seek",
            lambda store: self._seek(store, text),
            lost=lambda reason: VersionsSought(text, problem=reason),
        )

    def fetch(self, ref: str) -> None:
        """Ask for a version by its reference: ``VersionFetched``."""
        self.want(
            "fetch",
            lambda store: self._fetch(store, ref),
            lost=lambda reason: VersionFetched(ref, None, reason),
        )

    def refresh(self) -> None:
        """Ask for the models again, changed or not."""
        self.want("models", lambda store: self._listing.models(store, asked=True))

    def painted(self) -> None:
        """Say that what was found first is on the screen: time to read the rest."""
        with self._wake:
            self._painted = True
            self._wake.notify()

    def stop(self) -> None:
        """End the thread as soon as it comes back from what it does. Does not wait for it, and but a moment for a change."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._errands.stop()

    @property
    def partial(self) -> bool:
        """Whether only the first page of a large store was read yet."""
        return self._part

    @property
    def idle(self) -> bool:
        """Whether everything asked for was answered (or there is no store to ask)."""
        with self._wake:
            return not (self._busy or self._wanted or self._changing)

    # -- for whatever thread ----------------------------------------------------------------------

    def want(
        self,
        kind: str,
        job: Callable[[Store], object],
        *,
        lost: Callable[[str], FromStore] | None = None,
    ) -> None:
        """Have something done in the worker's thread; ``lost`` makes the answer when there is no store to do it in."""
        with self._wake:
            self._wanted[kind] = Job(job, lost)
            self._wake.notify()

    # -- in the worker's thread ------------------------------------------------------------------

    def in_a_lull(self, job: Job) -> None:
        """Have something done when nothing else is wanted."""
        self._later = job

    def run(self) -> None:
        """Open, then answer and poll until stopped, whatever happens."""
        while not self._stopped:
            try:
                self._serve()
            except Exception as error:  # noqa: BLE001 - the screen would wait for answers for ever
                self._mishap(error, "reading the store")
                self._pause()

    def _serve(self) -> None:
        self._show_part()
        store = self._open()
        self._part = False
        if store is None:
            return
        self._guarded(store, Job(self._tell_settings))
        self._guarded(store, Job(self._listing.models))
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
        self._guarded(part, Job(self._tell_settings))
        self._guarded(part, Job(self._listing.models))
        self.await_paint()
        part.close()

    def await_paint(self) -> None:
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
                self._say_once(StoreTrouble, *self._unforeseen(error, "opening the store"))
            self._pause()
        return None

    def _next_job(self) -> Job | None:
        with self._wake:
            later = self._later
            if not self._wanted:
                self._busy = later is not None
                self._wake.wait(_LULL_SECONDS if later else self._interval)
            self._busy = True
            if self._wanted:
                return self._wanted.pop(next(iter(self._wanted)))
            self._later = None
            return later

    def _pause(self) -> None:
        with self._wake:
            given_up = [job.lost for job in self._wanted.values() if job.lost]
            self._wanted.clear()
        for lost in given_up:
            self.post(lost(self._said[0] if self._said else "there is no store"))
        with self._wake:
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
            self._trouble(job, *self._unforeseen(error, "reading the store"))
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

    def _unforeseen(self, error: Exception, doing: str) -> tuple[str, str]:
        """Return what to say of an error that is none of the store's own; what the system refused is no bug."""
        if not isinstance(error, OSError):
            self._mishap(error, doing)
        return f"the store can't be read: {type(error).__name__}: {error}", "mvtui doctor tells more."

    def _say_once(self, kind: Callable[[str, str], FromStore], reason: str, hint: str) -> None:
        if self._said != (reason, hint):
            self._said = (reason, hint)
            self.post(kind(reason, hint))

    def _poll(self, store: Store) -> None:
        # Not by what poll answers: another job may have brought the store up to date since the last list.
        if not self._stopped and (store.poll() or not self._listing.is_of(store)):
            self._listing.models(store)

    def _check_there(self, store: Store) -> None:
        if not os.path.exists(store.root):
            # An open journal could be read for ever after it was deleted, and keeps its disk from being unmounted.
            store.close()
            raise NotFoundError(f"the store is gone: {store.root}", hint=_GONE_HINT)

    def _tell_settings(self, store: Store) -> None:
        if settings := store.keys:
            self.post(KeysRead(settings))
        if screen := store.screen:
            self.post(ScreenRead(screen))

    def _look(self, store: Store, request: Request) -> None:
        from ..changing.prospects import answered

        try:
            answer = answered(store, request)
        except Exception as error:  # noqa: BLE001 - a dialog must not wait for ever
            answer = ProspectFailed(request, self._unforeseen(error, "asking what a change comes to")[0])
        self.post(answer)

    def _make(self, store: Store, errand: Errand) -> None:
        def done(answer: ChangeMade | ChangeFailed) -> None:
            # What it did is listed first, and by this thread: two would overtake each other.
            self.want(
                f"made {id(errand)}",
                lambda store: self._made(store, answer),
                lost=lambda _: self._settled(answer),
            )

        self._errands.take(store, errand, done)

    def _made(self, store: Store, answer: ChangeMade | ChangeFailed) -> None:
        if isinstance(answer, ChangeFailed) and answer.bug:
            self._mishap(answer.bug, "making a change")
        if isinstance(answer, ChangeMade):
            self._listing.models(store)
        self.post(self._settled(answer))

    def _settled(self, answer: ChangeMade | ChangeFailed) -> ChangeMade | ChangeFailed:
        with self._wake:
            self._changing -= 1
        return answer

    def _seek(self, store: Store, text: str) -> None:
        from .seeking import Seeker

        try:
            if self._seeker is None or not self._seeker.serves(store):
                self._seeker = Seeker(store)
            found = VersionsSought(text, *self._seeker.find(text), tests=self._seeker.tests(text))
        except MvtuiError as error:
            found = VersionsSought(text, problem=error.message)
        except Exception as error:  # noqa: BLE001 - the palette must not say that there is nothing
            self._unforeseen(error, "looking versions up")
            found = VersionsSought(text, problem=f"{type(error).__name__}: {error}")
        self.post(found)

    def _fetch(self, store: Store, ref: str) -> None:
        try:
            self.post(VersionFetched(ref, store.get(ref)))
        except NotFoundError as error:  # deleted since it was shown
            self.post(VersionFetched(ref, None, error.message))

    def _read(self, store: Store, asked: Asked) -> None:
        self.await_paint()
        self.post(self._view(asked, lambda: reading.read(store, asked)))

    def _read_history(self, store: Store, asked: Asked) -> None:
        answer = self._view(asked, lambda: reading.measured(store, asked, more=True))
        if not self._git_is_slow and isinstance(answer, ViewRead) and lacks_history(answer.content):
            start = monotonic()
            answer = self._view(asked, lambda: reading.measured(store, asked, more=True, history=True))
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
            return ViewFailed(asked, self._unforeseen(error, f"reading {asked.pane}")[0])
