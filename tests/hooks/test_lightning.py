"""What the callback for Lightning does, with a stand-in for the Trainer: order of events, ranks, files."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mvtui.store import Store
from mvtui.store.hooks.lightning_hooks import LightningHooks


class Strategy:
    def broadcast(self, obj: Any, src: int = 0) -> Any:
        return obj


class Trainer:
    """Calls a callback as Lightning's does. Every value that is logged is an object of its own, as tensors are."""

    def __init__(self, callback: LightningHooks, place: Path, **stated: Any) -> None:
        self.callback, self.default_root_dir, self.strategy = callback, str(place), Strategy()
        self.module = SimpleNamespace(hparams={"width": 4})
        self.state = SimpleNamespace(fn="fit")
        self.callback_metrics: dict[str, object] = {}
        self.checkpoint_callbacks: list[Any] = []
        self.optimizers = [SimpleNamespace(defaults={"lr": 0.1, "foreach": None})]
        self.global_step, self.log_every_n_steps, self.ckpt_path = 0, 2, None
        self.is_global_zero, self.sanity_checking, self.fast_dev_run = True, False, False
        self.asked: list[str] = []
        self.__dict__.update(stated)

    def save_checkpoint(self, filepath: str, weights_only: bool = False) -> None:
        self.asked.append(f"weights_only={weights_only}")
        if self.is_global_zero:
            Path(filepath).parent.mkdir(parents=True)
            Path(filepath).write_text("final")

    def log(self, **values: float) -> None:
        self.callback_metrics.update({name: Value(value) for name, value in values.items()})

    def setup(self) -> Trainer:
        self.callback.setup(self, self.module, "fit")  # type: ignore[arg-type]  # a stand-in
        return self

    def batch(self, **values: float) -> Trainer:
        self.callback.on_train_batch_start(self, self.module, None, 0)  # type: ignore[arg-type]
        self.global_step += 1
        self.log(**values)
        self.callback.on_train_batch_end(self, self.module, None, None, 0)  # type: ignore[arg-type]
        return self

    def validate(self, **values: float) -> Trainer:
        # After a batch Lightning reads its metrics once more: the same values in other tensors.
        read = {name: Value(value.item()) for name, value in self.callback_metrics.items() if name == "loss"}  # type: ignore[attr-defined]
        self.callback_metrics.update(read)
        self.callback.on_validation_start(self, self.module)  # type: ignore[arg-type]
        self.log(**values)
        self.callback.on_validation_end(self, self.module)  # type: ignore[arg-type]
        return self

    def end(self) -> Trainer:
        self.callback.on_train_epoch_end(self, self.module)  # type: ignore[arg-type]
        self.callback.on_fit_end(self, self.module)  # type: ignore[arg-type]
        return self


class Value:
    def __init__(self, value: float) -> None:
        self.value = value

    def item(self) -> float:
        return self.value


def keeps(place: Path, monitor: str | None = "score") -> Any:
    """Return what stands for a ``ModelCheckpoint``, and writes when it is told."""
    place.mkdir(exist_ok=True)
    numbers = itertools.count(1)

    def save(best: bool = True) -> None:
        path = place / f"{next(numbers)}.ckpt"
        path.write_text(path.name)
        saving.best_k_models[str(path)] = 0.0
        saving.best_model_path = str(path) if best else saving.best_model_path

    saving = SimpleNamespace(
        monitor=monitor, best_k_models={}, best_model_path="", last_model_path="", save=save
    )
    return saving


def test_the_best_file_goes_with_what_was_measured_when_it_was_saved(here: Store, tmp_path: Path) -> None:
    trainer, saving = Trainer(LightningHooks("m"), tmp_path), keeps(tmp_path / "kept")
    trainer.checkpoint_callbacks = [saving]
    trainer.setup().batch().batch(loss=0.9).validate(score=0.8)
    saving.save()
    trainer.batch().batch(loss=0.5).validate(score=0.1)
    saving.save(best=False)
    trainer.end()
    version = here.get("m")
    assert here.path("m").read_text() == "1.ckpt"
    assert version.metrics == {"loss": 0.9, "score": 0.8}
    assert version.tags == {"step": "2"}
    assert version.params == {"width": 4, "optimizer/name": "SimpleNamespace", "optimizer/lr": 0.1}


@pytest.mark.parametrize("kept", [None, "unmonitored"])
def test_without_a_best_the_final_weights_are_registered_and_removed_again(
    here: Store, tmp_path: Path, kept: str | None
) -> None:
    place = tmp_path / "root"
    place.mkdir()
    trainer = Trainer(LightningHooks("m"), place)
    if kept:
        trainer.checkpoint_callbacks = [keeps(tmp_path / kept, monitor=None)]
        trainer.checkpoint_callbacks[0].save()
    trainer.setup().batch(loss=0.9).end()
    assert here.path("m").read_text() == "final"
    assert trainer.asked == ["weights_only=True"]
    assert list(place.iterdir()) == []


def test_final_weights_with_what_resuming_needs(here: Store, tmp_path: Path) -> None:
    trainer = Trainer(LightningHooks("m", training_state=True), tmp_path).setup().batch().end()
    assert trainer.asked == ["weights_only=False"]


def test_what_was_not_logged_again_is_no_new_point(here: Store, tmp_path: Path) -> None:
    trainer = Trainer(LightningHooks("m"), tmp_path).setup()
    trainer.batch().batch(loss=0.9).validate(score=0.8).batch().batch().batch().batch(loss=0.7).end()
    version = here.get("m")
    assert version.metrics == {"loss": 0.7}  # the score was of step 2
    series = trainer.callback._history.series()
    assert series["loss"].steps == (2, 6)
    assert "score" not in series  # one point
    assert set(trainer.callback._history.state()["measured"]) == {"score"}


def test_what_is_logged_by_step_and_epoch_keeps_its_two_curves(here: Store, tmp_path: Path) -> None:
    trainer = Trainer(LightningHooks("m"), tmp_path).setup()
    trainer.batch().batch(loss=0.9, loss_step=0.9).batch().batch(loss=0.5, loss_step=0.5)
    trainer.log(loss=0.7, loss_epoch=0.7)
    trainer.end()
    assert here.get("m").metrics == {"loss_step": 0.5, "loss_epoch": 0.7}


def test_what_a_sanity_check_measures_is_nothing(here: Store, tmp_path: Path) -> None:
    trainer = Trainer(LightningHooks("m"), tmp_path, sanity_checking=True).setup()
    trainer.validate(score=0.8)
    trainer.sanity_checking, trainer.callback_metrics = False, {}
    trainer.batch(loss=0.9).end()
    assert here.get("m").metrics == {"loss": 0.9}
    assert trainer.callback._history.state()["measured"] == {}


@pytest.mark.parametrize("when", ["best", "end", "save"])
def test_other_ranks_save_along_but_register_nothing(here: Store, tmp_path: Path, when: Any) -> None:
    trainer, saving = Trainer(LightningHooks("m", when=when), tmp_path), keeps(tmp_path / "kept", None)
    trainer.is_global_zero, trainer.checkpoint_callbacks = False, [saving]
    trainer.setup().batch()
    saving.save()
    trainer.batch().end()
    assert here.models() == []
    assert trainer.asked == ([] if when == "save" else ["weights_only=True"])


@pytest.mark.parametrize("when", ["best", "end", "save"])
def test_a_fast_dev_run_registers_nothing(here: Store, tmp_path: Path, when: Any) -> None:
    Trainer(LightningHooks("m", when=when), tmp_path, fast_dev_run=1).setup().batch().end()
    assert here.models() == []


def test_every_save_once(here: Store, tmp_path: Path) -> None:
    trainer, saving = Trainer(LightningHooks("m", when="save"), tmp_path), keeps(tmp_path / "kept")
    trainer.checkpoint_callbacks = [saving]
    trainer.setup().batch()
    saving.save()
    trainer.batch().batch().batch()
    saving.save()
    trainer.end()
    assert [version.tags["step"] for version in here.versions("m")] == ["4", "1"]


def test_two_files_of_one_step_are_one_version(here: Store, tmp_path: Path) -> None:
    trainer, saving = Trainer(LightningHooks("m", when="save"), tmp_path), keeps(tmp_path / "kept")
    trainer.checkpoint_callbacks = [saving]
    trainer.setup().batch()
    saving.save()
    saving.save(best=False)
    trainer.batch().end()
    assert len(here.versions("m")) == 1


def test_a_file_written_again_under_its_name_is_seen(here: Store, tmp_path: Path) -> None:
    trainer, saving = Trainer(LightningHooks("m", when="save"), tmp_path), keeps(tmp_path / "kept")
    last = tmp_path / "kept" / "last.ckpt"
    saving.last_model_path = str(last)
    trainer.checkpoint_callbacks = [saving]
    trainer.setup().batch()
    last.write_text("one")
    trainer.batch()
    last.write_text("two")
    trainer.batch().end()
    assert [version.tags["step"] for version in here.versions("m")] == ["2", "1"]


def test_curves_go_on_in_a_resumed_run(here: Store, tmp_path: Path) -> None:
    first = Trainer(LightningHooks("m"), tmp_path).setup().batch().batch(loss=0.9)
    state = pickle.loads(pickle.dumps(first.callback.state_dict()))
    again = Trainer(LightningHooks("m"), tmp_path, global_step=2).setup()
    again.callback.load_state_dict(state)
    again.batch().batch(loss=0.5).end()
    assert again.callback._history.series()["loss"].values == (0.9, 0.5)
    Trainer(LightningHooks("m"), tmp_path).setup().callback.load_state_dict(
        {}
    )  # of a checkpoint by a version that knew no curves


def test_a_resumed_run_knows_of_which_step_its_best_file_is(here: Store, tmp_path: Path) -> None:
    first, saving = Trainer(LightningHooks("m"), tmp_path), keeps(tmp_path / "kept")
    first.checkpoint_callbacks = [saving]
    first.setup().batch().batch().validate(score=0.8)
    saving.save()
    first.batch()
    state = pickle.loads(pickle.dumps(first.callback.state_dict()))
    again = Trainer(LightningHooks("m"), tmp_path, global_step=3, checkpoint_callbacks=[saving]).setup()
    again.callback.load_state_dict(state)
    again.batch().end()
    assert here.get("m").tags == {"step": "2"}
    assert here.get("m").metrics == {"score": 0.8}


def test_files_that_are_gone_are_no_matter(here: Store, tmp_path: Path) -> None:
    trainer, saving = Trainer(LightningHooks("m"), tmp_path), keeps(tmp_path / "kept")
    saving.best_k_models = {str(tmp_path / "gone.ckpt"): 0.0}
    saving.best_model_path, saving.last_model_path = str(tmp_path / "gone.ckpt"), None
    trainer.checkpoint_callbacks = [saving, object()]
    trainer.setup().batch().batch().end()
    assert here.path("m").read_text() == "final"


def test_two_callbacks_of_one_trainer_keep_apart() -> None:
    keys = {
        LightningHooks("m").state_key,
        LightningHooks("n").state_key,
        LightningHooks("m", when="save").state_key,
    }
    assert len(keys) == 3


def test_a_test_afterwards_is_added_to_the_version_of_its_file(here: Store, tmp_path: Path) -> None:
    trainer, saving = Trainer(LightningHooks("m"), tmp_path), keeps(tmp_path / "kept")
    trainer.checkpoint_callbacks = [saving]
    trainer.setup().batch()
    saving.save()
    trainer.batch().end()
    trainer.callback_metrics = {"test_acc": Value(0.7)}
    trainer.callback.on_test_end(trainer, trainer.module)  # type: ignore[arg-type]  # final weights: another
    assert "test_acc" not in here.get("m").metrics
    trainer.ckpt_path = saving.best_model_path
    trainer.callback.setup(trainer, trainer.module, "test")  # type: ignore[arg-type]
    trainer.callback.load_state_dict({"history": {}, "files": {}})  # as it was when the file was saved
    trainer.callback.on_test_end(trainer, trainer.module)  # type: ignore[arg-type]
    assert here.get("m").metrics["test_acc"] == 0.7
    trainer.state.fn, trainer.callback_metrics = "validate", {"val_acc": Value(0.6)}
    trainer.callback.on_validation_end(trainer, trainer.module)  # type: ignore[arg-type]
    assert here.get("m").metrics["val_acc"] == 0.6
