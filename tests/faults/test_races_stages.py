"""Two people in two processes at the same moment: what comes of it is what one after the other would have made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import EventKind, Store
from mvtui.store.engine import actor

from tests.faults.power import served
from tests.store.machine.acting import Answer, There, become

MakeFile = Callable[..., Path]
ROUNDS = 12
Order = tuple[Any, ...]


@pytest.fixture
def two(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Order, Order], list[Answer]]]:
    """Let two processes do something at the same time; an order is a person, a verb and its words."""
    monkeypatch.setattr(actor, "current", actor.current)
    processes = [There(store.root, hasty=False), There(store.root, hasty=False)]
    with ThreadPoolExecutor(2) as pool:

        def together(one: Order, other: Order) -> list[Answer]:
            return list(
                pool.map(lambda both: both[0].do(*both[1]), zip(processes, (one, other), strict=True))
            )

        yield together
    for process in processes:
        process.close()


def rounds(store: Store, make_file: MakeFile, held: int) -> Iterator[str]:
    """Yield models of carol's, one after the other, with three versions, the first few of which held Production."""
    for number in range(ROUNDS):
        become("carol")
        model = f"m{number}"
        for at in range(3):
            store.register(model, make_file(b"%d of %d" % (at, number)))
            if at < held:
                store.promote(f"{model}@1.0.{at}", "production", reason="so")
        yield model
        check(store, model)


def check(store: Store, model: str) -> None:
    """Each change goes on from what the one before left, production is one, and served."""
    now = None
    for transition in reversed(store.transitions(model)):
        if transition.target == "production" and now != transition.version:
            assert transition.displaced == now
        now = transition.production
    (row,) = [row for row in store.models() if row.name == model]
    assert row.production == now
    assert store.stages(model)["production"] == ((now,) if now else ())
    assert served(store, model) == now


def test_two_promote_different_versions(
    store: Store, make_file: MakeFile, two: Callable[[Order, Order], list[Answer]]
) -> None:
    orders = set()
    for model in rounds(store, make_file, 1):
        answers = two(
            ("ann", "promote", f"{model}@1.0.1", "production", False),
            ("bob", "promote", f"{model}@1.0.2", "production", False),
        )
        assert [error for error, _ in answers] == [None, None]
        last, first = store.transitions(model, limit=2)
        assert {first.seq, last.seq} == {seq for _, seq in answers}
        assert {first.actor.user, last.actor.user} == {"ann", "bob"}
        assert (first.displaced, last.displaced) == ("1.0.0", first.version)
        assert store.get(f"{model}@production").version == last.version
        orders.add(last.version)
    assert store.verify().ok


def test_two_promote_the_same_version_one_step(
    store: Store, make_file: MakeFile, two: Callable[[Order, Order], list[Answer]]
) -> None:
    """One of them does; the other is told. Together they never go two steps."""
    for model in rounds(store, make_file, 0):
        answers = two(
            ("ann", "promote", f"{model}@1.0.0", None, False),
            ("bob", "promote", f"{model}@1.0.0", None, False),
        )
        stage = store.get(f"{model}@1.0.0").stage
        done = [error for error, _ in answers].count(None)
        if done == 2:  # the second began when the first was done
            assert stage == "validation"
            first, last = reversed(store.transitions(model))
            assert (first.target, last.source) == ("staging", "staging")
        else:
            assert sorted(str(error) for error, _ in answers) == ["ConflictError", "None"]
            assert stage == "staging"


def test_two_roll_back_at_once(
    store: Store, make_file: MakeFile, two: Callable[[Order, Order], list[Answer]]
) -> None:
    for model in rounds(store, make_file, 3):
        answers = two(("ann", "rollback", model, None, False), ("bob", "rollback", model, None, False))
        done = [error for error, _ in answers].count(None)
        assert done in (1, 2)
        assert [error for error, _ in answers if error] == ["ConflictError"] * (2 - done)
        assert store.get(f"{model}@production").version == f"1.0.{2 - done}"


def test_one_promotes_while_another_rolls_back(
    store: Store, make_file: MakeFile, two: Callable[[Order, Order], list[Answer]]
) -> None:
    for model in rounds(store, make_file, 2):
        promoted, rolled = two(
            ("ann", "promote", f"{model}@1.0.2", "production", False),
            ("bob", "rollback", model, None, False),
        )
        assert promoted[0] is None
        changes = [(t.how, t.version, t.displaced) for t in reversed(store.transitions(model))][2:]
        if rolled[0] is not None:
            assert rolled[0] == "ConflictError"
            assert changes == [("promote", "1.0.2", "1.0.1")]
        else:
            assert changes in (
                [("promote", "1.0.2", "1.0.1"), ("rollback", "1.0.1", "1.0.2")],
                [("rollback", "1.0.0", "1.0.1"), ("promote", "1.0.2", "1.0.0")],
            )


def test_one_deletes_what_another_promotes(
    store: Store, make_file: MakeFile, two: Callable[[Order, Order], list[Answer]]
) -> None:
    for model in rounds(store, make_file, 1):
        (promoted, _), (deleted, _) = two(
            ("ann", "promote", f"{model}@1.0.2", "production", False),
            ("bob", "delete", f"{model}@1.0.2"),
        )
        assert (promoted, deleted) in ((None, "ConflictError"), ("NotFoundError", None))
        assert (store.get(f"{model}@production").version == "1.0.2") == (promoted is None)


def test_one_takes_back_what_another_goes_on_from(
    store: Store, make_file: MakeFile, two: Callable[[Order, Order], list[Answer]]
) -> None:
    for model in rounds(store, make_file, 2):
        (undone, _), (promoted, _) = two(
            ("carol", "undo"),
            ("bob", "promote", f"{model}@1.0.2", "production", False),
        )
        assert promoted is None
        assert undone in (None, "ConflictError")
        changes = [(t.how, t.production) for t in reversed(store.transitions(model))][2:]
        assert changes == ([("undo", "1.0.0")] if undone is None else []) + [("promote", "1.0.2")]


APPROVED = '[[gate]]\nstage = "staging"\napprovals = 1\n'


def test_one_approves_while_another_changes_the_gates(
    store: Store, make_file: MakeFile, two: Callable[[Order, Order], list[Answer]]
) -> None:
    """An approval is bound to the gates that were in force when it was written, whichever that were."""
    config = store.root / "config.toml"
    for number, model in enumerate(rounds(store, make_file, 0)):
        config.write_text(APPROVED)
        stricter = f'{APPROVED}[[gate]]\nstage = "staging"\nparams = ["p{number}"]\n'
        with ThreadPoolExecutor(1) as pool:
            edited = pool.submit(config.write_text, stricter)
            (approved, _), (promoted, _) = two(
                ("ann", "verdict", f"{model}@1.0.0", "approve", "staging"),
                ("bob", "promote", f"{model}@1.0.0", "staging", False),
            )
            edited.result()
        assert approved is None
        assert promoted in (None, "GateError")
        (approval,) = store.approvals(f"{model}@1.0.0")
        policies = {e.seq: e.data["new"] for e in store.events() if e.kind is EventKind.POLICY}
        assert [seq for seq in policies if seq < approval.seq], "it was journaled what governs before"
        report = store.gates(f"{model}@1.0.0", "staging") if promoted else None
        if report is not None:
            (standing,) = report.approvals
            assert standing.counts == (approval.gates == report.rules)
            assert "the gates have changed since" in standing.why or standing.counts
        if promoted is None:
            (moved,) = store.transitions(model)
            assert [gate.outcome for gate in moved.gates] == ["pass"]
            assert moved.seq > approval.seq
