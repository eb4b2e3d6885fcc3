"""Model cards: the YAML before the text of a README."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui.store.knowledge import sources
from mvtui.store.knowledge.formats.card import MAX_FIELDS, MAX_FRONT_MATTER
from mvtui.store.knowledge.guess import guess
from mvtui.store.nouns.lineage import Link

from .conftest import Guess

# As sentence-transformers wrote it for all-MiniLM-L6-v2, shortened.
MINILM = """---
language: en
license: apache-2.0
library_name: sentence-transformers
tags:
- sentence-transformers
- transformers
datasets:
- s2orc
- flax-sentence-embeddings/stackexchange_xml
- ms_marco
pipeline_tag: sentence-similarity
---


# all-MiniLM-L6-v2
This is a [sentence-transformers](https://www.SBERT.net) model.
"""


def card(front: str) -> dict[str, str | bytes]:
    return {"README.md": f"---\n{front}\n---\n# A model\n\nbase_model: not/this\n"}


def edges(links: tuple[Link, ...]) -> list[tuple[str, str]]:
    return [(link.type, link.to) for link in links]


def test_the_data_sets_of_a_real_card(guessed: Guess) -> None:
    found = guessed(
        {"README.md": MINILM, "config.json": '{"_name_or_path": "nreimers/MiniLM-L6-H384-uncased"}'}
    )
    assert found.links == (
        Link("fine-tuned-from", "hf:nreimers/MiniLM-L6-H384-uncased", guess="config.json"),
        Link("trained-on", "hf:datasets/s2orc", role="train", guess="README.md"),
        Link(
            "trained-on",
            "hf:datasets/flax-sentence-embeddings/stackexchange_xml",
            role="train",
            guess="README.md",
        ),
        Link("trained-on", "hf:datasets/ms_marco", role="train", guess="README.md"),
    )


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("base_model: org/base", [("fine-tuned-from", "hf:org/base")]),
        ("base_model: org/base\nbase_model_relation: finetune", [("fine-tuned-from", "hf:org/base")]),
        ("base_model: org/base\nbase_model_relation: adapter", [("adapter-of", "hf:org/base")]),
        ("base_model: org/base\nbase_model_relation: quantized", [("quantized-from", "hf:org/base")]),
        ("base_model_relation: merge\nbase_model: [org/base]", [("merged-from", "hf:org/base")]),
        ("base_model: org/base\nbase_model_relation: remix", [("fine-tuned-from", "hf:org/base")]),
        ("base_model: org/base\nlibrary_name: peft", [("adapter-of", "hf:org/base")]),
        ("base_model:\n- org/a\n- org/b\n", [("merged-from", "hf:org/a"), ("merged-from", "hf:org/b")]),
        ("base_model:\n  - org/a\nlicense: mit", [("fine-tuned-from", "hf:org/a")]),
        ("base_model: https://huggingface.co/org/base", [("fine-tuned-from", "hf:org/base")]),
        ('"base_model": "org/base"', [("fine-tuned-from", "hf:org/base")]),
        ("base_model: []", []),
        ("base_model:", []),
        ("base_model: ./out", []),
        ("base_model: {name: x}", []),
        ("base_model: 7", []),
        ("datasets: squad", [("trained-on", "hf:datasets/squad")]),
        ("datasets:\n- generator\n- None\n- squad\n- squad", [("trained-on", "hf:datasets/squad")]),
        ("license: mit", []),
        ("", []),
        ("- a\n- list", []),
        ("tags:\n- 'base_model: org/base'", []),
        ("model-index:\n- name: x\n  base_model: org/other", []),
    ],
)
def test_bases_and_data_sets(guessed: Guess, front: str, expected: list[tuple[str, str]]) -> None:
    found = guessed(card(front))
    assert edges(found.links) == expected
    assert found.unread == ()


def test_line_ends_of_windows_and_a_byte_order_mark(guessed: Guess) -> None:
    found = guessed(
        {"readme.md": b"\xef\xbb\xbf---\r\nbase_model: org/base\r\ndatasets:\r\n- squad\r\n---\r\n"}
    )
    assert edges(found.links) == [("fine-tuned-from", "hf:org/base"), ("trained-on", "hf:datasets/squad")]


@pytest.mark.parametrize(
    "text", ["", "# A model\n\nbase_model: org/base\n", "--- a rule\n", "\n---\nbase_model: x\n"]
)
def test_a_readme_without_front_matter_says_nothing(guessed: Guess, text: str) -> None:
    found = guessed({"README.md": text})
    assert (found.links, found.unread) == ((), ())


def test_long_evaluation_results_are_no_obstacle(guessed: Guess) -> None:
    results = "".join(
        f"  - task: {{type: t{i}}}\n    metrics: [{{type: f1, value: {i}}}]\n" for i in range(12_000)
    )
    front = f"model-index:\n- name: x\n  results:\n{results}base_model: org/base"
    assert MAX_FIELDS < len(front) < MAX_FRONT_MATTER
    assert edges(guessed(card(front)).links) == [("fine-tuned-from", "hf:org/base")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"---\nbase_model: org/base\n", "does not end in the file"),
        (b"---\n" + b"x: y\n" * 300_000 + b"---\n", "does not end in its first 1,024 KiB"),
        (b"---\nbase_model: a\nbase_model: b\n---\n", "'base_model' is there twice"),
        (b"---\nbase_model: [a\n---\n", "front matter"),
        (b"---\nbase_model: !!python/object/apply:os.system [id]\n---\n", "front matter"),
        (b"---\nbase_model: *there\n---\n", "undefined alias"),
        (b"---\ndatasets: \xff\n---\n", "not UTF-8"),
        (b"---\nbase_model: " + b"[" * 20_000 + b"\n---\n", "nested too deeply"),
        (b"---\ndatasets:\n" + b"- a\n" * 20_000 + b"---\n", "longer than 64 KiB"),
        (b"---\nbase_model: a\x00b\n---\n", "U+0000"),
    ],
)
def test_a_card_that_cannot_be_read_is_named(guessed: Guess, content: bytes, says: str) -> None:
    found = guessed({"README.md": content})
    assert found.links == ()
    assert len(found.unread) == 1
    assert says in found.unread[0]


def test_of_a_readme_of_two_gigabytes_only_the_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "version" / "README.md"
    path.parent.mkdir()
    path.write_bytes(b"---\nbase_model: org/base\n---\n")
    os.truncate(path, 2 << 30)
    files = sources.collect([path.parent], follow=False, store=tmp_path)
    assert edges(guess(files).links) == [("fine-tuned-from", "hf:org/base")]


def test_a_card_cut_off_anywhere_breaks_nothing(guessed: Guess) -> None:
    whole = "---\nbase_model: org/base\ndatasets:\n- squad\n---\n"
    for end in range(len(whole) - 1):
        found = guessed({"README.md": whole[:end]})
        assert found.links == () or end >= whole.index("\n---\n") + 4
