"""Inputs and outputs of an ONNX model: ``ValueInfoProto``, with the type inside it."""

from __future__ import annotations

from ...nouns.inspection import Dimension, Port
from . import dtypes
from .limits import MAX_RANK
from .protobuf import BYTES, VARINT, Field, Messages

_MAX_TEXT = 1024
_KINDS = {4: "SEQUENCE", 5: "MAP", 7: "OPAQUE", 9: "OPTIONAL"}
_TENSORS = frozenset({1, 8})
"""``tensor_type`` and ``sparse_tensor_type`` of ``TypeProto``."""


def port(messages: Messages, field: Field) -> Port:
    """Return a declared input or output.

    Raises:
        BadFileError: it is damaged.
    """
    name, dtype = "", ""
    shape: tuple[Dimension, ...] | None = None
    for part in messages.fields(field.start, field.end, "an input or output"):
        if part.number == 1 and part.wire == BYTES:
            name = _text(messages, part)
        elif part.number == 2 and part.wire == BYTES:
            dtype, shape = _type(messages, part)
    return Port(name, dtype, shape)


def _type(messages: Messages, field: Field) -> tuple[str, tuple[Dimension, ...] | None]:
    dtype = ""
    shape: tuple[Dimension, ...] | None = None
    for part in messages.fields(field.start, field.end, "a type"):
        if part.number in _TENSORS and part.wire == BYTES:
            for inner in messages.fields(part.start, part.end, "a type"):
                if inner.number == 1 and inner.wire == VARINT:
                    dtype = dtypes.ONNX.get(inner.value, f"ONNX_{inner.value}")
                elif inner.number == 2 and inner.wire == BYTES:
                    shape = _shape(messages, inner)
        elif part.number in _KINDS:
            dtype = _KINDS[part.number]
    return dtype, shape


def _shape(messages: Messages, field: Field) -> tuple[Dimension, ...]:
    found: list[Dimension] = []
    for part in messages.fields(field.start, field.end, "a shape"):
        if part.number != 1 or part.wire != BYTES:
            continue
        if len(found) >= MAX_RANK:
            raise messages.bad(f"an input or output has more than {MAX_RANK} dimensions")
        size: Dimension = None
        for inner in messages.fields(part.start, part.end, "a dimension"):
            if inner.number == 1 and inner.wire == VARINT:
                size = inner.value if inner.value < 2**63 else None
            elif inner.number == 2 and inner.wire == BYTES:
                size = _text(messages, inner)
        found.append(size)
    return tuple(found)


def _text(messages: Messages, field: Field) -> str:
    return messages.read(field, _MAX_TEXT, "a text").decode(errors="replace")
