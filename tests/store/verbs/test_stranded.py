"""Who moves a version out of Production is told what there stands on it; nothing is in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store


@pytest.fixture
def serving(store: Store, tmp_path: Path, no_sync: None) -> Store:
    """Two bases, an adapter of the first and a bundle of both, in Production but for the second base."""
    path = tmp_path / "model.bin"
    for number in (1, 2):
        path.write_bytes(b"%d" % number)
        store.register("base", path, capture=False)
    store.promote("base@1.0.0", to="production", reason="first")
    path.write_bytes(b"3")
    store.register("tuned", path, kind="adapter", parents=["base@1.0.0"], capture=False)
    store.promote("tuned", to="production", reason="first")
    store.bundle("agent", {"model": "base@1.0.0", "adapter": "tuned@1.0.0"})
    store.promote("agent", to="production", reason="first")
    return store


AGENT = "agent@1.0.0 stays in production, and its model base@1.0.0 does not"
TUNED = "tuned@1.0.0 stays in production, and its base base@1.0.0 does not"


def test_a_newer_base_leaves_its_adapter_alone(serving: Store) -> None:
    foretold = serving.promote("base@1.0.1", to="production", reason="newer", dry_run=True)
    done = serving.promote("base@1.0.1", to="production", reason="newer")
    assert foretold.notices == done.notices == (AGENT, TUNED)
    assert serving.rollback("base", reason="back").notices == ()


@pytest.mark.parametrize(("to", "told"), [("archived", (AGENT, TUNED)), ("none", (TUNED,))])
def test_a_base_that_is_taken_out(to: str, told: tuple[str, ...], serving: Store) -> None:
    assert serving.promote("base@1.0.0", to=to, reason="out").notices == told
    assert serving.undo().notices == ()


def test_a_rollback_and_an_undo_say_so_too(serving: Store) -> None:
    serving.promote("base@1.0.1", to="production", reason="newer")
    serving.rollback("base", reason="back")
    told = serving.undo().notices
    assert told == (AGENT, TUNED)


def test_what_serves_under_another_name_is_there(serving: Store, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"1")
    serving.register("copy", tmp_path / "model.bin", capture=False)
    serving.promote("copy", to="production", reason="the same")
    assert serving.promote("base@1.0.0", to="archived", reason="out").notices == ()


def test_what_leaves_with_it_is_not_told(serving: Store) -> None:
    serving.promote("agent@1.0.0", to="archived", reason="out")
    serving.promote("tuned@1.0.0", to="archived", reason="out")
    assert serving.promote("base@1.0.0", to="archived", reason="out").notices == ()
