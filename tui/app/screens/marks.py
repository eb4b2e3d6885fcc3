"""The versions marked to be compared, for each model its own, in the order in which they were marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....store import Version

MOST_COMPARED = 6
"""As many versions can be marked as ``Store.diff`` compares."""


class Marks:
    """At most ``MOST_COMPARED`` marked versions of each model."""

    def __init__(self) -> None:
        self._of: dict[str, list[str]] = {}

    def of(self, model: str) -> list[str]:
        """Return the references of a model's marked versions."""
        return self._of.get(model, [])

    def __contains__(self, version: Version) -> bool:
        return version.ref in self.of(version.model)

    def toggle(self, version: Version) -> bool:
        """Mark a version, or take its mark away; False when there are as many marks as can be."""
        marked = self._of.setdefault(version.model, [])
        if version.ref in marked:
            marked.remove(version.ref)
        elif len(marked) >= MOST_COMPARED:
            return False
        else:
            marked.append(version.ref)
        return True

    def clear(self, model: str) -> bool:
        """Take all of a model's marks away; False when there were none."""
        return bool(self._of.pop(model, None))

    def compared_with(self, version: Version) -> tuple[str, ...]:
        """Return what to compare when ``version`` is selected: the marked ones, the first of them the base.

        One mark alone is compared with whatever is selected; without marks the store chooses.
        """
        marked = self.of(version.model)
        if len(marked) == 1 and marked[0] != version.ref:
            return (marked[0], version.ref)
        return tuple(marked) if len(marked) > 1 else (version.ref,)
