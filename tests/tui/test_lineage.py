"""The words of a lineage, whichever face says them."""

from __future__ import annotations

import pytest
from mvtui.store import Link, Node
from mvtui.tui import lineage

TRAINED = Link("trained-on", "a", role="train")
TESTED = Link("evaluated-on", "a", role="test")


@pytest.mark.parametrize(
    ("links", "whom", "told"),
    [
        ([TRAINED], "", "trained-on"),
        ([TESTED], "it", "evaluated-on it (test)"),
        ([TRAINED, TESTED], "it", "trained-on and evaluated-on it (test)"),
        (
            [Link("trained-on", "a", role="pretrain"), TRAINED, TESTED],
            "",
            "trained-on and evaluated-on (pretrain, test)",
        ),
        ([Link("made-by", "git:1", role="dirty")], "", "made-by"),
    ],
)
def test_edges(links: list[Link], whom: str, told: str) -> None:
    assert lineage.edge(links, whom=whom, ascii_only=False) == told


def test_an_edge_that_someone_stated_is_no_guess() -> None:
    guess = Link("fine-tuned-from", "a", guess="config.json")
    assert lineage.caveats([guess], ascii_only=False) == [("guessed from config.json", ("yellow",))]
    assert lineage.caveats([guess, Link("replaces", "a")], ascii_only=False) == []


@pytest.mark.parametrize(
    ("node", "name", "facts"),
    [
        (Node("git:" + "a" * 40, "commit", "git:" + "a" * 40), "git:aaaaaaa", []),
        (Node("hf:x@" + "b" * 40, "outside", "hf:x@" + "b" * 40), "hf:x@bbbbbbb", []),
        (Node("hf:x@" + "b" * 39, "outside", "hf:x@" + "b" * 39), "hf:x@" + "b" * 39, []),
        (Node("1", "version", "m@1.0.0", stage="production"), "m@1.0.0", ["● production"]),
        (Node("1", "version", "m@1.0.0", stage="production", deleted=True), "m@1.0.0", ["deleted"]),
        (Node("1", "version", "d@1.0.0", model_kind="dataset", size=1500), "d@1.0.0", ["data, 1.5 kB"]),
        (
            Node("1", "version", "a@1.0.0", model_kind="adapter", also=("b@1", "c@1")),
            "a@1.0.0",
            ["adapter", "also b@1 and 1 more"],
        ),
        (Node("1", "unknown", "id:1"), "id:1", ["not in this store any more"]),
    ],
)
def test_nodes(node: Node, name: str, facts: list[str]) -> None:
    assert lineage.name(node, ascii_only=False) == name
    assert [text for text, _ in lineage.facts(node, ascii_only=False)] == facts
