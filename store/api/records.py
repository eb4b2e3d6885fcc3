"""The part of ``Store`` that reads back what was captured, and judges how good the records are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from ..nouns.capture import Capture
    from ..nouns.recipe import Recipe


class Records(Face):
    """What was found out about the making of a version."""

    def capture(self, ref: str) -> Capture | None:
        """Return what was captured when a version was registered; None when nothing was.

        Raises:
            VerificationError: the record's bytes are missing or damaged.
            FormatError: a later mvtui wrote it.
        """
        from ..verbs import records

        return records.capture(self._repository, ref)

    def packages(self, ref: str) -> dict[str, str]:
        """Return the packages that were installed, name → version; empty when they weren't captured.

        The version of one that came from elsewhere than an index is where it came from (``git+https://…``).
        Errors as ``capture``.
        """
        from ..verbs import records

        return records.packages(self._repository, ref)

    def patch(self, ref: str) -> bytes:
        """Return the changes that were not committed, as a patch for ``git apply``; empty when none are kept.

        Errors as ``capture``.
        """
        from ..verbs import records

        return records.patch(self._repository, ref)

    def reproduce(self, ref: str) -> Recipe:
        """Return the commands that would make a version again, and what is missing to do so. Runs nothing.

        ``Recipe.script`` is all of it as a shell script, in which everything that comes from a record is quoted. It
        calls ``mvtui`` on this store for the patch, the list of packages and stored bytes. Errors as ``capture``.
        """
        from ..verbs import reproduce

        return reproduce.reproduce(self._repository, ref)
