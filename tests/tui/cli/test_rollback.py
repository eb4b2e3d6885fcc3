"""``mvtui rollback``: where it leads first, then one swap, and loud words when what it swapped in is damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import Store, errors

from ...people import become
from .conftest import Run


@pytest.fixture
def served(two: Store, model: Path) -> Store:
    """A store whose sentiment@1.0.0, 1.1.0 and 1.2.0 were in production one after the other."""
    model.write_bytes(b"weights three")
    two.register("sentiment", model, metrics={"accuracy": 0.88, "f1": 0.7}, params={"lr": 0.3})
    for number in ("1.0.0", "1.1.0", "1.2.0"):
        two.promote(f"sentiment@{number}", "production", reason="better")
    return two


@pytest.fixture
def damage(served: Store) -> Callable[[str], None]:
    """Change a byte of a version's stored file."""

    def spoil(ref: str) -> None:
        digest = served.show(ref).files[0].digest
        path = served.root / "objects" / digest[:2] / digest[2:]
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:-1] + b"X")

    return spoil


def test_it_shows_the_way_swaps_and_says_how_to_undo(run: Run, served: Store) -> None:
    done = run("rollback", "sentiment", "--reason", "accuracy fell")
    assert (done.code, done.out) == (0, "sentiment@1.1.0\n")
    lines = done.err.splitlines()
    assert lines[0] == "sentiment: ● 1.2.0 → ↩ rolled back; ▪ 1.1.0 → ● production"
    assert lines[1].startswith("  1.1.0 held production last for 0 s, until ")
    assert lines[2] == "  metrics: 1 better · 1 removed"
    assert lines[3].split() == ["1.2.0", "1.1.0"]
    assert lines[4].split() == ["accuracy", "↑", "0.88", "0.91", "+0.03", "+3.4", "%", "▲", "better"]
    assert lines[-2:] == ["sentiment@1.1.0 is in ● production now", "undo with: mvtui undo"]
    assert served.get("sentiment@production").version == "1.1.0"
    assert served.get("sentiment@1.2.0").rolled_back
    assert served.transitions("sentiment")[0].reason == "accuracy fell"


def test_twice_goes_two_versions_back_and_says_who_is_passed_over(run: Run, served: Store) -> None:
    run("rollback", "sentiment", "--reason", "x")
    second = run("rollback", "sentiment", "--reason", "x")
    assert "  passed over: 1.2.0 was rolled back from\n" in second.err
    assert served.get("sentiment@production").version == "1.0.0"
    third = run("rollback", "sentiment", "--reason", "x")
    assert (third.code, third.out) == (5, "")
    assert "no usable version before it" in third.err
    assert served.get("sentiment@production").version == "1.0.0"


def test_undo_is_promised_only_where_gates_would_let_it(run: Run, served: Store) -> None:
    gate = '[[gate]]\nstage = "production"\nmetrics = "{}"\n'
    (served.root / "config.toml").write_text(gate.format("recall") + gate.format("auc"))
    done = run("rollback", "sentiment", "--reason", "x")
    *_, stops, last = done.err.splitlines()
    assert stops == "mvtui undo would not take it back: 2 gates stop that"
    assert last.startswith("A rollback asks no gate: ")
    refused = run("undo")
    assert refused.code == 11
    around = "mvtui rollback sentiment --to sentiment@1.2.0"
    assert around in last
    assert around in refused.err
    for gate in ("metric recall", "metric auc"):
        assert gate in refused.err.splitlines()[-2]
    assert run(*around.split()[1:], "--reason", "it was good").out == "sentiment@1.2.0\n"


def test_a_version_can_be_named(run: Run, served: Store) -> None:
    done = run("rollback", "sentiment", "--to", "1.0.0", "--reason", "x")
    assert done.out == "sentiment@1.0.0\n"
    back = run("rollback", "sentiment", "--to", "sentiment@1.2.0", "--reason", "it was good")
    assert back.err.startswith("sentiment: ● 1.0.0 → ↩ rolled back; ↩ 1.2.0 → ● production\n")
    assert not served.get("sentiment@1.2.0").rolled_back


def test_into_an_empty_production(run: Run, served: Store) -> None:
    served.promote("sentiment@production", "archived", reason="off")
    done = run("rollback", "sentiment", "--reason", "on again")
    assert done.err.splitlines()[0] == "sentiment: production is empty; ▪ 1.2.0 → ● production"
    assert "metrics" not in done.err
    assert served.get("sentiment@production").version == "1.2.0"


def test_a_dry_run_stops_after_the_plan(run: Run, served: Store) -> None:
    told = run("rollback", "sentiment", "--dry-run")
    assert (told.code, told.err) == (0, "nothing was changed\n")
    assert told.out.startswith("sentiment: ● 1.2.0 → ↩ rolled back; ▪ 1.1.0 → ● production\n")
    plan = run("rollback", "sentiment", "--dry-run", "--json").json
    assert (plan["current"], plan["target"], plan["dry_run"]) == ("sentiment@1.2.0", "sentiment@1.1.0", True)
    assert [row["name"] for row in plan["metrics"]] == ["accuracy", "f1"]
    assert served.get("sentiment@production").version == "1.2.0"


def test_json_has_the_transition_and_the_plan(run: Run, served: Store) -> None:
    done = run("rollback", "sentiment", "--reason", "x", "--json")
    assert done.err == ""
    assert (done.json["how"], done.json["displaced"], done.json["production"]) == (
        "rollback",
        "1.2.0",
        "1.1.0",
    )
    assert (done.json["verified"], done.json["problem"], done.json["dry_run"]) == (True, None, False)
    assert done.json["plan"]["current"] == "sentiment@1.2.0"


def test_without_a_reason_nothing_is_even_looked_at(run: Run, served: Store) -> None:
    for words in ((), ("--reason", " ")):
        failed = run("rollback", "sentiment", *words)
        assert (failed.code, failed.out) == (2, "")
        assert failed.err.startswith("error: rolling back needs a reason\nhint: ")
    assert served.get("sentiment@production").version == "1.2.0"


def test_damaged_bytes_are_not_swapped_in(run: Run, served: Store, damage: Callable[[str], None]) -> None:
    damage("sentiment@1.1.0")
    failed = run("rollback", "sentiment", "--reason", "x")
    assert (failed.code, failed.out) == (8, "")
    assert "model.bin" in failed.err
    assert served.get("sentiment@production").version == "1.2.0"


def test_swapped_in_first_damaged_bytes_are_told_loudly(
    run: Run, served: Store, damage: Callable[[str], None]
) -> None:
    damage("sentiment@1.1.0")
    done = run("rollback", "sentiment", "--verify-later", "--reason", "x")
    assert (done.code, done.out) == (8, "sentiment@1.1.0\n")
    said, loud = (
        done.err.index(text)
        for text in ("hashing its bytes", "DAMAGED BYTES ARE IN PRODUCTION: sentiment@1.1.0: ")
    )
    assert said < loud
    assert 'mvtui rollback sentiment --reason "' in done.err
    assert served.get("sentiment@production").version == "1.1.0"
    served.rollback("sentiment", reason="as told")
    assert served.get("sentiment@production").version == "1.0.0"


def test_swapped_in_first_good_bytes_are_told_too(run: Run, served: Store) -> None:
    done = run("rollback", "sentiment", "--verify-later", "--reason", "x")
    assert done.code == 0
    assert "sentiment@1.1.0 is in ● production now; hashing its bytes\n" in done.err
    assert "hashed after the swap, and are good" in done.err
    bad = run("rollback", "sentiment", "--verify-later", "--reason", "x", "--json")
    assert bad.json["verified"] is True


def test_what_the_gates_say_is_told_and_stops_nothing(run: Run, served: Store) -> None:
    (served.root / "config.toml").write_text('[[gate]]\nstage = "production"\nmetrics = ["wer"]\n')
    done = run("rollback", "sentiment", "--reason", "x")
    assert done.code == 0
    assert "note: gates don't stop a rollback; on record is that 1 gate fails\n" in done.err


def test_it_is_for_whom_the_config_lists(run: Run, served: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (served.root / "config.toml").write_text('[access]\nrollback = ["ann"]\n')
    become(monkeypatch, "bob")
    assert run("rollback", "sentiment", "--reason", "x").code == 12
    become(monkeypatch, "ann")
    assert run("rollback", "sentiment", "--reason", "x").code == 0


def test_someone_who_was_faster_is_noticed(run: Run, served: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Store.rollback_plan

    def and_meanwhile(self: Store, model: str, to: str | None = None) -> object:
        found = plan(self, model, to)
        served.rollback("sentiment", reason="at the same moment")
        return found

    monkeypatch.setattr(Store, "rollback_plan", and_meanwhile)
    failed = run("rollback", "sentiment", "--reason", "x")
    assert failed.code == 5
    assert "production has changed since you looked" in failed.err
    assert served.get("sentiment@production").version == "1.1.0"


def test_metrics_that_can_not_be_compared_keep_nobody_from_going_back(
    run: Run, served: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise errors.StorageError("the disk is odd")

    monkeypatch.setattr(Store, "metric_changes", fail)
    done = run("rollback", "sentiment", "--reason", "x")
    assert done.code == 0
    assert "note: the metrics can't be compared: the disk is odd" in done.err
    assert served.get("sentiment@production").version == "1.1.0"


def test_many_metrics_are_cut_short(run: Run, served: Store) -> None:
    for number in ("1.1.0", "1.2.0"):
        served.log_metrics(
            f"sentiment@{number}", {f"m{at}": at + float(number == "1.2.0") for at in range(30)}
        )
    told = run("rollback", "sentiment", "--dry-run").out
    assert "    24 more: mvtui diff sentiment@1.2.0 sentiment@1.1.0\n" in told
    assert len(told.splitlines()) < 20


def test_past_holders_complete(run: Run, served: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MVTUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "mvtui rollback sentiment --to ")
    monkeypatch.setenv("COMP_CWORD", "0")
    assert run().out.split() == ["plain,1.2.0", "plain,1.1.0", "plain,1.0.0"]
