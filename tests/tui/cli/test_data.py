"""``mvtui data``, and the datasets of ``mvtui register``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from mvtui.store import Store

from tests.store.knowledge.datasets import worlds
from tests.tui.cli.conftest import Run


@pytest.fixture
def world(store: Store, tmp_path: Path) -> Path:
    """A repository of DVC and a model in the working directory."""
    work = tmp_path / "work"
    shutil.copytree(worlds.FIXTURES / "dvc3/data", work / "data")
    shutil.copytree(worlds.FIXTURES / "dvc3/.dvc", work / ".dvc")
    shutil.copy(worlds.FIXTURES / "dvc3/.dvcignore", work)
    (work / "model.pt").write_bytes(b"weights")
    return work


def register(run: Run) -> None:
    done = run(
        "register",
        "sentiment",
        "model.pt",
        "--dataset",
        "train=data/reviews.dvc",
        "--dataset",
        "eval=data/lf.csv",
    )
    assert done.code == 0
    assert "dataset train: reviews@1.0.0, new" in done.err
    assert "dataset eval: lf@1.0.0, new, what DVC recorded, unchanged\n" in done.err


def test_unchanged_data(world: Path, run: Run) -> None:
    register(run)
    done = run("data", "sentiment")
    assert done.code == 0
    assert done.out.splitlines() == [
        f"✓ unchanged  train  reviews@1.0.0  {world}/data/reviews",
        f"✓ unchanged  eval   lf@1.0.0       {world}/data/lf.csv",
    ]


def test_changed_and_missing_data_fail_by_name(world: Path, run: Run) -> None:
    register(run)
    (world / "data/reviews/a.txt").write_text("other")
    (world / "data/lf.csv").unlink()
    done = run("data", "sentiment")
    assert done.code == 8
    assert f"✗ changed    train  reviews@1.0.0  {world}/data/reviews\n  changed: a.txt\n" in done.out
    assert "✗ missing    eval" in done.out


def test_unknown_is_no_failure(world: Path, run: Run) -> None:
    run("register", "sentiment", "model.pt", "--dataset", "train=hf:org/imdb")
    done = run("data", "sentiment@latest")
    assert done.code == 0
    assert done.out.startswith("? unknown    train  imdb@1.0.0  org/imdb\n  main can move")


def test_json(world: Path, run: Run) -> None:
    register(run)
    (world / "data/lf.csv").unlink()
    done = run("data", "sentiment", "--json")
    assert done.code == 8
    first, second = done.json
    assert (first["role"], first["ref"], first["state"], first["why"]) == (
        "train",
        "reviews@1.0.0",
        "unchanged",
        [],
    )
    assert first["source"]["digest"].startswith("md5:")
    assert first["source"]["nfiles"] == 7
    assert second["state"] == "missing"


def test_without_datasets_it_says_how_to_state_them(world: Path, run: Run) -> None:
    run("register", "sentiment", "model.pt")
    done = run("data", "sentiment")
    assert (done.code, done.out) == (0, "")
    assert "--dataset train=PATH" in done.err
    assert run("data", "sentiment", "--json").json == []


def test_escapes_in_names_don_t_reach_the_terminal(world: Path, run: Run) -> None:
    hostile = world / "data/\x1b]0;x\x07"
    hostile.mkdir()
    (hostile / "\x1b[2J").write_text("x")
    run("register", "sentiment", "model.pt", "--dataset", f"train={hostile}")
    (hostile / "\x1b[2J").write_text("y")
    done = run("data", "sentiment")
    assert done.code == 8
    assert "\x1b" not in done.out
    assert "\x07" not in done.out


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("data/lf.csv", 4),
        ("train=", 4),
        ("train=nowhere.csv", 3),
        ("train=https://h/x", 4),
        ("t t=x", 4),
        ("train=hf:..", 4),
    ],
)
def test_mistakes_have_a_hint_and_register_nothing(
    word: str, code: int, world: Path, run: Run, store: Store
) -> None:
    done = run("register", "sentiment", "model.pt", "--dataset", word)
    assert done.code == code
    assert "hint: " in done.err or "did you mean" in done.err
    assert not store.versions()


def test_store_data(world: Path, run: Run, store: Store) -> None:
    done = run(
        "register", "sentiment", "model.pt", "--dataset", "train=data/lf.csv", "--store-data", "--json"
    )
    assert done.json["datasets"] == [
        "train: lf@2.0.0, new, derived from lf@1.0.0, new, what DVC recorded, unchanged"
    ]
    assert not store.get("lf").external
    assert run("path", "lf").code == 0


def test_checking_out_data_that_are_not_here(world: Path, run: Run) -> None:
    register(run)
    done = run("checkout", "lf", "out")
    assert done.code == 3
    assert "mvtui data lf@1.0.0" in done.err


def test_show_tells_where_the_bytes_are(world: Path, run: Run) -> None:
    register(run)
    shown = run("show", "reviews").out
    assert (
        f"source   {world}/data/reviews as {world}/data/reviews.dvc has it, and not in the store\n" in shown
    )
    assert "size     387 B in 7 files\n" in shown
    assert "files\n" not in shown.split("source")[1]
    run("register", "sentiment", "model.pt", "--dataset", "train=hf:org/imdb")
    shown = run("show", "imdb").out
    assert "source   hf:org/imdb@main (can move), and not in the store\n" in shown
    assert "size     not known\n" in shown
    run("register", "reviews-2", "data/reviews", "--kind", "dataset")
    assert f"source   {world}/data/reviews\n" in run("show", "reviews-2").out


def test_help_tells_the_forms(run: Run) -> None:
    assert "--dataset ROLE=SOURCE" in run("register", "--help").out
    assert "DVC need not be installed" in " ".join(run("data", "--help").out.split())


def test_many_datasets_outside_the_store_are_told_once(world: Path, run: Run, store: Store) -> None:
    edges = [("trained-on", f"hf:datasets/org/d{n}") for n in range(21)]
    store.register("sentiment", "model.pt", edges=edges, datasets={"eval": "data/lf.csv"})
    done = run("data", "sentiment")
    assert done.code == 0
    assert done.out.splitlines() == [
        "? unknown    train  21 datasets: hf:datasets/org/d0, hf:datasets/org/d1, hf:datasets/org/d2, …",
        "  it is not in this store",
        f"✓ unchanged  eval   lf@1.0.0  {world}/data/lf.csv",
    ]
    assert len(run("data", "sentiment", "--json").json) == 22


def test_few_datasets_outside_the_store_are_told_one_by_one(world: Path, run: Run, store: Store) -> None:
    edges = [("trained-on", f"hf:d{n}") for n in range(3)] + [("evaluated-on", f"hf:e{n}") for n in range(3)]
    store.register("sentiment", "model.pt", edges=edges)
    lines = run("data", "sentiment").out.splitlines()
    told = [line.split()[-1] for line in lines[::2]]
    assert told == ["hf:d0", "hf:d1", "hf:d2", "hf:e0", "hf:e1", "hf:e2"]
