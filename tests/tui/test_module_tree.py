"""The tree of modules: the largest opened, what repeats put together, never too long."""

from __future__ import annotations

from mvtui.store import Tensor
from mvtui.tui.module_tree import MOST_BESIDE, MOST_LINES, Line, module_lines


def tensor(name: str, size: int = 1, file: str = "m") -> Tensor:
    return Tensor(name, "F32", (size,), 4 * size, None, file)


def bert(layers: int) -> list[Tensor]:
    layer = {"attention.self.query": 100, "attention.output.dense": 100, "output.dense": 400}
    tensors = [tensor("bert.embeddings.word", 2000), tensor("bert.pooler.dense.weight", 90)]
    for n in range(layers):
        for name, size in layer.items():
            tensors += [
                tensor(f"bert.encoder.layer.{n}.{name}.weight", size),
                tensor(f"bert.encoder.layer.{n}.{name}.bias", 1),
            ]
    return tensors


def drawn(lines: list[Line]) -> list[str]:
    return [f"{line.guide}{line.label} {line.times}x {line.parameters}" for line in lines]


def test_layers_that_are_alike_are_one_line_and_so_is_what_lies_in_them() -> None:
    assert drawn(module_lines(bert(12))) == [
        "embeddings.word 1x 2000",
        "encoder.layer.0…11 12x 7236",
        "├─ attention 12x 2424",
        "│  ├─ output.dense 12x 1212",
        "│  └─ self.query 12x 1212",
        "└─ output.dense 12x 4812",
        "pooler.dense.weight 1x 90",
    ]
    assert drawn(module_lines(bert(12), ascii_only=True))[2:4] == [
        "|- attention 12x 2424",
        "|  |- output.dense 12x 1212",
    ]


def test_a_layer_that_differs_stands_alone() -> None:
    tensors = [*bert(9), tensor("bert.encoder.layer.4.extra", 7)]
    labels = [f"{line.guide}{line.label}" for line in module_lines(tensors, most=6)]
    assert labels == ["embeddings.word", "encoder.layer", "├─ 0…3", "├─ 4", "└─ 5…8", "pooler.dense.weight"]


def test_two_that_are_alike_are_one_line_and_numbers_with_a_gap_are_not() -> None:
    assert module_lines(bert(2))[1].label == "encoder.layer.0…1"
    gap = [tensor(f"{n}.w", 5) for n in (0, 2, 4)]
    assert [line.label for line in module_lines(gap)] == ["0.w", "2.w", "4.w"]


def test_layers_of_equal_size_that_hold_other_parts_stay_shut() -> None:
    names = [("attn", "mlp", "norm"), ("attn", "mlp", "norm"), ("conv", "mlp", "norm")]
    tensors = [tensor(f"h.{n}.{part}.w", 50) for n, parts in enumerate(names) for part in parts]
    assert drawn(module_lines(tensors)) == ["0…2 3x 450"]
    alike = [each for each in tensors if not each.name.startswith("h.2")]
    assert [line.label for line in module_lines([*alike, tensor("norm.w", 5)])] == [
        "h.0…1",
        "attn.w",
        "mlp.w",
        "norm.w",
        "norm.w",
    ]


def test_below_a_module() -> None:
    assert drawn(module_lines(bert(12), "bert.encoder.layer.3")) == [
        "attention 1x 202",
        "├─ output.dense 1x 101",
        "└─ self.query 1x 101",
        "output.dense 1x 401",
    ]
    assert drawn(module_lines(bert(12), "bert.encoder.layer.3.output.dense")) == [
        "bias 1x 1",
        "weight 1x 400",
    ]


def test_counts_of_all_lines_at_the_root_are_those_of_the_whole() -> None:
    tensors = bert(12)
    roots = [line for line in module_lines(tensors) if not line.guide]
    assert sum(line.parameters for line in roots) == sum(each.parameters for each in tensors)
    assert sum(line.tensors for line in roots) == len(tensors)
    assert sum(line.nbytes for line in roots) == sum(each.nbytes for each in tensors)


def test_many_modules_beside_each_other_are_few_lines() -> None:
    tensors = [tensor(f"part{chr(97 + n % 26)}{n}.weight", 10 + n) for n in range(300)]
    lines = module_lines(tensors)
    assert len(lines) == MOST_BESIDE
    assert lines[-1].label == "289 more"
    assert lines[-1].times == 1
    assert sum(line.parameters for line in lines) == sum(each.parameters for each in tensors)


def test_of_many_modules_the_tiny_ones_have_no_line() -> None:
    tensors = [tensor("body.weight", 10**6), *(tensor(f"const_{chr(97 + n)}", 2) for n in range(20))]
    assert [line.label for line in module_lines(tensors)] == ["body.weight", "20 more"]


def test_a_tree_is_never_longer_than_asked() -> None:
    wide = [tensor(f"{a}.{b}.{c}.w", 5) for a in "abcdef" for b in "ghijkl" for c in "mnop"]
    assert len(module_lines(wide)) <= MOST_LINES
    assert len(module_lines(wide, most=40)) <= 40
    assert len(module_lines(wide, most=40)) > MOST_LINES


def test_directories_are_the_first_modules() -> None:
    tensors = [tensor("w", 5, "unet/a.safetensors"), tensor("w", 6, "vae/b.safetensors")]
    assert [line.label for line in module_lines(tensors)] == ["unet/w", "vae/w"]


def test_names_are_made_safe_and_deep_ones_end() -> None:
    tensors = [tensor("a\x1b[2J.\u202eb", 1), tensor("x." * 50_000 + "y", 1), tensor("", 1), tensor("...", 1)]
    for line in module_lines(tensors):
        assert line.label.isprintable()
        assert len(line.label) < 200
    assert module_lines([]) == []
    assert module_lines([tensor("")]) == []
