"""What an inspection says of itself: counts, metadata, JSON."""

from __future__ import annotations

import json

import pytest
from mvtui.store import (
    Architecture,
    Cut,
    InspectedFile,
    Inspection,
    Pickles,
    Port,
    Quantisation,
    Tensor,
    Tokenizer,
)
from mvtui.store.nouns.pickles import worst

TENSOR = Tensor("a.b", "F32", (2, 3), 24, 100, "m.safetensors")
FILE = InspectedFile(
    "m.safetensors",
    124,
    "safetensors",
    digest="00ff",
    tensors=(TENSOR,),
    metadata={"nan": float("nan"), "cut": Cut("text", 5000, "x"), "list": [1, None, {"a": float("inf")}]},
    inputs=(Port("x", "F32", ("batch", 3, None)),),
    notes=("odd",),
)


def test_all_of_it_as_json() -> None:
    whole = Inspection(
        "safetensors",
        (FILE, InspectedFile("b.bin", 5, "unknown", suggests="text", problem="bad")),
        (TENSOR,),
        Architecture("bert", layers=6, said_by="config.json"),
        Quantisation("gptq", bits=4),
        Tokenizer("BPE", 100, 2, ("<s>",)),
        Pickles("unsafe", ("os.system",), ("os.system",)),
        ("note",),
        ("problem",),
    )
    row = json.loads(json.dumps(whole.as_dict(), allow_nan=False))
    assert "tensors" not in row
    assert {name: row[name] for name in ("format", "size", "parameters", "tensor_count", "tensor_bytes")} == {
        "format": "safetensors",
        "size": 129,
        "parameters": 6,
        "tensor_count": 1,
        "tensor_bytes": 24,
    }
    assert row["dtypes"] == {"F32": {"tensors": 1, "parameters": 6, "bytes": 24}}
    assert row["modules"] == {"a.b": {"tensors": 1, "parameters": 6, "bytes": 24}}
    assert row["architecture"]["layers"] == 6
    assert row["quantisation"] == {"method": "gptq", "name": "", "bits": 4, "group_size": None}
    assert row["tokenizer"] == {"type": "BPE", "vocabulary": 100, "added": 2, "special": ["<s>"]}
    assert row["pickles"]["verdict"] == "unsafe"
    assert row["files"] == [
        {
            "path": "m.safetensors",
            "size": 124,
            "format": "safetensors",
            "digest": "00ff",
            "tensors": 1,
            "metadata": {
                "nan": "NaN",
                "cut": {"type": "text", "count": 5000, "start": "x"},
                "list": [1, None, {"a": "Infinity"}],
            },
            "inputs": [{"name": "x", "dtype": "F32", "shape": ["batch", 3, None]}],
            "notes": ["odd"],
        },
        {
            "path": "b.bin",
            "size": 5,
            "format": "unknown",
            "digest": None,
            "tensors": 0,
            "metadata": {},
            "suggests": "text",
            "problem": "bad",
        },
    ]
    assert (row["notes"], row["problems"]) == (["note"], ["problem"])
    assert whole.as_dict(tensors=True)["tensors"] == [
        {
            "name": "a.b",
            "dtype": "F32",
            "shape": [2, 3],
            "nbytes": 24,
            "offset": 100,
            "file": "m.safetensors",
            "big_endian": False,
        }
    ]


def test_metadata_are_those_of_the_weights_the_first_file_s_first() -> None:
    def file(path: str, tensors: tuple[Tensor, ...], **metadata: str) -> InspectedFile:
        return InspectedFile(path, 1, "x", tensors=tensors, metadata=metadata)

    weights = (file("a", (TENSOR,), k="1", only="a"), file("b", (TENSOR,), k="2"))
    assert Inspection("x", (file("c", (), k="3"), *weights), (TENSOR,)).metadata == {"k": "1", "only": "a"}
    assert Inspection("x", (file("c", (), k="3"),)).metadata == {"k": "3"}


@pytest.mark.parametrize(
    ("quantisation", "label"),
    [
        (Quantisation("GGUF", "Q4_K_M"), "GGUF, Q4_K_M"),
        (Quantisation("gptq", "", 4, 128), "gptq, 4 bits, groups of 128"),
        (Quantisation("fp8"), "fp8"),
    ],
)
def test_quantisation_in_words(quantisation: Quantisation, label: str) -> None:
    assert quantisation.label == label


def test_the_worst_verdict_on_pickles_is_that_of_all() -> None:
    safe, partial = Pickles("safe", ("a",)), Pickles("partial", ("b", "a"))
    unsafe = Pickles("unsafe", ("os.system",), ("os.system",))
    assert worst([None, None]) is None
    assert worst([safe, None]) == safe
    assert worst([safe, partial]) == Pickles("partial", ("a", "b"))
    assert worst([partial, Pickles("unknown")]) == Pickles("unknown", ("b", "a"))
    assert worst([safe, unsafe, partial]) == Pickles("unsafe", ("a", "os.system", "b"), ("os.system",))


def test_a_scalar_has_one_parameter_and_an_empty_tensor_none() -> None:
    assert Tensor("a", "F32", (), 4, 0, "f").parameters == 1
    assert Tensor("a", "F32", (0, 5), 0, 0, "f").parameters == 0
