"""The tree of a model's tensors, as far as it is unfolded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import Tensor
from mvtui.tui.tensor_tree import Row, TensorTree


def tensors(*names: str, file: str = "m.safetensors") -> list[Tensor]:
    return [Tensor(name, "F32", (2,), 8, None, file) for name in names]


def told(tree: TensorTree, rows: list[Row]) -> list[str]:
    return [f"{'  ' * row.depth}{row.label} {tree.parameters(row)}" for row in rows]


LAYERS = tensors(
    "model.embed.weight",
    *(f"model.layers.{n}.{part}" for n in range(11) for part in ("attn.q", "attn.k", "norm")),
)


def test_only_what_is_unfolded_is_seen() -> None:
    tree = TensorTree(LAYERS)
    assert told(tree, tree.rows()) == ["model 68"]
    model = tree.rows()[0].key
    assert told(tree, tree.rows([model])) == ["model 68", "  embed.weight 2", "  layers 66"]
    layers = tree.rows([model])[2].key
    rows = tree.rows([model, layers])
    assert [row.label for row in rows[3:]] == [str(n) for n in range(11)]
    assert told(tree, tree.rows([model, layers, rows[4].key]))[3:8] == [
        "    0 6",
        "    1 6",
        "      attn 4",
        "      norm 2",
        "    2 6",
    ]
    # What is unfolded in something folded stays out of sight.
    assert told(tree, tree.rows([layers])) == ["model 68"]


def test_at_a_glance_the_largest_are_unfolded_as_far_as_they_fit() -> None:
    tree = TensorTree([*LAYERS, *tensors("head.a.w", "head.a.b", "head.b")])
    for most, labels in (
        (2, ["head", "model"]),
        (4, ["head", "model", "embed.weight", "layers"]),
        (8, ["head", "model", "embed.weight", "layers"]),
        (16, ["head", "model", "embed.weight", "layers", *map(str, range(11))]),
    ):
        rows = tree.rows(tree.glance(most))
        assert len(rows) <= most
        assert sorted(row.label for row in rows) == sorted(labels), most
    assert TensorTree([]).glance(12) == []


def test_what_holds_but_one_thing_shares_its_line() -> None:
    tree = TensorTree(tensors("bert.encoder.layer.0.w", "bert.encoder.layer.1.w"))
    assert told(tree, tree.rows()) == ["bert.encoder.layer 4"]
    assert told(tree, tree.rows([tree.rows()[0].key])) == ["bert.encoder.layer 4", "  0.w 2", "  1.w 2"]


def test_directories_are_modules_and_every_separator_parts() -> None:
    unet = tensors("conv.w", "conv/b", file="unet/m.safetensors")
    tree = TensorTree([*unet, *tensors("a::w", "a.b", file="vae/m.safetensors")])
    keys = [row.key for row in tree.rows()]
    assert told(tree, tree.rows(keys)) == ["unet.conv 4", "  b 2", "  w 2", "vae.a 4", "  b 2", "  w 2"]


def test_strange_names_are_all_there() -> None:
    names = ("a", "a.b", "a.b", "a-b.c", "", ".", "..x", "a.", "a.b.c", "\0", "a\0d")
    tree = TensorTree(tensors(*names))
    opened: set[str] = set()
    while True:
        rows = tree.rows(opened)
        more = {row.key for row in rows if row.tensor is None}
        if more == opened:
            break
        opened = more
    assert sorted(row.tensor.name for row in rows if row.tensor) == sorted(names)
    assert len({row.key for row in rows}) == len(rows)


def test_words_find_tensors_by_their_whole_path() -> None:
    tree = TensorTree(LAYERS)
    found = tree.found("LAYERS.1. attn")
    assert [row.label for row in found] == ["model.layers.1.attn.k", "model.layers.1.attn.q"]
    assert {row.depth for row in found} == {0}
    assert [row.label for row in TensorTree(tensors("a.LayerNorm.w")).found("layernorm")] == ["a.LayerNorm.w"]
    assert list(tree.found("nothing of that")) == []
    assert len(tree.found(" ")) == len(LAYERS)


NAMES = st.lists(st.text(st.sampled_from("ab./:\0é1"), max_size=6), max_size=12)


@given(NAMES)
def test_every_tensor_is_below_the_modules_that_lead_to_it(names: list[str]) -> None:
    tree = TensorTree(tensors(*names))
    opened: set[str] = set()
    for _ in range(20):
        rows = tree.rows(opened)
        opened |= {row.key for row in rows if row.tensor is None}
    rows = tree.rows(opened)
    assert sorted(row.tensor.name for row in rows if row.tensor) == sorted(names)
    assert len({row.key for row in rows}) == len(rows)
    tops = [row for row in rows if row.depth == 0]
    assert sum(tree.parameters(row) for row in tops) == tree.total == 2 * len(names)
    assert sum(tree.nbytes(row) for row in tops) == 8 * len(names)
