"""``mvtui lineage``, ``impact`` and ``link``, and where a version comes from in ``register`` and ``show``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import Store
from mvtui.store.engine.documents import VERSIONS
from mvtui.store.nouns.event import EventKind

from .conftest import Run

MakeFile = Callable[..., Path]


@pytest.fixture
def family(store: Store, make_file: MakeFile) -> Store:
    """crawl → reviews → sentiment@1.1.0 → small; the first sentiment and a commit besides."""
    store.register("crawl", make_file(b"c" * 1500), kind="dataset")
    store.register("reviews", make_file(b"r"), kind="dataset", parents=["crawl"])
    store.register("sentiment", make_file(b"1"), parents=["hf:roberta-base@" + "e" * 40])
    store.register(
        "sentiment",
        make_file(b"2"),
        parents=["sentiment@1.0.0", "reviews"],
        edges=[("evaluated-on", "crawl"), ("replaces", "sentiment@1.0.0")],
    )
    store.register("small", make_file(b"q"), edges=[("quantized-from", "sentiment")])
    store.register("judged", make_file(b"j"), edges=[("evaluated-on", "reviews")])
    with store._repository.writing():
        code = {"commit": "9f8a12e" + "0" * 33, "branch": "main", "dirty": True}
        data = {"model": "sentiment", "version": "1.1.0", "code": code}
        store._repository.append(EventKind.ADD, data)
    return store


def test_the_tree_both_ways(run: Run, family: Store) -> None:
    assert run("lineage", "sentiment").out == (
        "   ┌─ fine-tuned-from  hf:roberta-base@eeeeeee\n"
        "┌─ fine-tuned-from and replaces  sentiment@1.0.0\n"
        "│  ┌─ derived-from  crawl@1.0.0  data, 1.5 kB\n"
        "├─ trained-on  reviews@1.0.0  data, 1 B\n"
        "├─ evaluated-on  crawl@1.0.0  see above\n"
        "├─ made-by  git:9f8a12e  with uncommitted changes\n"
        "sentiment@1.1.0\n"
        "└─ small@1.0.0  quantized-from it\n"
    )


def test_one_way_and_not_far(run: Run, family: Store) -> None:
    down = run("lineage", "crawl", "--down", "--depth", "1")
    assert down.out == (
        "crawl@1.0.0  data, 1.5 kB\n├─ sentiment@1.1.0  evaluated-on it\n"
        "└─ reviews@1.0.0  derived-from it  data, 1 B\n"
    )
    assert "there is more" in down.err
    assert run("lineage", "small", "--up", "--depth", "1").out == (
        "┌─ quantized-from  sentiment@1.1.0\nsmall@1.0.0\n"
    )
    assert run("lineage", "small", "--up", "--down", "--depth", "0").out == "small@1.0.0\n"


def test_the_graph_as_json(run: Run, family: Store) -> None:
    found = run("lineage", "small", "--json").json
    names = {node["key"]: node["name"] for node in found["nodes"]}
    assert names[found["root"]] == "small@1.0.0"
    assert [(names[arc["child"]], arc["type"], names[arc["parent"]]) for arc in found["arcs"]][:2] == [
        ("small@1.0.0", "quantized-from", "sentiment@1.1.0"),
        ("sentiment@1.1.0", "fine-tuned-from", "sentiment@1.0.0"),
    ]
    assert found["cut"] is False
    assert {node["node"] for node in found["nodes"]} == {"version", "outside", "commit"}


def test_a_version_alone_says_how_to_state_an_edge(run: Run, two: Store) -> None:
    alone = run("lineage", "sentiment@1.0.0")
    assert alone.out == "sentiment@1.0.0\n"
    assert "mvtui link sentiment@1.0.0" in alone.err


def test_ten_thousand_children_are_counted(
    run: Run, store: Store, make_file: MakeFile, no_sync: None
) -> None:
    store.register("data", make_file(b"d"), kind="dataset")
    identity = store.get("data").id
    many = {"model": "m", "kind": "weights", "size": 1, "files": 1}
    edges = [{"type": "trained-on", "to": identity, "role": "train"}]
    with store._repository.writing():
        for number in range(2000):
            data = many | {"version": f"1.0.{number}", "id": f"{number:064x}", "edges": edges}
            store._repository.append(EventKind.REGISTER, data)
    drawn = run("lineage", "data")
    assert len(drawn.out.splitlines()) == 52
    assert drawn.out.splitlines()[1].endswith("m@1.0.1999  trained-on it")
    assert drawn.out.endswith("└─ … and 1,950 more\n")
    assert "--all" in drawn.err
    assert len(run("lineage", "data", "--all").out.splitlines()) == 2001
    listed = run("impact", "data")
    assert "2,000 versions made from it" in listed.out
    assert "1,950 more" in listed.err
    assert len(run("impact", "data", "--limit", "2000").out.splitlines()) == 2000 + 5


def test_what_is_tainted(run: Run, family: Store) -> None:
    family._repository.index.tables[VERSIONS]["small@1.0.0"] |= {
        "stage": "production"
    }  # as promoting will do
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mvtui.tui.cli.session.Session.open", lambda *_, **__: family)
        answered = run("impact", "crawl")
        row = run("impact", "crawl", "--json").json
        family._repository.index.tables[VERSIONS]["sentiment@1.1.0"] |= {"stage": "production"}
        short = run("impact", "crawl", "--limit", "1").out
    lines = answered.out.splitlines()
    assert lines[:4] == [
        "crawl@1.0.0  data, 1.5 kB",
        "3 versions made from it, 1 of them in Production",
        "",
        "made from it",
    ]
    assert lines[5].split() == [
        *("small@1.0.0", "●", "production", "quantized-from", "sentiment@1.1.0", "→"),
        *("trained-on", "reviews@1.0.0", "→", "derived-from", "crawl@1.0.0"),
    ]
    assert "measured on it: figures that would be in doubt" in answered.out
    assert lines[-1].split()[:2] == ["judged@1.0.0", "evaluated-on"]
    assert row["production"] == ["small@1.0.0"]
    assert short.count("● production") == 2  # a limit hides nothing that serves
    assert row["tainted"][0]["via"] == {
        "type": "quantized-from",
        "to": family.get("sentiment").id,
        "guess": "",
    }
    assert [node["name"] for node in row["doubtful"]] == ["judged@1.0.0"]


@pytest.mark.parametrize("name", ["hf:roberta-base", "hf:roberta-base@eeeeeee", "git:9f8a"])
def test_what_an_outside_name_taints(run: Run, family: Store, name: str) -> None:
    assert "small@1.0.0" in run("impact", name).out


def test_nothing_is_made_from_it(run: Run, family: Store) -> None:
    assert run("impact", "judged").out == "judged@1.0.0\nnothing was made from it\n"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("lineage", "hf:roberta-bas"), 3, "did you mean: hf:roberta-base"),
        (("lineage", "roberta-base"), 3, "did you mean: hf:roberta-base"),
        (("impact", "git:1111"), 3, "nothing in this store came from git:1111"),
        (("impact", "sentiment@9.0.0"), 3, "no version 9.0.0"),
        (("link", "small", "knows=crawl"), 4, "'knows' is not a type of edge"),
        (("link", "small", "derived-from"), 4, "is not an edge"),
        (("link", "small", "=crawl"), 4, "is not an edge"),
        (("link", "crawl", "derived-from=small"), 5, "cycle"),
        (("link", "small", "derived-from=nothing"), 3, "What is not in this store has a scheme"),
        (("link", "small", "--remove", "quantized-from=sentiment"), 5, "part of what it is"),
        (("register", "m", "FILE", "--parent", "nothing"), 3, "there is no model 'nothing'"),
        (("register", "m", "FILE", "--edge", "replaces"), 4, "is not an edge"),
    ],
)
def test_mistakes(
    run: Run, family: Store, make_file: MakeFile, words: tuple[str, ...], code: int, says: str
) -> None:
    path = str(make_file(b"other"))
    answered = run(*(path if word == "FILE" else word for word in words))
    assert answered.code == code
    assert says in answered.err
    assert answered.out == ""


def test_edges_are_stated_printed_and_taken_back(run: Run, family: Store) -> None:
    assert run("link", "judged", "derived-from=name:a b", "trained-on=crawl").code == 0
    assert [line.split() for line in run("link", "judged").out.splitlines()] == [
        ["evaluated-on", "reviews@1.0.0", "data,", "1", "B"],
        ["derived-from", "name:a", "b"],
        ["trained-on", "crawl@1.0.0", "data,", "1.5", "kB"],
    ]
    edges = run("link", "judged", "--json").json
    assert [(edge["type"], edge.get("later", False)) for edge in edges] == [
        ("evaluated-on", False),
        ("derived-from", True),
        ("trained-on", True),
    ]
    run("link", "judged", "--remove", "derived-from=name:a b")
    assert "name:a b" not in run("link", "judged").out
    assert "no edges" in run("link", "crawl").err


def test_register_states_and_tells_where_a_version_comes_from(
    run: Run, family: Store, make_file: MakeFile
) -> None:
    path = make_file(b'{"_name_or_path": "org/base"}', "model/config.json").parent
    make_file(b"---\ndatasets: [a, b, c]\n---\n", "model/README.md")
    make_file(b"GGUF", "model/m.gguf")
    words = ("register", "m", str(path), "--parent", "small", "--edge", "distilled-from=hf:org/teacher")
    done = run(*words)
    assert (
        "guessed: trained-on hf:datasets/a (README.md), trained-on hf:datasets/b (README.md), and 1 more"
        in (done.err)
    )
    assert "no guess where it comes from by m.gguf: it ends in the middle" in done.err
    row = run(*words, "--json").json
    assert [edge["type"] for edge in row["edges"]][:2] == ["fine-tuned-from", "distilled-from"]
    shown = run("show", "m").out
    assert "lineage\n  fine-tuned-from  small@1.0.0" in shown
    assert "guessed from README.md" in shown
    assert "trained-on hf:datasets/a (guessed)" in run("impact", "hf:datasets/a").out


def test_show_keeps_a_long_list_short(run: Run, store: Store, make_file: MakeFile) -> None:
    names = "".join(f"- d{number}\n" for number in range(30))
    store.register("m", make_file(f"---\ndatasets:\n{names}---\n".encode(), "README.md"))
    shown = run("show", "m").out
    assert shown.count("guessed from README.md") == 12
    assert "and 18 more: mvtui lineage m@1.0.0 --up" in shown


def test_a_deleted_parent_is_shown_as_deleted(run: Run, family: Store) -> None:
    assert run("delete", "reviews@1.0.0", "--reason", "copyright").code == 0
    assert "trained-on  reviews@1.0.0  deleted" in run("lineage", "small").out
    assert "deleted" in run("show", "sentiment").out
    assert run("impact", "reviews@1.0.0").out.startswith("reviews@1.0.0  deleted")


def test_names_from_outside_cannot_write_on_the_terminal(run: Run, store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"m"))
    with store._repository.writing():
        evil = [{"type": "fine-tuned-from\x1b[2J", "to": "hf:\x1b]0;x\x07\u202e", "guess": "\x1b[31mREADME"}]
        store._repository.append(EventKind.LINK, {"model": "m", "version": "1.0.0", "add": evil})
    for words in (("lineage", "m"), ("show", "m"), ("link", "m"), ("impact", "hf:\x1b]0;x\x07\u202e")):
        answered = run(*words)
        assert answered.code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(answered.out + answered.err)


def test_ascii_only(run: Run, family: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvtui.tui.cli.output.ascii_only", lambda: True)
    monkeypatch.setattr("mvtui.tui.cli.tree.ascii_only", lambda: True)
    out = run("lineage", "sentiment").out
    assert out.isascii()
    assert "   ,- fine-tuned-from" in out
    assert "`- small@1.0.0" in out
    assert run("impact", "crawl").out.isascii()
