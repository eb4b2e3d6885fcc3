"""Stores of any size in seconds: a journal written line by line as the engine would, without objects behind it.

For what scales with the number of versions. Nothing that reads bytes works on such a version.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mvtui.store import init_store
from mvtui.store.engine import actor, events, lines
from mvtui.store.engine.digest import of_bytes
from mvtui.store.engine.layout import Layout
from mvtui.store.engine.repository import Repository
from mvtui.store.nouns.event import EventKind

_MODELS = 12


def build(root: Path, versions: int, *, models: int = _MODELS) -> Path:
    """Make a store of so many versions at ``root``, index.json included; return its path."""
    with init_store(root) as store:
        store.events()
    layout = Layout(str(root))
    with open(layout.events, "rb") as file:
        first = lines.parse(file.read(), 0, 0)
    assert first is not None
    head, seq = first.hash, first.seq
    chance = random.Random(7)
    made = datetime(2026, 1, 1, tzinfo=UTC)
    counts = [0] * models
    with open(layout.events, "ab") as file:
        for n in range(versions):
            model = chance.randrange(models)
            counts[model] += 1
            seq += 1
            at = made + timedelta(minutes=n)
            data = _data(chance, f"model-{model:02}", counts[model], n)
            body = events.body(EventKind.REGISTER, data, "", actor.current(), at)
            line = lines.seal(head, seq, body)
            file.write(line)
            head = line[20:84].decode()
    repository = Repository.open(root)
    repository.save_snapshot()
    repository.close()
    return root


def _data(chance: random.Random, model: str, count: int, n: int) -> dict[str, object]:
    return {
        "model": model,
        "version": f"1.{count}.0",
        "id": of_bytes(f"{model} {n}".encode()),
        "kind": "weights",
        "size": chance.randrange(10**6, 10**9),
        "files": 3,
        "metrics": {"accuracy": round(chance.random(), 4), "loss": round(chance.random(), 4)},
        "params": {"lr": chance.choice((1e-3, 3e-4, 1e-4)), "epochs": chance.randrange(1, 20)},
        "note": f"run {n}: {chance.choice(('longer', 'relabelled', 'more data', 'baseline'))}",
    }
