from __future__ import annotations

import dataclasses
import enum

from mvtui.store.hooks.arguments import hyperparameters


class Optim(enum.Enum):
    ADAMW = "adamw_torch"
    SGD = "sgd"


@dataclasses.dataclass
class TrainingArguments:
    """The fields of the real class that matter here."""

    output_dir: str = "out"
    logging_dir: str | None = None
    hub_token: str | None = None
    load_best_model_at_end: bool = False
    max_steps: int = -1
    num_train_epochs: float = 3.0
    learning_rate: float = 5e-5
    per_device_train_batch_size: int = 8
    optim: Optim = Optim.ADAMW
    seed: int = 42
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    bf16: bool = False
    eval_steps: int = 100
    lr_scheduler_kwargs: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def world_size(self) -> int:
        return 1


@dataclasses.dataclass
class Tuning(TrainingArguments):
    max_length: int = 1024
    packing: bool = False
    shuffle: bool = True
    beta: float = 0.1
    data_path: str = "x"
    judge_api_key: str = ""


USUAL = {
    "learning_rate": 5e-5,
    "num_train_epochs": 3.0,
    "per_device_train_batch_size": 8,
    "optim": "adamw_torch",
    "seed": 42,
    "weight_decay": 0.0,
}


def test_the_usual_ones_are_always_there() -> None:
    stated = TrainingArguments(output_dir="/home/me", logging_dir="/tmp", hub_token="hf_1", eval_steps=7)
    assert hyperparameters(stated) == USUAL


def test_the_rarer_ones_when_they_were_changed() -> None:
    stated = TrainingArguments(bf16=True, max_grad_norm=0.5, lr_scheduler_kwargs={"min_lr": 1e-6})
    changed = {"bf16": True, "max_grad_norm": 0.5, "lr_scheduler_kwargs": {"min_lr": 1e-6}}
    assert hyperparameters(stated) == USUAL | changed


def test_steps_stand_for_epochs_where_they_rule() -> None:
    found = hyperparameters(TrainingArguments(max_steps=500))
    assert found["max_steps"] == 500
    assert "num_train_epochs" not in found


def test_what_a_subclass_adds_counts_when_it_was_changed() -> None:
    stated = Tuning(max_length=2048, packing=True, shuffle=False, data_path="/data", judge_api_key="sk-1")
    assert hyperparameters(stated) == USUAL | {"max_length": 2048, "packing": True, "shuffle": False}


def test_several_processes_are_told() -> None:
    class Two(TrainingArguments):
        @property
        def world_size(self) -> int:
            return 2

    assert hyperparameters(Two())["world_size"] == 2
