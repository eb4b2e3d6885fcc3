"""The part of ``Store`` that knows what came from what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from ..nouns.impact import Impact
    from ..nouns.lineage import Lineage
    from ..nouns.version import Version


class Ancestry(Face):
    """Edges between versions, data sets, commits and what lies outside the store."""

    def lineage(self, ref: str, *, up: bool = True, down: bool = True, depth: int | None = None) -> Lineage:
        """Return what a version came from (``up``) and what came from it (``down``).

        Deleted versions are in it, marked as such, and may be asked for by number. Versions of the same content
        are one node. The commits whose code made a version are nodes too (``git:…``), and a name of something
        outside the store may stand for ``ref`` as well.

        Args:
            ref: a reference, or an outside name such as ``hf:roberta-base``.
            up: look at what it came from.
            down: look at what came from it.
            depth: how many edges to follow; None for all. ``Lineage.cut`` says that there is more.

        Raises:
            NotFoundError: there is no such version, or nothing came from that name.
            AmbiguousError: an outside name fits several, such as two revisions.
            BadInputError: the depth is no number of steps.
        """
        from ..verbs import ancestry

        return ancestry.lineage(self._repository, ref, up=up, down=down, depth=depth)

    def impact(self, ref: str) -> Impact:
        """Return everything that was made from a version, a data set, a commit or something outside the store.

        Answers "which production versions are tainted by this?": ``Impact.production``, with the way that leads
        there (``Impact.path``). An outside name without a revision means all of them, ``git:9f8a12e`` every
        commit that begins so.

        Raises:
            NotFoundError: there is no such version, or nothing came from that name.
        """
        from ..verbs import ancestry

        return ancestry.impact(self._repository, ref)

    def link(self, ref: str, type: str, to: str) -> Version:  # noqa: A002 - the word everywhere
        """State an edge of a version that is registered already; it is no part of its identity.

        A guess that is stated becomes a stated edge. Stating what is known writes nothing.

        Args:
            ref: the version that came from something.
            type: one of ``EDGE_TYPES``.
            to: what it came from: a reference, or an outside name.

        Raises:
            BadInputError: no such type of edge.
            NotFoundError: there is no such version; the hint says how to name something outside the store.
            ConflictError: it would lead back to the version itself.
        """
        return self.change_links(ref, add=[(type, to)])

    def unlink(self, ref: str, type: str, to: str) -> Version:  # noqa: A002 - the word everywhere
        """Take back an edge that was stated later, or reject a guess. The journal keeps that it was there.

        Raises:
            NotFoundError: the version has no such edge.
            ConflictError: it was stated when the version was registered, so it is part of what it is.
        """
        return self.change_links(ref, remove=[(type, to)])

    def change_links(
        self, ref: str, *, add: Sequence[tuple[str, str]] = (), remove: Sequence[tuple[str, str]] = ()
    ) -> Version:
        """Do what ``link`` and ``unlink`` do for several edges at once, in one event: all of it, or nothing."""
        from ..verbs import link

        return link.change(self._repository, ref, add, remove)
