"""Which way a metric is better, known from its name; and whether one value is better than another.

A name is cut into words (at ``/``, ``_``, ``-``, ``.``, blanks, and where small letters turn into capitals), and
whole words decide: ``train_loss_epoch`` has ``loss`` in it, ``lossless`` has not. Where two words disagree the
rules below say which wins; names that no rule knows have no direction, which is better than a wrong one. The
words are those of the Hugging Face Trainer and TRL, Lightning, Keras, scikit-learn, XGBoost, LightGBM, Ultralytics
and lm-evaluation-harness. ``config.toml`` has the last word: ``[metrics] higher`` and ``lower``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from ..nouns.measured import Improvement
from ..nouns.metric import Direction, base_name

_LOSS = frozenset({"loss", "losses", "logloss", "mlogloss"})
_LOWER = _LOSS | frozenset(
    # errors and divergences
    """error errors err merror mse rmse mae mape smape wape mase msle rmsle rae rse huber hinge crossentropy xent
    bce ce nll nloglik perplexity ppl bpc bpb bits deviance aic bic brier ece mce kl kld divergence jsd wasserstein
    emd mmd chamfer hausdorff hd95 distance levenshtein regret inertia bouldin fid kid fvd fad lpips
    wer cer ter mer wil der eer jer mcd fpr fnr
    """.split()  # of speech and detection
    # what it costs
    + """latency time runtime walltime duration elapsed delay lag overhead ttft tpot itl rtf seconds secs ms
    memory mem vram rss cost costs price energy carbon co2 emissions
    """.split()
    # what should not happen
    + """hallucination hallucinations toxicity harmfulness drift violation violations failure failures
    failed drop degradation gap
    """.split()
)
_HIGHER = frozenset(
    """accuracy accuracies acc f1 f1score fbeta f2 precision recall auc auroc auprc aucpr prauc roc ap map mar
    mrr ndcg dcg hit hits iou miou meaniou giou dice jaccard kappa mcc matthews corrcoef correlation corr
    pearson pearsonr spearman spearmanr kendall kendalltau r2 rsquared ccc sensitivity specificity tpr tnr ppv
    npv coverage likelihood loglikelihood elbo em exact top1 top5 top10 pass lift
    """.split()
    + """bleu sacrebleu gleu rouge rougel rougelsum meteor bertscore bleurt chrf comet cider spice sari
    psnr ssim snr sdr sisdr stoi pesq mos vmaf similarity agreement consistency faithfulness groundedness
    relevance relevancy correctness helpfulness harmlessness coherence fluency quality
    """.split()  # of text, pictures and sound
    + """reward rewards rew return returns win wins winrate success elo margin margins
    nmi ari ami silhouette homogeneity completeness harabasz
    throughput fps qps rps tps rtfx bandwidth speed speedup mfu reduction improvement gain
    """.split()
)
_WEAK = frozenset({"score", "scores"})  # higher, unless another word knows better: brier_score, fid_score

_PHRASES: dict[str, Direction] = {
    "false positive": "lower",
    "false positives": "lower",
    "false negative": "lower",
    "false negatives": "lower",
    "false discovery": "lower",
    "false alarm": "lower",
    "true positive": "higher",
    "true positives": "higher",
    "true negative": "higher",
    "true negatives": "higher",
    "cross entropy": "lower",
    "kullback leibler": "lower",
    "reciprocal rank": "higher",
    "io u": "higher",
    "explained variance": "higher",
    "r squared": "higher",
    "v measure": "higher",
    "predictive value": "higher",
}
_SPREAD = frozenset({"std", "stddev", "stdev", "stderr", "sem"})  # how much it varies, not how good it is
_UNCLEAR = frozenset({"attack", "jailbreak", "bias", "anomaly", "risk"})  # whose success, and whose score?
_SETTINGS = frozenset({"scale", "weight", "threshold", "rejected", "target"})  # as the last word: loss_scale
_TIMES = frozenset("s sec secs second seconds minute min hour h".split())
_NEGATED = frozenset({"neg", "negative"})
_TURNED = frozenset({"inverse", "inv", "reciprocal"})
_OTHER: dict[Direction, Direction] = {"higher": "lower", "lower": "higher"}

_CHUNK = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")


def direction(name: str, higher: Iterable[str] = (), lower: Iterable[str] = ()) -> Direction | None:
    """Return which way a metric is better, or None when that isn't known.

    ``higher`` and ``lower`` are what the store's config says: names, or patterns with ``*`` and ``?``. They win
    over what is known; an exact name wins over a pattern, a longer pattern over a shorter one. A name stands
    for the metric on all datasets and slices (``accuracy`` for ``accuracy[test:fr]``).
    """
    stated = [(pattern, "higher") for pattern in higher] + [(pattern, "lower") for pattern in lower]
    return (_stated(name, stated) if stated else None) or _known(base_name(name))


def improved(way: Direction | None, before: float, after: float) -> Improvement | None:
    """Say how a value compares with the one before it; None when that can't be said.

    What is not finite is never better: from a number to NaN is worse whatever the direction, from NaN to
    anything else can't be compared, and an infinity on the good side of the scale is no achievement and no
    yardstick. Coming back from one on the bad side is better.
    """
    if before == after or (math.isnan(before) and math.isnan(after)):
        return "same"
    if math.isnan(after):
        return "worse"
    if math.isnan(before) or way is None:
        return None
    best = math.inf if way == "higher" else -math.inf
    if best in (before, after):
        return None
    return "better" if (after > before) == (way == "higher") else "worse"


def _stated(name: str, stated: Sequence[tuple[str, str]]) -> Direction | None:
    names = {name, base_name(name)}
    fits = [
        (pattern in names, len(pattern), way)
        for pattern, way in stated
        if pattern in names or any(fnmatchcase(one, pattern) for one in names)
    ]
    if not fits:
        return None
    return "higher" if max(fits, key=lambda fit: fit[:2])[2] == "higher" else "lower"


@lru_cache(maxsize=4096)
def _known(name: str) -> Direction | None:
    words = _words(name)
    if not words or (_SPREAD | _UNCLEAR) & set(words) or words[-1] in _SETTINGS:
        return None
    if re.search(r"\S/(?:s|sec|second)$", name, re.ASCII | re.IGNORECASE):  # tokens/s
        return "higher"
    if "per" in words[1:-1]:
        return _per(words)
    way = _by_words(words)
    if way == "lower" and words[-1] in {"coef", "coefficient"}:
        return None  # kl_coef is a setting, dice_coef is a result
    return way


def _per(words: list[str]) -> Direction | None:
    """``samples_per_second`` is a speed; ``loss_per_token`` and ``seconds_per_step`` are what was divided."""
    at = words.index("per", 1)
    return _by_words(words[:at]) or ("higher" if words[at + 1] in _TIMES else None)


def _by_words(words: list[str]) -> Direction | None:
    """The last word that is known decides, but a loss is a loss wherever the word stands (``loss_giou``)."""
    if len(words) > 1 and words[-1] in {"reduction", "improvement", "drop", "degradation", "gap"}:
        return _word(words[-1])
    text = f" {' '.join(words)} "
    if phrase := next((way for phrase, way in _PHRASES.items() if f" {phrase} " in text), None):
        return phrase
    if _LOSS & set(words):
        way: Direction | None = None if {"win", "wins"} & set(words) else "lower"
    else:
        way = next((found for word in reversed(words) if (found := _word(word))), None)
    if way is None:
        return "higher" if _WEAK & set(words) else None
    turned = bool(_TURNED & set(words))
    if _NEGATED & set(words) and (way == "lower" or "likelihood" in words):
        turned = not turned  # scikit-learn's neg_mean_squared_error; but negative_recall is a class's recall
    return _OTHER[way] if turned else way


def _word(word: str) -> Direction | None:
    for form in (word, word.rstrip("0123456789")):  # rouge1, map50, hits10, fpr95
        if form in _LOWER:
            return "lower"
        if form in _HIGHER:
            return "higher"
    return None


def _words(name: str) -> list[str]:
    """Cut a name into words in lower case; what comes after ``@`` or ``at`` is a condition and left out."""
    words: list[str] = []
    for chunk in _CHUNK.findall(re.split(r"(?<=\w)@", name, maxsplit=1)[0]):
        whole = chunk.lower()
        mixed = not (chunk.islower() or chunk.isupper())
        known = _word(whole) is not None
        words += [whole] if known or not mixed else [part.lower() for part in _CAMEL.findall(chunk)]
    return words[: words.index("at", 1)] if "at" in words[1:] else words
