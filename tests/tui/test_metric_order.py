from __future__ import annotations

import pytest
from mvtui.store.knowledge.directions import direction
from mvtui.tui.metric_order import worth_a_column


@pytest.mark.parametrize(
    ("names", "best"),
    [
        # as the Trainer, Lightning, Keras and plain scripts write them
        (
            "epoch eval_accuracy eval_loss eval_runtime learning_rate loss step",
            "eval_accuracy eval_loss loss",
        ),
        ("lr-AdamW train_loss_epoch val_acc epoch", "val_acc train_loss_epoch"),
        ("accuracy loss val_accuracy val_loss", "val_accuracy val_loss accuracy loss"),
        ("train/loss test/loss mystery", "test/loss train/loss mystery"),
        ("best_metric best_global_step total_flos train_samples_per_second f1", "f1"),
        (
            "train_accuracy accuracy[test:fr] accuracy[test]",
            "accuracy[test] train_accuracy accuracy[test:fr]",
        ),
        ("mystery trainLoss validLoss", "validLoss trainLoss mystery"),
        ("latency mystery", "latency mystery"),
        ("epoch step", "epoch step"),
        ("", ""),
    ],
)
def test_what_says_how_good_a_version_is_comes_first(names: str, best: str) -> None:
    assert worth_a_column(dict.fromkeys(names.split(), 3), direction) == best.split()


def test_what_few_versions_have_comes_after_what_most_have() -> None:
    counts = {"val_loss": 1, "accuracy": 10, "mystery": 6, "epoch": 10}
    assert worth_a_column(counts, direction) == ["accuracy", "mystery", "val_loss"]
