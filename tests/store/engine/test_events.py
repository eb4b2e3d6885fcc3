from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mvtui import open_store
from mvtui.store import Store

MakeFile = Callable[..., Path]


def test_what_is_too_long_for_a_line_keeps_its_order(store: Store, make_file: MakeFile) -> None:
    metrics = {f"m{number}": float(number) for number in range(3_000)}
    store.register("m", make_file(), metrics=metrics, params=dict.fromkeys(reversed(metrics), 1))
    with open_store(store.root) as again:
        (event,) = [event for event in again.events() if event.body]
        assert list(event.data["metrics"]) == list(metrics)
        assert list(again.get("m").metrics) == list(metrics)
