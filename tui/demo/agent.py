"""The agent of the support desk: a hosted model, a prompt, an adapter and articles, released as one.

Its model was upgraded, its prompt was fixed, and its adapter was rolled back after an A/B test. The adapter is made of
trained weights; what only people who ask for help could measure is made up, like the people: nothing is called.
"""

# ruff: noqa: S311 - chance here makes up people, not secrets

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from ...store import Hosted
from . import safetensors
from .releasing import CAPTURED
from .scene import ALICE, BOB, CAROL, DAVE, Scene
from .scene import days as _days

if TYPE_CHECKING:
    from .train import Trained

_ARTICLES = (
    ("returns", "How to send something back, and when the money comes"),
    ("sizes", "Which size fits, by height and shoe"),
    ("late", "What to do when a parcel is late"),
    ("warranty", "What the warranty covers, and for how long"),
    ("account", "How to change the address or close the account"),
)
_TICKETS = 200


@dataclass(frozen=True, slots=True)
class Scripted:
    """A step of the story: who does it, so many hours before its end; what is done returns what to tell of it."""

    hours: float
    by: str
    done: Callable[[Scene], str | None]

    def do(self, scene: Scene) -> str:
        """Do it."""
        with scene.playing(self.by, self.hours):
            return self.done(scene) or ""


def steps(base: Callable[[], Trained], onward: Callable[[], Trained]) -> list[Scripted]:
    """Return what happened to the agent; ``base`` is the ranker that its adapter is for, ``onward`` that trained on."""
    return [*_corpora(), *_models(), *_adapters(base, onward), *_releases(), *_help_order(), *_greeting()]


def _promote(hours: float, by: str, ref: str, stage: str, reason: str) -> Scripted:
    return Scripted(hours, by, lambda scene: _nothing(scene.store.promote(ref, stage, reason=reason)))


def _nothing(_done: object) -> None:
    """Tell nothing of it."""


# -- what it answers from, and what it is measured on --------------------------------------------


def _corpora() -> list[Scripted]:
    def register(scene: Scene, name: str, file: str, rows: list[Mapping[str, str]], note: str) -> None:
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        path = scene.written({file: content})
        scene.store.register(name, path, kind="dataset", note=note, store_data=True, capture=False)

    articles: list[Mapping[str, str]] = [{"id": key, "title": title} for key, title in _ARTICLES]
    chance = random.Random(11)
    tickets: list[Mapping[str, str]] = [
        {"ticket": f"T{n:04}", "about": chance.choice(_ARTICLES)[0]} for n in range(_TICKETS)
    ]
    return [
        Scripted(
            _days(20, 9),
            DAVE,
            lambda scene: register(
                scene, "help-articles", "articles.jsonl", articles, "what the agent may quote"
            ),
        ),
        Scripted(
            _days(20, 8.5),
            DAVE,
            lambda scene: register(
                scene, "support-tickets", "tickets.jsonl", tickets, f"{_TICKETS} tickets, answered by people"
            ),
        ),
    ]


# -- the model that it calls ---------------------------------------------------------------------


def _models() -> list[Scripted]:
    small = Hosted("openai", "gpt-4o-mini-2024-07-18", {"temperature": 0.2, "max_tokens": 400})
    large = Hosted("openai", "gpt-4o-2024-08-06", {"temperature": 0.2, "max_tokens": 400})
    found = {"resolved": 0.685, "latency_ms": 690.0, "usd_per_1k": 0.34}
    better = {"resolved": 0.77, "latency_ms": 1040.0, "usd_per_1k": 5.1}
    why = "it gave up on one ticket in three"

    def register(
        scene: Scene,
        model: Hosted,
        metrics: Mapping[str, float],
        note: str,
        replaces: str | None,
        reason: str,
    ) -> str:
        done = scene.store.register(
            "chat",
            hosted=model,
            metrics=metrics,
            datasets={"test": "support-tickets@1.0.0"},
            note=note,
            replaces=replaces,
            reason=reason,
            capture=False,
            force=True,  # the demo can be built when the provider has retired them, too
        )
        return f"{done.version.ref:24} {model.model}"

    return [
        Scripted(
            _days(20),
            DAVE,
            lambda s: register(s, small, found, "small, quick, and cheap to be wrong", None, ""),
        ),
        _promote(_days(19, 18), ALICE, "chat@1.0.0", "production", "a start; people read along"),
        Scripted(
            _days(2, 10),
            DAVE,
            lambda s: register(s, large, better, "the larger one", "chat@production", why),
        ),
        _promote(
            _days(2, 7), DAVE, "chat@latest", "staging", "17 of 200 tickets more, for 15 times the price"
        ),
        _promote(
            _days(2, 2), ALICE, "chat@latest", "production", f"{why}; the price is that of a minute's work"
        ),
    ]


# -- the adapter that orders articles ------------------------------------------------------------


def _adapters(base: Callable[[], Trained], onward: Callable[[], Trained]) -> list[Scripted]:
    def register(scene: Scene, scale: float, note: str) -> str:
        files = _lora(base(), onward(), scale)
        metrics = {"ndcg": round(onward().metrics["ndcg"] + 0.004 * scale, 4)}
        done = scene.store.register(
            "help-ranker",
            scene.written(files),
            kind="adapter",
            metrics=metrics,
            params={"r": 1, "lora_alpha": scale},
            note=note,
            parents=["ranker@1.3.0"],
            capture=CAPTURED,
        )
        return f"{done.version.ref:24} ndcg {metrics['ndcg']}"

    return [
        Scripted(
            _days(5, 12),
            CAROL,
            lambda s: register(s, 1.0, "the web's ranker, a little nearer to help articles"),
        ),
        _promote(_days(5, 8), CAROL, "help-ranker@1.0.0", "production", "its base is in production, too"),
        Scripted(
            _days(3, 12), CAROL, lambda s: register(s, 4.0, "four times as far: best ndcg on old clicks")
        ),
        _promote(_days(3, 10), CAROL, "help-ranker@1.1.0", "production", "best ndcg so far"),
    ]


def _lora(base: Trained, onward: Trained, scale: float) -> dict[str, bytes]:
    """Return an adapter of rank 1 that leads from one ranker to another: its only layer has one row, so that is exact."""
    width = len(base.state) - 9  # weights, a bias, and eight ranks
    step = [after - before for before, after in zip(base.state[:width], onward.state[:width], strict=True)]
    config = {
        "peft_type": "LORA",
        "base_model_name_or_path": "ranker",
        "r": 1,
        "lora_alpha": scale,
        "target_modules": ["score"],
    }
    tensors = {
        "base_model.model.score.lora_A.weight": safetensors.Tensor((1, width), step),
        "base_model.model.score.lora_B.weight": safetensors.Tensor((1, 1), [1.0]),
    }
    return {
        "adapter_config.json": json.dumps(config, indent=2).encode() + b"\n",
        "adapter_model.safetensors": safetensors.encode(tensors, {"format": "pt"}),
    }


# -- what is released ----------------------------------------------------------------------------

_SETTINGS = b"articles: 3\ntimeout_s: 20\nhand_over_to: support@shop.example\n"


def _releases() -> list[Scripted]:
    name = "support-agent"

    def first(scene: Scene) -> str:
        members: dict[str, str | Path] = {
            "model": "chat@1.0.0",
            "prompt": "support-prompt@1.0.0",
            "index": "help-articles@1.0.0",
            "config": scene.written({"agent.yaml": _SETTINGS}),
        }
        done = scene.store.bundle(name, members, note="the first to talk to people", capture=False)
        return done.version.ref

    def following(scene: Scene, role: str, ref: str, note: str) -> str:
        done = scene.store.bundle(name, {role: ref}, base=f"{name}@latest", note=note, capture=False)
        return f"{done.version.ref:24} {role} {ref}"

    return [
        Scripted(_days(8, 20), DAVE, first),
        _promote(_days(8, 12), ALICE, f"{name}@latest", "production", "one evening of trying to break it"),
        Scripted(
            _days(3, 22),
            DAVE,
            lambda s: following(s, "prompt", "support-prompt@1.1.0", "no more promises"),
        ),
        _promote(_days(3, 21), ALICE, f"{name}@latest", "production", "it promised someone a refund"),
        Scripted(
            _days(1, 20), DAVE, lambda s: following(s, "model", "chat@production", "with the larger model")
        ),
        _promote(_days(1, 18), ALICE, f"{name}@latest", "production", "17 of 200 tickets more"),
        Scripted(
            14.0,
            CAROL,
            lambda s: following(
                s, "adapter", "help-ranker@production", "orders articles before it quotes them"
            ),
        ),
        _promote(13.0, CAROL, f"{name}@latest", "staging", "with the adapter that won"),
    ]


# -- A/B tests -----------------------------------------------------------------------------------


def _outcomes(
    scene: Scene,
    test: str,
    served: Mapping[str, int],
    since: float,
    until: float,
    resolved: Mapping[str, float],
    slow: float,
) -> None:
    """Take what came of serving so many keys an arm, between two times, with a chance for each arm to resolve a ticket.

    Which keys an arm gets is another in each store; how many, and what comes of them, is not.
    """
    running = scene.store.ab_test(test)
    chances = {arm: random.Random(f"{test} {arm}") for arm in served}
    left = dict(served)
    total = sum(served.values())
    rows: list[dict[str, object]] = []
    for n in count():
        if len(rows) == total:
            break
        key = f"ticket-{n:05}"
        arm = running.assign(key)
        if not left[arm]:
            continue
        left[arm] -= 1
        at = scene.at(since + (until - since) * (len(rows) + 1) / (total + 1))
        rows.append(
            {
                "key": key,
                "arm": arm,
                "time": at.isoformat(),
                "resolved": int(chances[arm].random() < resolved[arm]),
                "latency_ms": round(chances[arm].lognormvariate(0, 0.25) * slow, 1),
            }
        )
    path = scene.written({"outcomes.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode()})
    scene.store.ab_import(test, path)


def _help_order() -> list[Scripted]:
    test, model = "help-order", "help-ranker"

    def start(scene: Scene) -> None:
        scene.store.ab_start(
            test,
            {"near": (f"{model}@1.0.0", 50), "far": (f"{model}@1.1.0", 50)},
            metrics=["resolved:max", "latency_ms:min"],
            reason="ndcg is of old clicks: does it help people who ask?",
        )

    rates = {"near": 0.77, "far": 0.66}
    why = "in the A/B test help-order fewer tickets were resolved with it than with 1.0.0"
    return [
        _promote(_days(3, 6), CAROL, f"{model}@1.0.0", "validation", "to be compared with 1.1.0 on people"),
        Scripted(_days(3, 5), CAROL, start),
        Scripted(
            _days(1, 3),
            CAROL,
            lambda s: _outcomes(s, test, {"near": 1611, "far": 1589}, _days(3, 4), _days(1, 4), rates, 41.0),
        ),
        Scripted(_days(1), BOB, lambda s: _nothing(s.store.rollback(model, reason=why))),
    ]


def _greeting() -> list[Scripted]:
    test, model = "greeting", "support-prompt"

    def start(scene: Scene) -> None:
        scene.store.ab_start(
            test,
            {"plain": (f"{model}@1.1.0", 80), "greets": (f"{model}@1.2.0", 20)},
            metrics=["resolved:max", "latency_ms:min"],
            reason="does a greeting help?",
        )

    rates = {"plain": 0.7, "greets": 0.78}
    return [
        Scripted(30.0, DAVE, start),
        Scripted(
            0.5, DAVE, lambda s: _outcomes(s, test, {"plain": 338, "greets": 82}, 29.5, 0.6, rates, 900.0)
        ),
    ]
