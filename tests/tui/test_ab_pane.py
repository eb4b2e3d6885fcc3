"""The pane of A/B tests: what runs, as it stands now; what ran before; and how to begin where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui import init_store
from mvtui.store import Store

from .conftest import Opens


@pytest.fixture
def tested(tmp_path: Path, no_sync: None) -> Store:
    """A model with a test that runs: three versions, the first in production."""
    file = tmp_path / "w"
    store = init_store(tmp_path / "store")
    for number in range(3):
        file.write_bytes(b"%d" % number)
        store.register("m", file)
    store.promote("m@1.0.0", "production", reason="so")
    arms: dict[str, tuple[str, float | str]] = {"a": ("m@1.0.0", 50), "b": ("m@1.0.1", 50)}
    store.ab_start("greeting", arms, metrics=["resolved:max:rate", "latency:min"], reason="so")
    return store


def record(store: Store, first: int, last: int) -> None:
    with store.ab_test("greeting") as test:
        for number in range(first, last):
            better = number % 10 < (7 if test.assign(f"u{number}") == "b" else 5)
            test.record(f"u{number}", resolved=better, latency=300 + number % 9)


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)])
async def test_it_shows_arms_intervals_and_the_verdict(
    tested: Store, opened: Opens, size: tuple[int, int]
) -> None:
    record(tested, 0, 3000)
    async with opened(tested.root, size) as it:
        await it.press("7")
        assert str(it.main.pane) == "A/B"
        shown = " ".join(it.seen("#tests").split())
        assert "greeting m, ● production began " in shown
        assert "b is better than a in resolved:" in shown
        for line in ("1.0.0 50 % ", "1.0.1 50 % ", " keys", "control"):
            assert line in shown
        it.main.panes[it.main.pane].step(6)
        await it.rest()
        drawn = it.seen("#tests")
        assert "●" in drawn
        assert "├" in drawn


async def test_outcomes_that_come_in_are_counted_while_one_looks(
    tested: Store, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.tui.app.screens.views._COUNT_SECONDS", 0.05)
    async with opened(tested.root, (120, 35)) as it:
        await it.press("7")
        assert "nothing was recorded yet" in it.seen("#tests")
        with tested.ab_test("greeting") as test:
            for number in range(300):
                test.record(f"u{number}", resolved=1)
            test.flush()  # no event: nothing in the journal says that there is more
            for _ in range(100):
                await it.pilot.pause(0.05)
                if "not enough data" in it.seen("#tests"):
                    break
        assert "keys" in it.seen("#tests")
        assert "not enough data" in it.seen("#tests")


async def test_a_test_that_ended_says_how_and_others_are_listed(tested: Store, opened: Opens) -> None:
    record(tested, 0, 3000)
    tested.ab_promote_winner("greeting", reason="b it is")
    tested.promote("m@1.0.0", "staging", reason="once more")
    arms: dict[str, tuple[str, float | str]] = {"x": ("m@1.0.1", 50), "y": ("m@1.0.0", 50)}
    tested.ab_start("again", arms, reason="so")
    async with opened(tested.root, (120, 45)) as it:
        await it.press("7")
        shown = " ".join(it.seen("#tests").split())
        assert "again m, ● production began " in shown
        assert "greeting ended " in shown
        assert ": b won" in shown
    tested.ab_stop("again", reason="enough")
    async with opened(tested.root, (120, 45)) as it:
        await it.press("7")
        assert "again m, ● production ended " in " ".join(it.seen("#tests").split())
        assert "why it ended: enough" in it.seen("#tests")


async def test_without_a_test_it_says_how_to_begin(tmp_path: Path, opened: Opens) -> None:
    (tmp_path / "w").write_bytes(b"w")
    with init_store(tmp_path / "store") as store:
        store.register("m", tmp_path / "w")
    async with opened(store.root, (80, 24)) as it:
        await it.press("7")
        assert "no A/B test of m yet" in it.seen("#tests")
        assert "mvtui ab start NAME --arm a=m@production:90" in it.seen("#tests")


async def test_in_ascii(tested: Store, opened: Opens) -> None:
    record(tested, 0, 600)
    async with opened(tested.root, (120, 35), ascii_only=True) as it:
        await it.press("7")
        assert it.seen("#tests").isascii()
        assert "[" in it.seen("#tests")


async def test_rolling_back_says_that_the_test_ends(tested: Store, opened: Opens) -> None:
    tested.ab_stop("greeting", reason="restart")
    tested.promote("m@1.0.1", "production", reason="new")
    arms: dict[str, tuple[str, float | str]] = {"a": ("m@1.0.1", 50), "b": ("m@1.0.2", 50)}
    tested.ab_start("again", arms, reason="so")
    async with opened(tested.root, (120, 40)) as it:
        await it.press("R")
        assert "the A/B test again ends with it" in it.text
