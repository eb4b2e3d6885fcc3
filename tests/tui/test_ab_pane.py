"""The pane of A/B tests: what runs, as it stands now; what ran before; and how to begin where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui import init_store
from mvtui.store import Store

from .conftest import Opens, Session
from .staging import write


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


async def test_a_test_is_seen_in_the_list_of_models_and_found_by_its_name(
    tested: Store, opened: Opens, tmp_path: Path
) -> None:
    (tmp_path / "w").write_bytes(b"other")
    tested.register("a-longer-name", tmp_path / "w")
    assert [model.tests for model in tested.models()] == [(), ("greeting",)]
    async with opened(tested.root, (160, 45)) as it:
        assert any(line.split() == ["●", "m", "A/B", "1.0.0"] for line in it.seen("#models").splitlines())
        assert it.seen("#models").count("A/B") == 1
        await it.press("colon", *"greet")
        assert "▸ go to greeting                 A/B test of m" in it.seen("#dialog-body")
        await it.press("enter")
        assert (str(it.main.pane), it.selected) == ("A/B", "m@1.0.1")
        assert "greeting" in it.seen("#tests")
        tested.ab_stop("greeting", reason="enough")
        await it.until(lambda: "A/B" not in it.seen("#models"))
        await it.press("colon", *"greet")
        assert "go to greeting" in it.seen("#dialog-body"), "also when it has ended"


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
        assert "nothing is yet: promote a version first" in " ".join(it.seen("#tests").split())


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


# -- what one does there ---------------------------------------------------------------------------


async def closed(it: Session) -> None:
    await it.until(lambda: it.main.dialog is None)
    await it.rest()


async def test_a_winner_is_promoted_and_the_others_are_archived(tested: Store, opened: Opens) -> None:
    record(tested, 0, 3000)
    async with opened(tested.root, (80, 24)) as it:
        await it.press("7", "W")
        shown = " ".join(it.text.split())
        assert "Promote the winner of greeting" in shown
        assert "b is better than a in resolved:" in shown
        assert "a ● 1.0.0 → ▪ archived" in shown
        assert "b · 1.0.1 → ● production" in shown
        assert "mvtui ab promote-winner greeting --reason WHY" in shown
        assert "the figures" not in it.text
        await it.press("down")
        assert "! the figures name b" in it.text
        await it.press("up", "enter")
        assert "say why first" in it.text
        assert tested.ab_tests()[0].running
        await it.press(*"won", "enter")
        await closed(it)
        assert "b (m@1.0.1) won, archived: m@1.0.0" in it.seen("#footer")
        assert ": b won" in it.seen("#tests")
    (test,) = tested.ab_tests()
    assert (test.winner, tested.get("m@1.0.1").stage) == ("b", "production")
    assert tested.transitions("m")[0].reason.startswith("won [A/B test greeting: b is better")


async def test_without_a_winner_an_arm_is_named_or_nothing_is_done(tested: Store, opened: Opens) -> None:
    async with opened(tested.root, (120, 35)) as it:
        await it.press("7", "W", *"so", "enter")
        assert "the figures name no winner yet" in " ".join(it.text.split())
        assert tested.ab_tests()[0].running
        await it.press("down", "up")  # a is control, b is the other
        assert "b · 1.0.1 → ● production" in " ".join(it.text.split())
        assert "--arm b --reason WHY" in it.text
        assert "! the figures name no winner: b wins because you say so" in it.text
        await it.press("down")
        assert "a ● 1.0.0 stays" in " ".join(it.text.split())
        assert "enter end the test" in it.text
        await it.press("enter")
        await closed(it)
    assert tested.ab_tests()[0].winner == "a"
    assert tested.get("m@1.0.1").stage == "archived"


async def test_a_gate_stops_a_winner_unless_it_is_overruled(tested: Store, opened: Opens) -> None:
    record(tested, 0, 3000)
    write(
        tested.root,
        '[access]\noverride = ["ann"]\n\n[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.5\n',
    )
    for may in (False, True):
        if may:
            user = tested.summary().user
            text = (tested.root / "config.toml").read_text().replace('"ann"', f'"{user}"')
            write(tested.root, text)
        async with opened(tested.root, (120, 35)) as it:
            await it.press("7", "W", *"so", "enter")
            assert "1 gate stops b: nothing will change" in " ".join(it.text.split())
            assert tested.ab_tests()[0].running
            await it.press("ctrl+o")
            shown = " ".join(it.text.split())
            if not may:
                assert "you may not overrule gates here" in shown
            else:
                assert "enter overrules 1 gate: told for ever as OVERRIDDEN" in shown
            await it.press("enter")
            if may:
                await closed(it)
    assert tested.ab_tests()[0].winner == "b"
    assert tested.get("m@1.0.1").overridden


async def test_a_test_is_stopped(tested: Store, opened: Opens) -> None:
    async with opened(tested.root, (80, 24)) as it:
        await it.press("7", "X")
        shown = " ".join(it.text.split())
        assert "a ● 1.0.0 gets every key" in shown
        assert "mvtui ab stop greeting --reason WHY" in shown
        await it.press("escape")
        assert tested.ab_tests()[0].running
        await it.press("X", *"enough", "enter")
        await closed(it)
        assert "why it ended: enough" in it.seen("#tests")
        await it.press("W")
        assert "can't promote the winner: no A/B test of this model runs" in it.seen("#footer")
    assert (tested.ab_tests()[0].ending, tested.get("m@1.0.0").stage) == ("stopped", "production")


async def test_shares_are_changed_and_control_has_what_is_left(tested: Store, opened: Opens) -> None:
    async with opened(tested.root, (80, 24)) as it:
        await it.press("7", "percent_sign", *"so", "enter")
        assert "these are its shares" in it.text
        await it.press("up", "up", "up")
        shown = " ".join(it.text.split())
        assert "a ● 1.0.0 50 % → 20 %" in shown
        assert "b · 1.0.1 50 % → 80 %" in shown
        assert "30 % of all keys change arms" in shown
        assert "mvtui ab ramp greeting a=20 b=80 --reason WHY" in shown
        await it.press("enter")
        await closed(it)
    assert tested.ab_tests()[0].epochs[-1].shares == {"a": 2000, "b": 8000}


async def test_a_test_is_started_against_production_and_of_marked_versions(
    tested: Store, opened: Opens
) -> None:
    tested.ab_stop("greeting", reason="enough")
    async with opened(tested.root, (80, 24)) as it:
        await it.press("7", "T")
        shown = " ".join(it.text.split())
        assert "m-1-0-2: whatever is recorded decides" in shown
        assert "a ● 1.0.0 90 %" in shown
        assert "b · 1.0.2 10 %" in shown
        await it.press("up", *"try", "enter")
        await closed(it)
        (test,) = (each for each in tested.ab_tests() if each.running)
        assert test.epochs[-1].shares == {"a": 8000, "b": 2000}
        await it.press("T")
        assert "m-1-0-2 runs" in it.seen("#footer")
        tested.ab_stop("m-1-0-2", reason="enough")
        await it.until(lambda: "ended" in it.seen("#tests"))
        await it.press("1", "space", "j", "space", "7", "T")
        assert "none of the marked versions is in production, which has 1.0.0" in " ".join(it.text.split())
        await it.press("escape", "1", "j", "space", "7", "T")
        shown = " ".join(it.text.split())
        assert "a ● 1.0.0 90 %" in shown
        assert "b · 1.0.2 5 %" in shown
        assert "c · 1.0.1 5 %" in shown
        assert "m-1-0-1" in shown


async def test_what_comes_under_an_open_dialog_is_said(tested: Store, opened: Opens) -> None:
    async with opened(tested.root, (80, 24)) as it:
        await it.press("7", "X", *"so")
        tested.ab_stop("greeting", reason="first")
        await it.until(lambda: "this has changed since you looked" in it.text)
        await it.press("enter")
        assert "the A/B test greeting has ended" in it.text
    assert tested.ab_tests()[0].why == "first"


async def test_how_to_begin_names_what_is_there(tmp_path: Path, opened: Opens) -> None:
    (tmp_path / "w").write_bytes(b"w")
    with init_store(tmp_path / "store") as store:
        store.register("m", tmp_path / "w", metrics={"loss": 0.5, "accuracy": 0.9}, capture=False)
        store.promote("m@1.0.0", "production", reason="so")
        async with opened(store.root, (80, 24)) as it:
            await it.press("7")
            assert "1.0.0 is in production: select the version to test" in " ".join(it.seen("#tests").split())
            (tmp_path / "w").write_bytes(b"v")
            store.register("m", tmp_path / "w", metrics={"loss": 0.4, "accuracy": 0.9}, capture=False)
            await it.until(lambda: len(it.main.version_table.order) == 2)
            await it.press("1", "g", "7")
            shown = " ".join(it.seen("#tests").split())
            assert "--arm a=m@1.0.0:90 --arm b=m@1.0.1:10 --metric loss:min" in shown
