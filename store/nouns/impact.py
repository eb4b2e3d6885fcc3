"""What a data set, a model or a commit reaches: everything that was made from it, however indirectly."""

from __future__ import annotations

import msgspec

from .lineage import Arc, Node


class Impact(msgspec.Struct, frozen=True):
    """What hangs on ``subjects``: the version asked for, or every revision of an outside name.

    ``tainted`` was made from them: trained on, fine-tuned from, quantized from and so on, at any distance.
    ``doubtful`` was only measured on them, or on data made from them: it is sound, its figures may not be.
    Both have what is in Production first, then by stage, then the nearest; what was deleted comes last.
    ``via`` leads from each of them one step back. ``cut`` says that there is more than was looked at.
    """

    subjects: tuple[Node, ...]
    tainted: tuple[Node, ...] = ()
    doubtful: tuple[Node, ...] = ()
    via: dict[str, Arc] = {}
    cut: bool = False

    @property
    def production(self) -> tuple[Node, ...]:
        """What is tainted and in Production."""
        return tuple(node for node in self.tainted if node.stage == "production" and not node.deleted)

    def path(self, key: str) -> tuple[Arc, ...]:
        """Return the shortest way from a node back to a subject; empty for a subject.

        Raises:
            KeyError: the node is neither a subject nor reached by one.
        """
        subjects = {node.key for node in self.subjects}
        steps = []
        while key not in subjects:
            steps.append(self.via[key])
            key = steps[-1].parent
        return tuple(steps)
