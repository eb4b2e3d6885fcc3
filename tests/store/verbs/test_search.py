"""Queries of a real store: names are its models, references and lineage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mvtui.store import Store, init_store
from mvtui.store.errors import QueryError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    file = tmp_path / "model.bin"
    with init_store(tmp_path / "store") as made:

        def register(model: str, content: str, **facts: object) -> str:
            file.write_text(content)
            return made.register(model, file, **facts).version.ref  # type: ignore[arg-type]

        register("bert", "base")
        register("sentiment", "1", metrics={"f1": 0.8}, note="first", parents=["bert@1.0.0"])
        register(
            "sentiment",
            "2",
            version="1.0.1",
            metrics={"f1": 0.9, "loss": float("nan")},
            tags={"owner": "Ann B"},
        )
        register("sentiment-2025", "3", params={"lr": 1e-4})
        made.alias("sentiment@1.0.0", "champion")
        yield made


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("sentiment", ["sentiment@1.0.1", "sentiment@1.0.0"]),
        ("sentiment sort:version", ["sentiment@1.0.0", "sentiment@1.0.1"]),
        ("-sentiment -bert", ["sentiment-2025@1.0.0"]),
        ("sentiment@champion", ["sentiment@1.0.0"]),
        ("sentiment@latest", ["sentiment@1.0.1"]),
        ("sentiment@latest~1", ["sentiment@1.0.0"]),
        ("sentiment@9.9.9", []),
        ("metric.f1>0.85 OR param:lr", ["sentiment-2025@1.0.0", "sentiment@1.0.1"]),
        ('tag:owner="ann b"', ["sentiment@1.0.1"]),
        ("parent:bert", ["sentiment@1.0.0"]),
        ("parent:bert@latest", ["sentiment@1.0.0"]),
        ("parent:b*", ["sentiment@1.0.0"]),
        ("parent:bert@1.*", ["sentiment@1.0.0"]),
        ("parent:bert@2.*", []),
        ("parent:nonsense parent:@", []),
        ("sort:-metric.f1 limit:1", ["sentiment@1.0.1"]),
        ("deleted:yes", []),
        ("f1>0.85", ["sentiment@1.0.1"]),
        ("-f1>=0.85 lr=1e-4", ["sentiment-2025@1.0.0"]),
        ("(f1:0.8 OR lr<1)", ["sentiment-2025@1.0.0", "sentiment@1.0.0"]),
        ('"f1>0.85"', []),
    ],
)
def test_queries(query: str, refs: list[str], store: Store) -> None:
    assert [version.ref for version in store.query(query)] == refs


def test_an_empty_query_finds_what_versions_lists(store: Store) -> None:
    assert list(store.query("")) == list(store.versions())


def test_deleted_versions_are_found_when_asked_for(store: Store) -> None:
    store.delete("sentiment@1.0.1", reason="wrong data")
    assert [v.ref for v in store.query("sentiment")] == ["sentiment@1.0.0"]
    assert [v.ref for v in store.query("deleted:yes")] == ["sentiment@1.0.1"]
    assert len(store.query("sentiment", deleted=True)) == 2
    assert [v.ref for v in store.query("-deleted:yes sentiment")] == ["sentiment@1.0.0"]


def test_a_parent_that_was_deleted_still_is_one(store: Store) -> None:
    store.delete("bert@1.0.0", reason="licence")
    assert [v.ref for v in store.query("parent:bert@1.0.0")] == ["sentiment@1.0.0"]


def test_an_answer_is_a_snapshot_that_knows_what_was_asked(store: Store) -> None:
    answer = store.query("metric.f1>0 sort:-metric.f1 limit:1")
    store.delete("sentiment@1.0.1", reason="wrong data")
    assert [v.ref for v in answer] == ["sentiment@1.0.1"]
    assert (answer.total, answer.metrics, answer.models) == (2, ("f1",), {"sentiment"})
    assert answer.unknown == {}


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("metric.f2>0", {"metric f2": ["f1"]}),
        ("param.lrr=1 tag:zzz", {"param lrr": ["lr"], "tag zzz": []}),
        ("sort:-metric.F1", {"metric F1": ["f1"]}),
        ("metric.f1>5", {}),
        ("sentiment-2025 sort:metric.f1", {"metric f1": []}),
        ("metric.f2>0 OR metric.f1>0", {}),
    ],
)
def test_names_that_no_version_has_are_told(query: str, unknown: dict[str, list[str]], store: Store) -> None:
    assert store.query(query).unknown == unknown


def test_me_is_who_asks(store: Store) -> None:
    user = store.summary().user
    everything = [v.ref for v in store.query("")]
    for query in ("author:me", f"author:{user}", "author:nobody,ME"):
        assert [v.ref for v in store.query(query)] == everything
    assert not store.query("-author:me")
    assert not store.query("author!=me")
    assert len(store.search(store.versions()).find("author:me").rows) == len(everything)


def unmet(store: Store, query: str) -> list[tuple[str, str]]:
    return [(one.field, one.value) for one in store.query(query).unmet]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("author:nobody", [("author", "nobody")]),
        (
            "author:nobody,no* host:elsewhere",
            [("author", "nobody"), ("author", "no*"), ("host", "elsewhere")],
        ),
        ("author:me kind:prompt", [("kind", "prompt")]),
        ("stage:production model:bart", [("stage", "production"), ("model", "bart")]),
        ("dataset:imbd OR parent:brt", [("dataset", "imbd"), ("parent", "brt")]),
        ("alias:rival git:deadbeef", [("alias", "rival"), ("git", "deadbeef")]),
        ("author:nobody OR sentiment", []),
        ("-author:* stage:none", []),
        ("author!=nobody metric.f1>5", []),
    ],
)
def test_values_that_no_version_has_are_told(query: str, told: list[tuple[str, str]], store: Store) -> None:
    assert unmet(store, query) == told


def test_of_values_that_no_version_has_the_known_ones_are_told(store: Store) -> None:
    user = store.summary().user
    (one,) = store.query(f"author:{user}x").unmet
    assert (one.similar, one.known) == ([user], [user])
    (one,) = store.query("kind:prompt").unmet
    assert "weights" in one.known


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("owner=x", {"owner=x": "tag:owner=x"}),
        ("zzz=1", {}),
        ("commit=abc", {"commit=abc": "git:abc"}),
        ("metrics.f1=0.5", {"metrics.f1=0.5": "metric.f1=0.5"}),
        ("=1 zzz= lr", {}),
    ],
)
def test_words_that_look_like_conditions_are_told(query: str, meant: dict[str, str], store: Store) -> None:
    assert store.query(query).meant == meant


def test_a_mistake_says_where(store: Store) -> None:
    with pytest.raises(QueryError) as caught:
        store.query("sentiment stge:production")
    assert caught.value.column == 11


def test_completion_knows_the_store(store: Store) -> None:
    assert [found.text for found in store.complete_query("metric.")] == ["f1", "loss"]
    assert [found.text for found in store.complete_query("parent:")] == ["bert"]
    assert [found.text for found in store.complete_query("sen kind:prompt", 3)] == [
        "sentiment",
        "sentiment-2025",
    ]


def test_searching_one_model(store: Store) -> None:
    search = store.search(store.versions("sentiment"))
    for _ in range(2):
        assert search.find("") == (range(2), False, None)
        assert search.find("first") == ([1], False, None)
        assert search.find("sentiment").rows == []
        assert search.find("sort:version") == ([1, 0], True, None)
        found = search.find("first stage:")
        assert found.rows == [1]
        assert found.missing is not None
        search.prepare()
    assert [found.text for found in search.complete("alias:")] == ["champion"]
    assert search.names("tag") == ("owner",)
    assert store.search(store.versions()).names("metric")[0] == "f1", "the most common first"
    assert [found.text for found in search.complete("s")] == ["stage:", "since:", "size>", "sort:"]


def test_a_name_that_stands_without_its_field_must_be_that_of_one_thing(store: Store, tmp_path: Path) -> None:
    search = store.search(store.versions("sentiment"))
    assert search.find("f1>0.85").rows == [0]
    assert search.find("f1").rows == [0, 1], "a name alone is text"
    typing = search.find("f1>").missing
    assert typing is not None
    assert "metric has no value" in typing.message
    with pytest.raises(QueryError, match="unknown field 'lr'") as none:
        search.find("lr<1")  # another model has it
    assert none.value.candidates == ("metric.lr", "param.lr")
    store.register("both", tmp_path / "model.bin", metrics={"lr": 1.0}, params={"size": 300})
    with pytest.raises(QueryError, match="'lr' is more than one thing") as two:
        store.query("stage:none lr<2")
    assert two.value.candidates == ("metric.lr", "param.lr")
    assert (two.value.column, two.value.length) == (12, 2)
    assert not store.query("size>200"), "a field comes first"


def test_searching_an_answer_or_every_version(store: Store) -> None:
    assert store.search(store.query("sntmt")).find("sentiment").rows == [1, 2]
    assert store.search(store.versions()).find("bert").rows == [3]


def test_only_what_the_store_returned_can_be_searched(store: Store) -> None:
    with pytest.raises(TypeError, match="list"):
        store.search(list(store.versions()))
