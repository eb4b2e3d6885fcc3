"""What is inside a model file, in words."""

from __future__ import annotations

from typing import Any

import pytest
from mvtui.store import Architecture, Cut, Port, Tokenizer
from mvtui.tui import inspection as words


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00k"),
        (9_994, "9.99k"),
        (9_996, "10.0k"),
        (147_840, "148k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (22_713_728, "22.7M"),
        (7_241_732_096, "7.24B"),
        (671 * 10**9, "671B"),
        (10**30, "1000000000000000Q"),
    ],
)
def test_amounts(number: int, text: str) -> None:
    assert words.amount(number) == text


@pytest.mark.parametrize(
    ("share", "plain", "ascii_"),
    [(0, "", ""), (1, "████", "####"), (0.5, "██", "##"), (0.001, "▏", "#"), (0.4, "█▋", "##"), (7, "████", "####"), (-1, "", "")],
)  # fmt: skip
def test_bars(share: float, plain: str, ascii_: str) -> None:
    assert words.bar(share, 4) == plain
    assert words.bar(share, 4, ascii_only=True) == ascii_


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1, 2, "50.0 %"),
        (1, 10_000, "<0.1 %"),
        (9999, 10_000, ">99.9 %"),
        (5, 5, "100.0 %"),
        (0, 5, "0.0 %"),
        (0, 0, ""),
    ],
)
def test_percentages(part: int, whole: int, text: str) -> None:
    assert words.percent(part, whole) == text


def test_shapes() -> None:
    assert words.shape((30522, 384)) == "30522 × 384"
    assert words.shape((2, 3), ascii_only=True) == "2 x 3"
    assert words.shape(()) == "scalar"
    assert words.shape(("batch\x1b", None, 3)) == "batch␛ × ? × 3"


def test_an_architecture_in_words() -> None:
    said = Architecture(
        "llama", ("LlamaForCausalLM",), 32, 4096, 14336, 32, 8, 128256, 8192, 8, 2, "bfloat16", "config.json"
    )
    assert words.architecture(said) == [
        "llama (LlamaForCausalLM)",
        "32 layers",
        "hidden size 4,096",
        "feed-forward 14,336",
        "32 heads (8 for keys and values)",
        "8 experts (2 used)",
        "vocabulary 128,256",
        "context 8,192",
        "bfloat16",
    ]
    assert words.architecture(Architecture(classes=("A", "B"), layers=1)) == ["A, B", "1 layer"]
    assert words.architecture(Architecture()) == []


def test_a_tokenizer_in_words() -> None:
    assert words.tokenizer(Tokenizer("BPE", 1)) == "BPE, 1 token"
    said = Tokenizer("BPE", 50_257, 20, tuple(f"<{n}>" for n in range(20)))
    assert words.tokenizer(said) == "BPE, 50,257 tokens, 20 of them added: <0> <1> <2> <3> <4> <5> <6> <7>…"


def test_a_port_in_words() -> None:
    assert words.port(Port("x", "F32", ("batch", None))) == ("x", "F32", "batch × ?")
    assert words.port(Port("x\n", "I64")) == ("x␊", "I64", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0.5, "0.5"),
        ("two\n lines", "two lines"),
        ([1, "a", None], "1, a, null"),
        ({"a": [1], "b": {}}, "a: 1, b: "),
        (Cut("text", 5000, "the  start"), "5.0 kB of text: the start"),
        (Cut("text", 5000), "5.0 kB of text"),
        (Cut("object", 1000), "1,000 fields"),
        (Cut("list", 100, [0, 1]), "100 values: 0, 1, …"),
        (Cut("list", 1), "1 value"),
        (Cut("STRING", 32_000), "32,000 values of STRING"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
    ],
)
def test_values_of_metadata(value: Any, text: str) -> None:
    assert words.value(value) == text
    assert len(words.value(["long"] * 1000)) <= 200
