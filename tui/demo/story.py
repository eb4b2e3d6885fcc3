"""Three weeks in the life of three models and a prompt: what was trained when, with what, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from . import releasing, train
from .scene import ALICE, BOB, CAROL, DAVE, Scene
from .scene import days as _days
from .train import Trained

Params = dict[str, str | int | float | bool]

AUTHORS = {"sentiment": ALICE, "langid": BOB, "ranker": CAROL, "support-prompt": DAVE}
"""Who makes the versions of a model."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version to be. ``hours`` is how long ago it was made; ``version`` is only given where a person chose it.

    ``parents`` are the references of what it was made from. ``aliases`` point here for good.
    """

    model: str
    hours: float
    make: Callable[[], Trained]
    params: Params
    note: str
    kind: Literal["weights", "prompt"] = "weights"
    version: str | None = None
    bump: Literal["major", "minor", "patch"] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def do(self, scene: Scene) -> str:
        """Train it, register it, and look closer."""
        return releasing.release(scene, self, AUTHORS[self.model])


def history() -> list[Release]:
    """Return every release, oldest first."""
    return sorted([*_sentiment(), *_langid(), *_ranker(), *_prompt()], key=lambda release: -release.hours)


def _sentiment() -> list[Release]:
    first: Params = {"reviews": 300, "epochs": 2, "lr": 0.1, "l2": 0.0, "ngrams": 1, "buckets": 64}
    wide: Params = {**first, "buckets": 1024}
    more: Params = {**wide, "reviews": 1500, "epochs": 4, "lr": 0.05}
    leaky: Params = {**more, "epochs": 6}
    pairs: Params = {**more, "ngrams": 2, "buckets": 0, "lr": 0.1}
    calm: Params = {**pairs, "l2": 0.001}

    def make(params: Params, mislabelled: float = 0.08, *, leak: bool = False) -> Callable[[], Trained]:
        return lambda: train.sentiment(params, mislabelled=mislabelled, leak=leak)

    candidate = cache(make(pairs))
    owner = {"owner": "reviews-team"}
    return [
        Release(
            "sentiment",
            _days(23, 4),
            make(first),
            first,
            "first baseline: hashed words, 64 buckets",
            tags=owner,
        ),
        Release(
            "sentiment",
            _days(21, 2),
            make(wide),
            wide,
            "1,024 buckets: words no longer share one",
            bump="minor",  # its loaders ask the weights how many there are
            tags=owner,
        ),
        Release(
            "sentiment", _days(16, 7), make(more), more, "five times the reviews, slower steps", tags=owner
        ),
        Release(
            "sentiment",
            _days(14, 23.5),
            make(leaky, leak=True),
            leaky,
            "two more epochs. suspiciously good?",
        ),
        Release(
            "sentiment",
            _days(9, 5),
            candidate,
            pairs,
            "knows 'not good' from 'good'; the vocabulary is a file now, so loaders must change",
            version="2.0.0-rc.1",
            tags={**owner, "eval": "pending"},
        ),
        Release(
            "sentiment",
            _days(6, 3),
            lambda: train.sentiment(calm, mislabelled=0.08, start=candidate()),
            calm,
            "release of the pair model: trained on from the candidate, with a little l2",
            version="2.0.0",
            tags={**owner, "eval": "q4-set"},
            parents=("sentiment@2.0.0-rc.1",),
            aliases=("champion",),
        ),
        Release(
            "sentiment",
            2.2,
            make(calm, 0.0),
            calm,
            "same recipe on the relabelled reviews: 8 % of the labels were wrong",
            tags={**owner, "eval": "q4-set"},
            aliases=("challenger",),
        ),
    ]


def _langid() -> list[Release]:
    letters: Params = {
        "languages": "en,de,fr,es",
        "phrases": 600,
        "ngram": 1,
        "buckets": 256,
        "smoothing": 1.0,
    }
    pairs: Params = {**letters, "ngram": 2, "buckets": 1024}
    threes: Params = {**letters, "ngram": 3, "buckets": 4096, "smoothing": 0.2}
    six: Params = {**threes, "languages": "en,de,fr,es,it,nl"}

    def make(params: Params, seed: int = 1) -> Callable[[], Trained]:
        return lambda: train.langid(params, seed=seed)

    return [
        Release("langid", _days(20, 6), make(letters), letters, "single letters: a start"),
        Release(
            "langid",
            _days(18, 2),
            make(pairs),
            pairs,
            "pairs of letters; 'ij', 'ñ' and 'sch' give it away",
            bump="minor",
        ),
        Release(
            "langid", _days(12, 8), make(threes), threes, "three letters and less smoothing", bump="minor"
        ),
        Release(
            "langid",
            _days(8, 3),
            make(six),
            six,
            "adds Italian and Dutch: six outputs instead of four, so callers must know",
            aliases=("champion",),
        ),
        Release("langid", _days(1, 5), make(six, 2), six, "fresh sample of phrases, same recipe"),
    ]


@cache
def best_ranker() -> Trained:
    """Train the ranker that is in production."""
    return train.ranker(_POSITION, week=46)


@cache
def next_ranker() -> Trained:
    """Train on from it, on a week's clicks."""
    return train.ranker(_POSITION, week=47, start=best_ranker())


_POSITION: Params = {"searches": 600, "epochs": 3, "lr": 0.05, "l2": 0.0, "debias": "position"}


def _ranker() -> list[Release]:
    naive: Params = {"searches": 300, "epochs": 3, "lr": 0.05, "l2": 0.0, "debias": "none"}
    double: Params = {**naive, "searches": 600}
    weighed: Params = {**double, "debias": "ipw"}
    position = _POSITION
    slow: Params = {**position, "epochs": 4, "lr": 0.02}

    def make(params: Params, week: int) -> Callable[[], Trained]:
        return lambda: train.ranker(params, week=week)

    team = {"owner": "search", "surface": "web"}
    return [
        Release("ranker", _days(19, 1), make(naive, 44), naive, "clicks as they come", tags=team),
        Release("ranker", _days(14, 6), make(double, 45), double, "twice the searches", tags=team),
        Release(
            "ranker",
            _days(11, 2),
            make(weighed, 45),
            weighed,
            "clicks on rarely seen ranks weigh more",
            tags=team,
        ),
        Release(
            "ranker",
            _days(7, 9),
            best_ranker,
            position,
            "learns the position's share beside the features: best so far",
            bump="minor",
            tags=team,
            aliases=("champion",),
        ),
        Release(
            "ranker",
            _days(3, 4),
            next_ranker,
            position,
            "weekly retraining, on from last week's",
            tags=team,
            parents=("ranker@1.3.0",),
        ),
        Release(
            "ranker",
            9.5,
            lambda: train.ranker(slow, week=47, start=best_ranker()),
            slow,
            "slower, longer; a wash",
            parents=("ranker@1.3.0",),
            tags={**team, "experiment": "slow-steps"},
        ),
    ]


_PROMPT = """\
You read product reviews for a shop's support desk.

Review: {review}
Detected language: {language}

Say in one sentence, in {language}, what the customer is unhappy about. If nothing, answer "nothing".
"""
_GREETING = "Begin with a greeting in {language}.\n"
_NO_PROMISES = "Never promise a refund, a date or a replacement.\n"


def _prompt() -> list[Release]:
    def make(text: str) -> Callable[[], Trained]:
        return lambda: Trained({"prompt.md": text.encode()}, {})

    cool: Params = {"temperature": 0.2, "max_tokens": 80}
    return [
        Release("support-prompt", _days(10, 2), make(_PROMPT), cool, "first wording", kind="prompt"),
        Release(
            "support-prompt",
            _days(4, 7),
            make(_PROMPT + _NO_PROMISES),
            cool,
            "it promised someone a refund",
            kind="prompt",
            parents=("support-prompt@1.0.0",),
            aliases=("live",),
        ),
        Release(
            "support-prompt",
            32.0,
            make(_GREETING + _PROMPT + _NO_PROMISES),
            cool,
            "greets people first",
            kind="prompt",
            parents=("support-prompt@1.1.0",),
        ),
    ]
