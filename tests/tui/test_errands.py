"""Changes are made by a thread of their own: what else is asked meanwhile is answered, and leaving waits for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from mvtui.store import ProgressCallback, Store, open_store
from mvtui.tui.app.asking.asked import Asked
from mvtui.tui.app.asking.messages import (
    ChangeFailed,
    ChangeMade,
    Filtered,
    FromStore,
    ModelsListed,
    ProspectRead,
    VersionsListed,
    ViewRead,
)
from mvtui.tui.app.asking.worker import StoreWorker
from mvtui.tui.app.changing.changes import Change, Made, Promote, RollBack, TakeBack
from mvtui.tui.app.changing.deliveries import CheckOut, FindPath, Verify
from mvtui.tui.app.changing.edits import Annotate
from mvtui.tui.app.changing.errand import Errand
from mvtui.tui.app.changing.prospects import ToPromote
from mvtui.tui.app.changing.registering import Register
from mvtui.tui.app.keys.pane import VIEWS

from .staging import staged, write

PATIENCE = 20


class Held(Change, frozen=True):
    """A change that is held where it reports its progress first, until it may go on."""

    change: Any
    reached: Any
    go_on: Any

    @property
    def stopped(self) -> str:
        return str(self.change.stopped)

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        def told(report: Any) -> None:
            self.reached.set()
            assert self.go_on.wait(PATIENCE)
            progress(report)

        made: Made = self.change.make(store, told)
        return made


class Desk:
    """A worker without a screen: what it posts, in order."""

    def __init__(self, world: Path) -> None:
        self.told: Queue[FromStore] = Queue()
        self.worker = StoreWorker(lambda: open_store(world), self.told.put, interval=0.01)
        self.worker.painted()
        self.reached, self.go_on = threading.Event(), threading.Event()

    def hold(self, change: Change) -> Errand:
        errand = Errand(Held(change, self.reached, self.go_on), self.told.put)
        self.worker.make(errand)
        assert self.reached.wait(PATIENCE), "it reports no progress"
        return errand

    def until(self, fits: Callable[[FromStore], bool]) -> FromStore:
        """Return the first message from now on that fits."""
        while True:
            try:
                message = self.told.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError("it was never answered") from None
            if fits(message):
                return message


@contextmanager
def desk(world: Path) -> Iterator[Desk]:
    it = Desk(world)
    it.worker.start()
    try:
        yield it
    finally:
        it.go_on.set()
        it.worker.stop()
        it.worker.join(PATIENCE)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "new.bin").write_bytes(b"new" * 100_000)
    return staged(tmp_path)


CHANGES: dict[str, Callable[[Path], Change]] = {
    "register": lambda here: Register(model="m", path=str(here / "new.bin")),
    "verify": lambda _: Verify("m@1.0.0"),
    "checkout": lambda here: CheckOut("m@1.0.0", str(here / "out")),
    "find a path": lambda _: FindPath("m@1.0.0"),
    "promote": lambda _: Promote("m@1.2.0", "production", "why", ""),
    "roll back": lambda _: RollBack("m", "", "why", "1.1.0>1.0.0"),
}


@pytest.mark.parametrize("verb", CHANGES)
def test_while_bytes_are_hashed_everything_else_is_answered(verb: str, world: Path, tmp_path: Path) -> None:
    write(world, '[[gate]]\nstage = "production"\nverified = "now"\n')
    with desk(world) as it:
        first = it.until(lambda message: isinstance(message, ModelsListed))
        assert isinstance(first, ModelsListed)
        assert first.first is not None
        change = CHANGES[verb](tmp_path)
        if isinstance(change, Promote):
            with open_store(world) as store:
                change = Promote("m@1.2.0", "production", "why", store.standing("m@1.2.0"))
        it.hold(change)
        it.worker.list_versions("m")
        it.until(lambda message: isinstance(message, VersionsListed))
        it.worker.find(first.first.rows, "metric.accuracy>0.82")
        found = it.until(lambda message: isinstance(message, Filtered))
        assert isinstance(found, Filtered)
        assert found.found is not None
        assert len(found.found.rows) == 2
        for view in VIEWS:
            it.worker.read(Asked(view, ("m@1.2.0",)))
            it.until(lambda message, view=view: isinstance(message, ViewRead) and message.asked.pane is view)  # type: ignore[misc]
        it.worker.look(ToPromote("m@1.3.0", "staging"))
        it.until(lambda message: isinstance(message, ProspectRead))
        with open_store(world) as other:
            other.tag("m@1.0.0", {"by": "someone else"})
        it.until(lambda message: isinstance(message, ModelsListed))
        assert not it.worker.idle, "a change is under way"
        it.go_on.set()
        made = it.until(lambda message: isinstance(message, ChangeMade | ChangeFailed))
        assert isinstance(made, ChangeMade), getattr(made, "reason", "")


def test_what_it_did_is_listed_before_it_is_said_to_be_done(world: Path) -> None:
    with desk(world) as it:
        it.until(lambda message: isinstance(message, ModelsListed))
        it.worker.make(Errand(Annotate("m@1.0.0", "a note", ""), it.told.put))
        kinds: list[type] = []
        it.until(lambda message: kinds.append(type(message)) or isinstance(message, ChangeMade))  # type: ignore[func-returns-value]
        assert ModelsListed in kinds


def test_they_are_made_one_at_a_time_in_order(world: Path, tmp_path: Path) -> None:
    with desk(world) as it:
        it.hold(CHANGES["register"](tmp_path))
        it.worker.make(Errand(TakeBack("undo", -1), it.told.put))
        for number in range(3):
            before = str(number - 1) if number else ""
            it.worker.make(Errand(Annotate("m@1.0.0", str(number), before), it.told.put))
        it.go_on.set()
        answers = [it.until(lambda message: isinstance(message, ChangeMade | ChangeFailed)) for _ in range(5)]
        assert [type(answer) for answer in answers] == [ChangeMade, ChangeFailed, *[ChangeMade] * 3]
        with open_store(world, read_only=True) as store:
            assert store.get("m@1.0.0").note == "2"


def test_leaving_stops_what_is_under_way_and_leaves_nothing(world: Path, tmp_path: Path) -> None:
    it = Desk(world)
    it.worker.start()
    errand = it.hold(CHANGES["checkout"](tmp_path))
    leaving = threading.Thread(target=it.worker.stop)
    leaving.start()
    assert errand._stop.wait(PATIENCE)
    it.go_on.set()
    leaving.join(PATIENCE)
    it.worker.join(PATIENCE)
    assert not [thread for thread in threading.enumerate() if thread.name == "mvtui-errands"]
    assert not (tmp_path / "out").exists()


def test_a_file_system_that_hangs_does_not_keep_the_program_alive(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.tui.app.changing.errands._LEAVING_SECONDS", 0.01)
    it = Desk(world)
    it.worker.start()
    it.hold(CHANGES["checkout"](tmp_path))
    it.worker.stop()  # it comes back, though the change does not
    hanging = [thread for thread in threading.enumerate() if thread.name == "mvtui-errands"]
    assert [thread.daemon for thread in hanging] == [True]
    it.go_on.set()
    for thread in hanging:
        thread.join(PATIENCE)
    assert not (tmp_path / "out").exists(), "it was stopped at its next report"


def test_what_was_asked_of_a_store_that_never_opened_is_answered(tmp_path: Path) -> None:
    it = Desk(tmp_path / "nowhere")
    it.worker.make(Errand(Verify("m@1.0.0"), it.told.put))
    it.worker.look(ToPromote("m@1.0.0", "staging"))
    it.worker.start()
    try:
        failed = it.until(lambda message: isinstance(message, ChangeFailed))
        assert isinstance(failed, ChangeFailed)
        assert "no store" in failed.reason
    finally:
        it.worker.stop()
        it.worker.join(PATIENCE)
