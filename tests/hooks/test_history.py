from __future__ import annotations

import math

from mvtui.store import Series
from mvtui.store.hooks.history import History, measures

LOG = [
    {"loss": 0.9, "grad_norm": 2.0, "learning_rate": 0.1, "epoch": 0.5, "step": 1},
    {"loss": 0.7, "grad_norm": 1.0, "learning_rate": 0.05, "epoch": 1.0, "step": 2},
    {"eval_loss": 0.8, "eval_runtime": 1.0, "eval_samples_per_second": 4.0, "epoch": 1.0, "step": 2},
    {"eval_en_loss": 0.6, "eval_en_steps_per_second": 4.0, "epoch": 1.0, "step": 2},
    {"loss": 0.5, "epoch": 1.5, "step": 3},
    {"train_runtime": 9.0, "total_flos": 1e9, "train_loss": 0.7, "epoch": 1.5, "step": 3},
]


def test_an_evaluation_is_of_its_own_step_and_training_of_what_follows() -> None:
    history = History.of_log(LOG, "eval_")
    assert history.at(1) == {"loss": 0.9}
    assert history.at(2) == {"loss": 0.7, "eval_loss": 0.8, "eval_en_loss": 0.6}
    assert history.at(3) == {"loss": 0.5, "train_loss": 0.7}
    assert history.at(0) == {}
    assert history.last_measured() == 2


def test_curves_are_of_two_points_or_more_and_have_settings_too() -> None:
    series = History.of_log(LOG, "eval_").series()
    assert series == {
        "loss": Series((1.0, 2.0, 3.0), (0.9, 0.7, 0.5)),
        "grad_norm": Series((1.0, 2.0), (2.0, 1.0)),
        "learning_rate": Series((1.0, 2.0), (0.1, 0.05)),
    }


def test_one_name_may_be_trained_and_measured() -> None:
    history = History()
    history.trained(1, {"loss": 0.9})
    history.measured(2, {"loss": 0.5})
    assert history.series()["loss"] == Series((1.0, 2.0), (0.9, 0.5))
    assert (history.at(2), history.at(3)) == ({"loss": 0.5}, {"loss": 0.9})


def test_a_measurement_that_is_shown_again_is_not_trained() -> None:
    history = History()
    for score in (0.5, math.nan):
        history.measured(2, {"score": score})
        history.trained(3, {"loss": 0.9, "score": score})
    assert history.at(3) == {"loss": 0.9}


def test_a_log_may_hold_anything() -> None:
    log: list[dict[str, object]] = [{}, {"loss": 1.0}, {"step": None, "loss": 1.0}, {"step": 1, "loss": "x"}]
    assert History.of_log(log, "eval_").series() == {}
    assert History.of_log(log, "eval_").last_measured() is None


def test_a_later_value_of_a_step_takes_its_place_and_nan_is_kept() -> None:
    history = History()
    history.measured(1, {"score": 0.1})
    history.measured(1, {"score": math.nan})
    assert math.isnan(history.at(1)["score"])


def test_a_history_survives_a_checkpoint() -> None:
    history = History.of_log(LOG, "eval_")
    state = history.state()
    history.trained(4, {"loss": 0.1})
    again = History.from_state(state)
    assert again.at(2) == {"loss": 0.7, "eval_loss": 0.8, "eval_en_loss": 0.6}
    assert again.at(4)["loss"] == 0.5  # what came later is not in it
    assert History.from_state({}).series() == {}


def test_clocks_and_settings_are_no_measures() -> None:
    values = {
        "test_accuracy": 0.9,
        "test_runtime": 1.0,
        "test_samples_per_second": 9.0,
        "epoch": 3,
        "lr-SGD": 0.1,
        "learning_rate": 0.1,
        "runtime_error": 0.2,
        "steps_to_converge": 7,
    }
    assert measures(values) == {"test_accuracy": 0.9, "runtime_error": 0.2, "steps_to_converge": 7}
