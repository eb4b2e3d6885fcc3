"""A/B tests: started, served, ramped, ended; and all that takes an arm's version away."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import ABTest, EventKind, Store, load_ab_test
from mvtui.store.errors import (
    BadInputError,
    BadNameError,
    ConflictError,
    GateError,
    MvtuiError,
    NotAllowedError,
    NotFoundError,
    StorageError,
    UsageError,
)

from tests.people import become

MakeFile = Callable[..., Path]
ARMS: dict[str, tuple[str, float | str]] = {"a": ("m@1.0.0", 90), "b": ("m@1.0.1", 10)}


@pytest.fixture
def three(store: Store, make_file: MakeFile, no_sync: None, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three versions; the first is in production."""
    become(monkeypatch, "ann")
    for number in range(3):
        store.register("m", make_file(b"%d" % number))
    store.promote("m@1.0.0", "production", reason="so")
    return store


@pytest.fixture
def running(three: Store) -> Store:
    three.ab_start("t", ARMS, metrics=["resolved:max:rate", "latency:min"], reason="try it")
    return three


def live(store: Store) -> dict[str, str]:
    """What lies in live/m/ab, and what of the model each arm leads to."""
    home = store.root / "live" / "m"
    found = {}
    for path in sorted(home.glob("ab/*/*")):
        where = str(path.relative_to(home))
        found[where] = (path / "model.bin").read_text() if path.is_symlink() else "file"
    return found


def kinds(store: Store) -> list[EventKind]:
    return [event.kind for event in store.events()]


def consistent(store: Store) -> None:
    """The store is whole, and says the same after its index was made anew."""
    report = store.verify()
    assert (report.ok, report.repaired, report.notices) == (True, (), ())
    assert store.audit().problems == ()
    before = store.ab_tests()
    store.close()
    (store.root / "index.json").unlink(missing_ok=True)
    with open_store(store.root) as again:
        assert again.ab_tests() == before


# -- starting ------------------------------------------------------------------------------------


def test_the_challenger_is_served_beside_production_which_stays_the_only_one(running: Store) -> None:
    assert live(running) == {"ab/t/b": "1", "ab/t/test.json": "file"}
    assert running.stages("m")["production"] == ("1.0.0",)
    (test,) = running.ab_tests("m")
    assert (test.running, test.spec.control, test.spec.epoch) == (True, "a", 1)
    assert test.epochs[0].shares == {"a": 9000, "b": 1000}
    assert (test.epochs[0].by, test.epochs[0].reason) == ("ann", "try it")
    with running.ab_test("t") as asked:
        assert asked.path("a").resolve() == (running.root / "live/m/production").resolve()
        assert (asked.path("b") / "model.bin").read_text() == "1"
        assert asked.version("b") == "m@1.0.1"
    consistent(running)


BAD: dict[str, tuple[type[MvtuiError], str, dict[str, object]]] = {
    "one arm": (UsageError, "two arms or more", {"arms": {"a": ("m@1.0.0", 100)}}),
    "no arm": (UsageError, "two arms or more, not 0", {"arms": {}}),
    "sum": (BadInputError, "add up to 95 %", {"arms": {"a": ("m@1.0.0", 90), "b": ("m@1.0.1", 5)}}),
    "no share": (BadInputError, "without a share", {"arms": {"a": ("m@1.0.0", 100), "b": ("m@1.0.1", 0)}}),
    "too fine": (BadInputError, "no share", {"arms": {"a": ("m@1.0.0", 50.001), "b": ("m@1.0.1", 49.999)}}),
    "hostile arm": (
        BadNameError,
        "can't name an arm",
        {"arms": {"../x": ("m@1.0.0", 90), "b": ("m@1.0.1", 10)}},
    ),
    "hostile name": (BadNameError, "can't name an A/B test", {"name": "../../etc"}),
    "long name": (BadNameError, "can't name", {"name": "x" * 65}),
    "empty name": (BadNameError, "can't name", {"name": ""}),
    "escape": (BadNameError, "can't name", {"name": "a\x1b[2Jb"}),
    "other model": (
        BadInputError,
        "different models: m, n",
        {"arms": {"a": ("m@1.0.0", 90), "b": ("n", 10)}},
    ),
    "no version": (NotFoundError, r"7\.0\.0", {"arms": {"a": ("m@1.0.0", 90), "b": ("m@7.0.0", 10)}}),
    "no control": (
        ConflictError,
        r"no arm is in production, which has m@1\.0\.0",
        {"arms": {"a": ("m@1.0.2", 90), "b": ("m@1.0.1", 10)}},
    ),
    "empty stage": (ConflictError, "no arm is in staging, which has nothing", {"stage": "staging"}),
    "no stage": (BadInputError, "nirvana", {"stage": "nirvana"}),
    "archived stage": (BadInputError, "no version serves in archived", {"stage": "archived"}),
    "no reason": (UsageError, "needs a reason", {"reason": " "}),
    "metric twice": (BadInputError, "two metrics are called x", {"metrics": ["x:max", "x:min"]}),
    "metric word": (BadInputError, "what is 'upwards'", {"metrics": ["x:upwards"]}),
    "metric name": (BadNameError, "can't name a metric", {"metrics": ["\x1b]0;x"]}),
}


@pytest.mark.parametrize("case", BAD)
def test_what_can_be_no_test_is_refused_and_changes_nothing(
    case: str, three: Store, make_file: MakeFile
) -> None:
    three.register("n", make_file(b"n"))
    before = kinds(three)
    error, why, given = BAD[case]
    asked: dict[str, object] = {"name": "t", "arms": ARMS, "reason": "so"} | given
    name, arms = asked.pop("name"), asked.pop("arms")
    with pytest.raises(error, match=why):
        three.ab_start(name, arms, **asked)  # type: ignore[arg-type]
    assert kinds(three) == before
    assert three.ab_tests() == ()
    assert live(three) == {}


def test_an_archived_version_is_no_arm(three: Store) -> None:
    three.promote("m@1.0.1", "archived", reason="old")
    with pytest.raises(ConflictError, match=r"m@1\.0\.1, arm b, is archived"):
        three.ab_start("t", ARMS, reason="so")


def test_one_version_may_be_two_arms(three: Store) -> None:
    three.ab_start("aa", {"a": ("m@1.0.0", 50), "b": ("m@1.0.0", 50)}, reason="is the sharing out right?")
    assert live(three) == {"ab/aa/b": "0", "ab/aa/test.json": "file"}
    assert three.ab_promote_winner("aa", arm="a", reason="it is").archived == ()
    consistent(three)


def test_a_model_has_one_test_at_a_time_and_a_name_is_used_once(running: Store, make_file: MakeFile) -> None:
    with pytest.raises(ConflictError, match="m is in the A/B test t already"):
        running.ab_start("u", ARMS, reason="so")
    running.ab_stop("t", reason="enough")
    with pytest.raises(ConflictError, match="there was an A/B test t before"):
        running.ab_start("t", ARMS, reason="so")
    running.ab_start("u", ARMS, reason="so")
    assert [(test.name, test.running) for test in running.ab_tests()] == [("u", True), ("t", False)]


def test_each_test_shares_out_its_keys_in_its_own_way_and_the_same_everywhere(
    running: Store, tmp_path: Path, make_file: MakeFile
) -> None:
    keys = [f"k{number}" for number in range(400)]
    running.ab_stop("t", reason="x")
    even: dict[str, tuple[str, float | str]] = {"a": ("m@1.0.0", 50), "b": ("m@1.0.1", 50)}
    running.ab_start("u", even, reason="x")
    first = [running.ab_test("u").assign(key) for key in keys]
    running.ab_stop("u", reason="x")
    running.ab_start("v", even, reason="x")
    second = [running.ab_test("v").assign(key) for key in keys]
    assert 120 < sum(a == b for a, b in zip(first, second, strict=True)) < 280
    with init_store(tmp_path / "elsewhere") as other:
        for number in range(2):
            other.register("m", make_file(b"%d" % number))
        other.promote("m@1.0.0", "production", reason="so")
        other.ab_start("u", even, reason="x")
        assert [other.ab_test("u").assign(key) for key in keys] == first


def test_a_test_beside_another_stage_has_its_control_there(three: Store) -> None:
    three.promote("m@1.0.2", "staging", reason="so")
    three.ab_start("s", {"x": ("m@1.0.1", 50), "y": ("m@1.0.2", 50)}, stage="staging", reason="so")
    assert live(three) == {"ab/s/test.json": "file", "ab/s/x": "1", "ab/s/y": "2"}
    assert three.ab_test("s").spec.control == "y"
    three.promote("m@1.0.2", "validation", reason="on")
    assert three.ab_tests()[0].ending == "unseated"
    assert live(three) == {}


def test_gates_of_the_stage_are_asked_of_who_serves_beside_it(three: Store) -> None:
    gate = '[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.5\n'
    (three.root / "config.toml").write_text(gate)
    before = kinds(three)
    with pytest.raises(GateError, match=r"m@1\.0\.1 may not serve beside production as arm b: "):
        three.ab_start("t", ARMS, reason="so")
    with pytest.raises(NotAllowedError):
        three.ab_start("t", ARMS, reason="so", override=True)
    assert kinds(three)[: len(before)] == before
    assert EventKind.AB_TEST not in kinds(three)
    (three.root / "config.toml").write_text(gate + '[access]\noverride = ["ann"]\n')
    three.ab_start("t", ARMS, reason="so", override=True)
    assert three.ab_tests()[0].running
    three.ab_stop("t", reason="now measured")
    three.log_metrics("m@1.0.1", {"f1": 0.9})
    three.ab_start("t2", ARMS, reason="so")
    consistent(three)


def test_who_may_not_move_versions_there_may_not_test_there(
    running: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (running.root / "config.toml").write_text('[access.promote]\nproduction = ["boss"]\n')
    acts: list[Callable[[], object]] = [
        lambda: running.ab_ramp("t", {"b": 20}, reason="x"),
        lambda: running.ab_stop("t", reason="x"),
        lambda: running.ab_promote_winner("t", arm="b", reason="x"),
        lambda: running.ab_promote_winner("t", arm="a", reason="x"),
    ]
    for act in acts:
        with pytest.raises(NotAllowedError):
            act()
    assert running.ab_tests()[0].epochs[-1].shares["b"] == 1000
    become(monkeypatch, "boss")
    running.ab_stop("t", reason="x")
    become(monkeypatch, "ann")
    with pytest.raises(NotAllowedError):
        running.ab_start("u", ARMS, reason="x")


# -- shares --------------------------------------------------------------------------------------


def test_a_ramp_moves_few_keys_and_serving_code_follows(running: Store) -> None:
    test = load_ab_test(running.root / "live/m/ab/t/test.json")
    keys = [f"user-{number}" for number in range(5000)]
    before = [test.assign(key) for key in keys]
    change = running.ab_ramp("t", {"a": 50, "b": 50}, reason="it goes well")
    assert change.moved == 40
    assert test.refresh()
    after = [test.assign(key) for key in keys]
    assert ("b", "a") not in set(zip(before, after, strict=True))
    assert 1800 < sum(x != y for x, y in zip(before, after, strict=True)) < 2200
    assert not test.refresh()
    with running.ab_test("t") as own:
        assert [own.assign(key) for key in keys] == after
    running.ab_ramp("t", {"b": 10}, reason="slower")  # a gets what is left
    assert test.refresh()
    assert [test.assign(key) for key in keys] == before
    assert test.spec.epoch == 3
    consistent(running)


def test_shares_that_can_not_be_are_refused(running: Store) -> None:
    before = kinds(running)
    for shares, error in (
        ({"a": 50, "b": 60}, BadInputError),
        ({"c": 50}, BadInputError),
        ({"a": 90, "b": 10}, ConflictError),
        ({"b": 101}, BadInputError),
        ({"b": "x"}, BadInputError),
    ):
        with pytest.raises(error):
            running.ab_ramp("t", shares, reason="x")
    with pytest.raises(UsageError):
        running.ab_ramp("t", {"b": 20}, reason="")
    assert kinds(running) == before
    running.ab_ramp("t", {"b": 0}, reason="pause")
    assert {running.ab_test("t").assign(f"k{n}") for n in range(500)} == {"a"}


# -- ends ----------------------------------------------------------------------------------------


def over(store: Store, ending: str) -> None:
    (test,) = store.ab_tests()
    assert (test.running, test.ending) == (False, ending)
    assert live(store) == {}
    assert {store.ab_test("t").assign(f"k{n}") for n in range(300)} == {"a"}
    acts: list[Callable[[], object]] = [
        lambda: store.ab_ramp("t", {"b": 20}, reason="x"),
        lambda: store.ab_stop("t", reason="x"),
        lambda: store.ab_promote_winner("t", arm="b", reason="x"),
    ]
    for act in acts:
        with pytest.raises(ConflictError, match="the A/B test t ended"):
            act()
    consistent(store)


def test_stopping_moves_no_version(running: Store) -> None:
    test = load_ab_test(running.root / "live/m/ab/t/test.json")
    running.ab_stop("t", reason="enough")
    assert (test.refresh(), test.running) == (True, False)
    assert {test.assign(f"k{n}") for n in range(300)} == {"a"}
    assert running.stages("m")["production"] == ("1.0.0",)
    assert running.get("m@1.0.1").stage is None
    over(running, "stopped")


def test_a_rollback_ends_the_test_in_the_same_event(running: Store) -> None:
    running.ab_stop("t", reason="restart")
    running.promote("m@1.0.2", "production", reason="new")
    running.ab_start("u", {"a": ("m@1.0.2", 90), "b": ("m@1.0.1", 10)}, reason="so")
    before = len(kinds(running))
    moved = running.rollback("m", reason="bad")
    assert len(kinds(running)) == before + 1
    assert any("the A/B test u ended" in notice for notice in moved.notices)
    test = running.ab_tests()[0]
    assert (test.name, test.ending, test.ended_seq) == ("u", "unseated", moved.transition.seq)
    assert live(running) == {}
    assert "ending the A/B test u" in next(iter(running.history("m"))).what
    running.undo()  # production is back; the test is not
    assert running.ab_tests()[0].running is False
    consistent(running)


def test_a_store_that_is_gone_for_a_while_stops_nobody(
    running: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.store.api.ab_test._AGAIN", 0.0)
    test = running.ab_test("t")
    arm = test.assign("k")
    journal = running.root / "journal"
    journal.rename(running.root / "elsewhere")
    assert test.assign("k") == arm
    with pytest.raises(StorageError):
        test.refresh()
    (running.root / "elsewhere").rename(journal)
    running.ab_stop("t", reason="x")
    assert test.assign("k") == "a"
    assert not test.running


def test_promoting_anything_else_ends_it_too(running: Store) -> None:
    foretold = running.promote("m@1.0.2", "production", reason="other plans", dry_run=True)
    assert any("the A/B test t would end" in notice for notice in foretold.notices)
    running.promote("m@1.0.2", "production", reason="other plans")
    over(running, "unseated")


def test_taking_control_out_of_service_ends_it(running: Store) -> None:
    running.promote("m@1.0.0", "none", reason="closed")
    over(running, "unseated")


def test_an_arm_is_neither_archived_nor_deleted_nor_pruned_nor_collected(running: Store) -> None:
    with pytest.raises(ConflictError, match=r"is arm b of the A/B test t, which runs"):
        running.promote("m@1.0.1", "archived", reason="x")
    with pytest.raises(ConflictError, match=r"is arm b of the A/B test t, which runs"):
        running.delete("m@1.0.1", reason="x")
    pruned = running.prune("m", keep_last=1, reason="x")
    assert [each.version for each in pruned.pruned] == []
    (running.root / "config.toml").write_text('[gc]\ngrace = "0s"\n')
    running.gc(dry_run=False)
    assert live(running) == {"ab/t/b": "1", "ab/t/test.json": "file"}
    running.promote("m@1.0.1", "staging", reason="moving on is fine")
    assert running.ab_tests()[0].running
    running.ab_stop("t", reason="x")
    running.gc(dry_run=False)
    assert [path.name for path in (running.root / "live/m/.versions").iterdir() if path.is_dir()] == [
        os.path.basename(os.readlink(running.root / "live/m/production"))
    ]
    running.promote("m@1.0.1", "archived", reason="x")
    consistent(running)


def test_the_winner_goes_through_the_gates_and_the_loser_is_archived_with_the_numbers(running: Store) -> None:
    with running.ab_test("t") as test:
        for number in range(3000):
            test.record(f"u{number}", resolved=number % 10 < (7 if test.assign(f"u{number}") == "b" else 5))
    (running.root / "config.toml").write_text('[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.5\n')
    with pytest.raises(GateError):
        running.ab_promote_winner("t", reason="b wins")
    assert running.ab_tests()[0].running
    running.log_metrics("m@1.0.1", {"f1": 0.7})
    before = len(kinds(running))
    done = running.ab_promote_winner("t", reason="b wins")
    assert kinds(running)[before:] == [EventKind.TRANSITION]
    assert (done.archived, done.test.ending, done.test.winner) == (("m@1.0.0",), "winner", "b")
    assert running.stages("m")["production"] == ("1.0.1",)
    assert running.get("m@1.0.0").stage == "archived"
    reason = running.transitions("m")[0].reason
    assert reason.startswith("b wins [A/B test t: b is better than a in resolved: +")
    assert "[resolved: a " in reason
    running.undo()
    assert running.stages("m")["production"] == ("1.0.0",)
    assert running.ab_tests()[0].running is False
    consistent(running)


def test_a_winner_that_the_figures_do_not_name_has_to_be_named(running: Store) -> None:
    with pytest.raises(ConflictError, match="no arm of the A/B test t has won: nothing was recorded yet"):
        running.ab_promote_winner("t", reason="hope")
    with pytest.raises(BadInputError, match="has no arm 'z'"):
        running.ab_promote_winner("t", arm="z", reason="hope")
    running.ab_promote_winner("t", arm="a", reason="the old one is good enough")
    assert running.stages("m")["production"] == ("1.0.0",)
    assert running.get("m@1.0.1").stage == "archived"
    assert running.ab_tests()[0].winner == "a"
    over(running, "winner")


def test_all_losers_of_several_are_archived(three: Store) -> None:
    arms: dict[str, tuple[str, float | str]] = {
        "a": ("m@1.0.0", 40),
        "b": ("m@1.0.1", 30),
        "c": ("m@1.0.2", 30),
    }
    three.ab_start("t", arms, reason="so")
    three.ab_promote_winner("t", arm="b", reason="so")
    assert {v.version: v.stage for v in three.versions("m")} == {
        "1.0.0": "archived",
        "1.0.1": "production",
        "1.0.2": "archived",
    }
    consistent(three)


# -- beside the rest -----------------------------------------------------------------------------


def test_a_test_can_not_be_undone_and_does_not_hide_what_was_before(running: Store) -> None:
    with pytest.raises(ConflictError, match="can't be undone: keys have been served") as caught:
        running.undo()
    assert "mvtui ab stop t" in caught.value.hint
    running.ab_ramp("t", {"b": 20}, reason="x")
    with pytest.raises(ConflictError) as caught:
        running.undo()
    assert "mvtui ab ramp t" in caught.value.hint
    running.note("m@1.0.0", "later")
    assert running.undo().effect


def test_live_is_mended_by_verify(running: Store) -> None:
    home = running.root / "live/m/ab/t"
    (home / "b").unlink()
    (home / "test.json").write_text("{}")
    assert running.verify().repaired
    assert live(running) == {"ab/t/b": "1", "ab/t/test.json": "file"}
    running.ab_stop("t", reason="x")
    home.mkdir(parents=True)
    (home / "test.json").write_text("{}")
    assert running.verify().repaired
    assert live(running) == {}
    consistent(running)


def test_what_is_not_ours_in_its_place_is_left_and_told(running: Store) -> None:
    link = running.root / "live/m/ab/t/b"
    link.unlink()
    link.write_text("someone's own")
    report = running.verify()
    assert any("could not be mended" in notice for notice in report.notices)
    assert link.read_text() == "someone's own"
    (problem,) = running.audit().problems
    assert (problem.kind, "does not hold the A/B tests" in problem.sentence) == ("live", True)


def test_the_file_says_how_to_assign(running: Store, tmp_path: Path) -> None:
    where = running.ab_export("t", tmp_path / "copy.json")
    said = json.loads(where.read_text())
    assert (said["form"], said["control"], said["epoch"]) == ("mvtui-ab-1", "a", 1)
    copy = load_ab_test(where)
    with running.ab_test("t") as test:
        assert [copy.assign(f"k{n}") for n in range(300)] == [test.assign(f"k{n}") for n in range(300)]
    running.ab_stop("t", reason="x")
    assert not copy.refresh()  # a copy stays as it was
    assert copy.running
    later = load_ab_test(running.ab_export("t", tmp_path / "later.json"))
    assert {later.assign(f"k{n}") for n in range(300)} == {"a"}, "it has ended: every key gets control"
    with pytest.raises(UsageError, match="no store to record to"):
        copy.record("k", resolved=1)
    with pytest.raises(UsageError, match="copied file"):
        copy.path("b")
    with pytest.raises(NotFoundError):
        load_ab_test(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("[]")
    with pytest.raises(BadInputError):
        load_ab_test(tmp_path / "bad.json")


def test_similar_names_are_offered(running: Store) -> None:
    with pytest.raises(NotFoundError) as caught:
        running.ab_test("tt")
    assert caught.value.candidates == ("t",)
    assert isinstance(running.ab_test("t"), ABTest)
