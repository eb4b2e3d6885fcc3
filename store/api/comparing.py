"""The part of ``Store`` that compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from ..nouns.comparison import Comparison, DiffSection


class Comparing(Face):
    """How versions differ."""

    def diff(self, *refs: str, against: str | None = None, history: bool = False) -> Comparison:
        """Compare two to six versions: the base, and every other one with it.

        The first reference is the base. With ``against`` that is, and all references are compared with it. One
        reference alone is compared with what is in Production of its model, or, when that is the version itself
        or there is none, with the version registered before; ``Comparison.chosen`` says which it was. What was
        not captured or can't be read is said in the notes of its section, and everything else compared.

        Args:
            refs: the versions.
            against: a reference, or ``production``, ``parent`` (what the first one was fine-tuned, quantized,
                distilled, merged or derived from, or is an adapter of) or ``base`` (fine-tuned from, or an
                adapter of). A model of that name is written ``production@latest``.
            history: ask git for the commits and files between the versions' commits: in this directory, and
                where the code was when the versions were made. Takes up to five seconds.

        Raises:
            UsageError: no version, or more than six.
            NotFoundError: nothing has that role for the first version; the message says what there is.
        """
        from ..verbs import compare

        return compare.diff(self._repository, refs, against=against, history=history)

    def metric_changes(self, base: str, other: str) -> DiffSection:
        """Compare the metrics of two versions, and nothing else: the section ``metrics`` of ``diff(base, other)``.

        Reads no object and starts no program, so it is there at once, and whatever the versions' records are like.
        """
        from ..verbs import compare

        return compare.metric_changes(self._repository, base, other)
