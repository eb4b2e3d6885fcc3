"""The callback for the Trainer, with stand-ins for Trainer and library: order of events, ranks, searches."""

from __future__ import annotations

import dataclasses
import logging
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store


@dataclasses.dataclass
class TrainingArguments:
    output_dir: str
    load_best_model_at_end: bool = False
    max_steps: int = -1
    seed: int = 42
    deepspeed: str | None = None


@dataclasses.dataclass
class TrainerState:
    global_step: int = 0
    log_history: list[dict[str, object]] = dataclasses.field(default_factory=list)
    best_model_checkpoint: str | None = None
    is_world_process_zero: bool = True
    is_hyper_param_search: bool = False


class Part:
    """A model or tokenizer."""

    def __init__(self, name: str, content: str) -> None:
        self.name, self.content = name, content

    def save_pretrained(self, directory: str) -> None:
        Path(directory, self.name).write_text(self.content)


class Run:
    """Calls a callback as the Trainer does."""

    def __init__(self, callback: Any, place: Path, **state: Any) -> None:
        place.mkdir(exist_ok=True)
        self.callback, self.args, self.state = callback, TrainingArguments(str(place)), TrainerState(**state)
        self.model: object = Part("model.safetensors", "final")
        self.parts: dict[str, object] = {"processing_class": Part("tokenizer.json", "words")}

    def begin(self) -> Run:
        self.callback.on_train_begin(self.args, self.state, object(), model=self.model, **self.parts)
        return self

    def step(self, step: int, evaluated: float | None = None, saved: bool = True) -> Run:
        self.state.global_step = step
        self.state.log_history.append({"loss": 1.0 / step, "step": step})
        if evaluated is not None:
            metrics = {"eval_score": evaluated}
            self.state.log_history.append({**metrics, "step": step})
            self.callback.on_evaluate(self.args, self.state, object(), metrics=metrics)
        if saved:
            directory = Path(self.args.output_dir, f"checkpoint-{step}")
            directory.mkdir()
            for name in ("model.safetensors", "optimizer.pt", "training_args.bin"):
                (directory / name).write_text(f"{name} {step}")
            self.callback.on_save(self.args, self.state, object(), model=self.model)
        return self

    def end(self) -> Run:
        self.callback.on_train_end(self.args, self.state, object(), model=self.model, **self.parts)
        return self


@pytest.fixture
def callback(forget: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    library = types.ModuleType("transformers")
    library.TrainerCallback = type("TrainerCallback", (), {})  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "transformers", library)
    from mvtui.hooks.transformers import RegisterCallback

    return RegisterCallback


def content(store: Store, ref: str = "m") -> dict[str, str]:
    place = store.path(ref)
    return {file.name: file.read_text() for file in (place.iterdir() if place.is_dir() else [place])}


def test_the_checkpoint_of_the_last_step_is_the_version(callback: Any, here: Store, tmp_path: Path) -> None:
    Run(callback("m"), tmp_path / "out").begin().step(1, 0.5).step(2, 0.7).end()
    version = here.get("m")
    assert content(here) == {"model.safetensors": "model.safetensors 2"}
    assert version.metrics == {"loss": 0.5, "eval_score": 0.7}
    assert version.params == {"seed": 42}


def test_weights_newer_than_the_last_checkpoint_are_saved_for_it(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    Run(callback("m"), tmp_path / "out").begin().step(1, 0.5).step(2, saved=False).end()
    assert content(here) == {"model.safetensors": "final", "tokenizer.json": "words"}
    assert here.get("m").metrics == {"loss": 0.5}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["checkpoint-1"]


def test_what_the_model_was_loaded_from_is_its_parent(callback: Any, here: Store, tmp_path: Path) -> None:
    run = Run(callback("m"), tmp_path / "out")
    run.model.name_or_path = "gpt2"  # type: ignore[attr-defined]  # as from_pretrained leaves it
    run.begin().step(1).end()
    assert [(edge.type, edge.to) for edge in here.get("m").edges] == [("fine-tuned-from", "hf:gpt2")]


def test_a_tokenizer_under_its_old_name_is_saved_too(callback: Any, here: Store, tmp_path: Path) -> None:
    run = Run(callback("m"), tmp_path / "out").begin().step(1, saved=False)
    run.parts = {"tokenizer": Part("tokenizer.json", "old")}
    run.end()
    assert content(here)["tokenizer.json"] == "old"


def test_the_best_that_is_gone_gives_way_to_the_final_weights(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    run = Run(callback("m"), tmp_path / "out").begin().step(1)
    run.state.best_model_checkpoint = str(tmp_path / "elsewhere" / "checkpoint-1")
    run.step(2).end()
    assert here.get("m").tags["step"] == "2"


@pytest.mark.parametrize(("when", "step"), [("best", "1"), ("end", "2")])
def test_the_best_is_not_the_end(callback: Any, here: Store, tmp_path: Path, when: str, step: str) -> None:
    run = Run(callback("m", when=when), tmp_path / "out").begin().step(1, 0.9).step(2, 0.1)
    run.state.best_model_checkpoint = str(tmp_path / "out" / "checkpoint-1")
    run.end()
    assert here.get("m").tags["step"] == step


def test_a_checkpoint_of_an_earlier_run_is_not_taken_for_this_one(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    Run(callback("old"), tmp_path / "out").begin().step(1).end()
    Run(callback("m"), tmp_path / "out").begin().step(1, saved=False).end()
    assert content(here)["model.safetensors"] == "final"


@pytest.mark.parametrize("when", ["best", "end", "save"])
def test_only_rank_zero_registers(callback: Any, here: Store, tmp_path: Path, when: str) -> None:
    run = Run(callback("m", when=when), tmp_path / "out", is_world_process_zero=False)
    run.begin().step(1, 0.5).end()
    run.callback.on_evaluate(run.args, run.state, object(), metrics={"eval_score": 1.0})
    assert here.models() == []


@pytest.mark.parametrize("when", ["best", "end", "save"])
def test_trials_of_a_search_are_not_registered_and_that_is_said(
    callback: Any, here: Store, tmp_path: Path, when: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "mvtui.hooks"):
        Run(callback("m", when=when), tmp_path / "out", is_hyper_param_search=True).begin().step(1).end()
    assert here.models() == []
    assert len(caplog.records) == 1


def test_when_nothing_was_saved_that_is_said(
    callback: Any, here: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Run(callback("m", when="save"), tmp_path / "out").begin().step(1, saved=False).end()
    assert "no checkpoint was saved" in caplog.text


def test_spread_weights_are_not_saved_by_one_process(
    callback: Any, here: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = Run(callback("m"), tmp_path / "out").begin().step(1, saved=False)
    run.args.deepspeed = "zero3.json"
    run.end()
    assert here.models() == []
    assert 'save_strategy="epoch"' in caplog.text


def test_a_model_that_cant_save_itself_leaves_nothing_behind(
    callback: Any, here: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = Run(callback("m"), tmp_path / "out").begin().step(1, saved=False)
    run.model = object()
    run.end()
    assert "object has no save_pretrained" in caplog.text
    assert list((tmp_path / "out").iterdir()) == []


def test_evaluations_before_and_during_training_are_not_added_to_an_older_version(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    registering = callback("m")
    run = Run(registering, tmp_path / "out")
    registering.on_evaluate(run.args, run.state, object(), metrics={"eval_score": 0.1})
    run.begin().step(1, 0.5).end()
    run.begin()
    registering.on_evaluate(run.args, run.state, object(), metrics={"eval_score": 0.9})
    assert here.get("m").metrics["eval_score"] == 0.5


def test_an_evaluation_after_training_is_added_to_what_is_in_memory(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    registering = callback("m")
    run = Run(registering, tmp_path / "out").begin().step(1, 0.9).step(2, 0.1)
    run.state.best_model_checkpoint = str(tmp_path / "out" / "checkpoint-1")
    run.end()
    registering.on_evaluate(run.args, run.state, object(), metrics={"test_score": 0.2})
    assert "test_score" not in here.get("m").metrics  # the final weights are in memory, the best registered
    run.args.load_best_model_at_end = True
    run.end()
    registering.on_predict(run.args, run.state, object(), metrics={"test_score": 0.8, "test_runtime": 1.0})
    assert here.get("m").metrics == {"loss": 1.0, "eval_score": 0.9, "test_score": 0.8}
