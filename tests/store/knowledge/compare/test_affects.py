from __future__ import annotations

import pytest
from mvtui.store.knowledge.compare import affects


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("lr", "weights", "model"),
        ("training/learning_rate", "weights", "model"),
        ("per_device_train_batch_size", "weights", "model"),
        ("embedding_dim", "weights", "model"),
        ("top_k", "weights", "model"),
        ("temperature", "adapter", "model"),
        ("image_size", "weights", "model"),
        ("transcript_weight", "weights", "model"),
        ("data/path", "weights", "data"),
        ("dataset_name", "weights", "data"),
        ("trainData", "weights", "data"),
        ("retriever.index", "weights", "retrieval"),
        ("prompt_template", "adapter", "workflow"),
        ("git_commit", "weights", "code"),
        ("device", "weights", "environment"),
        ("output_dir", "weights", "other"),
        ("trainer/run-name", "weights", "other"),
        ("model", "hosted", "model"),
        ("llm/provider", "hosted", "model"),
        ("temperature", "hosted", "workflow"),
        ("system_prompt", "hosted", "workflow"),
        ("tools", "hosted", "workflow"),
        ("anything", "bundle", "workflow"),
        ("chunk_size", "bundle", "retrieval"),
        ("embeddingModel", "bundle", "retrieval"),
        ("rerank/top_n", "prompt", "retrieval"),
        ("variables", "prompt", "workflow"),
        ("whatever", "dataset", "data"),
        ("", "bundle", "workflow"),
        ("///", "weights", "model"),
    ],
)
def test_params(name: str, kind: str, expected: str) -> None:
    assert affects.of_param(name, kind) == expected


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (["top_k"], "retrieval"),
        (["top_k", "temperature"], "workflow"),
        (["decode/top_k", "decode/top_p", "max_tokens"], "workflow"),
        (["top_k", "temperature", "chunk_size"], "retrieval"),
    ],
)
def test_top_k_is_what_stands_beside_it(beside: list[str], expected: str) -> None:
    assert affects.of_param("top_k", "hosted", beside) == expected


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("model-00001-of-00002.safetensors", "weights", "model"),
        ("model.safetensors.index.json", "weights", "model"),
        ("instruction-tuned.gguf", "weights", "model"),
        ("tokenizer.json", "weights", "model"),
        ("config.json", "weights", "model"),
        ("data/model.pth", "weights", "model"),
        ("data/train", "weights", "data"),
        ("train.parquet", "weights", "data"),
        ("generation_config.json", "weights", "workflow"),
        ("requirements.txt", "weights", "environment"),
        ("Dockerfile", "weights", "environment"),
        ("modeling_custom.py", "weights", "code"),
        ("README.md", "weights", "other"),
        ("README.md", "prompt", "other"),
        ("LICENSE", "weights", "other"),
        ("system.md", "prompt", "workflow"),
        ("prompts/system.md", "bundle", "workflow"),
        ("system_prompt.md", "bundle", "workflow"),
        ("tools.json", "bundle", "workflow"),
        ("docs.faiss", "bundle", "retrieval"),
        ("index.bin", "bundle", "retrieval"),
        ("index/part-0.bin", "weights", "retrieval"),
        ("a.py", "dataset", "data"),
        ("…", "weights", "model"),
    ],
)
def test_files(path: str, kind: str, expected: str) -> None:
    assert affects.of_file(path, kind) == expected


@pytest.mark.parametrize(
    ("edge", "role", "target", "kind", "expected"),
    [
        ("trained-on", "train", "dataset", "weights", "data"),
        ("evaluated-on", "test", "dataset", "weights", "data"),
        ("trained-on", "Index", "dataset", "bundle", "retrieval"),
        ("trained-on", "corpus", "dataset", "hosted", "retrieval"),
        ("fine-tuned-from", "", "weights", "weights", "model"),
        ("fine-tuned-from", "", "", "weights", "model"),
        ("adapter-of", "", "weights", "adapter", "model"),
        ("prompted-with", "", "prompt", "bundle", "workflow"),
        ("derived-from", "", "prompt", "bundle", "workflow"),
        ("derived-from", "", "dataset", "bundle", "retrieval"),
        ("derived-from", "", "dataset", "weights", "data"),
        ("derived-from", "", "dataset", "dataset", "data"),
        ("derived-from", "", "weights", "bundle", "model"),
        ("replaces", "", "weights", "weights", None),
    ],
)
def test_edges(edge: str, role: str, target: str, kind: str, expected: str | None) -> None:
    assert affects.of_edge(edge, role, target, kind) == expected
