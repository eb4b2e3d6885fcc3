"""Files as the real libraries wrote them, byte for byte (in ``fixtures/``).

transformers 5.23, Lightning 2.6, DVCLive 3.49.
"""

from __future__ import annotations

import math
from pathlib import Path

from mvtui.store import read_metrics_file, read_values_file

FIXTURES = Path(__file__).parent / "fixtures"


def test_the_trainer_of_transformers() -> None:
    state = read_metrics_file(FIXTURES / "trainer_state.json")
    results = read_metrics_file(FIXTURES / "all_results.json")
    assert state.metrics["train_loss"] == results.metrics["train_loss"] == 0.9461663067340851
    assert state.metrics["eval_loss"] == results.metrics["eval_loss"]
    assert results.series == {}
    assert state.series["loss"].steps == (4.0, 8.0, 12.0, 16.0)
    assert state.series["eval_loss"].steps == (8.0, 16.0)
    assert state.series["eval_loss"].values[-1] == state.metrics["eval_loss"]
    assert not {"step", "epoch", "train_loss"} & set(state.series)
    assert (state.skipped, results.skipped) == ((), ())


def test_the_csv_logger_of_lightning() -> None:
    found = read_metrics_file(FIXTURES / "lightning.csv")
    assert found.metrics["val_loss"] == 0.01875595934689045
    assert found.metrics["train_loss_epoch"] == 0.002020245650783181
    assert math.isnan(found.metrics["val_nan"])
    assert {name: one.steps for name, one in found.series.items()} == {
        "train_loss_epoch": (7.0, 15.0, 23.0),
        "train_loss_step": (3.0, 7.0, 11.0, 15.0, 19.0, 23.0),
        "val_loss": (7.0, 15.0, 23.0),
        "val_nan": (7.0, 15.0, 23.0),
    }


def test_dvclive() -> None:
    found = read_metrics_file(FIXTURES / "dvclive")
    assert found.metrics == {"train/loss": 1 / 3, "acc": 2 / 3, "step": 2.0}
    assert found.series["train/loss"].values == (1.0, 0.5, 1 / 3)
    assert math.isnan(found.series["acc"].values[1])
    assert read_values_file(FIXTURES / "dvclive" / "params.yaml") == {"lr": 0.0001, "opt/name": "adam"}
