"""Tensors counted by type and by module."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import (
    Module,
    Share,
    Tensor,
    by_dtype,
    find_module,
    tensor_modules,
    tensor_path,
    tensors_within,
    top_modules,
)


def tensor(name: str, *shape: int, dtype: str = "F32", file: str = "m.safetensors") -> Tensor:
    return Tensor(name, dtype, shape, 4 * math.prod(shape), None, file)


BERT = [
    tensor("bert.encoder.layer.10.weight", 4),
    tensor("bert.encoder.layer.2.weight", 4),
    tensor("bert.encoder.layer.2.bias", 1, dtype="I64"),
    tensor("bert.pooler.weight", 2, 3),
]


def test_types_with_the_most_parameters_first() -> None:
    assert by_dtype(BERT) == (Share("F32", 3, 14, 56), Share("I64", 1, 1, 4))
    assert by_dtype([]) == ()


def test_modules_below_one_in_natural_order() -> None:
    assert tensor_modules(BERT) == (Module("bert", "bert", 4, 15, 60),)
    assert tensor_modules(BERT, "bert.encoder.layer") == (
        Module("bert.encoder.layer.2", "2", 2, 5, 20),
        Module("bert.encoder.layer.10", "10", 1, 4, 16),
    )
    assert [module.name for module in tensor_modules(BERT, "bert.pooler")] == ["weight"]
    assert tensor_modules(BERT, "bert.pooler")[0].leaf
    assert tensor_modules(BERT, "bert.pooler.weight") == ()
    assert tensor_modules(BERT, "nowhere") == ()


def test_the_first_level_with_a_choice() -> None:
    assert [module.path for module in top_modules(BERT)] == ["bert.encoder", "bert.pooler"]
    assert [module.path for module in top_modules(BERT[:1])] == ["bert.encoder.layer.10.weight"]
    assert top_modules([]) == ()


def test_what_lies_within_a_module_and_not_beside_it() -> None:
    tensors = [tensor("a.b"), tensor("a.bc"), tensor("a.b.c"), tensor("a")]
    assert [each.name for each in tensors_within(tensors, "a.b")] == ["a.b", "a.b.c"]
    assert tensors_within(tensors, "") == tuple(tensors)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("/encoder/layer.0/weight", ["encoder", "layer", "0", "weight"]),
        ("onnx::MatMul_12", ["onnx", "MatMul_12"]),
        ("a..b", ["a", "b"]),
        ("model/dense/kernel:0", ["model", "dense", "kernel:0"]),
    ],
)
def test_names_are_parted_as_frameworks_write_them(name: str, parts: list[str]) -> None:
    found = []
    modules = tensor_modules([tensor(name, 1)])
    while modules:
        (module,) = modules
        found.append(module.name)
        modules = tensor_modules([tensor(name, 1)], module.path)
    assert found == parts


def test_directories_are_modules_and_may_be_left_out_of_a_name() -> None:
    tensors = [
        tensor("down.0.weight", 1, file="unet/a.safetensors"),
        tensor("weight", 2, file="vae/b.safetensors"),
    ]
    assert tensor_path(tensors[0]) == "unet/down.0.weight"
    assert [module.path for module in tensor_modules(tensors)] == ["unet", "vae"]
    assert find_module(tensors, "unet/down") == "unet/down"
    assert find_module(tensors, "down.0") == "unet/down.0"
    assert find_module(tensors, "own") is None
    assert tensors_within(tensors, "unet/down.0") == (tensors[0],)


names = st.lists(st.sampled_from(["a", "b", "0", "10", "2"]), min_size=1, max_size=4).map(".".join)


@given(st.lists(names, max_size=10, unique=True))
def test_every_level_counts_every_tensor_once(given_names: list[str]) -> None:
    tensors = [tensor(name, 1) for name in given_names]

    def check(below: str) -> None:
        own = below in given_names
        modules = tensor_modules(tensors, below)
        assert sum(module.tensors for module in modules) + own == len(tensors_within(tensors, below))
        for module in modules:
            assert module.leaf == (tensors_within(tensors, module.path) == (tensor(module.path, 1),))
            check(module.path)

    check("")
