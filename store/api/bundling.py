"""The part of ``Store`` that bundles: versions that are released together as one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from .face import Face, StrPath

if TYPE_CHECKING:
    from ..nouns.bundle import MemberState
    from ..nouns.capture import Part
    from ..nouns.reports import ProgressCallback, Registered
    from ..nouns.semver import Bump


class Bundling(Face):
    """Versions become one, and what has become of them since."""

    def bundle(
        self,
        model: str,
        add: Mapping[str, StrPath],
        *,
        base: str | None = None,
        drop: Collection[str] = (),
        force: bool = False,
        version: str | None = None,
        bump: Bump | None = None,
        metrics: Mapping[str, float] | None = None,
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
        note: str = "",
        capture: bool | Sequence[Part] = False,
        progress: ProgressCallback | None = None,
    ) -> Registered:
        """Make versions, and files of its own, one version of the bundle ``model``. The event is on disk when this returns.

        Members are pinned by digest, and nothing of them is copied: their files are the bundle's, below a directory named
        by their role. It is promoted, rolled back, served, verified and checked out as one, and its members can't be deleted
        while it is there. The same members are the same version.

        Args:
            model: the bundle's name.
            add: role → the reference of a version (``chat@2.1.0``, ``chat@production``), or the path of a file or directory
                of its own. What has a ``/`` is a path if it is there, what has an ``@`` and none a reference.
            base: a version of a bundle to begin with: what it has in the roles of ``add`` is replaced.
            drop: roles of ``base`` to leave out.
            force: bundle an adapter beside weights that are not the base it was made for; it is flagged.
            version: the number to give. Default: worked out by ``bump``.
            bump: which part to raise. Default: major when the roles changed, else the greatest part in which a member's
                number changed (minor where its model did), else patch.
            metrics: as ``register``: of the whole.
            params: as ``register``: of the whole, and part of what it is.
            tags: key → text.
            note: free text.
            capture: as ``register``; nothing by default, since what is around when versions are put together made none of them.
            progress: called with the bytes of its own files done; raise from it to cancel.

        Raises:
            BadInputError: a role can't be one, or nothing would be a member, or a member would be of the bundle itself.
            NotFoundError: what is added is neither a version nor a path that is there.
            AmbiguousError: it is a model's name, and a path that is there.
            ConflictError: a member of ``base`` was deleted; an adapter is beside weights that are not its base; the
                number is taken.
            VerificationError: bytes of a member are missing.
        """
        from ..verbs import bundle
        from ..verbs.request import Request

        asked = Request(
            model=model,
            paths=(),
            kind="bundle",
            version=version,
            bump=bump,
            metrics=metrics or {},
            params=params or {},
            tags=tags or {},
            note=note,
            capture=capture,
        )
        return bundle.bundle(
            self._repository, asked, add, base=base, drop=drop, force=force, progress=progress
        )

    def members(self, ref: str) -> tuple[MemberState, ...]:
        """Return the members of a bundle and what has become of each since, by role; none of a version of another kind.

        Raises:
            NotFoundError, AmbiguousError, BadInputError: as ``get``; a deleted version is found by its number.
        """
        from ..verbs import members

        return members.members(self._repository, ref)
