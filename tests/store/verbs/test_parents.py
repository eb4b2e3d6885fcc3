"""Registering with parents: stated ones are checked before a byte is copied, guessed ones never get in the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Link, Store, errors

MakeFile = Callable[..., Path]


@pytest.fixture
def base(store: Store, make_file: MakeFile) -> str:
    return store.register("base", make_file(b"base")).version.id


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("weights", "fine-tuned-from"),
        ("adapter", "adapter-of"),
        ("prompt", "derived-from"),
        ("dataset", "derived-from"),
    ],
)
def test_what_a_parent_is_by_default(
    store: Store, make_file: MakeFile, base: str, kind: Any, type_: str
) -> None:
    version = store.register("m", make_file(), kind=kind, parents=["base@1.0.0"]).version
    assert version.edges == (Link(type_, base),)


@pytest.mark.parametrize(("kind", "type_"), [("weights", "trained-on"), ("dataset", "derived-from")])
def test_a_parent_that_is_data(store: Store, make_file: MakeFile, kind: Any, type_: str) -> None:
    data = store.register("data", make_file(b"rows"), kind="dataset").version
    version = store.register("m", make_file(), kind=kind, parents=["data"]).version
    assert [(edge.type, edge.to) for edge in version.edges] == [(type_, data.id)]


def test_edges_of_any_type_and_names_outside(store: Store, make_file: MakeFile, base: str) -> None:
    version = store.register(
        "m",
        make_file(),
        parents=["hf:roberta-base@main"],
        edges=[
            ("distilled-from", "base"),
            ("evaluated-on", "https://example.org/test.csv"),
            ("replaces", f"id:{base}"),
        ],
    ).version
    assert version.edges == (
        Link("fine-tuned-from", "hf:roberta-base@main"),
        Link("distilled-from", base),
        Link("evaluated-on", "https://example.org/test.csv", role="eval"),
        Link("replaces", base),
    )


def test_parents_are_part_of_what_a_version_is(store: Store, make_file: MakeFile, base: str) -> None:
    path = make_file()
    plain = store.register("m", path)
    tuned = store.register("m", path, parents=["base"])
    assert plain.version.id != tuned.version.id
    assert (tuned.version.version, tuned.bump) == ("1.1.0", "minor: parents changed")
    again = store.register("m", path, edges=[("fine-tuned-from", f"id:{base[:10]}")])
    assert (again.version.version, again.created) == ("1.1.0", False)


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"parents": ["nothing@1.0.0"]}, errors.NotFoundError, "there is no model 'nothing'"),
        ({"parents": ["bse"]}, errors.NotFoundError, "there is no model 'bse'"),
        ({"parents": ["base@9.9.9"]}, errors.NotFoundError, "base has no version 9.9.9"),
        ({"parents": ["base@"]}, errors.BadInputError, "names no version"),
        ({"parents": [""]}, errors.BadInputError, "empty"),
        ({"parents": ["hf:\x1b[31m"]}, errors.BadInputError, "can't be a name"),
        ({"parents": ["name:" + "x" * 5000]}, errors.BadInputError, "can't be a name"),
        ({"parents": ["name:\ud800"]}, errors.BadInputError, "not UTF-8"),
        ({"parents": "base"}, errors.BadInputError, "not a list"),
        ({"parents": [7]}, errors.BadInputError, "not text"),
        ({"edges": [("made-by", "base")]}, errors.BadInputError, "'made-by' is not a type of edge"),
        ({"edges": [("Fine-tuned-from", "base")]}, errors.BadInputError, "is not a type of edge"),
        ({"edges": ["fine-tuned-from=base"]}, errors.BadInputError, "is not an edge"),
        ({"edges": [("replaces", None)]}, errors.BadInputError, "is not an edge"),
        ({"edges": [("replaces", "gone@1.0.0")]}, errors.NotFoundError, "gone@1.0.0 was deleted"),
    ],
)
def test_a_parent_that_cannot_be_is_refused_before_a_byte_is_copied(
    store: Store,
    make_file: MakeFile,
    base: str,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, Any],
    error: type[errors.MvtuiError],
    says: str,
) -> None:
    store.register("gone", make_file(b"gone"))
    store.register("gone", make_file(b"not gone"))
    store.delete("gone@1.0.0", "bad")
    before = [event.seq for event in store.events()]

    def never(*args: object) -> None:
        raise AssertionError("bytes were copied")

    monkeypatch.setattr(store._repository.objects, "put_file", never)
    with pytest.raises(error, match=says.replace("(", r"\(")) as caught:
        store.register("m", make_file(), **asked)
    assert caught.value.hint
    with pytest.raises(error):
        store.register_each("m", [make_file()], **asked)
    assert [event.seq for event in store.events()] == before


def test_a_missing_parent_is_told_with_what_is_alike_and_how_to_name_what_is_outside(
    store: Store, make_file: MakeFile, base: str
) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        store.register("m", make_file(), parents=["bas@1.0.0"])
    assert "hf:" in caught.value.hint
    assert caught.value.candidates == ("base",)


def test_what_files_say_is_added_as_guesses_outside_the_identity(store: Store, make_file: MakeFile) -> None:
    make_file(b"w", "model/weights.bin")
    config = make_file(b'{"_name_or_path": "org/base"}', "model/config.json")
    done = store.register("m", config.parent)
    assert done.version.edges == (Link("fine-tuned-from", "hf:org/base", guess="config.json"),)
    assert store.register("m", config.parent).created is False
    store.unlink("m", "fine-tuned-from", "hf:org/base")
    assert store.register("m", config.parent).version.edges == ()  # rejected is rejected


def test_guesses_give_way_to_what_is_stated(store: Store, make_file: MakeFile, base: str) -> None:
    make_file(b"---\nbase_model: org/base\ndatasets: [squad, imdb]\n---\n", "model/README.md")
    path = make_file(b"w", "model/weights.bin").parent
    version = store.register(
        "m", path, parents=["base"], edges=[("trained-on", "hf:datasets/squad@v2")]
    ).version
    assert [(edge.type, edge.to, edge.guess) for edge in version.edges] == [
        ("fine-tuned-from", base, ""),
        ("trained-on", "hf:datasets/squad@v2", ""),
        ("trained-on", "hf:datasets/imdb", "README.md"),
    ]
    stated_again = store.register("n", path, edges=[("replaces", "hf:ORG/base@main")]).version
    assert [edge.to for edge in stated_again.edges if edge.guess] == ["hf:datasets/squad", "hf:datasets/imdb"]


def test_a_file_that_cannot_be_read_as_what_it_seems_is_told_and_recorded(
    store: Store, make_file: MakeFile
) -> None:
    path = make_file(b"{" * 1000, "model/config.json").parent
    done = store.register("m", path)
    assert done.created
    assert len(done.unread) == 1
    assert done.unread[0].startswith("config.json: ")
    assert list(store.events())[-1].data["unread"] == list(done.unread)


@pytest.mark.parametrize("content", [b"GGUF" + b"\xff" * 60, b"", b"GGUF\x03\0\0\0" + b"\0" * 16])
def test_a_damaged_model_file_is_registered_all_the_same(
    store: Store, make_file: MakeFile, content: bytes
) -> None:
    assert store.register("m", make_file(content, "model.gguf")).created


def test_each_of_several_has_its_own_guesses(store: Store, make_file: MakeFile) -> None:
    paths = [
        make_file(b'{"_name_or_path": "org/base-%d"}' % number, f"run{number}/config.json").parent
        for number in range(2)
    ]
    for number, path in enumerate(paths):
        os.utime(path / "config.json", (1000 + number, 1000 + number))
    done = store.register_each("m", paths, parents=["name:all"])
    assert [[edge.to for edge in one.version.edges] for one in done] == [["name:all"], ["name:all"]]
    done = store.register_each("n", paths, edges=[("replaces", "name:old")])
    assert [one.version.edges[-1].to for one in done] == ["hf:org/base-0", "hf:org/base-1"]
