"""ONNX: https://github.com/onnx/onnx/blob/main/docs/IR.md, the messages of onnx.proto3.

A file is one ``ModelProto``. It is walked field by field; weights and unknown fields are stepped over. External data
are listed, never opened.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...nouns.inspection import InspectedFile, Port, Quantisation, Tensor
from . import kept, onnx_tensor
from .limits import MAX_NAME, MAX_TENSORS, Source, shown
from .onnx_ports import port
from .protobuf import BYTES, VARINT, Field, Messages

NAME = "ONNX"
FILES = ("*.onnx",)

MAX_DEPTH = 16
"""How deep graphs may lie in graphs (the branches of ``If``, the body of ``Loop``)."""
MAX_PORTS = 1024
"""Most inputs, and most outputs, that are kept."""
MAX_PARTS = 4096
"""Most attributes of a node, and most graphs of an attribute."""
MAX_OPERATORS = 4096
"""Most kinds of operators that are told apart."""
_MAX_TEXT = 4096
_MAX_PREFIX = 256
"""Most characters of the names of nodes that a tensor of an inner graph is called by."""

_GRAPH, _OPSET, _PROPERTY, _TRAINING, _FUNCTION = 7, 8, 14, 20, 25
_FIRST_WITH_OPSETS = 3
_WIRES = {1: VARINT, 5: VARINT} | dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25, 26), BYTES)
"""Fields of ``ModelProto``."""
_TEXTS = {2: "producer", 3: "producer_version", 4: "domain", 6: "doc_string"}
_NUMBERS = {1: "ir_version", 5: "model_version"}


def sniff(head: bytes, size: int) -> bool:
    """Whether a file begins with fields of a ``ModelProto``, the version of the format first."""
    at, told = 0, False
    while at < len(head) - 11:
        tag, at = _varint(head, at)
        number, wire = tag >> 3, tag & 7
        if _WIRES.get(number) != wire or (at <= 1 and number != 1):
            return False
        value, at = _varint(head, at)
        if number == 1 and not 0 < value < 1000:
            return False
        if wire == BYTES:
            if value > (256 if number in (2, 3, 4) else size):
                return False
            at += value
            told = True
    return told


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 64 and at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value, at


def read(source: Source) -> InspectedFile:
    """Return the weights of a model, its inputs and outputs, and what it says of itself.

    Weights are the initializers of all graphs, and the constants among their nodes but single numbers and vectors of
    integers: those are shapes and axes. What lies in an inner graph is called by the node that has it.

    Raises:
        BadFileError: it is not a valid model.
    """
    model = _Model(source)
    model.walk()
    names = {tensor.name for tensor in model.tensors}
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        tensors=tuple(model.tensors),
        metadata=model.metadata(),
        quantisation=_quantisation(model.operators),
        inputs=tuple(each for each in model.inputs if each.name not in names),
        outputs=tuple(model.outputs),
        notes=tuple(model.notes()),
    )


class _Model:
    def __init__(self, source: Source) -> None:
        self.messages = Messages(source, NAME)
        self.path = source.path
        self.tensors: list[Tensor] = []
        self.names: set[str] = set()
        self.inputs: list[Port] = []
        self.outputs: list[Port] = []
        self.operators: Counter[str] = Counter()
        self.said: dict[str, Any] = {}
        self.opsets: dict[str, int] = {}
        self.properties: dict[str, str] = {}
        self.without_data = 0
        self.seen: set[int] = set()

    def walk(self) -> None:
        """Walk the whole model."""
        parts = {
            _GRAPH: self.outermost,
            _OPSET: self.opset,
            _PROPERTY: self.property,
            _FUNCTION: self.function,
        }
        for field in self.messages.fields(0, self.messages.end, "its header"):
            if field.number in _WIRES and field.wire != _WIRES[field.number]:
                raise self.messages.bad("it is no ONNX model, but perhaps another protocol buffer")
            if field.number in _NUMBERS:
                self.said[_NUMBERS[field.number]] = field.value
            elif field.number in _TEXTS:
                self.said[_TEXTS[field.number]] = self.text(field)
            elif field.number in parts:
                parts[field.number](field)
            self.seen.add(field.number if field.number in _WIRES else 0)
        # What every model has: else it is cut off, or something else.
        if "ir_version" not in self.said:
            raise self.messages.bad("it does not say its version")
        if _GRAPH not in self.seen:
            raise self.messages.bad("it has no graph")
        if not self.opsets and self.said["ir_version"] >= _FIRST_WITH_OPSETS:
            raise self.messages.bad("it does not say which operators it is made of")

    def text(self, field: Field) -> Any:
        return kept.text(self.messages.read(field, _MAX_TEXT, "a text"), field.size)

    def opset(self, field: Field) -> None:
        domain, version = "", 0
        for part in self.messages.fields(field.start, field.end, "a set of operators"):
            if part.number == 1 and part.wire == BYTES:
                domain = self.messages.read(part, 256, "a text").decode(errors="replace")
            elif part.number == 2 and part.wire == VARINT:
                version = part.value
        if len(self.opsets) < kept.MAX_LIST:
            self.opsets[domain or "ai.onnx"] = version

    def property(self, field: Field) -> None:
        key, value = onnx_tensor.entry(self.messages, field)
        if len(self.properties) < kept.MAX_LIST:
            self.properties[key] = value

    def outermost(self, field: Field) -> None:
        """Walk the model's own graph."""
        self.graph(field, "", 0)

    def graph(self, field: Field, prefix: str, depth: int) -> None:
        """Walk a graph; ``prefix`` is what its tensors are called by when it is an inner one."""
        if depth > MAX_DEPTH:
            raise self.messages.bad(f"its graphs are nested more than {MAX_DEPTH} deep")
        for part in self.messages.fields(field.start, field.end, "a graph"):
            if part.wire != BYTES:
                continue
            if part.number == 1:
                self.node(part, prefix, depth)
            elif part.number == 5:
                self.weights(part, prefix)
            elif part.number == 15:
                self.sparse(part, prefix)
            elif part.number == 2 and not prefix:
                self.said["graph"] = self.text(part)
            elif part.number in (11, 12) and not prefix:
                ports = self.inputs if part.number == 11 else self.outputs
                if len(ports) < MAX_PORTS:
                    ports.append(port(self.messages, part))

    def function(self, field: Field) -> None:
        """Walk a function of the model's own: its nodes may hold constants. Its name comes before them."""
        name = "function"
        for part in self.messages.fields(field.start, field.end, "a function"):
            if part.number == 1 and part.wire == BYTES:
                name = self.messages.read(part, 256, "a text").decode(errors="replace")
            elif part.number == 7 and part.wire == BYTES:
                self.node(part, f"{name}/", 1)

    def node(self, field: Field, prefix: str, depth: int) -> None:
        """Walk a node: its operator is counted, constants and inner graphs are looked into."""
        operator = name = output = ""
        attributes: list[Field] = []
        for part in self.messages.fields(field.start, field.end, "a node"):
            if part.wire != BYTES:
                continue
            if part.number == 4:
                operator = self.messages.read(part, 256, "a node").decode(errors="replace")
            elif part.number == 3:
                name = self.messages.read(part, MAX_NAME, "a node").decode(errors="replace")
            elif part.number == 2 and not output:
                output = self.messages.read(part, MAX_NAME, "a node").decode(errors="replace")
            elif part.number == 5:
                self.collect(attributes, part, "a node", "attributes")
        if operator in self.operators or len(self.operators) < MAX_OPERATORS:
            self.operators[operator] += 1
        for attribute in attributes:
            self.attribute(attribute, prefix + (name or output or operator), operator, prefix + output, depth)

    def attribute(self, field: Field, node: str, operator: str, output: str, depth: int) -> None:
        name, constant = "", None
        graphs: list[Field] = []
        for part in self.messages.fields(field.start, field.end, "an attribute"):
            if part.wire != BYTES:
                continue
            if part.number == 1:
                name = self.messages.read(part, 256, "an attribute").decode(errors="replace")
            elif part.number in (6, 11):
                self.collect(graphs, part, "an attribute", "graphs")
            elif part.number == 5:
                constant = part
        if constant is not None and operator == "Constant":
            tensor, _ = onnx_tensor.read(self.messages, constant, self.path)
            if tensor.shape and not (len(tensor.shape) == 1 and tensor.dtype[0] in "IUB"):
                self.keep(Tensor(output, *_but_name(tensor)), prefix="constant")
        for graph in graphs:
            self.graph(graph, f"{node}/{name}/"[-_MAX_PREFIX:], depth + 1)

    def collect(self, parts: list[Field], part: Field, what: str, of_what: str) -> None:
        """Keep a part until its whole is known: its name may come behind it."""
        if len(parts) >= MAX_PARTS:
            raise self.messages.bad(f"{what} has more than {MAX_PARTS:,} {of_what}")
        parts.append(part)

    def weights(self, field: Field, prefix: str) -> None:
        tensor, held = onnx_tensor.read(self.messages, field, self.path)
        self.without_data += not held
        self.keep(Tensor(prefix + tensor.name, *_but_name(tensor)) if prefix else tensor, prefix)

    def sparse(self, field: Field, prefix: str) -> None:
        """Keep both parts of a sparse tensor, which is named as its values are."""
        name = ""
        for part in self.messages.fields(field.start, field.end, "a sparse tensor"):
            if part.number in (1, 2) and part.wire == BYTES:
                tensor, _ = onnx_tensor.read(self.messages, part, self.path)
                name = name or tensor.name
                kind = "values" if part.number == 1 else "indices"
                self.keep(Tensor(f"{prefix}{name}.{kind}", *_but_name(tensor)), prefix)

    def keep(self, tensor: Tensor, prefix: str) -> None:
        """Keep a tensor. Names are unique in the outermost graph; those given by nodes need not be."""
        if tensor.name in self.names:
            if not prefix:
                raise self.messages.bad(f"the tensor {shown(tensor.name)} is there twice")
            tensor = Tensor(f"{tensor.name}#{len(self.tensors)}", *_but_name(tensor))
        if len(self.tensors) >= MAX_TENSORS:
            raise self.messages.bad(f"it has more than {MAX_TENSORS:,} tensors")
        self.names.add(tensor.name)
        self.tensors.append(tensor)

    def metadata(self) -> dict[str, Any]:
        """Return what the model says of itself, and the operators it is made of, the most frequent first."""
        said = self.said | {"opsets": self.opsets, "nodes": self.operators.total()}
        if self.properties:
            said["properties"] = self.properties
        said["operators"] = dict(self.operators.most_common(kept.MAX_LIST))
        return {key: each for key, each in said.items() if each not in ("", 0)}

    def notes(self) -> list[str]:
        found = []
        if self.without_data:
            found.append(f"the data of {self.without_data:,} tensors are not in the file")
        if _TRAINING in self.seen:
            found.append("it holds graphs for training, which are not looked into")
        return found


def _but_name(tensor: Tensor) -> tuple[Any, ...]:
    return (tensor.dtype, tensor.shape, tensor.nbytes, tensor.offset, tensor.file)


def _quantisation(operators: Counter[str]) -> Quantisation | None:
    """Return how weights were quantised, by the operators that undo it."""
    if "MatMulNBits" in operators:
        return Quantisation(NAME, "MatMulNBits")
    if any(name.startswith("QLinear") or name in ("MatMulInteger", "ConvInteger") for name in operators):
        return Quantisation(NAME, "dynamic" if "DynamicQuantizeLinear" in operators else "QOperator")
    if "DequantizeLinear" in operators:
        return Quantisation(NAME, "QDQ")
    return None
