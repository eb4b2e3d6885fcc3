"""What the files of a version say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge import sources
from mvtui.store.knowledge.guess import MAX_EDGES, MAX_FILES, guess
from mvtui.store.nouns.lineage import EDGE_TYPES, Link, is_outside_name

from .conftest import Guess

CONFIG = '{"_name_or_path": "org/base"}'


def test_files_that_say_nothing(guessed: Guess) -> None:
    found = guessed({"model.safetensors": b"w", "vocab.txt": "a", "tokenizer.json": "{"})
    assert (found.links, found.unread) == ((), ())


@pytest.mark.parametrize("kind", ["dataset", "prompt"])
def test_only_weights_have_guesses(guessed: Guess, kind: str) -> None:
    assert guessed({"config.json": CONFIG, "README.md": "---\n"}, kind=kind).links == ()
    assert guessed({"config.json": CONFIG}, kind="weights").links


def test_what_two_files_say_is_there_once_in_the_words_of_the_better_informed(guessed: Guess) -> None:
    found = guessed(
        {
            "config.json": CONFIG,
            "README.md": "---\nbase_model: Org/Base\nbase_model_relation: quantized\n---\n",
        }
    )
    assert found.links == (Link("quantized-from", "hf:Org/Base", guess="README.md"),)


def test_a_revision_is_taken_from_whoever_knows_it(guessed: Guess) -> None:
    found = guessed(
        {
            "adapter_config.json": '{"base_model_name_or_path": "org/base"}',
            "README.md": "---\nbase_model: https://huggingface.co/org/base/tree/v2\n---\n",
        }
    )
    assert found.links == (Link("adapter-of", "hf:org/base@v2", guess="adapter_config.json"),)


def test_one_file_that_cannot_be_read_does_not_silence_the_others(guessed: Guess) -> None:
    found = guessed({"a.gguf": b"GGUF", "config.json": CONFIG, "README.md": b"---\n\xff\n---\n"})
    assert [link.to for link in found.links] == ["hf:org/base"]
    assert [sentence.partition(":")[0] for sentence in found.unread] == ["a.gguf", "README.md"]


def test_many_files_and_many_edges_are_bounded(guessed: Guess) -> None:
    found = guessed({f"part-{i:03}.gguf": b"no" for i in range(MAX_FILES + 20)})
    assert len(found.unread) == MAX_FILES
    names = "".join(f"- d{i}\n" for i in range(MAX_EDGES + 50))
    found = guessed({"README.md": f"---\ndatasets:\n{names}---\n"})
    assert len(found.links) == MAX_EDGES
    assert f"{MAX_EDGES + 50} edges" in found.unread[-1]


@given(
    content=st.binary(max_size=300),
    name=st.sampled_from(["config.json", "adapter_config.json", "README.md", "m.gguf"]),
    start=st.sampled_from([b"", b"---\nbase_model: ", b"GGUF\x03\0\0\0", b'{"_name_or_path": ']),
)
def test_whatever_a_file_holds(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str, start: bytes
) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / name).write_bytes(start + content)
    found = guess(sources.collect([root], follow=False, store=root.parent))
    for link in found.links:
        assert link.type in EDGE_TYPES
        assert is_outside_name(link.to)
        assert link.guess == name
        link.to.encode()
