"""One valid file of each format, small and with as many of its features as fit."""

from __future__ import annotations

import gzip
import json

from . import assembly, made
from .assembly import LINEAR, LINEAR_DATA, new, ordered, pickled, storage, tensor
from .made import ARRAY, F32, STRING, U32, described, external, field, graph, node, pair, port, tensor_proto

SAFETENSORS = made.safetensors(
    {"bert.encoder.layer.0.weight": ("F32", [2, 3], 24), "bert.b": ("BF16", [], 2), "q": ("F4", [4], 2)},
    {"format": "pt", "modelspec.architecture": "x"},
)
GGUF = made.gguf(
    [
        pair("general.architecture", STRING, "llama"),
        pair("general.file_type", U32, 15),
        pair("general.alignment", U32, 32),
        pair("llama.attention.head_count", ARRAY, (U32, [8, 8])),
        pair("tokenizer.ggml.model", STRING, "gpt2"),
        pair("tokenizer.ggml.tokens", ARRAY, (STRING, [f"t{n}" for n in range(70)])),
        pair("tokenizer.ggml.scores", ARRAY, (F32, [0.5] * 70)),
    ],
    [described("blk.0.attn_q.weight", [256, 2], 12, 0), described("output.weight", [3], 0, 288)],
    300,
)
_BRANCH = graph(weights=[tensor_proto("w", [2], raw=bytes(8))])
ONNX = made.onnx(
    graph(
        nodes=[
            node("Constant", "c", attributes=[field(1, "value") + field(5, tensor_proto("", [4, 1], raw=bytes(16)))]),
            node("If", "o", "if", [field(1, "then_branch") + field(6, _BRANCH)]),
            node("DequantizeLinear", "d"),
        ],
        weights=[
            tensor_proto("a.weight", [2, 3], raw=bytes(24)),
            tensor_proto("b", [2], 7, more=field(7, b"\1\2")),
            tensor_proto("c2", [4], more=external("model.onnx_data", offset=0, length=16)),
        ],
        inputs=[port("x", 1, ["batch", 2, None])],
        outputs=[port("y", 7, None)],
    ),
    more=field(14, field(1, "author") + field(2, "me")) + field(25, field(1, "f") + field(7, node("Relu"))),
)  # fmt: skip
NPY = made.npy("[('x', '<f4'), ('y', '<i2', (3, 2))]", "(2, 3)", 96)
NPZ = made.npz({"a.npy": made.npy(), "layer/w.npy": made.npy("'<i8'", "(3,)", 24)})
PACKED_NPZ = made.npz({"a.npy": made.npy("'|O'", "(3,)", 200)}, packed=True)
INDEX = json.dumps(
    {
        "metadata": {"total_size": 32},
        "weight_map": {"a": "model-1.safetensors", "b": "sub/model-2.safetensors"},
    }
).encode()
TOKENIZER = json.dumps(
    {
        "version": "1.0",
        "truncation": {"max_length": 5},
        "padding": None,
        "added_tokens": [{"id": 1, "content": "[PAD]", "special": True}],
        "normalizer": {"type": "NFC"},
        "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]},
    }
).encode()
CONFIG = json.dumps(
    {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "text_config": {"vocab_size": 99},
        "quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 128},
    }
).encode()
ADAPTER = json.dumps({"peft_type": "LORA", "r": 8, "base_model_name_or_path": "org/base"}).encode()
CARD = b"---\nlicense: mit\ntags:\n- a\nbase_model: org/base\n---\n# Title\n\ntext\n"

TORCH = assembly.torch_zip(
    {
        "state_dict": ordered(LINEAR),
        "epoch": 3,
        "tied": tensor(storage("FloatStorage", "0", 6), [3, 2], stride=[1, 3]),
    },
    LINEAR_DATA,
    packed=["data/1"],
)
TORCH_OLD = assembly.torch_old(
    ordered({"w": tensor(storage("LongStorage", "7", 3, old=True), [3])}), {"7": (3, bytes(24))}
)
SCRIPT = assembly.script_zip(
    new("__torch__.m", "Net", {"fc": new("__torch__.m", "Linear", LINEAR), "training": True}), LINEAR_DATA
)
PICKLE = pickled(
    [
        {"a": (1, 2.5, None, "text"), "b": b"bytes"},
        new("argparse", "Namespace", {"lr": 0.1}),
        assembly.call("os", "getcwd"),
    ]
)
_NUMBERS = assembly.Code(
    assembly.call("numpy", "dtype", "f4", False, True).code
    + assembly.put((3, "<", None, None, None, -1, -1, 0))
    + b"b"
)
JOBLIB = (
    assembly.PROTO
    + new(
        "joblib.numpy_pickle",
        "NumpyArrayWrapper",
        {"shape": (2, 2), "order": "C", "dtype": _NUMBERS, "numpy_array_alignment_bytes": 16},
    ).code
    + b"\x03\xff\xff\xff"
    + bytes(16)
    + b"."
)

SEEDS: dict[str, bytes] = {
    "model.safetensors": SAFETENSORS,
    "model.gguf": GGUF,
    "model.onnx": ONNX,
    "a.npy": NPY,
    "a.npz": NPZ,
    "packed.npz": PACKED_NPZ,
    "model.pt": TORCH,
    "old.pth": TORCH_OLD,
    "script.pt": SCRIPT,
    "some.pkl": PICKLE,
    "arrays.joblib": JOBLIB,
    "packed.pkl.gz": gzip.compress(PICKLE, mtime=0),
    "model.safetensors.index.json": INDEX,
    "tokenizer.json": TOKENIZER,
    "config.json": CONFIG,
    "adapter_config.json": ADAPTER,
    "README.md": CARD,
}
"""Name → content."""
