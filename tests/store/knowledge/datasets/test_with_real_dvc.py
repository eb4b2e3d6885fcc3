"""Side by side with the real DVC, if it is installed: ``MVTUI_DVC=/path/to/dvc pytest -m dvc``."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from . import worlds

DVC = os.environ.get("MVTUI_DVC") or shutil.which("dvc") or ""
pytestmark = [pytest.mark.dvc, pytest.mark.skipif(not DVC, reason="needs dvc: pip install dvc")]

IGNORES = [
    "",
    "*.tmp\nlogs/\n",
    "/data/a*\n!/data/ab\n",
    "data/**/b\n",
    "**/c/**\n",
    "b/*\n!b/a\n",
    "?\n!a\n",
    "data/*\n!data/*.csv\n",
    "c\n",
    "/data/b/\n",
    "a.*\n*/b\n",
]
NAMES = ["a", "b", "c", "ab", "a.tmp", "logs", "b.csv", "é", "x y", "C"]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    monkeypatch.chdir(tmp_path)
    dvc("init", "-q", "--no-scm")
    return tmp_path


def dvc(*arguments: str) -> str:
    return subprocess.run([DVC, *arguments], check=True, capture_output=True, text=True, timeout=300).stdout


def grow(directory: Path, chance: random.Random, depth: int = 0) -> None:
    directory.mkdir(exist_ok=True)
    for name in chance.sample(NAMES, 5):
        if depth < 3 and chance.random() < 0.4:
            grow(directory / name, chance, depth + 1)
        else:
            (directory / name).write_bytes(
                chance.choice([b"", b"a\r\nb\r\n", b"\0\r\n", b"text\n"]) * chance.randrange(9)
            )


@pytest.mark.parametrize("number", range(len(IGNORES)))
def test_a_directory_is_what_dvc_says_it_is(number: int, repo: Path) -> None:
    chance = random.Random(number)
    grow(repo / "data", chance)
    (repo / "data/kept.csv").write_bytes(b"a\r\n")
    (repo / ".dvcignore").write_text(IGNORES[number])
    dvc("add", "-q", "data")
    source = worlds.stated(repo / "data.dvc").source
    answer = worlds.look(source)
    assert (answer.state, answer.why) == ("unchanged", ())
    shutil.rmtree(repo / ".dvc/cache")  # without the listing its digest has to come out the same
    assert worlds.look(source).state == "unchanged"


def test_both_see_a_change(repo: Path) -> None:
    (repo / "data.csv").write_bytes(b"a\r\nb\r\n")
    dvc("add", "-q", "data.csv")
    source = worlds.stated(repo / "data.csv.dvc").source
    assert worlds.look(source).state == "unchanged"
    (repo / "data.csv").unlink()
    (repo / "data.csv").write_bytes(b"a\nc\n")
    assert "data.csv" in dvc("status")
    assert worlds.look(source).state == "changed"


@pytest.mark.parametrize("link", ["symlink", "hardlink", "copy"])
def test_every_way_dvc_links_its_cache(link: str, repo: Path) -> None:
    dvc("config", "cache.type", link)
    grow(repo / "data", random.Random(7))
    dvc("add", "-q", "data")
    assert worlds.look(worlds.stated(repo / "data.dvc").source).state == "unchanged"


def test_a_pipeline_that_dvc_ran(repo: Path) -> None:
    (repo / "params.yaml").write_text("n: 3\n")
    (repo / "dvc.yaml").write_text(
        "stages:\n  make:\n    foreach: [x, y]\n    do:\n      wdir: work\n"
        "      cmd: mkdir ${item} && echo ${item} > ${item}/f\n      params: [../params.yaml: [n]]\n      outs: ['${item}']\n"
    )
    (repo / "work").mkdir()
    dvc("repro", "-q")
    found = worlds.stated(f"{repo}/dvc.lock:work/y")
    assert found.source.location == str(repo / "work/y")
    assert worlds.look(found.source).state == "unchanged"
