"""``mvtui du`` and ``mvtui prune``."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store

from .conftest import Run


@pytest.fixture
def three(two: Store, model: Path) -> Store:
    model.write_bytes(b"weights three")
    two.register("sentiment", model, metrics={"accuracy": 0.89}, params={"lr": 0.3})
    return two


def test_du_lists_models_and_a_total(run: Run, three: Store, model: Path) -> None:
    model.write_bytes(b"b" * 12_345)
    three.register("bert", model)
    done = run("du")
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["MODEL", "bert", "sentiment", "total"]
    assert lines[1].split() == ["bert", "1", "12.3", "kB", "12.3", "kB", "0", "B"]
    assert lines[3].split()[:4] == ["total", "4", "12.4", "kB"]
    assert {"registered", "stored", "saved", "reclaimable", "trash", "journal"} <= {
        line.split()[0] for line in lines[5:]
    }


def test_du_of_a_model_lists_its_versions(run: Run, three: Store) -> None:
    three.delete("sentiment@1.2.0", "reason")
    done = run("du", "sentiment")
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["VERSION", "1.0.0", "1.1.0", "total"]
    assert "reclaimable  13 B" in done.out
    assert "mvtui gc --yes" in done.out
    limited = run("du", "sentiment", "--limit", "1")
    assert "1.1.0" not in limited.out
    assert "1 more" in limited.err


def test_du_as_json(run: Run, three: Store) -> None:
    found = run("du", "--json").json
    assert found["models"] == [{"model": "sentiment", "versions": 3, "size": 35, "frees": 35, "shared": 0}]
    assert [each["ref"] for each in found["versions"]] == [
        "sentiment@1.2.0",
        "sentiment@1.0.0",
        "sentiment@1.1.0",
    ]
    assert (found["size"], found["saved"], found["reclaimable"], found["doubt"]) == (35, 0, 0, "")


def test_du_of_nothing(run: Run, store: Store) -> None:
    done = run("du")
    assert (done.code, "no versions" in done.err) == (0, True)
    assert run("du", "nope").code == 3


def test_prune_tells_what_would_go_and_what_stays_why(run: Run, three: Store) -> None:
    done = run("prune", "sentiment", "--keep-last", "1", "--keep-best", "accuracy:1")
    assert done.code == 0
    assert done.out.splitlines() == [
        "DELETE  ID       SIZE  FREES",
        f"1.0.0   {three.get('sentiment@1.0.0').id[:7]}  11 B   11 B",
        "KEEP   WHY",
        "1.2.0  is the last",
        "1.1.0  has the best accuracy, 0.91",
    ]
    assert "would delete 1 version and free 11 B; 2 versions stay; nothing was changed" in done.err
    assert 'next: mvtui prune sentiment --keep-last 1 --keep-best accuracy:1 --yes --reason "WHY"' in done.err
    assert len(three.versions("sentiment")) == 3


def test_prune_does_it_with_yes_and_a_reason(run: Run, three: Store) -> None:
    refused = run("prune", "sentiment", "--keep-last", "1", "--yes")
    assert refused.code == 2
    assert "--reason" in refused.err
    done = run("prune", "sentiment", "--keep-last", "1", "--yes", "--reason", "old")
    assert done.code == 0
    assert "deleted 2 versions; 1 version stays; 22 B can be freed" in done.err
    assert "next: mvtui gc --yes" in done.err
    three.poll()
    assert [version.version for version in three.versions("sentiment")] == ["1.2.0"]
    again = run("prune", "sentiment", "--keep-last", "1", "--yes", "--reason", "old")
    assert "nothing to delete; 1 version stays" in again.err


def test_prune_as_json(run: Run, three: Store) -> None:
    three.alias("sentiment@1.0.0", "champion")
    found = run("prune", "sentiment", "--keep-last", "1", "--json").json
    assert (found["dry_run"], found["frees"]) == (True, 11)
    assert [each["ref"] for each in found["pruned"]] == ["sentiment@1.1.0"]
    assert found["kept"][1]["reasons"] == ["is held by the alias 'champion'"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--older-than", "90d"),
        ("--keep-best", "accuracy"),
        ("--keep-best", "accuracy:0"),
        ("--keep-best", "accuracy[test:fr]"),
        ("--keep-last", "0"),
    ],
)
def test_rules_that_say_nothing_are_a_mistake_in_usage(
    run: Run, three: Store, words: tuple[str, ...]
) -> None:
    assert run("prune", "sentiment", *words).code == 2


def test_a_metric_with_a_colon_of_its_own(run: Run, three: Store) -> None:
    three.log_metrics("sentiment@1.0.0", {"accuracy": 0.7}, dataset="test", slice="fr")
    done = run("prune", "sentiment", "--keep-best", "accuracy[test:fr]:3")
    assert done.code == 0
    assert "1.0.0  has the best" not in done.out
    assert "1.0.0  is one of the 3 best by accuracy[test:fr], 0.7" in done.out
    assert "'accuracy[test:fr]:3'" in done.err


def test_what_comes_from_outside_can_not_steer_the_terminal(run: Run, three: Store) -> None:
    done = run("prune", "sentiment", "--keep-last", "1", "--keep-tag", "a=\x1b]0;owned\x07")
    assert "\x1b" not in done.out + done.err
    assert "note: no version has the tag a=" in done.err
