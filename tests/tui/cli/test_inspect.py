"""``mvtui inspect``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
import pytest
from mvtui.store import Store
from mvtui.tui.cli.commands.inspect import command
from mvtui.tui.cli.options import complete_file_or_reference, complete_module

from tests.store.knowledge.formats import made, seeds
from tests.tui.cli.conftest import Run


@pytest.fixture
def work(own_world: None) -> Path:
    """The working directory with a model in it, and no store."""
    folder = Path.cwd()
    (folder / "out").mkdir()
    layers = {
        f"bert.encoder.layer.{n}.{part}": ("F32", [64, 8], 2048)
        for n in range(6)
        for part in ("weight", "extra")
    }
    weights = made.safetensors(
        {"bert.embeddings.weight": ("BF16", [3000, 64], 384_000), **layers},
        {"format": "pt", "note": "\x1b[2J"},
    )
    config = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "num_hidden_layers": 6,
        "quantization_config": {"quant_method": "awq", "bits": 4},
    }
    for name, data in {
        "model.safetensors": weights,
        "config.json": json.dumps(config).encode(),
        "tokenizer.json": seeds.TOKENIZER,
        "README.md": b"---\nlicense: mit\n---\n# A model\n",
        "data.bin": b"\x89HDF\r\n\x1a\n",
    }.items():
        (folder / "out" / name).write_bytes(data)
    return folder


MODEL = """\
out  safetensors, 410.4 kB in 5 files
architecture  bert (BertModel), 6 layers
parameters    198k (198,144 in 13 tensors), 408.6 kB
quantisation  awq, 4 bits
tokenizer     BPE, 3 tokens, 1 of them added: [PAD]

types
  BF16    1 tensor   192k  96.9 %  ███████████████████▍  384.0 kB
  F32   12 tensors  6.14k   3.1 %  ▋                      24.6 kB

modules
  embeddings.weight              192k  96.9 %  ███████████████████▍  384.0 kB
  encoder.layer.0…5  6 × 1.02k  6.14k   3.1 %  ▋                      24.6 kB

files
  README.md          model card                                          31 B
  config.json        model config                                       137 B
  data.bin           HDF5, as Keras and others write it                   8 B
  model.safetensors  safetensors                         13 tensors  409.9 kB
  tokenizer.json     tokenizer                                          237 B

metadata, README.md
  license  mit
  title    A model

metadata, config.json
  model_type           bert
  architectures        BertModel
  num_hidden_layers    6
  quantization_config  quant_method: awq, bits: 4

metadata, model.safetensors
  format  pt
  note    ␛[2J

metadata, tokenizer.json
  normalizer  NFC
  truncation  5
"""


def test_a_model(work: Path, run: Run) -> None:
    done = run("inspect", "out")
    assert (done.code, done.err) == (0, "")
    assert done.out == MODEL


def test_the_tensors_are_listed_when_asked_for(work: Path, run: Run) -> None:
    done = run("inspect", "out/model.safetensors", "--tensors", "--module", "bert.encoder.layer.0")
    lines = done.out.splitlines()
    assert lines[0] == "out/model.safetensors  safetensors, 409.9 kB"
    assert lines[1] == "parameters  1.02k (1,024 in 2 tensors in bert.encoder.layer.0), 4.1 kB"
    assert "modules in bert.encoder.layer.0" in lines
    start = lines.index("tensors")
    assert [line.split()[:5] for line in lines[start + 1 :]] == [
        ["name", "type", "shape", "size", "offset"],
        ["bert.encoder.layer.0.weight", "F32", "64", "×", "8"],
        ["bert.encoder.layer.0.extra", "F32", "64", "×", "8"],
    ]
    assert "metadata" not in done.out


def test_json_has_it_all(work: Path, run: Run) -> None:
    row = run("inspect", "out", "--json").json
    assert (row["parameters"], row["tensor_count"], "tensors" in row) == (198_144, 13, False)
    assert row["architecture"]["layers"] == 6
    assert len(row["files"]) == 5
    listed = (
        run("inspect", "out", "--json", "--tensors", "--module", "encoder.layer.5").json if False else None
    )
    assert listed is None
    narrowed = run("inspect", "out", "--json", "--tensors", "--module", "bert.encoder.layer.5").json
    assert [tensor["name"] for tensor in narrowed["tensors"]] == [
        "bert.encoder.layer.5.weight",
        "bert.encoder.layer.5.extra",
    ]
    assert narrowed["parameters"] == 1024


def test_a_module_that_is_not_there(work: Path, run: Run) -> None:
    done = run("inspect", "out", "--module", "bert.decoder", "--json")
    assert done.code == 3
    assert done.error["message"] == "no tensor lies in 'bert.decoder'"
    assert done.error["candidates"] == ["bert.embeddings", "bert.encoder"]


def test_a_version(work: Path, store: Store, run: Run) -> None:
    store.register("sentiment", "out")
    for ref in ("sentiment", "sentiment@1.0.0", "sentiment@latest"):
        assert run("inspect", ref).out.startswith("sentiment@1.0.0  safetensors, ")


def test_a_path_that_exists_comes_before_a_version_of_its_name(work: Path, store: Store, run: Run) -> None:
    store.register("out", "out/config.json")
    assert run("inspect", "out").out.startswith("out  safetensors")
    assert run("inspect", "out@latest").out.startswith("out@1.0.0  model config")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("model.pt", "there is no file 'model.pt' here, and no store in which to look for a version"),
        ("./model.pt", "does not exist"),
        ("some/model.pt", "does not exist"),
        ("sentiment@1.0.0", "no store in "),
    ],
)
def test_what_is_neither_a_file_nor_a_version(work: Path, run: Run, target: str, message: str) -> None:
    done = run("inspect", target, "--json")
    assert done.code == 3
    assert message in done.error["message"]
    assert done.error["hint"]


def test_a_name_that_no_model_has(work: Path, store: Store, run: Run) -> None:
    done = run("inspect", "model.pt", "--json")
    assert (done.code, done.error["kind"]) == (3, "NotFoundError")


def test_a_file_that_is_not_valid(work: Path, run: Run) -> None:
    path = work / "out/model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    alone = run("inspect", str(path))
    assert (alone.code, alone.out) == (4, "")
    assert "error: model.safetensors: not a valid safetensors file: " in alone.err
    assert "Traceback" not in alone.err
    among = run("inspect", "out")
    assert among.code == 4
    assert "✗ not valid" in among.out
    assert "\nproblems\n  model.safetensors: not a valid safetensors file: " in among.out
    assert run("inspect", "out", "--json").code == 4


def test_an_unknown_file(work: Path, run: Run) -> None:
    done = run("inspect", "out/data.bin")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "out/data.bin  unknown, 8 B"
    assert lines[1] == "looks like  HDF5, as Keras and others write it"
    assert lines[2].startswith("digest      ")


def test_an_onnx_model(work: Path, run: Run) -> None:
    (work / "model.onnx").write_bytes(seeds.ONNX)
    (work / "model.onnx_data").write_bytes(bytes(16))
    out = run("inspect", "model.onnx").out
    assert "quantisation  ONNX, QDQ\n" in out
    assert "\ninputs\n  x  F32  batch × 2 × ?\n" in out
    assert "\noutputs\n  y  I64\n" in out
    assert "  model.onnx_data  external data" in out


def test_pickled_arrays_are_told(work: Path, run: Run) -> None:
    (work / "a.npy").write_bytes(made.npy("'|O'", "(3,)", 50))
    assert "pickles     ? partly inspected" in run("inspect", "a.npy").out


def test_names_of_files_that_are_no_text(work: Path, run: Run) -> None:
    place = work / "odd"
    place.mkdir()
    Path(os.fsdecode(bytes(place) + b"/bad\xff\x1b[31m.npy")).write_bytes(made.npy())
    out = run("inspect", "odd", "--tensors").out
    assert "parameters  6 in 1 tensor, 24 B\n" in out
    assert "\x1b" not in out
    assert run("inspect", "odd", "--json", "--tensors").json["tensors"][0]["name"] == "bad?\x1b[31m"


def test_what_files_hold_can_not_touch_the_terminal(work: Path, run: Run) -> None:
    evil = "\x1b]0;owned\x07\u202e[/red]"
    (work / "evil.safetensors").write_bytes(made.safetensors({evil: ("F32", [1], 4)}, {evil: evil}))
    (work / "evil.onnx").write_bytes(
        made.onnx(made.graph(inputs=[made.port(evil, 1, [evil])], nodes=[made.node(evil)], name=evil))
    )
    for name in ("evil.safetensors", "evil.onnx"):
        out = run("inspect", name, "--tensors").out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "␛]0;owned␇" in out


def test_a_narrow_pipe_and_ascii(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvtui.tui.cli.output.ascii_only", lambda: True)
    monkeypatch.setattr("mvtui.tui.cli.inspect_report.ascii_only", lambda: True)
    assert run("inspect", "out").out.isascii()


def test_long_lists_are_cut_and_say_so(work: Path, run: Run) -> None:
    many = work / "many"
    many.mkdir()
    for n in range(60):
        (many / f"{n}.txt").write_text("text")
    config = {f"key{n}": n for n in range(60)}
    (many / "config.json").write_text(json.dumps(config))
    inputs = [made.port(f"x{n}", 1, [1]) for n in range(30)]
    (many / "model.onnx").write_bytes(made.onnx(made.graph(inputs=inputs)))
    out = run("inspect", "many").out
    assert "  and 22 more\n\nmetadata, config.json" in out
    assert "  key39  39\n  and 20 more\n" in out
    assert "  and 10 more\n" in out


def completed(function: object, incomplete: str, **params: str) -> list[str]:
    ctx = click.Context(command)
    ctx.params = dict(params)
    return [item.value for item in function(ctx, None, incomplete)]  # type: ignore[operator]


def test_files_and_references_complete(work: Path, store: Store) -> None:
    store.register("outer", "out")
    assert completed(complete_file_or_reference, "out") == ["outer", "out/"]
    assert completed(complete_file_or_reference, "outer@") == ["outer@latest", "outer@1.0.0"]
    assert completed(complete_file_or_reference, "out/mo") == ["out/model.safetensors"]


def test_files_complete_without_a_store(work: Path) -> None:
    assert completed(complete_file_or_reference, "out/c") == ["out/config.json"]


@pytest.mark.parametrize(
    ("incomplete", "expected"),
    [
        ("", ["bert"]),
        ("be", ["bert"]),
        ("bert.", ["bert.embeddings", "bert.encoder"]),
        ("bert.en", ["bert.encoder"]),
        ("bert.encoder.layer.0", ["bert.encoder.layer.0"]),
        ("nothing", []),
    ],
)
def test_modules_complete(work: Path, incomplete: str, expected: list[str]) -> None:
    assert completed(complete_module, incomplete, target="out") == expected


def test_the_path_is_told_as_it_was_given(work: Path, run: Run) -> None:
    target = os.path.join(".", "out", "config.json")
    assert run("inspect", target).out.startswith(f"{target}  model config, ")
