"""The callback with the real Lightning, under both of its names."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from typing import Any

import pytest
from mvtui import errors
from mvtui.store import Store

from . import fitting, processes

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("default"),  # the frameworks' own are none of ours
    pytest.mark.usefixtures("offline"),
]


@pytest.fixture(params=["lightning.pytorch", "pytorch_lightning"])
def pl(request: pytest.FixtureRequest) -> Any:
    pytest.importorskip("torch")
    pytest.importorskip(request.param)
    return fitting.package(request.param)


@pytest.fixture
def callback(pl: Any) -> Any:
    hook = "lightning" if pl.__name__ == "lightning.pytorch" else "pytorch_lightning"
    return fitting.package(f"mvtui.hooks.{hook}").RegisterCallback


def weights(path: Path) -> Any:
    import torch

    return torch.load(path, weights_only=False)["state_dict"]["layer.weight"]


def trusted(verb: Any) -> dict[str, bool]:
    """Return what lets Lightning 2.6 and later load a checkpoint that holds more than weights."""
    return {"weights_only": False} if "weights_only" in inspect.signature(verb).parameters else {}


def fit(pl: Any, trainer: Any, **stated: Any) -> Any:
    model = fitting.module(pl, **stated)
    trainer.fit(model, fitting.data(), fitting.data())
    return model


def test_one_line_registers_what_was_trained(pl: Any, callback: Any, here: Store, tmp_path: Path) -> None:
    import torch

    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment"))
    model = fit(pl, trainer, lr=0.05, width=7)

    (version,) = here.versions("sentiment")
    assert version.ref == "sentiment@1.0.0"
    assert version.tags == {"step": "12"}
    file = here.path(version.ref)
    assert torch.equal(weights(file), model.layer.weight)
    again = type(model).load_from_checkpoint(str(file))
    assert torch.equal(again.layer.weight, model.layer.weight)
    assert again.hparams.width == 7

    for name in ("val_loss", "val_score", "train_loss_epoch"):
        assert version.metrics[name] == pytest.approx(float(trainer.callback_metrics[name])), name
    assert version.params["lr"] == 0.05
    assert version.params["width"] == 7
    assert version.params["trainer/max_epochs"] == 3
    assert version.params["optimizer/name"] == "SGD"
    assert version.params["optimizer/momentum"] == 0.9
    assert not list((tmp_path / "out").glob(".mvtui-*"))


def test_curves_have_each_value_once_at_its_step(pl: Any, callback: Any, here: Store, tmp_path: Path) -> None:
    fit(pl, fitting.trainer(pl, tmp_path / "out", callback("sentiment")), worse=True)
    series = here.series("sentiment")
    assert series["val_score"].steps == (4, 8, 12)
    assert series["val_score"].values == pytest.approx((1.0, 0.9, 0.8))
    assert series["train_loss_step"].steps == (2, 4, 6, 8, 10, 12)
    assert series["train_loss_epoch"].steps == (4, 8, 12)


def test_validation_amid_an_epoch_is_of_its_own_step(
    pl: Any, callback: Any, here: Store, tmp_path: Path
) -> None:
    saving = pl.callbacks.ModelCheckpoint(every_n_train_steps=3, save_top_k=-1)
    registering = callback("sentiment", when="save")
    settings = {"max_epochs": 2, "val_check_interval": 2, "log_every_n_steps": 1}
    fit(pl, fitting.trainer(pl, tmp_path / "out", registering, saving, **settings), worse=True)
    series = here.series("sentiment")
    assert series["val_score"].steps == (2, 4, 6)
    assert series["train_loss_step"].steps == (1, 2, 3, 4, 5, 6)
    last, first = here.versions("sentiment")
    assert (first.tags["step"], last.tags["step"]) == ("3", "6")
    assert "val_score" not in first.metrics
    assert last.metrics["val_score"] == pytest.approx(0.9)


def test_the_best_checkpoint_has_its_own_metrics(pl: Any, callback: Any, here: Store, tmp_path: Path) -> None:
    import torch

    saving = pl.callbacks.ModelCheckpoint(monitor="val_score", mode="max", save_last=True)
    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment"), saving)
    model = fit(pl, trainer, worse=True)
    version = here.get("sentiment")
    assert version.tags["step"] == "4"
    assert version.metrics["val_score"] == 1.0
    assert torch.equal(weights(here.path(version.ref)), weights(Path(saving.best_model_path)))
    assert not torch.equal(weights(here.path(version.ref)), model.layer.weight)


def test_the_end_is_the_final_weights_whatever_is_best(
    pl: Any, callback: Any, here: Store, tmp_path: Path
) -> None:
    import torch

    saving = pl.callbacks.ModelCheckpoint(monitor="val_score", mode="max")
    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment", when="end"), saving)
    model = fit(pl, trainer, worse=True)
    version = here.get("sentiment")
    assert version.tags["step"] == "12"
    assert version.metrics["val_score"] == pytest.approx(0.8)
    assert torch.equal(weights(here.path(version.ref)), model.layer.weight)


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"monitor": "val_score", "mode": "max", "save_top_k": 3},
        {"monitor": "val_score", "mode": "max", "save_top_k": 1},
        {"monitor": "val_score", "mode": "max", "save_top_k": 2, "save_last": True},
        {"save_last": True, "save_top_k": 0},
        {"every_n_train_steps": 3, "save_top_k": -1},
        {"every_n_train_steps": 3, "save_weights_only": True},
        {"every_n_train_steps": 5, "filename": "same", "enable_version_counter": False},
    ],
)
def test_every_step_that_is_saved_is_a_version(
    pl: Any, callback: Any, here: Store, tmp_path: Path, stated: dict[str, Any]
) -> None:
    saving = pl.callbacks.ModelCheckpoint(**stated)
    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment", when="save"), saving)
    saved: list[int] = []
    save = trainer.save_checkpoint

    def save_and_tell(*words: Any, **named: Any) -> None:
        save(*words, **named)
        saved.append(trainer.global_step)

    trainer.save_checkpoint = save_and_tell
    fit(pl, trainer, worse=True)
    versions = [*reversed(here.versions("sentiment"))]
    assert [int(version.tags["step"]) for version in versions] == sorted(set(saved))
    for version in versions:
        score = {"4": 1.0, "8": 0.9, "12": 0.8}.get(version.tags["step"])
        assert version.metrics.get("val_score") == pytest.approx(score), version.tags


def test_without_checkpointing_nothing_is_left_behind(
    pl: Any, callback: Any, here: Store, tmp_path: Path
) -> None:
    import torch

    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment"), enable_checkpointing=False)
    model = fit(pl, trainer)
    assert torch.equal(weights(here.path("sentiment")), model.layer.weight)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_training_state_can_be_kept_for_resuming(pl: Any, callback: Any, here: Store, tmp_path: Path) -> None:
    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment", training_state=True))
    fit(pl, trainer)
    resumed = fitting.trainer(pl, tmp_path / "again", callback("sentiment"), max_epochs=4)
    model = fitting.module(pl)
    resumed.fit(
        model, fitting.data(), fitting.data(), ckpt_path=str(here.path("sentiment")), **trusted(resumed.fit)
    )
    assert resumed.global_step == 16
    assert here.series("sentiment")["train_loss_step"].steps == tuple(range(2, 17, 2))


def test_another_run_is_another_version(pl: Any, callback: Any, here: Store, tmp_path: Path) -> None:
    registering = callback("sentiment")
    for lr in (0.1, 0.2):
        fit(pl, fitting.trainer(pl, tmp_path / "out", registering), lr=lr)
    assert [version.version for version in here.versions("sentiment")] == ["1.1.0", "1.0.0"]
    assert [done.version.version for done in registering.registered] == ["1.0.0", "1.1.0"]


def test_what_is_tested_afterwards_is_added(pl: Any, callback: Any, here: Store, tmp_path: Path) -> None:
    saving = pl.callbacks.ModelCheckpoint(monitor="val_score", mode="max")
    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment"), saving)
    fit(pl, trainer, worse=True)
    (tested,) = trainer.test(dataloaders=fitting.data(), ckpt_path="best", **trusted(trainer.test))
    assert here.get("sentiment").metrics["test_loss"] == pytest.approx(tested["test_loss"])


def test_a_test_of_weights_that_were_not_registered_is_not(
    pl: Any, callback: Any, here: Store, tmp_path: Path
) -> None:
    saving = pl.callbacks.ModelCheckpoint(monitor="val_score", mode="max")
    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment"), saving)
    model = fit(pl, trainer, worse=True)
    trainer.test(model, fitting.data())  # the final weights; the best ones are registered
    assert "test_loss" not in here.get("sentiment").metrics


def test_a_fast_dev_run_registers_nothing(pl: Any, callback: Any, here: Store, tmp_path: Path) -> None:
    for when in ("best", "save"):
        fit(pl, fitting.trainer(pl, tmp_path / "out", callback("sentiment", when=when), fast_dev_run=True))
    assert here.models() == []


def test_without_a_store_training_goes_on(
    pl: Any, callback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment"))
    with caplog.at_level(logging.WARNING, "mvtui.hooks"):
        fit(pl, trainer)
    assert trainer.global_step == 12
    messages = [record.getMessage() for record in caplog.records if record.name == "mvtui.hooks"]
    assert len(messages) == 2  # before training, when it can still be mended, and after
    assert all("mvtui init" in message for message in messages)
    assert not list((tmp_path / "out").glob(".mvtui-*"))


def test_strict_stops_before_training_begins(
    pl: Any, callback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trainer = fitting.trainer(pl, tmp_path / "out", callback("sentiment", strict=True))
    with pytest.raises(errors.NotFoundError):
        fit(pl, trainer)
    assert trainer.global_step == 0


@pytest.mark.parametrize(("when", "strategy"), [("best", "ddp"), ("end", "ddp"), ("end", "ddp_fork")])
def test_only_the_process_of_rank_zero_registers(
    pl: Any, callback: Any, here: Store, tmp_path: Path, when: str, strategy: str
) -> None:
    program = """
import sys
from pathlib import Path
from tests.hooks import fitting
name, hook, place, when, strategy = sys.argv[1:]
if __name__ == "__main__":
    pl = fitting.package(name)
    registering = fitting.package(hook).RegisterCallback("sentiment", when=when)
    saving = pl.callbacks.ModelCheckpoint(monitor="val_score", mode="max")
    trainer = fitting.trainer(pl, Path(place), registering, saving, devices=2, strategy=strategy)
    trainer.fit(fitting.module(pl, worse=True), fitting.data(), fitting.data())
    Path(f"rank-{trainer.global_rank}").write_text(f"{len(registering.registered)}")
"""
    words = (pl.__name__, callback.__module__, str(tmp_path / "out"), when, strategy)
    if strategy == "ddp":
        processes.two(program, *words)
        assert [Path(f"rank-{rank}").read_text() for rank in (0, 1)] == ["1", "0"]
    else:
        processes.one(program, *words)
    (version,) = here.versions("sentiment")
    assert version.params["trainer/world_size"] == 2
    assert version.tags["step"] == {"best": "2", "end": "6"}[when]
