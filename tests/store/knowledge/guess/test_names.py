"""Which texts are names of something outside the store, and which are not."""

from __future__ import annotations

import pytest
from mvtui.store.knowledge.guess import names
from mvtui.store.nouns.lineage import is_outside_name

COMMIT = "e" * 40


@pytest.mark.parametrize(
    ("text", "revision", "name"),
    [
        ("roberta-base", None, "hf:roberta-base"),
        ("meta-llama/Llama-3.1-8B", None, "hf:meta-llama/Llama-3.1-8B"),
        ("meta-llama/Llama-3.1-8B", "main", "hf:meta-llama/Llama-3.1-8B@main"),
        ("meta-llama/Llama-3.1-8B", COMMIT, f"hf:meta-llama/Llama-3.1-8B@{COMMIT}"),
        (" roberta-base\n", "", "hf:roberta-base"),
        ("roberta-base", "no such thing", "hf:roberta-base"),
        ("roberta-base", 7, "hf:roberta-base"),
        ("https://huggingface.co/google/gemma-2b", None, "hf:google/gemma-2b"),
        ("https://huggingface.co/google/gemma-2b/tree/v1.1", None, "hf:google/gemma-2b@v1.1"),
        (
            "https://huggingface.co/google/gemma-2b/resolve/abc123/config.json",
            None,
            "hf:google/gemma-2b@abc123",
        ),
        ("https://huggingface.co/google/gemma-2b?library=transformers", None, "hf:google/gemma-2b"),
        ("huggingface.co/gpt2/", None, "hf:gpt2"),
        ("https://hf.co/gpt2", None, "hf:gpt2"),
        ("https://example.org/models/x.bin", None, "https://example.org/models/x.bin"),
        ("s3://bucket/base", None, "s3://bucket/base"),
        ("https://huggingface.co/docs/hub", None, "https://huggingface.co/docs/hub"),
        ("https://huggingface.co/papers/2301.1", None, "https://huggingface.co/papers/2301.1"),
        (
            f"/root/.cache/huggingface/hub/models--google--gemma-2b/snapshots/{COMMIT}",
            None,
            f"hf:google/gemma-2b@{COMMIT}",
        ),
        (f"/root/.cache/huggingface/hub/models--gpt2/snapshots/{COMMIT}/", None, f"hf:gpt2@{COMMIT}"),
    ],
)
def test_names_on_the_hub_and_addresses(text: str, revision: object, name: str) -> None:
    assert names.model(text, revision) == name
    assert is_outside_name(name)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            ".",
            "..",
            "./out",
            "../base",
            "/data/ckpt",
            "~/models/x",
            r"C:\models\x",
            "a/b/c",
            "a//b",
        ),
        *(
            "out",
            "output/checkpoint-500",
            "checkpoint-500",
            "bert/checkpoint-500",
            "results/best",
            "models/base",
        ),
        *(
            "has space",
            "-dash",
            "dot.",
            "a--b/c",
            "a..b",
            "x" * 97,
            "x" * 5000,
            "tab\tname",
            "org/na\u202eme",
        ),
        *("https://", "ftp//x"),
        *("\ud800", "https://e.org/\ud800", "name\x00", None, 5, ["roberta-base"], {"a": 1}, True),
    ],
)
def test_what_names_nothing(text: object) -> None:
    assert names.model(text) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("squad", "hf:datasets/squad"),
        ("teknium/OpenHermes-2.5", "hf:datasets/teknium/OpenHermes-2.5"),
        ("https://huggingface.co/datasets/squad", "hf:datasets/squad"),
        ("data/train", "name:data/train"),
        ("The Pile  (subset)", "name:The Pile (subset)"),
        *((word, "") for word in ("", "generator", "imagefolder", "None", "custom", "\ud800", "x" * 400)),
        *((word, "") for word in (None, 3, ["squad"])),
    ],
)
def test_data_sets_have_names_of_their_own(text: object, name: str) -> None:
    assert names.dataset(text) == name


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("hf:a/b@main", "hf:a/b"),
        ("hf:a/b", "hf:a/b"),
        ("name:x@2@3", "name:x@2"),
        ("name:@home", "name:@home"),
        ("https://user@host/x", "https://user"),
    ],
)
def test_a_stem_is_a_name_without_its_revision(name: str, stem: str) -> None:
    assert names.stem(name) == stem
