"""Training and measuring, in pure Python: three kinds of model, each small, real and repeatable."""

# Repeatable is what these numbers must be, not secret.
# ruff: noqa: S311

from __future__ import annotations

import json
import math
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from . import corpus, data, safetensors
from .data import Corpus
from .safetensors import Tensor

Params = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model: its files (name → bytes) and what was measured on held-out data.

    ``data`` are the corpora it learned from and was measured on, by role. ``curves`` has, by name, what a metric was
    after so many examples, ``slices`` what was measured on parts of the held-out data. ``state`` is what a later training
    starts from.
    """

    files: Mapping[str, bytes]
    metrics: Mapping[str, float]
    data: Mapping[str, Corpus] = field(default_factory=dict)
    curves: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    slices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    state: Sequence[float] = ()


class _Log:
    """What is written down while training: the loss of the last examples with the learning rate, and at times more."""

    def __init__(self, every: int) -> None:
        self.curves: dict[str, list[tuple[int, float]]] = {}
        self._every, self._seen, self._loss = every, 0, 0.0

    def learned(self, loss: float, lr: float) -> None:
        """Take the loss of an example, before it was learned from."""
        self._seen += 1
        self._loss += loss
        if self._seen % self._every == 0:
            self._write("train/loss", self._loss / self._every)
            self._write("learning_rate", lr)
            self._loss = 0.0

    def measured(self, loss: float) -> None:
        """Take the loss on held-out data after an epoch."""
        self._write("eval/loss", loss)

    def _write(self, name: str, value: float) -> None:
        self.curves.setdefault(name, []).append((self._seen, float(f"{value:.4g}")))


def _sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def _log_loss(chance: float, truth: int) -> float:
    return -math.log(max(chance if truth else 1 - chance, 1e-9))


def _rounded(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in metrics.items()}


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


# -- sentiment: logistic regression on words ------------------------------------------------------

Features = list[int]

_LOGS_AN_EPOCH = 25


def sentiment(
    params: Params, *, mislabelled: float, leak: bool = False, start: Trained | None = None
) -> Trained:
    """Train a review classifier, from nothing or from where another training with the same features ended.

    ``params``: ``reviews``, ``epochs``, ``lr``, ``l2``, ``ngrams`` (1 or 2) and ``buckets`` (features are
    hashed into so many; 0 keeps a vocabulary, in a file of its own). ``leak`` trains on the held-out reviews too.
    """
    train = corpus.reviews(int(params["reviews"]), seed=11, mislabelled=mislabelled)
    held_out = corpus.reviews(500, seed=97)
    if leak:
        train += held_out * 3
    ngrams, buckets = int(params["ngrams"]), int(params["buckets"])
    vocabulary = {} if buckets else _vocabulary((words for words, _ in train), ngrams)
    width = buckets or len(vocabulary)

    def features(words: Sequence[str]) -> Features:
        if buckets:
            return [zlib.crc32(gram.encode()) % buckets for gram in _grams(words, ngrams)]
        return [vocabulary[gram] for gram in _grams(words, ngrams) if gram in vocabulary]

    labels = [label for _, label in held_out]
    note = (
        f"{len(train):,} reviews, {mislabelled * 100:g} % of the labels wrong"
        if mislabelled
        else "relabelled by hand"
    )
    corpora = {
        "train": data.reviews(
            "reviews", train, "with the held-out reviews in it, by mistake" if leak else note
        ),
        "test": data.reviews("reviews-held-out", held_out, "500 reviews nobody trains on"),
    }
    state = list(start.state) if start else [0.0] * (width + 1)
    tested = [(features(words), label) for words, label in held_out]
    log = _fit([(features(words), label) for words, label in train], tested, state, params)
    *weights, bias = state
    chances = _chances(tested, state)
    files = {
        "config.json": _json({"model_type": "bag-of-words", "labels": ["negative", "positive"], **params}),
        "model.safetensors": safetensors.encode(
            {"linear.weight": Tensor((1, width), weights), "linear.bias": Tensor((1,), [bias])},
            {"format": "pt"},
        ),
    }
    if vocabulary:
        files["vocab.txt"] = "".join(f"{gram}\n" for gram in vocabulary).encode()
    negated = ["not" in words for words, _ in held_out]
    slices = {
        name: _binary_metrics(
            [chance for chance, one in zip(chances, negated, strict=True) if one is wanted],
            [label for label, one in zip(labels, negated, strict=True) if one is wanted],
        )
        for name, wanted in (("negated", True), ("plain", False))
    }
    return Trained(files, _binary_metrics(chances, labels), corpora, log.curves, slices, state)


def _grams(words: Sequence[str], ngrams: int) -> list[str]:
    grams = list(words)
    if ngrams > 1:
        # "not very good" is the pair not·good: what stands between them changes little.
        after_not = 0
        for word in words:
            if after_not:
                grams.append(f"not·{word}")
            after_not = 3 if word == "not" else max(after_not - 1, 0)
    return grams


def _vocabulary(texts: Iterable[Sequence[str]], ngrams: int) -> dict[str, int]:
    counts = Counter(gram for words in texts for gram in _grams(words, ngrams))
    return {gram: i for i, gram in enumerate(sorted(gram for gram, n in counts.items() if n > 1))}


def _fit(
    rows: list[tuple[Features, int]],
    tested: Sequence[tuple[Features, int]],
    state: list[float],
    params: Params,
) -> _Log:
    """Move ``state``, the weights and behind them the bias; return what was written down meanwhile."""
    rng = random.Random(5)
    l2 = float(params["l2"])
    log = _Log(max(len(rows) // _LOGS_AN_EPOCH, 1))
    for epoch in range(int(params["epochs"])):
        lr = float(params["lr"]) / (1 + epoch)
        rng.shuffle(rows)
        for found, label in rows:
            chance = _sigmoid(state[-1] + sum(state[i] for i in found))
            log.learned(_log_loss(chance, label), lr)
            step = lr * (label - chance)
            state[-1] += step
            for i in found:
                state[i] += step - lr * l2 * state[i]
        told = zip(_chances(tested, state), tested, strict=True)
        log.measured(sum(_log_loss(chance, label) for chance, (_, label) in told) / len(tested))
    return log


def _chances(rows: Sequence[tuple[Features, int]], state: Sequence[float]) -> list[float]:
    return [_sigmoid(state[-1] + sum(state[i] for i in found)) for found, _ in rows]


def _binary_metrics(chances: Sequence[float], truths: Sequence[int]) -> dict[str, float]:
    pairs = list(zip(chances, truths, strict=True))
    hits = sum((chance > 0.5) == bool(truth) for chance, truth in pairs)
    caught = sum(chance > 0.5 and truth == 1 for chance, truth in pairs)
    called, there = sum(chance > 0.5 for chance in chances), sum(truths)
    return _rounded(
        {
            "accuracy": hits / len(pairs),
            "f1": 2 * caught / max(called + there, 1),
            "loss": sum(_log_loss(chance, truth) for chance, truth in pairs) / len(pairs),
        }
    )


# -- langid: naive Bayes on character n-grams -----------------------------------------------------


def langid(params: Params, *, seed: int) -> Trained:
    """Train a language detector.

    ``params``: ``languages`` (codes joined with commas), ``phrases``, ``ngram``, ``buckets``, ``smoothing``.
    """
    languages = tuple(str(params["languages"]).split(","))
    ngram, buckets, smoothing = int(params["ngram"]), int(params["buckets"]), float(params["smoothing"])
    train = corpus.phrases(languages, int(params["phrases"]), seed, held_out=False)
    held_out = corpus.phrases(languages, 400, 1234, held_out=True)
    counts = {language: [smoothing] * buckets for language in languages}
    for text, language in train:
        for i in _buckets(text, ngram, buckets):
            counts[language][i] += 1
    table = {}
    for language, row in counts.items():
        total = math.log(sum(row))
        table[language] = [math.log(value) - total for value in row]

    def chances(text: str) -> dict[str, float]:
        found = _buckets(text, ngram, buckets)
        scores = {language: sum(row[i] for i in found) for language, row in table.items()}
        top = max(scores.values())
        powers = {language: math.exp(score - top) for language, score in scores.items()}
        return {language: power / sum(powers.values()) for language, power in powers.items()}

    told = [(chances(text), language) for text, language in held_out]
    tensors = {
        "ngram.log_prob": Tensor((len(languages), buckets), [v for row in table.values() for v in row])
    }
    return Trained(
        {
            "langid.safetensors": safetensors.encode(
                tensors, {"format": "pt", "languages": ",".join(languages)}
            )
        },
        _class_metrics(told, languages),
        {
            "train": data.phrases("phrases", train, f"{len(train):,} phrases in {len(languages)} languages"),
            "test": data.phrases(
                "phrases-held-out",
                held_out,
                f"400 phrases in {len(languages)} languages, a quarter of the words new",
            ),
        },
        slices={language: _rounded({"accuracy": _share_right(told, language)}) for language in languages},
    )


def _buckets(text: str, ngram: int, buckets: int) -> Features:
    padded = f" {text} "
    return [
        zlib.crc32(padded[i : i + n].encode()) % buckets
        for n in range(1, ngram + 1)
        for i in range(len(padded) - n + 1)
    ]


def _share_right(told: Sequence[tuple[Mapping[str, float], str]], language: str) -> float:
    of = [max(chances, key=lambda c: chances[c]) == truth for chances, truth in told if truth == language]
    return sum(of) / max(len(of), 1)


def _class_metrics(
    told: Sequence[tuple[Mapping[str, float], str]], classes: Sequence[str]
) -> dict[str, float]:
    calls = [(max(chances, key=lambda c: chances[c]), truth) for chances, truth in told]
    f1 = []
    for one in classes:
        caught = sum(call == truth == one for call, truth in calls)
        f1.append(2 * caught / max(sum(c == one for c, _ in calls) + sum(t == one for _, t in calls), 1))
    return _rounded(
        {
            "accuracy": sum(call == truth for call, truth in calls) / len(calls),
            "f1_macro": sum(f1) / len(f1),
            "loss": sum(-math.log(max(chances[truth], 1e-9)) for chances, truth in told) / len(told),
        }
    )


# -- ranker: what people click, with and without the position's share -------------------------------


def ranker(params: Params, *, week: int, start: Trained | None = None) -> Trained:
    """Train a search ranker on one week's clicks, from nothing or from where another training ended.

    ``params``: ``searches``, ``epochs``, ``lr``, ``l2``, and ``debias``: ``none`` takes a click as a verdict,
    ``position`` learns the rank's share beside the features, ``ipw`` weighs a click by how rarely its rank is seen.
    """
    debias, lr, l2 = str(params["debias"]), float(params["lr"]), float(params["l2"])
    weigh: Callable[[corpus.Result], float] = (
        (lambda result: min(1 / corpus.chance_seen(result.rank), 6.0) if result.clicked else 1.0)
        if debias == "ipw"
        else (lambda _: 1.0)
    )
    width = len(corpus.FEATURES)
    state = list(start.state) if start else [0.0] * (width + 1 + corpus.RANKS)
    weights, bias, by_rank = state[:width], state[width], state[width + 1 :]
    pages = corpus.searches(int(params["searches"]), week)
    rows = [result for page in pages for result in page]
    rng = random.Random(3)
    log = _Log(max(len(rows) // _LOGS_AN_EPOCH, 1))
    for _ in range(int(params["epochs"])):
        rng.shuffle(rows)
        for row in rows:
            shift = by_rank[row.rank] if debias == "position" else 0.0
            chance = _sigmoid(bias + shift + sum(w * x for w, x in zip(weights, row.features, strict=True)))
            log.learned(_log_loss(chance, row.clicked), lr)
            step = lr * weigh(row) * (row.clicked - chance)
            bias += step
            by_rank[row.rank] += step
            weights = [w + step * x - lr * l2 * w for w, x in zip(weights, row.features, strict=True)]
    held_out = corpus.searches(250, seed=777)
    tensors = {"score.weight": Tensor((1, width), weights), "score.bias": Tensor((1,), [bias])}
    if debias == "position":
        tensors["score.rank_bias"] = Tensor((8,), by_rank)
    return Trained(
        {
            "ranker.safetensors": safetensors.encode(
                tensors, {"format": "pt", "features": ",".join(corpus.FEATURES)}
            )
        },
        _ranking_metrics(weights, held_out),
        {
            "train": data.clicks("clicks", pages, f"week {week}: {len(pages):,} searches"),
            "test": data.clicks("clicks-held-out", held_out, "250 searches with true relevance"),
        },
        log.curves,
        state=[*weights, bias, *by_rank],
    )


def _ranking_metrics(weights: Sequence[float], pages: Sequence[Sequence[corpus.Result]]) -> dict[str, float]:
    gains, first, counted = 0.0, 0.0, 0
    for page in pages:
        if not 0 < sum(result.relevance for result in page) < len(page):
            continue
        counted += 1
        ranked = sorted(page, key=lambda r: -sum(w * x for w, x in zip(weights, r.features, strict=True)))
        best = sorted(page, key=lambda r: -r.relevance)
        gains += _dcg(ranked) / _dcg(best)
        first += ranked[0].relevance
    return _rounded({"ndcg": gains / counted, "precision_at_1": first / counted})


def _dcg(page: Sequence[corpus.Result]) -> float:
    return sum(result.relevance / math.log2(rank + 2) for rank, result in enumerate(page))
