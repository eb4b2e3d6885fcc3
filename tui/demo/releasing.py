"""A release of the story: trained here, registered with what it learned from, and looked at more closely later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...store import Series
from .scene import Scene

if TYPE_CHECKING:
    from ...store import Part, Store
    from .data import Corpus
    from .story import Release
    from .train import Trained

_EVALUATED = 0.1
"""How many hours after a model is made an evaluation has looked closer."""

_GATHERED = 0.3
"""How many hours before a model is made the data that it learns from are registered."""

CAPTURED: tuple[Part, ...] = ("python", "system", "gpu")
"""What of this machine is true of the demo's models: the code is mvtui's own, and the command is the demo."""


def release(scene: Scene, made: Release, by: str) -> str:
    """Train a model and register it with its data; return its reference and what it measured."""
    trained, store = made.make(), scene.store
    with scene.playing(by, made.hours + _GATHERED):
        datasets = {role: _dataset(scene, corpus) for role, corpus in trained.data.items()}
    with scene.playing(by, made.hours):
        registered = store.register(
            made.model,
            scene.written(trained.files),
            version=made.version,
            bump=made.bump,
            kind=made.kind,
            metrics=trained.metrics,
            series=_series(trained.curves),
            params=made.params,
            tags=made.tags,
            note=made.note,
            parents=made.parents,
            datasets=datasets,
            capture=CAPTURED,
        )
    ref = registered.version.ref
    with scene.playing(by, made.hours - _EVALUATED):
        for alias in made.aliases:
            store.alias(ref, alias)
        _look_closer(store, ref, trained)
    measured = "  ".join(f"{name} {value}" for name, value in list(trained.metrics.items())[:2])
    return f"{ref:24} {measured}".rstrip()


def _dataset(scene: Scene, corpus: Corpus) -> str:
    """Register a corpus, unless it is there already; return its reference."""
    path = scene.written({corpus.file: corpus.content})
    registered = scene.store.register(corpus.name, path, kind="dataset", note=corpus.note, capture=False)
    return registered.version.ref


def _look_closer(store: Store, ref: str, trained: Trained) -> None:
    """Log what was measured on parts of the held-out data, as an evaluation that came later."""
    held_out = next((edge.to for edge in store.get(ref).edges if edge.role == "test"), "")
    for part, values in trained.slices.items():
        on = store.get(f"id:{held_out}").ref
        store.log_metrics(ref, values, dataset=on, slice=part, evaluation="error-analysis")


def _series(curves: Mapping[str, Sequence[tuple[int, float]]]) -> dict[str, Series]:
    return {
        name: Series(tuple(float(step) for step, _ in points), tuple(value for _, value in points))
        for name, points in curves.items()
    }
