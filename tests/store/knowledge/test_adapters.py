"""Whether an adapter fits: names made to keep whoever compares them busy; and the small print."""

from __future__ import annotations

import pytest
from mvtui.store.knowledge.adapters import misfits
from mvtui.store.nouns.adapter import Adapter
from mvtui.store.nouns.inspection import InspectedFile, Inspection, Tensor


def inspection(*names: str, shape: tuple[int, ...] = (2, 2), dtype: str = "F32") -> Inspection:
    tensors = tuple(Tensor(name, dtype, shape, 16, 0, "m") for name in names)
    return Inspection("safetensors", (InspectedFile("m", 1, "safetensors", tensors=tensors),), tensors)


def said(adapter: Inspection, base: Inspection) -> tuple[str, ...]:
    return misfits(adapter, base, (), (), "base@1.0.0")


@pytest.mark.parametrize(
    ("adapted", "held"),
    [
        ("a." * 30_000 + "{}.lora_A.weight", "a." * 30_000 + "{}.w.weight"),
        (".lora_A" * 9_000 + ".{}", "{}.weight"),
        ("x{}.l.q.lora_A.weight", "y{}.l.q.weight"),
        ("q.lora_A.{}", "y{}.q.weight"),
    ],
)
def test_many_names_that_are_nearly_alike_are_told_apart_soon(adapted: str, held: str) -> None:
    count = 20_000 if len(adapted) < 100 else 100
    adapter = inspection(*(adapted.format(number) for number in range(count)))
    base = inspection(*(held.format(number) for number in range(count)))
    assert all(len(sentence) < 500 for sentence in said(adapter, base))


def test_a_matrix_alone_says_where_it_belongs_and_no_shape() -> None:
    assert said(inspection("m.q.lora_A.weight", shape=(2, 99)), inspection("m.q.weight")) == ()
    assert said(inspection("m.q.lora_A.weight"), inspection("m.k.weight")) == (
        "its only module is not in base@1.0.0 (such as m.q)",
    )


def test_vectors_and_tensors_of_no_module_say_nothing() -> None:
    base = inspection("m.q.weight", "m.q.bias", "scale")
    assert said(inspection("m.q.lora_magnitude_vector", "prompt_embeddings", shape=(9,)), base) == ()
    assert said(inspection("m.q.lora_A.weight", shape=(9,)), base) == ()


def test_a_base_that_calls_its_modules_otherwise_says_nothing() -> None:
    gguf = inspection("blk.0.attn_q.weight")
    gguf = Inspection("GGUF", gguf.files, gguf.tensors)
    assert said(inspection("m.q.lora_A.weight"), gguf) == ()


def test_an_adapter_in_a_few_words() -> None:
    assert Adapter().label == ""
    assert Adapter("IA3").label == "IA3"
    many = Adapter("LORA", rank=8, alpha=0.5, targets=tuple("abcdefghij"))
    assert many.label == "LORA, rank 8, alpha 0.5, on a, b, c, d, e, f, g, h and 2 more"
