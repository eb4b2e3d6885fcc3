"""The part of ``Store`` that looks inside model files, and the function that does so without a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .face import Face, StrPath

if TYPE_CHECKING:
    from ..nouns.adapter import Adapter
    from ..nouns.file_text import FileText
    from ..nouns.health import Health
    from ..nouns.histogram import Histogram
    from ..nouns.inspection import Inspection, Tensor
    from ..nouns.reports import ProgressCallback


def inspect(path: StrPath, *, progress: ProgressCallback | None = None) -> Inspection:
    """Look inside a model file, or all below a directory, without loading it: tensors, architecture, metadata.

    Reads headers only, so that 70 GB take as long as 70 MB; runs nothing from the files and needs no library of tensors.
    An index of shards brings those beside it. A directory is one model: its weights' tensors are counted
    once, whatever forms of them lie there. A file that no reader knows says what its first bytes suggest, and its BLAKE3;
    hashing it is all that ``progress`` is for. ``pickles`` is the verdict on what loading pickled data would run. No store is needed.

    Raises:
        BadFileError: the file is not a valid one of the format it claims. In a directory it is told in ``problems``, and so
            it is of a lone file whose pickles are not safe: what they would run matters more.
        NotFoundError: there is nothing at ``path``.
        UnsupportedFileError: it is a socket, a device or the like.
        StorageError: it can't be read.
    """
    from ..verbs import inspect as verb

    return verb.inspect_path(path, progress)


def health(path: StrPath, *, progress: ProgressCallback | None = None) -> Health:
    """Read all numbers in the tensors of a model file, or of all below a directory, and say whether they are sound.

    Counts NaN and infinity, with the place of the first; finds tensors that are all zero or all of one value, and those
    whose size (root mean square) is far from that of the same tensor in the other layers. Takes NumPy; without it, and of
    types that can't be decoded here (blocks of quantised GGUF), each tensor says why it was not looked at. Other
    forms of the same weights are read, too: nobody knows which will be loaded. Memory is bounded, whatever the files' size.
    No store is needed.

    Raises:
        BadFileError: the file is not a valid one of the format it claims. In a directory it is told in ``problems``.
        NotFoundError: there is nothing at ``path``.
        UnsupportedFileError: it is a socket, a device or the like.
        StorageError: it can't be read.
    """
    from ..verbs import health as verb

    return verb.health_path(path, progress)


def histogram(
    path: StrPath, tensor: str | Tensor, *, bins: int = 40, progress: ProgressCallback | None = None
) -> Histogram:
    """Read all numbers of one tensor in a model file, or in one below a directory, and count them in steps.

    ``tensor`` is its name, its place in the tree of modules (``unet/conv_in.weight``), or itself as ``inspect`` gave it. Takes NumPy;
    without it, and of types that can't be decoded here (blocks of quantised GGUF), ``unread`` says why nothing was counted.
    Memory is bounded, whatever the tensor's size. No store is needed.

    Raises:
        BadFileError: the file is not a valid one of the format it claims.
        NotFoundError: there is nothing at ``path``, or no such tensor in it.
        UnsupportedFileError: it is a socket, a device or the like.
        UsageError: ``bins`` is not within 1 and 10,000.
        StorageError: it can't be read.
    """
    from ..verbs import histogram as verb

    return verb.histogram_path(path, tensor, bins, progress)


class Inspecting(Face):
    """What is inside a version's files."""

    def adapter(self, ref: str) -> Adapter | None:
        """Return what PEFT's configuration says of an adapter: rank, alpha, targets, base and revision.

        None for a version of another kind, or whose configuration is missing or can't be read.
        """
        from ..verbs import adapters

        return adapters.described_version(self._repository, ref)

    def health(self, ref: str, *, progress: ProgressCallback | None = None) -> Health:
        """Say whether the weights of a version are sound, as the function ``health`` does for files.

        Raises:
            BadFileError: the version is one file, and that is not a valid one of the format it claims.
            NotFoundError: it is a dataset whose bytes stayed where they were.
            VerificationError: an object is missing, or of another size than it should be.
        """
        from ..verbs import health as verb

        return verb.health_version(self._repository, ref, progress)

    def inspect(self, ref: str) -> Inspection:
        """Look inside the files of a version, as the function ``inspect`` does.

        Raises:
            BadFileError: the version is one file, and that is not a valid one of the format it claims.
            NotFoundError: it is a dataset whose bytes stayed where they were.
            VerificationError: an object is missing, or of another size than it should be.
        """
        from ..verbs import inspect as verb

        return verb.inspect_version(self._repository, ref)

    def histogram(
        self, ref: str, tensor: str | Tensor, *, bins: int = 40, progress: ProgressCallback | None = None
    ) -> Histogram:
        """Count the numbers of one tensor of a version, as the function ``histogram`` does.

        Raises:
            BadFileError: the version is one file, and that is not a valid one of the format it claims.
            NotFoundError: no such tensor; or it is a dataset whose bytes stayed where they were.
            VerificationError: an object is missing, or of another size than it should be.
        """
        from ..verbs import histogram as verb

        return verb.histogram_version(self._repository, ref, tensor, bins, progress)

    def read_text(self, ref: str, path: str, *, most: int = 1 << 20) -> FileText:
        """Return what a file of a version says, to be looked at: its text, or how it begins if it is none.

        At most ``most`` bytes are read. A file that is read whole is hashed on the way: its text is what was registered.

        Raises:
            NotFoundError: the version has no such file; or it is a dataset whose bytes stayed where they were.
            VerificationError: its object is missing or damaged.
        """
        from ..verbs import texts

        return texts.read_text(self._repository, ref, path, most)
