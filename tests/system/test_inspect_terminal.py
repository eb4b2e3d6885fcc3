"""``mvtui inspect`` on a real terminal: what fits, what is left out when it is narrow, colour or none, ASCII."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.knowledge.formats import made
from tests.system.terminal import Terminal, clean_environment

PROGRAM = "import sys; from mvtui.tui.entry import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "m"
    folder.mkdir()
    parts = {"attention.query": 64, "attention.value": 64, "intermediate.dense": 256}
    layers = {
        f"bert.encoder.layer.{n}.{part}.weight": ("F32", [64, size], 256 * size)
        for n in range(12)
        for part, size in parts.items()
    }
    words = {"bert.embeddings.word_embeddings_of_a_long_name.weight": ("F16", [9000, 64], 1_152_000)}
    (folder / "model.safetensors").write_bytes(made.safetensors(words | layers, {"format": "pt"}))
    config = {
        "model_type": "bert",
        "architectures": ["BertForSequenceClassification"],
        "num_hidden_layers": 12,
    }
    numbers = {"hidden_size": 64, "intermediate_size": 256, "num_attention_heads": 4, "vocab_size": 9000}
    (folder / "config.json").write_text(json.dumps(config | numbers))
    return folder


Show = Callable[..., Terminal]


@pytest.fixture
def show(model: Path, monkeypatch: pytest.MonkeyPatch) -> Show:
    """Inspect the model in a terminal."""

    def call(*words: str, columns: int = 80, **environ: str) -> Terminal:
        path = {"PYTHONPATH": str(Path(__file__).parents[2] / ".src")}
        python = [sys.executable, "-c", PROGRAM, "inspect", ".", *words]
        monkeypatch.chdir(model)
        terminal = Terminal(python, columns, 200, clean_environment(**environ, **path))
        assert terminal.ends() == 0, terminal.text
        terminal.close()
        return terminal

    return call


@pytest.mark.parametrize("columns", [62, 80, 120])
def test_no_line_wraps_and_modules_keep_their_bars(show: Show, columns: int) -> None:
    rows = show(columns=columns).text.rstrip().split("\n")
    titles = {"types", "modules", "files", "metadata,", "parameters", "architecture", "."}
    assert {row.split()[0] for row in rows if row and not row.startswith(" ")} <= titles, (
        "a wrapped line begins anew"
    )
    assert any(row.startswith("  encoder.layer.0…11") and "█" in row for row in rows)
    facts = " ".join(row.strip() for row in rows[1:5])
    assert "bert (BertForSequenceClassification), 12 layers, hidden size 64" in facts
    assert ("12 × 24.6k" in "".join(rows)) == (columns >= 120)


def test_colours_and_none(show: Show) -> None:
    assert b"\x1b[36m" in show().sent
    assert b"\x1b[" not in show(NO_COLOR="1").sent


def test_ascii(show: Show) -> None:
    seen = show(LANG="C").text
    assert seen.isascii()
    assert "encoder.layer.0~11" in seen
    assert "####" in seen


def test_the_list_of_tensors(show: Show) -> None:
    seen = show("--tensors", "--module", "bert.embeddings").text
    assert "bert.embeddings.word_embeddings_of_a_long_name.weight  F16   9000 × 64" in seen
