"""The interface of weights: names and shapes of their tensors, which code that loads them relies on; and what they are stored as.

Numbers may differ at will between two versions of one interface. Of ONNX the declared inputs and outputs belong to it, too; names
that exporters make up anew each time (``onnx::MatMul_1234``) do not: such tensors are told apart by their shapes alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import msgspec

from .inspection import InspectedFile, Inspection, Tensor
from .modules import by_dtype, tensor_path

InterfaceChange: TypeAlias = Literal["interface", "retyped", "quantised", "weights"]
"""What became of weights: their interface differs; it does not, but the types they are stored as do (``quantised``: in fewer
bits than a float has, where they were floats); or nothing but their numbers."""

CHANGE_WORDS: dict[InterfaceChange, str] = {
    "interface": "interface changed",
    "retyped": "retyped",
    "quantised": "quantised",
    "weights": "weights only",
}

FREE = -1
"""A dimension of an input or output that is not fixed."""

_GROWN = frozenset({"pickle", "joblib"})
"""Formats whose arrays are as long as what was learned: the nodes of a tree, support vectors. Their shapes promise nothing."""
_MADE_UP = re.compile(r"onnx::.*|/.*|const_fold_opt__.*|\d+", re.DOTALL)
_TOLD = 120
"""Most characters of a name that are told."""

Shape: TypeAlias = tuple[int, ...]


class Interface(msgspec.Struct, frozen=True):
    """Names → shapes of tensors (and of an ONNX model's inputs and outputs), and dtypes → how many parameters have them.

    ``tensors`` counts them, ``bits`` says how many bits a parameter takes on average, ``files`` are those that hold them.
    """

    shapes: dict[str, Shape]
    dtypes: dict[str, int]
    tensors: int
    bits: float
    files: frozenset[str] = frozenset()

    @property
    def dtype(self) -> str:
        """The types, the most parameters first: ``BF16, F32``."""
        return ", ".join(self.dtypes)

    @property
    def label(self) -> str:
        """It in a few words: ``103 tensors, 22,713,216 parameters, F32``."""
        tensors = "1 tensor" if self.tensors == 1 else f"{self.tensors:,} tensors"
        return f"{tensors}, {sum(self.dtypes.values()):,} parameters, {self.dtype}"


def interface_of(inspection: Inspection) -> Interface | None:
    """Return the interface of what was inspected; None where its headers tell none, or not all of it could be read."""
    tensors = inspection.tensors
    if not tensors or inspection.problems or inspection.format in _GROWN:
        return None
    shapes = dict(_named(tensors))
    for file in inspection.files:
        shapes |= dict(_ports(file))
    parameters = inspection.parameters
    return Interface(
        shapes,
        {share.name: share.parameters for share in by_dtype(tensors)},
        len(tensors),
        8 * inspection.nbytes / parameters if parameters else 0,
        frozenset(tensor.file for tensor in tensors),
    )


def _named(tensors: Sequence[Tensor]) -> Iterator[tuple[str, Shape]]:
    unnamed: Counter[Shape] = Counter()
    for tensor in tensors:
        if _MADE_UP.fullmatch(tensor.name):
            unnamed[tensor.shape] += 1
            yield f"({unnamed[tensor.shape]}. unnamed {shape_text(tensor.shape)})", tensor.shape
        else:
            yield tensor_path(tensor), tensor.shape


def _ports(file: InspectedFile) -> Iterator[tuple[str, Shape]]:
    for word, ports in (("input", file.inputs), ("output", file.outputs)):
        for port in ports:
            shape = tuple(each if isinstance(each, int) else FREE for each in port.shape or ())
            yield f"{word} {port.name}", shape


def shape_text(shape: Shape) -> str:
    """Write a shape: ``30522x384``, ``?x384`` with a free dimension, ``scalar`` without any."""
    return "x".join("?" if each == FREE else str(each) for each in shape) or "scalar"


def interface_change(before: Interface, after: Interface) -> tuple[InterfaceChange, str]:
    """Say what became of weights, and in words what shows it.

    ``tensor shapes changed: embeddings.weight 30522x384 → 31000x384``; no words for weights whose numbers alone may differ.
    """
    if told := _differences(before.shapes, after.shapes):
        return "interface", told
    if before.dtypes.keys() == after.dtypes.keys():
        return "weights", ""
    words = f"tensor types changed: {before.dtype[:_TOLD]} → {after.dtype[:_TOLD]}"
    narrower = after.bits < min(before.bits, _FLOAT)
    return ("quantised" if narrower else "retyped"), words


_FLOAT = 16
"""Bits of the narrowest floats that models are trained in: what takes less was quantised."""


def _differences(before: dict[str, Shape], after: dict[str, Shape]) -> str:
    """Name what differs, the most telling first: a shape, then what is gone, then what is new."""
    reshaped = [name for name, shape in before.items() if after.get(name, shape) != shape]
    removed = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    said = []
    if reshaped:
        name = reshaped[0]
        change = f"{name[:_TOLD]} {shape_text(before[name])} → {shape_text(after[name])}"
        said.append(f"tensor shapes changed: {change}{_more(reshaped)}")
    for names, what in ((removed, "removed"), (added, "added")):
        if names:
            said.append(f"tensors {what}: {names[0][:_TOLD]}{_more(names)}")
    return "; ".join(said)


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - 1:,} more" if len(names) > 1 else ""
