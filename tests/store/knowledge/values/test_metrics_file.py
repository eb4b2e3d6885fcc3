"""Metrics from files: trees, the Hugging Face Trainer's, DVC's; what is skipped and what is refused."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import errors, read_metrics_file
from mvtui.store.knowledge.values import flatten
from mvtui.store.nouns.metric import Series


def write(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def same(one: dict[str, float], other: dict[str, float]) -> bool:
    return repr(sorted(one.items())) == repr(sorted(other.items()))  # NaN is not equal to itself


def test_trees_are_flat_floats_with_what_is_not_finite_kept(tmp_path: Path) -> None:
    expected = {"n": 3.0, "eval/f1": 0.5, "a": math.nan, "b": math.inf, "c": -math.inf}
    files = {
        "m.json": '{"n": 3, "eval": {"f1": 0.5}, "a": NaN, "b": Infinity, "c": -Infinity}',
        "m.yaml": "n: 3\neval: {f1: 0.5}\na: .nan\nb: .inf\nc: -.inf\n",
        "m.toml": "n = 3\neval.f1 = 0.5\na = nan\nb = inf\nc = -inf\n",
        "words.json": '{"n": 3, "eval": {"f1": 0.5}, "a": "NaN", "b": "Infinity", "c": "-Infinity"}',
        "huge.json": '{"n": 3, "eval": {"f1": 0.5}, "a": NaN, "b": 1e999, "c": -1' + "0" * 400 + "}",
    }
    for name, text in files.items():
        found = read_metrics_file(write(tmp_path, name, text))
        assert same(found.metrics, expected), name
        assert all(type(value) is float for value in found.metrics.values())
        assert (found.series, found.skipped) == ({}, ())


def test_what_is_no_number_is_skipped_and_named(tmp_path: Path) -> None:
    text = '{"acc": 0.9, "at": "2026-11-23", "ok": true, "no": null, "cm": [[1, 2], [3, 4]], "e": {"f": "x"}}'
    found = read_metrics_file(write(tmp_path, "all_results.json", text))
    assert found.metrics == {"acc": 0.9}
    assert found.skipped == ("at", "ok", "no", "cm", "e/f")
    yaml = read_metrics_file(write(tmp_path, "m.yaml", "acc: 0.9\nday: 2026-11-23\nat: 12:30:00\n"))
    assert (yaml.metrics, yaml.skipped) == ({"acc": 0.9}, ("day", "at"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("m.json", '{"acc": "high", "b": null}', "no number, only 'acc', 'b'"),
        ("m.json", "{}", "no number"),
        ("m.json", "", "empty"),
        ("m.yaml", "- 1\n- 2\n", "a list"),
        ("m.txt", "just words\n", "the text 'just words'"),
        ("m.json", '{"acc": 1, "acc": 2}', "'acc' is there twice"),
        ("m.json", '{"a": {"b": 1}, "a/b": 2}', "'a/b' is there twice"),
        ("m.json", '{"\\ud800": 1}', "lone surrogate"),
        ("m.json", '{"acc": 0.9', "line 1, column 12"),
        ("m.json", '{"a":' * 5000 + "1" + "}" * 5000, "nested too deeply"),
        ("m.json", b'{"a": 1, "b": "\xff"}', "not text in UTF-8"),
    ],
)
def test_files_without_metrics_are_refused_by_name(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    with pytest.raises(errors.BadInputError) as caught:
        read_metrics_file(write(tmp_path, name, text))
    assert name in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "limit"), [("m.json", 16), ("m.csv", 64), ("m.tsv", 64), ("trainer_state.json", 64), ("m", 16)]
)
def test_two_gigabytes_are_refused_before_they_are_read(tmp_path: Path, name: str, limit: int) -> None:
    path = tmp_path / name
    with open(path, "wb") as file:
        os.truncate(file.fileno(), 2 * 2**30)
    tracemalloc.start()
    try:
        with pytest.raises(errors.BadInputError, match=f"larger than {limit} MiB"):
            read_metrics_file(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_standard_input_is_read_in_any_form_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ('{"acc": 0.9}', "acc: 0.9\n", "step,acc\n1,0.5\n2,0.9\n"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert read_metrics_file("-").metrics == {"acc": 0.9}

    reader, writer = os.pipe()
    given = 0

    def pour() -> None:
        nonlocal given
        with contextlib.suppress(BrokenPipeError), open(writer, "wb", buffering=0) as pipe:
            while given < 64 * 2**20:
                given += pipe.write(b" " * 2**16)

    thread = threading.Thread(target=pour)
    thread.start()
    with open(reader, "rb") as endless:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(endless))
        with pytest.raises(errors.BadInputError, match="standard input is larger"):
            read_metrics_file("-")
    thread.join()
    assert given < 20 * 2**20


def test_missing_files_and_directories(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match=r"no\.csv"):
        read_metrics_file(tmp_path / "no.csv")
    with pytest.raises(errors.BadInputError, match="is a directory"):
        read_metrics_file(tmp_path)


# -- the Hugging Face Trainer -----------------------------------------------------------------------

LOG = [
    {"epoch": 0.5, "grad_norm": math.nan, "learning_rate": 1e-05, "loss": 0.9, "step": 10},
    {"epoch": 0.5, "eval_accuracy": 0.92, "eval_loss": 0.4, "eval_runtime": 1.5, "step": 10},
    {"epoch": 1.0, "grad_norm": 0.5, "learning_rate": 5e-06, "loss": 0.5, "step": 20},
    {"epoch": 1.0, "eval_accuracy": 0.93, "eval_loss": 0.3, "eval_runtime": 1.4, "step": 20},
    {"epoch": 1.0, "step": 20, "total_flos": 1.2e15, "train_loss": 0.7, "train_runtime": 30.1},
]
STATE = {
    "best_global_step": 20,
    "best_metric": 0.93,
    "best_model_checkpoint": "out/checkpoint-20",
    "epoch": 1.0,
    "eval_steps": 500,
    "global_step": 20,
    "is_hyper_param_search": False,
    "is_local_process_zero": True,
    "is_world_process_zero": True,
    "log_history": LOG,
    "logging_steps": 10,
    "max_steps": 20,
    "num_train_epochs": 1,
    "save_steps": 500,
    "stateful_callbacks": {},
    "total_flos": 1.2e15,
    "train_batch_size": 8,
    "trial_name": None,
    "trial_params": None,
}


def state(tmp_path: Path, name: str = "trainer_state.json", **changes: object) -> Path:
    return write(tmp_path, name, json.dumps(STATE | changes, indent=2, sort_keys=True) + "\n")


@pytest.mark.parametrize("name", ["trainer_state.json", "copy.json", "copy"])
def test_a_trainer_state_gives_last_values_and_series(tmp_path: Path, name: str) -> None:
    found = read_metrics_file(state(tmp_path, name))
    assert found.metrics == {
        "epoch": 1.0,
        "grad_norm": 0.5,
        "learning_rate": 5e-06,
        "loss": 0.5,
        "eval_accuracy": 0.93,
        "eval_loss": 0.3,
        "eval_runtime": 1.4,
        "total_flos": 1.2e15,
        "train_loss": 0.7,
        "train_runtime": 30.1,
        "best_metric": 0.93,
    }
    assert set(found.series) == {
        "grad_norm",
        "learning_rate",
        "loss",
        "eval_accuracy",
        "eval_loss",
        "eval_runtime",
    }
    assert found.series["eval_loss"] == Series((10.0, 20.0), (0.4, 0.3))
    assert math.isnan(found.series["grad_norm"].values[0])
    assert found.skipped == ()
    without = read_metrics_file(state(tmp_path, name), series=False)
    assert (without.metrics, without.series) == (found.metrics, {})


def test_a_run_that_went_on_from_a_checkpoint_counts_its_later_steps(tmp_path: Path) -> None:
    log = [
        {"step": step, "loss": loss} for step, loss in [(10, 0.9), (20, 0.8), (30, 0.7), (20, 0.6), (30, 0.5)]
    ]
    found = read_metrics_file(state(tmp_path, log_history=log, best_metric=None))
    assert found.metrics == {"loss": 0.5}
    assert found.series == {"loss": Series((10.0, 20.0, 30.0), (0.9, 0.6, 0.5))}


def test_a_log_may_hold_more_than_numbers(tmp_path: Path) -> None:
    log = [{"step": 1, "loss": 0.5, "note": "warm-up", "eval": {"f1": 0.5, "by": None}}]
    found = read_metrics_file(state(tmp_path, log_history=log, best_metric=None))
    assert found.metrics == {"loss": 0.5, "eval/f1": 0.5}
    assert found.skipped == ("eval/by", "note")


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([], "holds no number"),
        ([3], r"log_history\[0\] is a number"),
        ([{"step": 1, "loss": 1}, {"loss": 2}], r"log_history\[1\] has no step"),
        ([{"step": "one", "loss": 1}], "has no step"),
        ([{"step": math.nan, "loss": 1}], "has no step"),
    ],
)
def test_a_damaged_log_is_refused(tmp_path: Path, log: object, said: str) -> None:
    with pytest.raises(errors.BadInputError, match=said):
        read_metrics_file(state(tmp_path, log_history=log, best_metric=None))


# -- DVC ----------------------------------------------------------------------------------------------


def test_a_directory_of_dvclive_gives_metrics_and_series(tmp_path: Path) -> None:
    write(tmp_path, "dvclive/metrics.json", '{"train": {"loss": 0.5}, "acc": 0.75, "step": 2}')
    write(tmp_path, "dvclive/plots/metrics/acc.tsv", "step\tacc\n0\t0.0\n1\tnan\n2\t0.75\n")
    write(tmp_path, "dvclive/plots/metrics/train/loss.tsv", "step\tloss\n0\t1.0\n1\t0.5\n")
    write(tmp_path, "dvclive/plots/metrics/notes.md", "nothing")
    found = read_metrics_file(tmp_path / "dvclive")
    assert found.metrics == {"train/loss": 0.5, "acc": 0.75, "step": 2.0}
    assert list(found.series) == ["acc", "train/loss"]
    assert found.series["train/loss"] == Series((0.0, 1.0), (1.0, 0.5))
    assert read_metrics_file(tmp_path / "dvclive", series=False).series == {}
    write(tmp_path, "dvclive/plots/metrics/bad.tsv", "step\tbad\n0\n")
    with pytest.raises(errors.BadInputError, match=r"bad\.tsv, line 2"):
        read_metrics_file(tmp_path / "dvclive")


# -- mappings from Python -----------------------------------------------------------------------------


class Array:
    """As the scalars and arrays of NumPy and torch behave."""

    def __init__(self, *values: object) -> None:
        self.values = values

    def item(self) -> object:
        if len(self.values) != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self.values[0]


def test_numbers_of_array_libraries_count_and_anything_else_is_an_error() -> None:
    tree = {"a": Array(0.5), "b": {"c": Array(3)}, "d": float("nan")}
    assert repr(flatten(tree, "metric", "metrics")) == "{'a': 0.5, 'b/c': 3.0, 'd': nan}"
    for bad in ("high", True, None, [1], Array(1, 2), Array(True), "NaN"):
        with pytest.raises(errors.BadInputError, match="'acc'"):
            flatten({"acc": bad}, "metric", "metrics")


@given(st.text(max_size=200), st.sampled_from(["m.json", "m.yaml", "m.toml", "m.csv", "m.tsv", "m"]))
def test_no_text_whatever_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = read_metrics_file(path)
    except errors.BadInputError:
        return
    assert found.metrics
    assert all(type(value) is float for value in found.metrics.values())
