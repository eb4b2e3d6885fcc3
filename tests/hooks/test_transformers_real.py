"""The callback with the real Hugging Face Trainer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mvtui import errors
from mvtui.store import Store

from . import huggingface, processes

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("default"),  # the frameworks' own are none of ours
    pytest.mark.usefixtures("offline"),
]


@pytest.fixture
def callback() -> Iterator[Callable[..., Any]]:
    for library in ("torch", "transformers", "accelerate"):
        pytest.importorskip(library)
    from mvtui.hooks.transformers import RegisterCallback

    return RegisterCallback


def logged(trainer: Any, name: str) -> dict[int, float]:
    return {entry["step"]: entry[name] for entry in trainer.state.log_history if name in entry}


def test_one_line_registers_what_was_trained(callback: Any, here: Store, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    trainer = huggingface.trainer(tmp_path / "out")
    trainer.add_callback(callback("sentiment"))
    trainer.train()

    (version,) = here.versions("sentiment")
    assert version.ref == "sentiment@1.0.0"
    assert version.tags == {"step": "6"}
    place = here.path(version.ref)
    names = {file.name for file in place.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"} <= names
    assert not names & {
        "optimizer.pt",
        "scheduler.pt",
        "rng_state.pth",
        "trainer_state.json",
        "training_args.bin",
    }

    again = AutoModelForSequenceClassification.from_pretrained(str(place))
    for key, value in trainer.model.state_dict().items():
        assert torch.equal(value, again.state_dict()[key]), key
    assert AutoTokenizer.from_pretrained(str(place))("good film")["input_ids"] == [2, 4]

    assert version.metrics["eval_loss"] == logged(trainer, "eval_loss")[6]
    assert version.metrics["loss"] == logged(trainer, "loss")[6]
    assert version.metrics["train_loss"] == logged(trainer, "train_loss")[6]
    assert set(version.metrics) == {"eval_loss", "loss", "train_loss"}
    assert version.params["learning_rate"] == 1e-2
    assert version.params["num_train_epochs"] == 3
    assert version.params["seed"] == 42
    assert not [name for name in version.params if "dir" in name or "token" in name]


def test_curves_are_kept_whole(callback: Any, here: Store, tmp_path: Path) -> None:
    trainer = huggingface.trainer(tmp_path / "out")
    trainer.add_callback(callback("sentiment"))
    trainer.train()
    series = here.series("sentiment")
    assert dict(zip(series["loss"].steps, series["loss"].values, strict=True)) == logged(trainer, "loss")
    assert series["eval_loss"].steps == (2, 4, 6)
    assert "learning_rate" in series
    assert not {"epoch", "eval_runtime", "train_runtime", "total_flos"} & set(series)


def test_the_environment_is_captured(
    callback: Any, here: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MVTUI_CAPTURE", "python,system")
    trainer = huggingface.trainer(tmp_path / "out", max_steps=1)
    trainer.add_callback(callback("sentiment"))
    trainer.train()
    captured = here.capture("sentiment")
    assert captured is not None
    python = captured.part("python")
    import torch
    import transformers

    assert python["frameworks"]["transformers"] == transformers.__version__
    assert python["frameworks"]["torch"] == torch.__version__


def test_another_run_is_another_version_and_the_same_run_the_same(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    for seed in (1, 2, 1):
        trainer = huggingface.trainer(tmp_path / "out", huggingface.classifier(seed), seed=seed, max_steps=2)
        trainer.add_callback(callback("sentiment"))
        trainer.train()
    versions = here.versions("sentiment")
    assert [version.params["seed"] for version in versions] == [2, 1]
    assert [version.version for version in versions] == ["1.1.0", "1.0.0"]


def worse_and_worse() -> Any:
    scores = iter([0.9, 0.5, 0.1])
    return lambda _: {"score": next(scores)}


def test_the_best_checkpoint_has_its_own_metrics(callback: Any, here: Store, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification

    trainer = huggingface.trainer(
        tmp_path / "out",
        compute_metrics=worse_and_worse(),
        load_best_model_at_end=True,
        metric_for_best_model="score",
        save_total_limit=1,
    )
    trainer.add_callback(callback("sentiment"))
    trainer.train()

    version = here.get("sentiment")
    assert version.tags["step"] == "2"
    assert version.metrics["eval_score"] == 0.9
    assert version.metrics["eval_loss"] == logged(trainer, "eval_loss")[2]
    assert "train_loss" not in version.metrics  # that is the loss of the whole run
    again = AutoModelForSequenceClassification.from_pretrained(str(here.path(version.ref)))
    assert torch.equal(
        again.state_dict()["classifier.weight"], trainer.model.state_dict()["classifier.weight"]
    )


@pytest.mark.parametrize(("when", "step"), [("best", "2"), ("end", "6")])
def test_best_and_end_differ_where_the_best_is_not_loaded(
    callback: Any, here: Store, tmp_path: Path, when: str, step: str
) -> None:
    trainer = huggingface.trainer(
        tmp_path / "out", compute_metrics=worse_and_worse(), metric_for_best_model="score"
    )
    trainer.add_callback(callback("sentiment", when=when))
    trainer.train()
    assert here.get("sentiment").tags["step"] == step


def test_every_save_is_a_version_though_the_trainer_deletes_them(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    trainer = huggingface.trainer(tmp_path / "out", save_total_limit=1)
    registering = callback("sentiment", when="save", alias="newest", tags={"owner": "alice"}, note="try")
    trainer.add_callback(registering)
    trainer.train()
    versions = list(reversed(here.versions("sentiment")))
    assert [version.tags["step"] for version in versions] == ["2", "4", "6"]
    losses = logged(trainer, "eval_loss")
    assert [version.metrics["eval_loss"] for version in versions] == [losses[2], losses[4], losses[6]]
    assert versions[-1].aliases == ("newest",)
    assert {version.tags["owner"] for version in versions} == {"alice"}
    assert {version.note for version in versions} == {"try"}
    told = dict.fromkeys(
        done.version.ref for done in registering.registered
    )  # 4.46 saves the last step twice
    assert [*told] == [version.ref for version in versions]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["checkpoint-6"]


def test_without_checkpoints_the_final_weights_are_saved_for_it(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    trainer = huggingface.trainer(tmp_path / "out", save_strategy="no")
    trainer.add_callback(callback("sentiment"))
    trainer.train()
    place = here.path("sentiment")
    again = AutoModelForSequenceClassification.from_pretrained(str(place))
    assert torch.equal(
        again.state_dict()["classifier.weight"], trainer.model.state_dict()["classifier.weight"]
    )
    assert AutoTokenizer.from_pretrained(str(place))("bad film")["input_ids"] == [3, 4]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_checkpoint_of_an_earlier_run_is_not_taken_for_this_one(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification

    huggingface.trainer(tmp_path / "out", huggingface.classifier(1)).train()
    trainer = huggingface.trainer(tmp_path / "out", huggingface.classifier(2), save_strategy="no")
    trainer.add_callback(callback("sentiment"))
    trainer.train()
    again = AutoModelForSequenceClassification.from_pretrained(str(here.path("sentiment")))
    assert torch.equal(
        again.state_dict()["classifier.weight"], trainer.model.state_dict()["classifier.weight"]
    )


def test_training_state_can_be_kept_for_resuming(callback: Any, here: Store, tmp_path: Path) -> None:
    trainer = huggingface.trainer(tmp_path / "out", save_strategy="steps", save_steps=4, max_steps=4)
    trainer.add_callback(callback("sentiment", training_state=True))
    trainer.train()
    resumed = huggingface.trainer(tmp_path / "resumed", max_steps=6)
    resumed.train(resume_from_checkpoint=str(here.path("sentiment")))
    assert resumed.state.global_step == 6
    assert not (here.path("sentiment") / "training_args.bin").exists()


def test_a_resumed_run_has_the_curve_from_its_beginning(callback: Any, here: Store, tmp_path: Path) -> None:
    huggingface.trainer(tmp_path / "out", max_steps=2, save_steps=2, save_strategy="steps").train()
    trainer = huggingface.trainer(tmp_path / "out")
    trainer.add_callback(callback("sentiment"))
    trainer.train(resume_from_checkpoint=True)
    assert here.series("sentiment")["loss"].steps == (1, 2, 3, 4, 5, 6)


def test_an_early_stop_registers_where_it_stopped(callback: Any, here: Store, tmp_path: Path) -> None:
    from transformers import EarlyStoppingCallback

    trainer = huggingface.trainer(
        tmp_path / "out",
        compute_metrics=worse_and_worse(),
        load_best_model_at_end=True,
        metric_for_best_model="score",
    )
    trainer.add_callback(EarlyStoppingCallback(1))
    trainer.add_callback(callback("sentiment"))
    trainer.train()
    assert trainer.state.global_step == 4
    assert here.get("sentiment").tags["step"] == "2"


def test_an_evaluation_of_other_weights_is_no_metric_of_these(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    trainer = huggingface.trainer(
        tmp_path / "out", eval_strategy="steps", eval_steps=2, save_strategy="steps", save_steps=3
    )
    trainer.add_callback(callback("sentiment", when="save"))
    trainer.train()
    after, before = here.versions("sentiment")
    assert (before.tags["step"], after.tags["step"]) == ("3", "6")
    assert "eval_loss" not in before.metrics
    assert after.metrics["eval_loss"] == logged(trainer, "eval_loss")[6]


def test_what_is_evaluated_after_training_is_added(callback: Any, here: Store, tmp_path: Path) -> None:
    trainer = huggingface.trainer(tmp_path / "out", eval_strategy="no")
    trainer.add_callback(callback("sentiment"))
    trainer.train()
    assert "eval_loss" not in here.get("sentiment").metrics
    measured = trainer.evaluate()
    predicted = trainer.predict(huggingface.rows())
    metrics = here.get("sentiment").metrics
    assert metrics["eval_loss"] == measured["eval_loss"]
    assert metrics["test_loss"] == predicted.metrics["test_loss"]
    assert not [name for name in metrics if name.endswith(("runtime", "per_second"))]
    assert len(here.versions("sentiment")) == 1


def test_an_adapter_is_registered_as_one(callback: Any, here: Store, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    base = huggingface.classifier()
    base.save_pretrained(str(tmp_path / "base"))
    base = type(base).from_pretrained(str(tmp_path / "base"))
    model = peft.get_peft_model(
        base, peft.LoraConfig(task_type="SEQ_CLS", r=2, target_modules=["query", "value"])
    )
    trainer = huggingface.trainer(tmp_path / "out", model)
    trainer.add_callback(callback("sentiment-lora"))
    trainer.train()
    version = here.get("sentiment-lora")
    assert version.kind == "adapter"
    assert version.params["peft/r"] == 2
    assert version.params["peft/target_modules"] == '["query", "value"]'
    again = peft.PeftModel.from_pretrained(
        type(base).from_pretrained(str(tmp_path / "base")), str(here.path(version.ref))
    )
    assert again.peft_config["default"].r == 2


def test_what_it_was_loaded_from_is_its_parent(callback: Any, here: Store, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    huggingface.classifier().save_pretrained(str(tmp_path / "base"))
    base = here.register("base", tmp_path / "base").version
    model = AutoModelForSequenceClassification.from_pretrained(str(here.path("base")))
    trainer = huggingface.trainer(tmp_path / "out", model)
    trainer.add_callback(callback("sentiment"))
    trainer.train()
    assert [(edge.type, edge.to) for edge in here.get("sentiment").edges] == [("fine-tuned-from", base.id)]
    here.unlink("sentiment", "fine-tuned-from", "base@1.0.0")


def test_an_adapter_is_bound_to_the_version_it_was_trained_on(
    callback: Any, here: Store, tmp_path: Path
) -> None:
    peft = pytest.importorskip("peft")
    from transformers import AutoModelForSequenceClassification

    huggingface.classifier().save_pretrained(str(tmp_path / "base"))
    base = here.register("base", tmp_path / "base").version
    model = AutoModelForSequenceClassification.from_pretrained(str(here.path("base")))
    lora = peft.LoraConfig(task_type="SEQ_CLS", r=2, target_modules=["query"])
    trainer = huggingface.trainer(tmp_path / "out", peft.get_peft_model(model, lora))
    trainer.add_callback(callback("sentiment-lora"))
    trainer.train()
    (edge,) = here.get("sentiment-lora").edges
    assert (edge.type, edge.to, edge.guess, edge.later) == ("adapter-of", base.id, "", False)


def test_without_a_store_training_goes_on(
    callback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    trainer = huggingface.trainer(tmp_path / "out")
    trainer.add_callback(callback("sentiment"))
    with caplog.at_level(logging.WARNING, "mvtui.hooks"):
        trainer.train()
    assert trainer.state.global_step == 6
    messages = [record.getMessage() for record in caplog.records if record.name == "mvtui.hooks"]
    assert len(messages) == 2  # before training, when it can still be mended, and after
    assert all("mvtui init" in message for message in messages)


def test_strict_stops_before_training_begins(
    callback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trainer = huggingface.trainer(tmp_path / "out")
    trainer.add_callback(callback("sentiment", strict=True))
    with pytest.raises(errors.NotFoundError):
        trainer.train()
    assert trainer.state.global_step == 0


def test_a_store_that_breaks_meanwhile_costs_no_training(
    callback: Any, here: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from transformers import TrainerCallback

    class Breaks(TrainerCallback):
        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            (here.root / "config.toml").write_text("not = = toml")

    trainer = huggingface.trainer(tmp_path / "out")
    trainer.add_callback(callback("sentiment"))
    trainer.add_callback(Breaks)
    with caplog.at_level(logging.WARNING, "mvtui.hooks"):
        assert trainer.train().global_step == 6
    assert "config.toml" in caplog.text


def test_only_the_process_of_rank_zero_registers(callback: Any, here: Store, tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from mvtui.hooks.transformers import RegisterCallback
from tests.hooks import huggingface
trainer = huggingface.trainer(Path(sys.argv[1]), save_total_limit=1)
registering = RegisterCallback("sentiment")
trainer.add_callback(registering)
trainer.train()
Path(f"rank-{trainer.args.process_index}").write_text(f"{len(registering.registered)}")
"""
    processes.two(program, str(tmp_path / "out"))
    assert [Path(f"rank-{rank}").read_text() for rank in (0, 1)] == ["1", "0"]
    (version,) = here.versions("sentiment")
    assert version.params["world_size"] == 2
