"""Which way a metric is better, and what counts as better."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge.directions import direction, improved

LOWER = """
    loss train_loss eval_loss val/loss loss/train train_loss_epoch train_loss_step valLoss val/box_loss loss_giou
    dice_loss accuracy_loss Logloss multi_logloss validation_0-logloss error error_rate word_error_rate class_error
    top5_error calibration_error mse RMSE validation_0-rmse test_mae mean_absolute_percentage_error wer cer ter der
    eer fpr95 fpr@95tpr fpr_at_tpr95 false_positive_rate nll neg_log_likelihood negative_log_likelihood cross_entropy
    CrossEntropy val_categorical_crossentropy perplexity word_perplexity,none bits_per_byte,none brier_score ECE
    kl_divergence FID fid_score lpips regret hallucination_rate toxicity_score latency_p99_ms eval_runtime train_runtime
    epoch_time seconds_per_step time_per_token loss_per_token gpu_memory_mb peak_mem cost_usd accuracy_drop
    generalization_gap mean_error_squared false_discovery_rate drift_score inverse_accuracy loss_reduction_loss
""".split()
HIGHER = """
    accuracy eval_accuracy val_acc acc,none acc_norm,none val_top5 f1 f1-score macro_f1 eval/f1 F1Score TotalF1
    precision recall recall@5 roc_auc average_precision mean_average_precision mAP mAP50 metrics/mAP50-95(B) map_50
    ndcg@10 ndcg_at_10 hits@10 mrr tpr_at_fpr_0.01 true_positive_rate iou mIoU MeanIoU dice_coef bleu SacreBLEU rouge1
    rougeL rougeLsum rouge/rouge2 bertscore_f1 chrF exact_match,strict-match em pass@1 pass_rate win_rate success_rate
    psnr ms_ssim r2 R2_score explained_variance pearsonr spearmanr matthews_correlation cohen_kappa specificity coverage
    log_likelihood elbo neg_mean_squared_error test_neg_log_loss neg_brier_score inverse_perplexity negative_recall
    train_samples_per_second samples_per_second_per_gpu eval_steps_per_second tokens/s it/s throughput fps reward
    ep_rew_mean episode_return rewards/margins rewards/accuracies error_reduction latency_reduction speedup score
    mt_bench_score cosine_similarity mean_reciprocal_rank mean_io_u
""".split()
UNKNOWN = """
    epoch step global_step best_metric total_flos train_samples learning_rate grad_norm lr/pg0 loss_scale kl_coef
    f1_threshold reward_std acc_stderr,none rewards/rejected win_loss_ratio attack_success_rate bias_score entropy num_tokens batch_size support
    lossless errorless terminal bounce timestamp uptime precisely x τ 精度 @ / _ per at [test]
""".split()


@pytest.mark.parametrize(
    ("way", "name"),
    [("lower", n) for n in LOWER] + [("higher", n) for n in HIGHER] + [(None, n) for n in UNKNOWN],
)
def test_the_usual_names_have_their_direction(way: str | None, name: str) -> None:
    assert direction(name) == way
    assert direction(f"{name}[test:fr]") == way, "a dataset and a slice change nothing"


def test_what_the_config_says_wins_and_the_closer_word_wins_in_it() -> None:
    assert direction("loss", higher=["loss"]) == "higher"
    assert direction("my_index", lower=["my_*"]) == "lower"
    assert direction("my_index", lower=["my_*"], higher=["my_index"]) == "higher"
    assert direction("my_index_b", lower=["my_*"], higher=["my_index*"]) == "higher"
    assert direction("my", lower=["my"], higher=["my***"]) == "lower", "an exact name over any pattern"
    assert direction("accuracy", lower=["other"]) == "higher"
    assert direction("Loss", higher=["loss"]) == "lower", "capitals count"


def test_the_config_names_a_metric_on_every_dataset_or_on_one() -> None:
    assert direction("drift[test:fr]", lower=["drift"]) == "lower"
    assert direction("drift[test]", higher=["drift[test]"], lower=["drift"]) == "higher"
    assert direction("drift[prod]", higher=["drift[test]"], lower=["drift"]) == "lower"


@given(st.text(max_size=80))
def test_any_name_has_a_direction_or_none(name: str) -> None:
    assert direction(name) in ("higher", "lower", None)
    assert direction(name, higher=[name]) == "higher"


@pytest.mark.parametrize(
    ("way", "before", "after", "change"),
    [
        ("higher", 0.5, 0.6, "better"),
        ("higher", 0.6, 0.5, "worse"),
        ("lower", 0.5, 0.6, "worse"),
        ("lower", 0.6, 0.5, "better"),
        (None, 0.5, 0.6, None),
        (None, 0.5, 0.5, "same"),
        ("lower", 0.0, -0.0, "same"),
        ("lower", math.nan, math.nan, "same"),
        ("higher", math.inf, math.inf, "same"),
        ("higher", math.nan, 0.9, None),
        ("lower", 0.5, math.nan, "worse"),
        (None, 0.5, math.nan, "worse"),
        ("lower", math.inf, 0.5, "better"),
        ("lower", 0.5, math.inf, "worse"),
        ("lower", 0.5, -math.inf, None),
        ("higher", math.inf, 0.5, None),
        ("higher", -math.inf, math.inf, None),
        ("lower", math.nan, -math.inf, None),
    ],
)
def test_what_is_better(way: object, before: float, after: float, change: str | None) -> None:
    assert improved(way, before, after) == change  # type: ignore[arg-type]


@given(st.sampled_from(["higher", "lower", None]), st.floats(), st.floats())
def test_what_is_not_finite_is_never_better(way: object, before: float, after: float) -> None:
    change = improved(way, before, after)  # type: ignore[arg-type]
    if not math.isfinite(after):
        assert change != "better"
    back = improved(way, after, before)  # type: ignore[arg-type]
    assert (change, back) not in {("better", "better"), ("worse", "worse")} or math.isnan(before + after)
