"""``mvtui health``."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from mvtui.store import Store

from tests.store.knowledge.weights.written import safetensors
from tests.tui.cli.conftest import Run

pytest.importorskip("numpy")


def layer(value: float, *bad: float) -> tuple[str, list[int], bytes]:
    numbers = [value, -value, value, value][: 4 - len(bad)] + list(bad)
    return "F32", [2, 2], struct.pack("<4f", *numbers)


SOUND = {f"layer.{n}.weight": layer(0.5 + n) for n in range(4)}
BAD = {
    **{f"layer.{n}.weight": layer(0.5) for n in range(5)},
    "layer.5.weight": layer(50.0),
    "layer.1.bias": layer(1.0, float("nan"), float("inf")),
    "layer.2.bias": ("F32", [4], bytes(16)),
    "bad\x1b[2Jname": ("F32", [2], struct.pack("<2f", 2, 2)),
}


@pytest.fixture
def work(own_world: None) -> Path:
    """The working directory with two files of weights in it, and no store."""
    Path("sound.safetensors").write_bytes(safetensors(SOUND))
    Path("bad.safetensors").write_bytes(safetensors(BAD))
    return Path.cwd()


def test_sound_weights(work: Path, run: Run) -> None:
    done = run("health", "sound.safetensors")
    assert (done.code, done.err) == (0, "")
    assert done.out == "sound.safetensors  ✓ finite: 4 tensors, 64 B read\n"


def test_what_is_found_is_listed(work: Path, run: Run) -> None:
    done = run("health", "bad.safetensors")
    assert done.code == 11
    assert "\x1b" not in done.out
    assert [" ".join(line.split()) for line in done.out.splitlines()] == [
        "bad.safetensors ✗ not finite: 9 tensors, 136 B read",
        "layer.5.weight F32 2 × 2 root mean square 50, usual is 0.5",
        "layer.1.bias F32 2 × 2 1 NaN and 1 infinite, the first at 2",
        "layer.2.bias F32 4 all zero",
        "bad␛[2Jname F32 2 all 2",
    ]


def test_json(work: Path, run: Run) -> None:
    row = run("health", "bad.safetensors", "--json").json
    assert row["verdict"] == "not finite"
    assert {each["name"]: each["troubles"] for each in row["found"]} == {
        "layer.5.weight": ["extreme"],
        "layer.1.bias": ["nan", "inf"],
        "layer.2.bias": ["zero"],
        "bad\x1b[2Jname": ["constant"],
    }
    assert "tensors" not in row
    assert len(run("health", "bad.safetensors", "--json", "--tensors").json["tensors"]) == 9


def test_a_version(work: Path, store: Store, run: Run) -> None:
    store.register("m", "bad.safetensors")
    done = run("health", "m")
    assert done.code == 11
    assert done.out.startswith("m@1.0.0  ✗ not finite: ")


def test_what_could_not_be_looked_at_is_said_once_for_each_reason(work: Path, run: Run) -> None:
    Path("odd.safetensors").write_bytes(
        safetensors({"a": ("F4", [4], bytes(2)), "b": ("F4", [4], bytes(2)), "c": layer(1.0)})
    )
    done = run("health", "odd.safetensors")
    assert done.code == 11
    assert done.out.splitlines() == [
        "odd.safetensors  ? finite as far as could be looked at: 1 tensor, 16 B read",
        "  not looked at: a and 1 more: elements of F4 are parts of bytes, which are not decoded here",
    ]


def test_what_is_neither_a_file_nor_a_version(work: Path, run: Run) -> None:
    done = run("health", "nothing", "--json")
    assert done.code == 3
    assert (
        done.error["message"]
        == "there is no file 'nothing' here, and no store in which to look for a version"
    )
