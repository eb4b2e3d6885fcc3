"""``mvtui inspect --histogram``."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from mvtui.store import Store
from mvtui.store.knowledge.weights import elements

from tests.store.knowledge.weights.written import safetensors
from tests.tui.cli.conftest import Run

pytest.importorskip("numpy")

HOSTILE = "a\x1b]0;owned\x07"
NUMBERS = struct.pack("<8f", 0, 1, 1, 2, 2, 2, 3, float("nan"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "m.safetensors"
    path.write_bytes(safetensors({HOSTILE: ("F32", [2, 4], NUMBERS), "b": ("F4", [2], b"\0")}))
    return path


def test_of_a_file_and_of_a_version(run: Run, store: Store, model: Path) -> None:
    store.register("m", model)
    for target in (str(model), "m"):
        done = run("inspect", target, "--histogram", HOSTILE)
        assert (done.code, done.err) == (0, "")
        lines = done.out.splitlines()
        assert lines[0].startswith("a␛]0;owned␇  F32 2 × 4, 32 B  ")
        assert lines[1] == "  least 0   most 3   mean 1.57143   std 0.903508"
        assert lines[2] == "  zero 1 (12.5 %)   NaN 1 (12.5 %)   infinite 0"
        drawn = [line for line in lines if "█" in line]
        assert [line.split()[2] for line in drawn] == ["1", "2", "3", "1"]


def test_json(run: Run, model: Path) -> None:
    found = json.loads(run("inspect", str(model), "--histogram", HOSTILE, "--json").out)
    assert (found["count"], found["nan"], sum(found["counts"])) == (8, 1, 7)


def test_what_can_t_be_counted(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not looked at: elements of F4" in run("inspect", str(model), "--histogram", "b").out
    assert run("inspect", str(model), "--histogram", "c").code == 3
    monkeypatch.setattr(elements, "has_numpy", lambda: False)
    assert "pip install 'mvtui[tensors]'" in run("inspect", str(model), "--histogram", HOSTILE).out


def test_whole_numbers_stand_beside_how_many_there_are(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(safetensors({"w": ("I8", [5], struct.pack("<5b", -2, -2, 0, 1, 1))}))
    lines = run("inspect", str(path), "--histogram", "w").out.splitlines()[4:]
    assert [line.split()[0] for line in lines] == ["-2", "-1", "0", "1"]
    assert [line.split()[2] for line in lines if "█" in line] == ["2", "1", "2"]
