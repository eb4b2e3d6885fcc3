"""What the shell is told on tab: right, quiet, and without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Series, Store

from .conftest import Run


@pytest.fixture
def complete(run: Run, monkeypatch: pytest.MonkeyPatch, two: Store) -> object:
    two.alias("sentiment@1.0.0", "champion")

    def ask(line: str) -> list[str]:
        words = line.split(" ")
        with monkeypatch.context() as patched:
            patched.setenv("_MVTUI_COMPLETE", "bash_complete")
            patched.setenv("COMP_WORDS", line)
            patched.setenv("COMP_CWORD", str(len(words) - 1))
            answered = run()
        assert answered.err == ""
        return [reply.partition(",")[2] for reply in answered.out.splitlines() if reply]

    return ask


@pytest.mark.parametrize(
    ("line", "replies"),
    [
        ("mvtui reg", ["register"]),
        ("mvtui --re", ["--read-only"]),
        ("mvtui ls se", ["sentiment"]),
        ("mvtui show se", ["sentiment"]),
        ("mvtui show sentiment@1.1", ["sentiment@1.1.0"]),
        ("mvtui show sentiment@ch", ["sentiment@champion"]),
        ("mvtui alias --remove s", ["sentiment@champion"]),
        ("mvtui register m x --kind a", ["adapter"]),
        ("mvtui register m x --bump m", ["major", "minor"]),
        ("mvtui register m x --metri", ["--metric", "--metrics-file"]),
        ("mvtui register m x --parent sentiment@1.1", ["sentiment@1.1.0"]),
        ("mvtui register m x --edge dis", ["distilled-from="]),
        ("mvtui register m x --dataset e", ["eval="]),
        ("mvtui link sentiment replaces=sentiment@1.1", ["replaces=sentiment@1.1.0"]),
        ("mvtui lineage sentiment@1.1", ["sentiment@1.1.0"]),
        ("mvtui history sentiment@1.1", ["sentiment@1.1.0"]),
        ("mvtui at today se", ["sentiment"]),
        ("mvtui watch sentiment stage", ["stage:"]),
        ("mvtui audit v", ["verify"]),
        ("mvtui audit checkpoint --s", ["--sign", "--store"]),
        ("mvtui completion z", ["zsh"]),
        ("mvtui --store /nowhere show s", []),
        ("mvtui --store /nowhere ls s", []),
        ("mvtui --store /nowhere alias --remove s", []),
        ("mvtui nonsense x", []),
    ],
)
def test_answers(line: str, replies: list[str], complete: object) -> None:
    assert callable(complete)
    assert complete(line) == replies


def test_a_dataset_s_path_is_completed_behind_its_role(
    complete: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/eval").mkdir(parents=True)
    for name in ("train.csv", "train.csv.dvc", ".hidden"):
        (tmp_path / "data" / name).touch()
    assert callable(complete)
    assert complete("mvtui register m x --dataset train=da") == ["train=data/"]
    assert complete("mvtui register m x --dataset train:name=data/t") == [
        "train:name=data/train.csv",
        "train:name=data/train.csv.dvc",
    ]
    assert complete("mvtui register m x --dataset eval=data/") == [
        "eval=data/eval/",
        "eval=data/train.csv",
        "eval=data/train.csv.dvc",
    ]
    assert complete("mvtui register m x --dataset eval=data/.") == ["eval=data/.hidden"]
    assert complete("mvtui register m x --dataset eval=nowhere/x") == []


def test_asking_leaves_no_trace(complete: object, tmp_path: Path) -> None:
    def everything() -> list[tuple[str, int]]:
        return sorted((str(p), p.lstat().st_mtime_ns) for p in tmp_path.rglob("*"))

    before = everything()
    assert callable(complete)
    complete("mvtui show s")
    complete("mvtui alias --remove s")
    assert everything() == before


def test_without_a_shell_it_says_how_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/zsh")
    assert run("completion").out.startswith("zsh: ")
    monkeypatch.setenv("SHELL", "/bin/unheard-of")
    assert [line.split(":")[0] for line in run("completion").out.splitlines()] == ["bash", "zsh", "fish"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_name_the_program(shell: str, run: Run) -> None:
    script = run("completion", shell)
    assert script.code == 0
    assert "_MVTUI_COMPLETE" in script.out
    assert "mvtui" in script.out


@pytest.mark.parametrize(
    ("line", "replies"),
    [
        ("mvtui trend sentiment a", ["accuracy"]),
        ("mvtui trend sentiment x", []),
        ("mvtui trend nobody a", []),
        ("mvtui metrics sentiment@1.1.0 a", ["accuracy="]),
        ("mvtui metrics sentiment@champion accuracy=0.9 f", ["f1="]),
        ("mvtui metrics sentiment accuracy=0", []),
        ("mvtui metrics sentiment --series l", ["loss"]),
    ],
)
def test_names_of_metrics(line: str, replies: list[str], complete: object, two: Store) -> None:
    two.log_metrics("sentiment", {"f1": 0.5}, series={"loss": Series((1.0,), (0.5,))})
    assert complete(line) == replies  # type: ignore[operator]
