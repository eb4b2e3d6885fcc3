"""``mvtui diff --tensors``."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from mvtui.store import Store

from tests.store.knowledge.weights.written import safetensors
from tests.tui.cli.conftest import Run

pytest.importorskip("numpy")

HOSTILE = "x\x1b]0;owned\x07\x1b[2J"


def f32(*numbers: float) -> tuple[str, list[int], bytes]:
    return "F32", [len(numbers)], struct.pack(f"<{len(numbers)}f", *numbers)


@pytest.fixture
def trained(own_world: None, store: Store) -> Store:
    """m@1.0.0, of which m@1.0.1 changed one layer and m@2.0.0 a name besides."""
    tensors = {f"enc.layer.{n}.{part}": f32(3, 4) for n in range(3) for part in ("weight", "bias")}
    layer = {"enc.layer.2.weight": f32(3, 5), "enc.layer.2.bias": f32(0, 4)}
    for given in (tensors, tensors | layer, tensors | layer | {f"enc.layer.2.{HOSTILE}": f32(1)}):
        Path("m.safetensors").write_bytes(safetensors(given))
        store.register("m", "m.safetensors")
    return store


def test_what_changed_is_listed_by_module(run: Run, trained: Store) -> None:
    done = run("diff", "m@1.0.0", "m@1.0.1", "--tensors")
    assert (done.code, done.err) == (0, "")
    assert [" ".join(line.split()) for line in done.out.splitlines()] == [
        "m@1.0.1 against m@1.0.0 2 of 6 tensors changed, all in enc.layer.2",
        "relative L2 largest cosine",
        "enc.layer.2",
        "weight changed F32 2 20 % 1 1 0.994692",
        "bias changed F32 2 60 % 3 3 0.800000",
    ]


def test_one_reference_is_compared_with_the_version_before(run: Run, trained: Store) -> None:
    done = run("diff", "m@2.0.0", "--tensors")
    lines = done.out.splitlines()
    assert lines[0] == "m@2.0.0 against m@1.0.1  1 of 7 tensors added, all in enc.layer.2"
    assert "\x1b" not in done.out
    assert "\x07" not in done.out
    assert run("diff", "m@2.0.0", "--tensors", "--against", "m@1.0.0").out.startswith(
        "m@2.0.0 against m@1.0.0  3 of"
    )


def test_json(run: Run, trained: Store) -> None:
    row = run("diff", "m@1.0.0", "m@1.0.1", "--tensors", "--json").json
    assert (row["before"], row["after"], row["identical"], row["total"]) == ("m@1.0.0", "m@1.0.1", 4, 6)
    (changes,) = row["modules"].values()
    assert {change["path"]: change["l2"] for change in changes} == {
        "enc.layer.2.weight": 1.0,
        "enc.layer.2.bias": 3.0,
    }


def test_the_same_is_said_to_be(run: Run, trained: Store) -> None:
    assert run("diff", "m@1.0.0", "m@1.0.0", "--tensors").out == (
        "m@1.0.0 against m@1.0.0  all 6 tensors are identical\n"
    )


@pytest.mark.parametrize(
    "more", [("m@1.0.1", "m@2.0.0"), ("m@1.0.1", "--against", "m@2.0.0"), ("--section", "files")]
)
def test_what_contradicts_itself(run: Run, trained: Store, more: tuple[str, ...]) -> None:
    assert run("diff", "m@1.0.0", *more, "--tensors").code == 2
