"""What of weights is their interface, and what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from mvtui.store.nouns.inspection import InspectedFile, Inspection, Port, Tensor
from mvtui.store.nouns.interface import Interface, interface_change, interface_of

_BITS = {"F32": 32, "BF16": 16, "Q4_K": 4.5, "I8": 8}
Tensors = dict[str, tuple[str, tuple[int, ...]]]


def inspection(tensors: Tensors, *, kind: str = "safetensors", **more: Any) -> Inspection:
    found = []
    for name, (dtype, shape) in tensors.items():
        tensor = Tensor(name, dtype, shape, 0, 0, "m")
        size = int(tensor.parameters * _BITS[dtype] / 8)
        found.append(Tensor(name, dtype, shape, size, 0, "m"))
    file = InspectedFile("m", 1, kind, tensors=tuple(found), **more)
    return Inspection(kind, (file,), tuple(found))


def interface(tensors: Tensors, **more: Any) -> Interface:
    found = interface_of(inspection(tensors, **more))
    assert found is not None
    return found


WORDS: Tensors = {"word.weight": ("F32", (30522, 384)), "norm": ("F32", (384,))}


@pytest.mark.parametrize(
    ("after", "change", "words"),
    [
        (WORDS, "weights", ""),
        (dict(reversed(WORDS.items())), "weights", ""),
        (
            WORDS | {"word.weight": ("F32", (31000, 384))},
            "interface",
            "tensor shapes changed: word.weight 30522x384 → 31000x384",
        ),
        (
            {"word.weight": ("F32", (2,)), "norm": ("F32", ())},
            "interface",
            "tensor shapes changed: word.weight 30522x384 → 2 and 1 more",
        ),
        ({"norm": ("F32", (384,))}, "interface", "tensors removed: word.weight"),
        (WORDS | {"b": ("F32", (1,)), "c": ("F32", (1,))}, "interface", "tensors added: b and 1 more"),
        (
            {"norm": ("F32", (384,)), "words.weight": ("F32", (30522, 384))},
            "interface",
            "tensors removed: word.weight; tensors added: words.weight",
        ),
        (
            {name: ("BF16", shape) for name, (_, shape) in WORDS.items()},
            "retyped",
            "tensor types changed: F32 → BF16",
        ),
        (WORDS | {"word.weight": ("Q4_K", (30522, 384))}, "quantised", "tensor types changed: F32 → Q4_K, F32"),
        # Another shape says more than another type.
        (WORDS | {"norm": ("BF16", (385,))}, "interface", "tensor shapes changed: norm 384 → 385"),
    ],
)  # fmt: skip
def test_what_became_of_weights(after: Tensors, change: str, words: str) -> None:
    assert interface_change(interface(WORDS), interface(after)) == (change, words)


def test_what_was_quantised_and_is_so_another_way_was_not_quantised_now() -> None:
    quantised = interface({"w": ("Q4_K", (256, 8))})
    assert interface_change(quantised, interface({"w": ("I8", (256, 8))}))[0] == "retyped"
    assert interface_change(quantised, interface({"w": ("F32", (256, 8))}))[0] == "retyped"


@pytest.mark.parametrize("kind", ["pickle", "joblib"])
def test_arrays_as_long_as_what_was_learned_are_no_interface(kind: str) -> None:
    assert interface_of(inspection(WORDS, kind=kind)) is None


def test_what_is_not_whole_or_has_no_tensors_has_no_interface() -> None:
    whole = inspection(WORDS)
    assert (
        interface_of(Inspection("safetensors", whole.files, whole.tensors, problems=("a shard is missing",)))
        is None
    )
    assert interface_of(Inspection("unknown", ())) is None


def test_onnx_has_inputs_and_outputs_and_names_made_up_by_exporters() -> None:
    def model(name: str, *, width: int = 4, batch: Any = "batch") -> Interface:
        tensors: Tensors = {name: ("F32", (4, 4)), "layer.weight": ("F32", (4,))}
        port = Port("ids", "I64", (batch, width))
        return interface(tensors, kind="ONNX", inputs=(port,), outputs=(Port("logits", "F32", None),))

    before = model("onnx::MatMul_12")
    assert interface_change(before, model("onnx::MatMul_99"))[0] == "weights"
    assert interface_change(before, model("onnx::MatMul_12", batch=None))[0] == "weights"
    words = interface_change(before, model("onnx::MatMul_12", width=8))[1]
    assert words == "tensor shapes changed: input ids ?x4 → ?x8"
    assert interface_change(before, model("w"))[1] == "tensors removed: (1. unnamed 4x4); tensors added: w"
