"""ONNX, by its messages: walked without the library, weights stepped over, external data listed."""

from __future__ import annotations

import tracemalloc

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats import dtypes, limits, protobuf
from mvtui.store.nouns.inspection import InspectedFile, Port, Quantisation, Tensor

from . import made
from .made import external, field, graph, node, npz, onnx, port, tensor_proto, varint

WEIGHT = tensor_proto("encoder.weight", [2, 3], raw=bytes(24))
SMALL = onnx(
    graph(
        nodes=[node("MatMul"), node("MatMul"), node("Add", name="/add")],
        weights=[WEIGHT, tensor_proto("encoder.bias", [3], 10, raw=bytes(6))],
        inputs=[port("x", 1, ["batch", 2, None]), port("encoder.weight", 1, [2, 3])],
        outputs=[port("y", 7, None)],
    ),
    more=field(14, field(1, "author") + field(2, "me")) + field(6, "about it"),
)


def read(data: bytes, name: str = "model.onnx") -> InspectedFile:
    return made.read(data, name)


def refused(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError) as caught:
        read(data)
    assert says in caught.value.message
    assert caught.value.message.startswith("model.onnx: not a valid ONNX file: ")


def test_a_model() -> None:
    found = read(SMALL)
    assert found.tensors == (
        Tensor("encoder.weight", "F32", (2, 3), 24, SMALL.index(WEIGHT) + len(WEIGHT) - 24, "model.onnx"),
        Tensor("encoder.bias", "F16", (3,), 6, found.tensors[1].offset, "model.onnx"),
    )
    assert found.inputs == (Port("x", "F32", ("batch", 2, None)),)
    assert found.outputs == (Port("y", "I64", None),)
    assert found.metadata == {
        "ir_version": 8,
        "producer": "made",
        "doc_string": "about it",
        "graph": "main",
        "opsets": {"ai.onnx": 17},
        "nodes": 3,
        "properties": {"author": "me"},
        "operators": {"MatMul": 2, "Add": 1},
    }
    assert found.quantisation is None


def test_the_content_is_known_whatever_the_name() -> None:
    assert read(SMALL, "weights.bin").format == "ONNX"


@pytest.mark.parametrize("kind", [kind for kind, name in dtypes.ONNX.items() if name != "STRING"])
def test_every_type(kind: int) -> None:
    size = (8 * dtypes.BITS[dtypes.ONNX[kind]] + 7) // 8
    (tensor,) = read(onnx(graph(weights=[tensor_proto("t", [4, 2], kind, raw=bytes(size))]))).tensors
    assert (tensor.dtype, tensor.nbytes) == (dtypes.ONNX[kind], size)
    refused(onnx(graph(weights=[tensor_proto("t", [4, 2], kind, raw=bytes(size + 1))])), f"takes {size}")


def test_data_that_are_written_as_numbers() -> None:
    packed = tensor_proto("floats", [2], 1, more=field(4, bytes(8)))
    doubles = tensor_proto("doubles", [2], 11, more=field(10, bytes(16)))
    halves = tensor_proto("halves", [2], 10, more=field(5, varint(1) + varint(70000)))
    longs = tensor_proto("longs", [3], 7, more=field(7, b"\1\2\3"))
    texts = tensor_proto("texts", [2], 8, more=field(6, "ab") + field(6, "cde"))
    found = {t.name: t for t in read(onnx(graph(weights=[packed, doubles, halves, longs, texts]))).tensors}
    assert {name: (t.dtype, t.nbytes) for name, t in found.items()} == {
        "floats": ("F32", 8),
        "doubles": ("F64", 16),
        "halves": ("F16", 4),
        "longs": ("I64", 24),
        "texts": ("STRING", 5),
    }
    assert [name for name, tensor in found.items() if tensor.offset is not None] == ["floats", "doubles"]
    refused(onnx(graph(weights=[tensor_proto("t", [3], 1, more=field(4, bytes(8)))])), "3 numbers take 12")


def test_weights_that_are_nowhere_are_told() -> None:
    found = read(onnx(graph(weights=[tensor_proto("t", [4]), tensor_proto("empty", [0])])))
    assert [tensor.nbytes for tensor in found.tensors] == [0, 0]
    assert found.notes == ("the data of 1 tensors are not in the file",)


def test_external_data_are_listed_and_not_opened() -> None:
    weights = [
        tensor_proto("a", [4], more=external("model.onnx_data", offset=4096, length=16)),
        tensor_proto("b", [4], more=external("data/b.bin")),
    ]
    found = read(onnx(graph(weights=weights)), "onnx/model.onnx")
    assert [(t.file, t.offset, t.nbytes) for t in found.tensors] == [
        ("onnx/model.onnx_data", 4096, 16),
        ("onnx/data/b.bin", 0, 16),
    ]


@pytest.mark.parametrize(
    "location",
    ["", "/etc/passwd", "../weights", "a/../../b", "a//b", ".", "a\0b", "..\\weights", "C:\\weights"],
)
def test_external_data_outside_the_directory_are_refused(location: str) -> None:
    refused(
        onnx(graph(weights=[tensor_proto("t", [4], more=external(location))])),
        "outside the model's directory",
    )


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"offset": "x"}, "the offset of 't' is not a number"),
        ({"offset": "-1"}, "not a number"),
        ({"offset": 2**63}, "not a number"),
        ({"offset": "1" * 3000}, "not a number"),
        ({"offset": "٣"}, "not a number"),
        ({"length": 15}, "said to have 15 bytes, and takes 16"),
    ],
)
def test_places_of_external_data_that_can_not_be(more: dict[str, object], says: str) -> None:
    refused(onnx(graph(weights=[tensor_proto("t", [4], more=external("d", **more))])), says)


def constant(name: str, shape: list[int], kind: int = 1) -> bytes:
    size = (dtypes.BITS[dtypes.ONNX[kind]] // 8) * max(int.__mul__(*([*shape, 1, 1][:2])), 0)
    value = field(1, "value") + field(5, tensor_proto("", shape, kind, raw=bytes(size)))
    return node("Constant", name, attributes=[value])


def test_constants_count_when_they_are_weights() -> None:
    nodes = [
        constant("weights", [4, 2]),
        constant("epsilon", []),
        constant("one", [1]),
        constant("axes", [3], 7),
        constant("table", [3, 2], 7),
        constant("bias", [3]),
        node("Scatter", "other", attributes=[field(1, "value") + field(5, WEIGHT)]),
    ]
    assert [t.name for t in read(onnx(graph(nodes=nodes))).tensors] == ["weights", "one", "table", "bias"]


def test_graphs_in_graphs_are_looked_into() -> None:
    branch = graph(weights=[WEIGHT], nodes=[constant("c", [4, 2]), node("Relu")])
    chosen = node(
        "If",
        "out",
        "choice",
        [field(1, "then_branch") + field(6, branch), field(1, "else_branch") + field(6, branch)],
    )
    body = node("Loop", "loop_out", attributes=[field(1, "body") + field(6, graph(nodes=[chosen]))])
    found = read(onnx(graph(nodes=[body])))
    assert [t.name for t in found.tensors] == [
        "loop_out/body/choice/then_branch/c",
        "loop_out/body/choice/then_branch/encoder.weight",
        "loop_out/body/choice/else_branch/c",
        "loop_out/body/choice/else_branch/encoder.weight",
    ]
    assert found.metadata["operators"]["Relu"] == 2


def test_inner_graphs_of_nodes_without_names_keep_their_tensors_apart() -> None:
    body = node("Loop", attributes=[field(1, "body") + field(6, graph(weights=[WEIGHT]))])
    names = [t.name for t in read(onnx(graph(nodes=[body, body]))).tensors]
    assert names == ["Loop/body/encoder.weight", "Loop/body/encoder.weight#1"]


def test_functions_and_sparse_weights() -> None:
    function = field(1, "gelu") + field(7, constant("table", [4, 2]))
    sparse = field(1, tensor_proto("w", [2], raw=bytes(8))) + field(
        2, tensor_proto("", [2], 7, raw=bytes(16))
    )
    found = read(onnx(graph() + field(15, sparse), more=field(25, function)))
    assert [t.name for t in found.tensors] == ["w.values", "w.indices", "gelu/table"]


@pytest.mark.parametrize(
    ("operators", "name"),
    [
        (["DequantizeLinear", "MatMul"], "QDQ"),
        (["QLinearConv", "DequantizeLinear"], "QOperator"),
        (["MatMulInteger", "DynamicQuantizeLinear"], "dynamic"),
        (["MatMulNBits"], "MatMulNBits"),
    ],
)
def test_quantisation_shows_in_the_operators(operators: list[str], name: str) -> None:
    assert read(onnx(graph(nodes=map(node, operators)))).quantisation == Quantisation("ONNX", name)


def deep(levels: int) -> bytes:
    inside = graph()
    for _ in range(levels):
        inside = graph(nodes=[node("If", attributes=[field(1, "then") + field(6, inside)])])
    return onnx(inside)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "does not say its version"),
        (b"\xff" * 40, "more than 64 bits"),
        (b"\x0b", "unknown wire type 3"),
        (b"\x00\x00", "impossible number 0"),
        (field(1, 8), "it has no graph"),
        (field(2, "made") + field(7, b""), "does not say its version"),
        (field(1, "8"), "perhaps another protocol buffer"),
        (onnx(graph(), opset=0), "does not say which operators"),
        (field(1, 8) + b"\x3a\xff\xff\xff\xff\x0f" + b"x", "claims a field of 4,294,967,295 bytes, and has 1 left"),
        (onnx(b"\x0a\x7f"), "a graph claims a field of 127 bytes, and has 0 left"),
        (onnx(graph(weights=[WEIGHT, WEIGHT])), "the tensor 'encoder.weight' is there twice"),
        (onnx(graph(weights=[tensor_proto("t", [-1])])), "not a list of sizes"),
        (onnx(graph(weights=[tensor_proto("t", [2**40, 2**40])])), "impossibly large"),
        (onnx(graph(weights=[tensor_proto("t", [1] * 65)])), "not a list of sizes"),
        (onnx(graph(weights=[field(1, varint(1) * 65) + field(8, "t")])), "more than 64 numbers"),
        (onnx(graph(weights=[field(2, 1) + field(8, b"\xff")])), "the name of a tensor is not UTF-8"),
        (onnx(graph(inputs=[port("x", 1, [1] * 65)])), "more than 64 dimensions"),
        (onnx(graph(nodes=[node("If", attributes=[b""] * 4097)])), "a node has more than 4,096 attributes"),
        (onnx(graph(nodes=[node("If", attributes=[field(11, b"") * 4097])])), "more than 4,096 graphs"),
        (deep(17), "nested more than 16 deep"),
        (deep(500), "nested more than 16 deep"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (npz({"a.npy": made.npy()}), ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(data: bytes, says: str) -> None:
    if not says:
        assert read(data).format == "NumPy archive"
        return
    refused(data, says)


def test_graphs_as_deep_as_allowed_are_read() -> None:
    assert read(deep(16)).metadata["nodes"] == 16


def test_a_file_cut_off_at_any_byte_is_refused_but_behind_what_it_needs() -> None:
    """Protocol buffers have no end: what only lacks some last fields can't be told from what never had them."""
    whole = {len(SMALL)}
    model = protobuf.Messages(formats.Source(made.Counted(SMALL), len(SMALL), "m"), "ONNX")
    for each in model.fields(0, len(SMALL), "it"):
        if each.number >= 8 or each.number == 6:
            whole.add(each.end)
    passed = set()
    for end in range(len(SMALL) + 1):
        try:
            read(SMALL[:end])
        except BadFileError:
            continue
        passed.add(end)
    assert passed == whole


def test_the_weights_are_not_read() -> None:
    size = (2 << 30) - 4096
    raw = varint(9 << 3 | 2) + varint(size)
    tensor = tensor_proto("w", [size], 2) + raw
    inside = field(2, "g") + varint(5 << 3 | 2) + varint(len(tensor) + size) + tensor
    head = (
        field(1, 8)
        + varint(8 << 3 | 2)
        + varint(2)
        + field(2, 17)
        + varint(7 << 3 | 2)
        + varint(len(inside) + size)
        + inside
    )
    file = made.Vast(len(head) + size, head=head)
    (found,) = formats.read(formats.Source(file, file.size, "m.onnx")).tensors
    assert (found.nbytes, found.offset) == (size, len(head))
    assert file.taken < 65_536


ENDLESS = {
    "empty nodes": (field(1, b""), "more than 20,000 fields"),
    "unknown fields": (field(99, 1), "more than 20,000 fields"),
    "fields far apart": (field(99, bytes(1 << 16)), "spread over more than 4,194,304 bytes"),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_a_file_of_endless_fields_is_given_up(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf, "MAX_FIELDS", 20_000)
    monkeypatch.setattr(limits, "MAX_READ", 4 << 20)
    pattern, says = ENDLESS[what]
    size = 1 << 34
    head = field(1, 8) + field(8, field(2, 17)) + varint(7 << 3 | 2) + varint(size)
    file = made.Vast(len(head) + size, head=head, pattern=pattern)
    with pytest.raises(BadFileError, match=says):
        formats.read(formats.Source(file, file.size, "m.onnx"))
    assert file.taken <= (4 << 20) + 16_384


def test_more_tensors_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvtui.store.knowledge.formats.onnx.MAX_TENSORS", 3)
    weights = [tensor_proto(str(n), [0]) for n in range(4)]
    assert len(read(onnx(graph(weights=weights[:3]))).tensors) == 3
    refused(onnx(graph(weights=weights)), "more than 3 tensors")


@pytest.mark.parametrize(
    "part", [field(8, b""), field(14, b""), field(25, b""), field(7, b""), field(20, b"")]
)
def test_many_small_parts_take_no_memory(part: bytes) -> None:
    data = onnx(graph(), more=part * 50_000)
    tracemalloc.start()
    try:
        read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200_000


def test_names_of_nodes_do_not_multiply() -> None:
    """Thousands of tensors in a node with a name of 60,000 characters."""
    weights = [tensor_proto(f"{n}", [0]) for n in range(5000)]
    body = node(
        "Loop", name="n" * 60_000, attributes=[field(1, "b" * 200) + field(6, graph(weights=weights))]
    )
    data = onnx(graph(nodes=[body]))
    tracemalloc.start()
    try:
        assert len(read(data).tensors) == 5000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20
