"""The part of ``Store`` that finds versions by a query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from ..knowledge.query.completing import Completion
    from ..nouns.version import Version
    from ..verbs.search import Answer, Search


class Finding(Face):
    """Queries: the language of ``mvtui ls QUERY`` and of the screen's filter."""

    def query(self, text: str, *, deleted: bool = False) -> Answer:
        """Return the versions that fit a query, the one registered last first unless it says ``sort:``.

        ``store.query("sentiment stage:production,staging metric.f1>0.9 since:30d sort:-metric.f1")``. The language is
        described by ``mvtui ls --help`` and in full by ``mvtui.store.knowledge.query``. Like what ``versions`` returns,
        the sequence is a snapshot that makes each ``Version`` when it is looked at.

        Args:
            text: the query; an empty one finds every version.
            deleted: look through deleted versions too, as a query does that asks for ``deleted:yes``.

        Raises:
            QueryError: the text is no query; ``column`` says where, the hint what would do.
        """
        from ..verbs import search

        return search.query(self._repository, text, deleted=deleted)

    def complete_query(self, text: str, cursor: int | None = None) -> list[Completion]:
        """Return how a query could go on at ``cursor`` (from 0; default: at its end): fields, then what there is."""
        from ..verbs import search

        return search.complete_query(self._repository, text, cursor)

    def search(self, versions: Sequence[Version]) -> Search:
        """Return what finds places in a list by queries, again and again and quickly, as a filter needs it.

        Args:
            versions: what ``versions`` or ``query`` returned. Of a single model's list, its name is not searched.

        Raises:
            TypeError: it is another sequence.
        """
        from ..verbs import search

        return search.search(self._repository, versions)
