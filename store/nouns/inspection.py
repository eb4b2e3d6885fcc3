"""What is inside model files, as far as their headers say: tensors, metadata, architecture, quantisation.

Nothing here was loaded, run or computed from weights. Every text comes from the files and may hold anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from .metric import to_stored
from .pickles import Pickles

Dimension: TypeAlias = int | str | None
"""A size, the name of one that is free (``batch``), or None for one that is not said."""

UNKNOWN_FORMAT = "unknown"
"""The format of a file that no reader knows."""


class Tensor(msgspec.Struct, frozen=True, gc=False):
    """One tensor, as a header describes it.

    ``dtype`` is a name of the safetensors format (``F32``, ``BF16``, ``F8_E4M3``, ``I8``…), of GGML for its quantised types
    (``Q4_K``), or what the format itself writes where neither has one. ``shape`` counts elements, row-major: the last
    dimension is the one whose elements lie side by side. ``nbytes`` is what its elements take, packed; ``offset`` is where
    they begin in the file, in bytes from its start, and None where they don't lie there so (compressed, written as numbers
    of varying length). ``file`` is the path of that file inside the version or directory; for external data of an
    ONNX model it is the file that the model names. ``big_endian`` says that its numbers lie so; all others are little-endian.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    nbytes: int
    offset: int | None
    file: str
    big_endian: bool = False

    @property
    def parameters(self) -> int:
        """How many elements it has."""
        return math.prod(self.shape)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return msgspec.structs.asdict(self) | {"shape": list(self.shape)}


class Cut(msgspec.Struct, frozen=True):
    """A value of some metadata that was too long to be kept.

    ``type`` says what it is (``text``, ``list``, ``object``, or the element type of an array), ``count`` how many bytes,
    elements or keys it has, ``start`` is its beginning.
    """

    type: str
    count: int
    start: Any = None


class Port(msgspec.Struct, frozen=True):
    """An input or output that a model declares; ``shape`` is None where it is not said."""

    name: str
    dtype: str
    shape: tuple[Dimension, ...] | None = None


class Architecture(msgspec.Struct, frozen=True, omit_defaults=True):
    """What files say about how a model is built; None and empty where they don't.

    ``family`` is the kind of model (``bert``, ``llama``), ``classes`` are names of classes that load it, ``context`` is the
    longest input in tokens, ``feed_forward`` the width inside a layer, ``kv_heads`` the heads of keys and values where
    they are fewer, ``dtype`` what the weights are meant to be computed in, ``said_by`` the file that says all this.
    """

    family: str = ""
    classes: tuple[str, ...] = ()
    layers: int | None = None
    hidden_size: int | None = None
    feed_forward: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    vocabulary: int | None = None
    context: int | None = None
    experts: int | None = None
    experts_used: int | None = None
    dtype: str = ""
    said_by: str = ""


class Quantisation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a model was quantised, as its files say.

    ``method`` is a library's or format's (``gptq``, ``GGUF``), ``name`` that of the scheme (``Q4_K_M``, ``nf4``), ``bits`` are
    those of a weight, ``group_size`` is how many weights share a scale.
    """

    method: str
    name: str = ""
    bits: int | None = None
    group_size: int | None = None

    @property
    def label(self) -> str:
        """It in a few words: ``gptq, 4 bits, groups of 128``."""
        parts = [self.method, self.name]
        parts.append(f"{self.bits} bits" if self.bits else "")
        parts.append(f"groups of {self.group_size}" if self.group_size else "")
        return ", ".join(part for part in parts if part)


class Tokenizer(msgspec.Struct, frozen=True):
    """A tokenizer: its ``type`` (``BPE``, ``WordPiece``), how many tokens it knows, how many of them were added, the special ones."""

    type: str
    vocabulary: int
    added: int = 0
    special: tuple[str, ...] = ()


class InspectedFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one file holds.

    ``path`` is relative and POSIX, ``size`` in bytes, ``format`` the name of the reader that knew it, or ``unknown``;
    then ``suggests`` says what its first bytes look like, and ``digest`` is there (BLAKE3) if hashing was
    not too long. ``shards`` maps tensors to the files that hold them, where the file is an index of such. ``notes`` are
    things worth knowing, ``problem`` is why it can't be read as what it claims to be: then nothing else is there but
    ``pickles``, the verdict on pickled data in it, where there are any.
    """

    path: str
    size: int
    format: str
    digest: str = ""
    tensors: tuple[Tensor, ...] = ()
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)
    architecture: Architecture | None = None
    quantisation: Quantisation | None = None
    tokenizer: Tokenizer | None = None
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    pickles: Pickles | None = None
    shards: dict[str, str] = msgspec.field(default_factory=dict)
    suggests: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types, its tensors counted."""
        row: dict[str, Any] = {
            "path": self.path,
            "size": self.size,
            "format": self.format,
            "digest": self.digest or None,
            "tensors": len(self.tensors),
            "metadata": _plain(self.metadata),
        }
        optional = {
            "suggests": self.suggests,
            "inputs": [_plain(port) for port in self.inputs],
            "outputs": [_plain(port) for port in self.outputs],
            "pickles": _plain(self.pickles),
            "notes": list(self.notes),
            "problem": self.problem,
        }
        return row | {name: value for name, value in optional.items() if value}


class Inspection(msgspec.Struct, frozen=True):
    """What the files of a model hold together.

    ``format`` is that of its weights, or of the file if it is one without. ``tensors`` are those of all files that
    make up the weights, each once. ``notes`` are things worth knowing, ``problems`` what makes it not whole or not
    what it claims: a file that can't be read, a shard that is missing.
    """

    format: str
    files: tuple[InspectedFile, ...]
    tensors: tuple[Tensor, ...] = ()
    architecture: Architecture | None = None
    quantisation: Quantisation | None = None
    tokenizer: Tokenizer | None = None
    pickles: Pickles | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        """How many elements all tensors have."""
        return sum(tensor.parameters for tensor in self.tensors)

    @property
    def nbytes(self) -> int:
        """How many bytes all tensors take in their files."""
        return sum(tensor.nbytes for tensor in self.tensors)

    @property
    def size(self) -> int:
        """Sum of the files' sizes in bytes."""
        return sum(file.size for file in self.files)

    @property
    def metadata(self) -> dict[str, Any]:
        """What the files with these tensors say of themselves; where two differ, what the first says."""
        chosen = [file for file in self.files if file.tensors] or self.files
        return {key: value for file in reversed(chosen) for key, value in file.metadata.items()}

    def as_dict(self, *, tensors: bool = False) -> dict[str, Any]:
        """Return it as JSON types; every tensor is there only when asked for."""
        from .modules import by_dtype, top_modules

        row: dict[str, Any] = {
            "format": self.format,
            "size": self.size,
            "parameters": self.parameters,
            "tensor_count": len(self.tensors),
            "tensor_bytes": self.nbytes,
            "dtypes": {share.name: _counts(share) for share in by_dtype(self.tensors)},
            "modules": {module.path: _counts(module) for module in top_modules(self.tensors)},
            "architecture": _plain(self.architecture),
            "quantisation": _plain(self.quantisation),
            "tokenizer": _plain(self.tokenizer),
            "pickles": _plain(self.pickles),
            "files": [file.as_dict() for file in self.files],
            "notes": list(self.notes),
            "problems": list(self.problems),
        }
        if tensors:
            row["tensors"] = [tensor.as_dict() for tensor in self.tensors]
        return row


def _counts(share: Any) -> dict[str, int]:
    return {"tensors": share.tensors, "parameters": share.parameters, "bytes": share.nbytes}


def _plain(value: Any) -> Any:
    """Return a value of some metadata, or a noun of this file, as JSON types: JSON has no NaN and no infinity."""
    if isinstance(value, float):
        return to_stored(value)
    if isinstance(value, msgspec.Struct):
        return {name: _plain(each) for name, each in msgspec.structs.asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value
