"""The part of ``Store`` that annotates: notes, tags, aliases, tombstones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from ..nouns.version import Version


class Annotating(Face):
    """Small changes to a version, one event each."""

    def note(self, ref: str, text: str) -> Version:
        """Replace a version's note; an empty text removes it."""
        from ..verbs import annotate

        return annotate.note(self._repository, ref, text)

    def tag(self, ref: str, add: Mapping[str, str] | None = None, *, remove: Iterable[str] = ()) -> Version:
        """Set and remove tags of a version.

        Raises:
            BadNameError: a key breaks the rules for names.
            NotFoundError: a tag to remove isn't there.
        """
        from ..verbs import annotate

        return annotate.tag(self._repository, ref, add or {}, tuple(remove))

    def alias(self, ref: str, name: str) -> Version:
        """Make ``model@name`` mean this version; an alias in use moves here.

        Raises:
            BadNameError: the name breaks the rules, or could be read as a number, stage or hash ID.
        """
        from ..verbs import annotate

        return annotate.alias(self._repository, ref, name)

    def unalias(self, model: str, name: str) -> Version:
        """Remove an alias; return the version it named.

        Raises:
            NotFoundError: the model or alias does not exist.
        """
        from ..verbs import annotate

        return annotate.unalias(self._repository, model, name)

    def delete(self, ref: str, reason: str = "", *, dry_run: bool = False) -> Version:
        """Mark a version deleted. Its number is never used again; its bytes go with ``gc``.

        With ``dry_run`` nothing is written and no reason is needed: it raises what deleting would raise.

        Raises:
            UsageError: the reason is empty, or the reference is a bare model name.
            ConflictError: an alias or a stage holds it, an adapter needs it, or Production could go back to it.
            NotAllowedError: the access rules list others for it.
        """
        from ..verbs import annotate

        return annotate.delete(self._repository, ref, reason, dry_run=dry_run)
