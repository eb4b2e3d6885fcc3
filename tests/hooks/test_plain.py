from __future__ import annotations

import enum
import math
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store
from mvtui.store.hooks.plain import MAX_TEXT, number, numbers, parameters


class Tensor:
    """What tensors and NumPy scalars have in common."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def item(self) -> Any:
        if len(self.values) != 1:
            raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")
        return self.values[0]


class Scheduler(enum.Enum):
    LINEAR = "linear"


def test_only_single_numbers_are_metrics() -> None:
    values = {
        "loss": Tensor(0.5),
        "count": 3,
        "flag": True,
        "report": "precision 0.9",
        "table": [1, 2],
        "many": Tensor(1, 2),
        "nothing": None,
        "word": Tensor("x"),
        "huge": 10**400,
    }
    assert numbers(values) == {"loss": 0.5, "count": 3.0}


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_a_run_came_to_is_kept(value: float) -> None:
    assert repr(number(Tensor(value))) == repr(value)


def test_parameters_are_plain() -> None:
    class Loss:
        pass

    values = {
        "lr": 1e-4,
        "scheduler": Scheduler.LINEAR,
        "data": Path("a/b"),
        "betas": (0.9, Tensor(0.999)),
        "layers": {3, 1},
        "model": {"width": Tensor(4), "loss": Loss()},
        "collate": test_parameters_are_plain,
        "bf16": False,
        "clip": math.inf,
        "seed": 2**70,
        "unset": None,
        "": "nameless",
    }
    assert parameters(values) == {
        "lr": 1e-4,
        "scheduler": "linear",
        "data": "a/b",
        "betas": [0.9, 0.999],
        "layers": ["1", "3"],
        "model": {"width": 4, "loss": "test_parameters_are_plain.<locals>.Loss"},
        "collate": "test_parameters_are_plain",
        "bf16": False,
        "clip": "inf",
        "seed": str(2**70),
    }


def test_whatever_comes_the_store_can_keep_it(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(b"x")
    hostile = {
        "lone": "\ud800",
        "bytes": b"\xff\x00",
        "long": "x" * 10_000,
        "nested": {"a": {"b": [object(), None, math.nan, {"c": {1, "2"}}]}},
        3: "a number for a name",
        "nan": math.nan,
        "array": Tensor(1, 2),
    }
    kept = store.register("m", file, params=parameters(hostile)).version.params  # type: ignore[arg-type]
    assert kept["nan"] == "nan"
    assert kept["array"] == "Tensor"
    assert len(str(kept["long"])) == MAX_TEXT + 1


@pytest.mark.parametrize(
    "name",
    ["hub_token", "token", "wandb_api_key", "aws_secret", "db.password", "HF_TOKEN", "openai-apikey", "auth"],
)
def test_what_is_named_like_a_secret_is_left_out(name: str) -> None:
    assert parameters({name: "hf_x", "nested": {name: "x"}}) == {"nested": {}}


@pytest.mark.parametrize("name", ["max_tokens", "num_token_types", "tokenizer", "keypoints", "author"])
def test_what_only_sounds_like_one_is_kept(name: str) -> None:
    assert parameters({name: 1}) == {name: 1}
