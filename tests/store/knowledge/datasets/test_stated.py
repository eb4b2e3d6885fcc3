"""Sources and roles as people write them: paths, URLs, Hugging Face names, references, and names made of them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.datasets import asked
from mvtui.store.knowledge.datasets.asked import Asked
from mvtui.store.knowledge.datasets.stated import Referred, state
from mvtui.store.nouns import names

from . import worlds

SHA = "0123456789abcdef" * 4
COMMIT = "0123456789abcdef0123456789abcdef01234567"


# -- ROLE[:NAME]=SOURCE ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("train=data/a.csv", Asked("train", "", "data/a.csv")),
        ("train:reviews=a", Asked("train", "reviews", "a")),
        ("eval=https://h/a?b=c#sha256=d", Asked("eval", "", "https://h/a?b=c#sha256=d")),
        ("eval-2:r.v_1=id:abcd", Asked("eval-2", "r.v_1", "id:abcd")),
    ],
)
def test_words(word: str, expected: Asked) -> None:
    assert asked.parse(word) == expected


@pytest.mark.parametrize(
    "word",
    [
        "data/a.csv",
        "=a",
        "train=",
        "tr ain=a",
        "train:=a",
        "train:../x=a",
        "x" * 41 + "=a",
        "-=a",
        "ä=a",
        "a\x1b[2J=x",
    ],
)
def test_words_that_are_none(word: str) -> None:
    with pytest.raises(errors.BadInputError) as caught:
        asked.parse(word)
    assert caught.value.hint


def test_words_become_the_mapping_of_the_python_face() -> None:
    assert asked.parse_datasets(["train=a", "train:x=b", "eval=c=d"]) == {
        "train": "a",
        "train:x": "b",
        "eval": "c=d",
    }
    with pytest.raises(errors.BadInputError, match="'train' is given twice") as caught:
        asked.parse_datasets(["train=a", "train=b"])
    assert "train:NAME=SOURCE" in caught.value.hint


def test_a_path_object_is_never_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (one,) = asked.from_mapping({"train": Path("id:abcd")})
    assert one.source == str(tmp_path / "id:abcd")


@pytest.mark.parametrize(
    "datasets",
    [
        ["train=a"],
        {"train": 3},
        {"train": None},
        {"train": b"x"},
        {3: "x"},
        {"train": ""},
        {"train": "\ud800"},
    ],
)
def test_mappings_that_are_none(datasets: object) -> None:
    with pytest.raises(errors.BadInputError):
        asked.from_mapping(datasets)  # type: ignore[arg-type]


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "directory", "expected"),
    [
        ("data/reviews.csv", False, "reviews"),
        ("data/reviews.csv.gz", False, "reviews"),
        ("/x/reviews.v2.csv", False, "reviews.v2"),
        ("reviews.tar.zst", False, "reviews"),
        ("data/reviews.d/", True, "reviews.d"),
        ("README", False, "README"),
        (".hidden", False, ".hidden"),
    ],
)
def test_what_a_path_is_called(path: str, directory: bool, expected: str) -> None:
    assert asked.own_name(path, directory=directory) == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("reviews", "reviews"),
        ("train", "sentiment-train"),
        ("Test", "sentiment-Test"),
        ("data", "sentiment-data"),
        ("rôle model", "role-model"),
        ("größe", "groe"),
        ("数据", "sentiment-train"),
        ("..", "sentiment-train"),
        ("a..b", "a-b"),
        ("-x-", "x"),
        ("a\x1b[2Jb", "a-2Jb"),
        ("", "sentiment-train"),
    ],
)
def test_the_model_a_dataset_is_kept_under(own: str, expected: str) -> None:
    assert asked.model_name(own, "sentiment", "train") == expected


def test_every_name_that_comes_out_may_name_a_model() -> None:
    for own in ("x" * 300, "x" * 99 + "-y", "train", "." * 200, "a" * 99 + "." + "b" * 9):
        for model in ("m", "m" * 100):
            assert names.check_model(asked.model_name(own, model, "train"))


# -- paths and references -------------------------------------------------------------------------


def test_a_path_is_absolute_and_is_one_even_if_dvc_tracks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(worlds.FIXTURES / "dvc3")
    found = worlds.stated("data/lf.csv")
    assert (found.source.type, found.identity, found.name) == ("path", {}, "lf")
    assert found.source.location == str(worlds.FIXTURES / "dvc3/data/lf.csv")
    assert found.source.file == str(worlds.FIXTURES / "dvc3/data/lf.csv.dvc")
    assert worlds.stated("dvc.yaml").source.file == ""
    assert worlds.stated("data/reviews/").name == "reviews"
    assert worlds.stated(".").name == "dvc3"


def test_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("reviews@1.2.0", "id:9f8a12e", "reviews", "reviews@latest", "reviews@latest~1"):
        assert state(text) == Referred(text)
    (tmp_path / "reviews").write_text("x")
    (tmp_path / "reviews@1.2.0").write_text("x")
    assert worlds.stated("reviews").source.type == worlds.stated("reviews@1.2.0").source.type == "path"


@pytest.mark.parametrize("text", ["data/nothing.csv", "no such", "/nowhere/at/all", "./x", "a\nb"])
def test_what_is_neither_path_nor_reference_is_not_found(text: str) -> None:
    with pytest.raises(errors.NotFoundError, match="there is no file or directory"):
        state(text)


@pytest.mark.parametrize("text", ["a\0b", "x@", "id:xyz"])
def test_what_can_t_be_either(text: str) -> None:
    if text == "id:xyz":
        assert state(text) == Referred(text)  # the store says what is wrong with it
        return
    with pytest.raises(errors.BadInputError):
        state(text)


# -- URLs -----------------------------------------------------------------------------------------


def test_a_url_with_a_digest() -> None:
    found = worlds.stated(f"https://host/dir/my%20reviews.tar.gz#sha256={SHA.upper()}")
    assert found.identity == {"digest": f"sha256:{SHA}"}
    assert found.source.location == "https://host/dir/my%20reviews.tar.gz"
    assert found.source.digest == f"sha256:{SHA}"
    assert found.name == "my reviews"
    assert worlds.look(found.source).state == "unknown"


def test_other_digests_and_schemes() -> None:
    assert worlds.stated(f"s3://bucket/a.csv#md5={'a' * 32}").identity == {"digest": f"md5:{'a' * 32}"}
    assert worlds.stated(f"file:///data/a.csv#blake3={SHA}").source.location == "file:///data/a.csv"


@pytest.mark.parametrize(
    "text",
    [
        "https://host/a.csv",
        "https://host/a.csv#",
        "https://host/a.csv#part",
        "https://host/a.csv#sha256=abc",
        f"https://host/a.csv#crc32={SHA}",
        f"https://host/a.csv#sha256={SHA}0",
        f"https:///a.csv#sha256={SHA}",
        f"https://[::1/a.csv#sha256={SHA}",
    ],
)
def test_urls_that_are_refused_with_a_hint(text: str) -> None:
    with pytest.raises(errors.BadInputError) as caught:
        state(text)
    assert caught.value.hint


def test_secrets_in_a_url_are_neither_kept_nor_shown() -> None:
    secret = "https://me:hunter2@host/a.csv?X-Amz-Signature=topsecret&part=1&access_token=topsecret"
    found = worlds.stated(f"{secret}#sha256={SHA}")
    assert found.source.location == "https://host/a.csv?part=1"
    with pytest.raises(errors.BadInputError) as caught:
        state(secret)
    assert "hunter2" not in str(caught.value)
    assert "topsecret" not in str(caught.value)


# -- Hugging Face ---------------------------------------------------------------------------------


def test_a_pinned_and_a_floating_dataset() -> None:
    pinned = worlds.stated(f"hf:stanfordnlp/imdb@{COMMIT}")
    assert pinned.identity == {"hf": "stanfordnlp/imdb", "revision": COMMIT}
    assert (pinned.source.location, pinned.source.rev, pinned.source.floating) == (
        "stanfordnlp/imdb",
        COMMIT,
        False,
    )
    assert pinned.name == "imdb"
    assert worlds.stated("hf:imdb").identity == {"hf": "imdb", "revision": "main"}
    for text in ("hf:imdb", "hf:org/imdb@v1.0", "hf:org/imdb@refs/pr/3", f"hf:imdb@{COMMIT[:12]}"):
        assert worlds.stated(text).source.floating


def test_a_subset_is_part_of_the_identity() -> None:
    assert worlds.stated(f"hf:glue@{COMMIT}#sst2").identity == {
        "hf": "glue",
        "revision": COMMIT,
        "config": "sst2",
    }


@pytest.mark.parametrize(
    "text",
    [
        "hf:",
        "hf:a/b/c",
        "hf:../x",
        "hf:a@../../x",
        "hf:a@/x",
        "hf:a@x//y",
        "hf:a@",
        "hf://datasets/a/b",
        "hf:a b",
        "hf:a\n",
        "hf:a@b@c",
    ],
)
def test_hugging_face_names_that_are_none(text: str) -> None:
    with pytest.raises(errors.BadInputError, match="is not a dataset of Hugging Face"):
        state(text)


def test_pure_paths_are_paths_too() -> None:
    assert asked.from_mapping({"train": PurePosixPath("/x/y")}) == (Asked("train", "", "/x/y"),)
