"""The part of ``Store`` that looks after the data versions were made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from ..nouns.dataset import DataState
    from ..nouns.reports import ProgressCallback


class Datasets(Face):
    """Whether data are still what they were."""

    def data(self, ref: str, *, progress: ProgressCallback | None = None) -> tuple[DataState, ...]:
        """Say of each dataset of a version whether its bytes on this machine still are what was recorded.

        Of a dataset version, it says so of that. In the order in which the datasets were stated; empty when there are
        none. DVC's digests are taken as DVC takes them, without it; nothing is fetched, and the store is not changed.
        What can't be told here is ``unknown``.

        Args:
            ref: the version.
            progress: called with the bytes hashed, of one dataset after the other; raise from it to cancel.

        Raises:
            NotFoundError: no such version.
            VerificationError: the record of a dataset is missing or damaged.
        """
        from ..verbs import data

        return data.data(self._repository, ref, progress)
