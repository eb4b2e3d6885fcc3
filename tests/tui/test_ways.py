"""Which ways between stages are gated on the screen, and when what waits for someone is read."""

from pathlib import Path
from threading import Event, Timer

import pytest
from mvtui.store import open_store
from mvtui.tui.app.asking.messages import FromStore, InboxRead, ModelsListed, VersionsListed
from mvtui.tui.app.asking.worker import StoreWorker
from mvtui.tui.app.changing.prospects import Promotion, ToPromote, is_gated

from .conftest import Opens
from .staging import APPROVED, GATES, staged

CLOSED = '[[gate]]\nstage = ["staging", "validation", "production"]\nmetrics = ["never measured"]\n'


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path, CLOSED)


@pytest.mark.parametrize(
    ("source", "target", "gated"),
    [
        (None, "staging", True),
        (None, "production", True),
        ("staging", "validation", True),
        ("validation", "staging", False),
        ("production", "staging", False),
        ("production", "production", False),
        ("archived", "production", True),
        ("archived", "staging", True),
        ("staging", "archived", False),
        ("production", "none", False),
    ],
)
def test_gates_guard_the_way_on_and_no_other(source: str | None, target: str, gated: bool) -> None:
    assert is_gated(source, target) is gated


def test_of_the_way_back_no_gate_is_asked(world: Path) -> None:
    with open_store(world, read_only=True) as store:
        back: Promotion = ToPromote("m@1.2.0", "staging").read(store)
        on: Promotion = ToPromote("m@1.2.0", "production").read(store)
    assert back.report is None
    assert on.report is not None
    assert not on.report.open


async def test_a_closed_gate_stops_the_way_on_and_not_the_way_back(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "p", *"on", "enter")
        assert it.main.dialog is not None, "the gate of production is closed"
        await it.press("up")  # past production and validation comes staging
        assert "Move back m@1.2.0" in it.text
        await it.press("enter")
        await it.until(lambda: it.main.dialog is None)
    with open_store(world, read_only=True) as store:
        assert store.get("m@1.2.0").stage == "staging"


def test_what_is_to_be_seen_comes_before_what_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvtui.tui.app.asking.worker._LULL_SECONDS", 1.0)  # however slow this machine is
    world = staged(tmp_path, GATES + APPROVED)
    with open_store(world) as store:
        store.request("m@1.2.0", "production")
    told: list[FromStore] = []
    done = Event()

    def post(message: FromStore) -> None:
        told.append(message)
        if isinstance(message, ModelsListed):
            Timer(0.02, worker.list_versions, ("m",)).start()  # as the screen does, a moment later
        if isinstance(message, InboxRead):
            done.set()

    worker = StoreWorker(lambda: open_store(world), post, interval=60)
    worker.painted()
    worker.start()
    assert done.wait(20)
    worker.stop()
    worker.join(20)
    kinds = [type(message) for message in told if isinstance(message, VersionsListed | InboxRead)]
    assert kinds == [VersionsListed, InboxRead]
    inbox = next(message for message in told if isinstance(message, InboxRead))
    assert [waiting.version.ref for waiting in inbox.waiting] == ["m@1.2.0"]
