"""The part of ``Store`` that compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from ..nouns.comparison import Comparison, DiffSection
    from ..nouns.file_diff import FileDiff
    from ..nouns.reports import ProgressCallback
    from ..nouns.tensor_diff import TensorDiff
    from ..nouns.word_diff import WordDiff


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
                distilled, merged or derived from, or is an adapter of), ``base`` (fine-tuned from, or an
                adapter of) or ``replaced`` (what it takes the place of). A model of that name is written ``production@latest``.
            history: ask git for the commits and files between the versions' commits: in this directory, and
                where the code was when the versions were made. Takes up to five seconds.

        Raises:
            UsageError: no version, or more than six.
            NotFoundError: nothing has that role for the first version; the message says what there is.
        """
        from ..verbs import compare

        return compare.diff(self._repository, refs, against=against, history=history)

    def diff_tensors(
        self, before: str, after: str, *, read: bool = True, progress: ProgressCallback | None = None
    ) -> TensorDiff:
        """Compare the tensors of two versions: added, removed, reshaped, retyped, changed; all others are identical.

        Identical are those whose bytes have the same BLAKE3. Of changed and retyped ones it is told how far they are
        apart: L2 distance, relative change, largest change, cosine. That takes NumPy; without it, and of types that can't be
        decoded here, each says why it was not measured. Memory is bounded, whatever the files' size. Digests and results are
        kept in a store that can be written: asked again, it reads none of the bytes.

        Without ``read`` it tells what headers and kept results say, at once: ``unread`` counts the tensors whose bytes would have
        to be read for more.

        Raises:
            BadFileError: a version is one file, and that is not a valid one of the format it claims.
            NotFoundError: one of them is a dataset whose bytes stayed where they were.
            VerificationError: an object is missing, or of another size than it should be.
        """
        from ..verbs import tensor_diff

        return tensor_diff.diff_tensors(self._repository, before, after, progress, read=read)

    def diff_file(self, before: str, after: str, path: str) -> FileDiff:
        """Compare a file of two versions: JSON value by value, other text line by line.

        A version that lacks the file counts as having an empty one. What is no text, or larger than 8 MiB, is not looked into: then
        ``form`` is ``bytes`` and ``note`` says why.

        Raises:
            NotFoundError: neither has such a file; or one of them is a dataset whose bytes stayed where they were.
            VerificationError: an object is missing or damaged.
        """
        from ..verbs import texts

        return texts.diff_file(self._repository, before, after, path)

    def diff_words(self, before: str, after: str, path: str) -> WordDiff:
        """Compare a text file of two versions word by word: for prose, whose lines are paragraphs.

        A version that lacks the file counts as having an empty one. What is no text, or larger than 8 MiB, is not looked into;
        ``note`` then says why.

        Raises:
            NotFoundError: neither has such a file; or one of them is a dataset whose bytes stayed where they were.
            VerificationError: an object is missing or damaged.
        """
        from ..verbs import texts

        return texts.diff_words(self._repository, before, after, path)

    def metric_changes(self, base: str, other: str) -> DiffSection:
        """Compare the metrics of two versions, and nothing else: the section ``metrics`` of ``diff(base, other)``.

        Reads no object and starts no program, so it is there at once, and whatever the versions' records are like.
        """
        from ..verbs import compare

        return compare.metric_changes(self._repository, base, other)
