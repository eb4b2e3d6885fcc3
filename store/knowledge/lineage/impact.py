"""What something reaches, by the edges that carry over what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from ...nouns.impact import Impact
from ...nouns.lineage import Arc, Node
from .graph import LIMIT, MADE_OF, ChildrenOf, Describe, EdgesOf

_ORDER = {"production": 0, "validation": 1, "staging": 2, None: 3, "archived": 4}


def impact(
    subjects: Sequence[str],
    edges_of: EdgesOf,
    children_of: ChildrenOf,
    describe: Describe,
    *,
    limit: int = LIMIT,
) -> Impact:
    """Return what was made from any of ``subjects``, and what was only measured on them or on what was."""
    tainted: dict[str, Arc] = {}
    measured: dict[str, Arc] = {}
    reached = list(dict.fromkeys(subjects))
    known = set(reached)
    cut = False
    for key in reached:  # it grows while it is walked
        for arc in (Arc(child, key, link) for child in children_of(key) for link in edges_of(child)):
            if arc.link.to != key or arc.child in known:
                continue
            if arc.link.type in MADE_OF:
                if len(known) >= limit:
                    cut = True
                    continue
                known.add(arc.child)
                reached.append(arc.child)
                tainted[arc.child] = arc
            elif arc.link.type == "evaluated-on":
                measured.setdefault(arc.child, arc)
    doubtful = {key: arc for key, arc in measured.items() if key not in known}
    return Impact(
        subjects=tuple(describe(key) for key in dict.fromkeys(subjects)),
        tainted=_ranked([describe(key) for key in tainted]),
        doubtful=_ranked([describe(key) for key in doubtful]),
        via=tainted | doubtful,
        cut=cut,
    )


def _ranked(nodes: list[Node]) -> tuple[Node, ...]:
    return tuple(sorted(nodes, key=lambda node: (node.deleted, _ORDER.get(node.stage, 3))))
