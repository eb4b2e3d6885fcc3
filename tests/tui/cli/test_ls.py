"""``mvtui ls QUERY``: what is typed in a shell, what is shown, and what is told when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store
from mvtui.store.knowledge.query.fields import FIELDS

from .conftest import Run


@pytest.fixture
def some(two: Store, model: Path) -> Store:
    """sentiment@1.0.0 and 1.1.0, and ranker@1.0.0."""
    model.write_bytes(b"ranker")
    two.register("ranker", model, kind="prompt", metrics={"accuracy": 0.95, "loss": 0.2})
    two.alias("sentiment@1.0.0", "champion")
    return two


def refs(run: Run, *words: str) -> list[str]:
    done = run("ls", "--json", *words)
    assert done.err == ""
    return [f"{row['model']}@{row['version']}" for row in done.json]


ONE, OTHER, RANKER = "sentiment@1.0.0", "sentiment@1.1.0", "ranker@1.0.0"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), [RANKER, OTHER, ONE]),
        (("sentiment",), [OTHER, ONE]),
        (("sentiment", "champion"), [ONE]),
        (("sentiment champion",), [ONE]),
        (("metric.accuracy>0.905", "sort:version"), [RANKER, OTHER]),
        (("-kind:prompt",), [OTHER, ONE]),
        (("-host:nowhere", "-champion"), [RANKER, OTHER]),
        (("-champion", "--limit", "1"), [RANKER]),
        (("--limit=1", "-kind:prompt"), [OTHER]),
        (("--", "-kind:prompt"), [OTHER, ONE]),
        (("sntmt",), [OTHER, ONE]),
        (("sentiment@champion",), [ONE]),
        (("tag:owner=bob", "OR", "kind:prompt"), [RANKER, ONE]),
        (("nothing", "fits"), []),
        (("limit:1",), [RANKER]),
        (("", " "), [RANKER, OTHER, ONE]),
    ],
)
def test_queries(words: tuple[str, ...], found: list[str], run: Run, some: Store) -> None:
    assert refs(run, *words) == found


def test_metrics_that_are_asked_for_are_columns(run: Run, some: Store) -> None:
    heading, *rows = run("ls", "metric.accuracy>0.9", "sort:-metric.loss").out.splitlines()
    assert heading.split()[2:6] == ["loss", "↓", "accuracy", "↑"]
    assert [row.split()[0] for row in rows] == [RANKER, OTHER]
    assert rows[0].split()[2:4] == ["0.2", "0.95"]


def test_the_metrics_of_one_model_are_columns_even_if_it_is_not_named(run: Run, some: Store) -> None:
    heading, row = run("ls", "champion").out.splitlines()
    assert heading.split()[:5] == ["VERSION", "ID", "ALIAS", "accuracy", "↑"]
    assert row.split()[0] == ONE


def test_the_bookkeeping_of_a_run_takes_no_column(run: Run, store: Store, model: Path) -> None:
    metrics = {"epoch": 3, "learning_rate": 1e-5, "step": 900, "train_loss": 0.2, "eval_loss": 0.3}
    store.register("m", model, metrics=metrics)
    assert run("ls", "m").out.splitlines()[0].split()[2:6] == ["eval_loss", "↓", "train_loss", "↓"]
    asked = run("ls", "metric.epoch>1").out.splitlines()[0].split()
    assert asked[2:7] == ["epoch", "eval_loss", "↓", "train_loss", "↓"]


def test_of_several_models_no_metric_is_shown_unasked(run: Run, some: Store) -> None:
    assert "accuracy" not in run("ls", "-zzz").out


def test_nothing_found_says_why(run: Run, some: Store) -> None:
    done = run("ls", "metric.acuracy>0", "param.zzz=1")
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines() == [
        "no version matches",
        "none of these versions has the metric acuracy; did you mean accuracy?",
        "none of these versions has the param zzz",
    ]


def test_what_is_left_out_is_counted(run: Run, some: Store) -> None:
    assert run("ls", "-zzz", "--limit", "1").err == "2 more\n"
    assert run("ls", "limit:2", "--limit", "1").err == "2 more\n"


def test_a_reference_is_told_of_show(run: Run, some: Store) -> None:
    assert run("ls", "sentiment@champion").err == f"all about it: mvtui show {ONE}\n"
    assert run("ls", "champion").err == ""


def test_a_mistake_is_pointed_at(run: Run, some: Store) -> None:
    done = run("ls", "longer", "stge:production")
    assert (done.code, done.out) == (4, "")
    lines = done.err.splitlines()
    assert lines[0] == "error: unknown field 'stge' (column 8)"
    assert lines[1:3] == ["  longer stge:production", "         ^^^^"]
    assert lines[3] == "did you mean: stage"
    assert "Known: model, version" in lines[4]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("日本 stge:x", ["  日本 stge:x", "       ^^^^"]),
        ("\x1b[2J stge:x", ["  ␛[2J stge:x", "       ^^^^"]),
        ("stage:", ["  stage:", "        ^"]),
        (
            "x" * 500 + " stge:y" + " z" * 300,
            ["  " + "x" * 59 + " stge:y" + " z" * 29, "  " + " " * 60 + "^^^^"],
        ),
    ],
)
def test_the_sign_stands_below_the_mistake(query: str, shown: list[str], run: Run, some: Store) -> None:
    lines = run("ls", query).err.splitlines()[1:3]
    assert lines[1] == shown[1]
    assert lines[0].rstrip() == shown[0].rstrip()


def test_a_comparison_that_the_shell_took_is_noticed(run: Run, some: Store) -> None:
    assert "in quotes" in run("ls", "metric.accuracy").err


def test_in_json_a_mistake_has_its_place(run: Run, some: Store) -> None:
    error = run("ls", "stge:x", "--json").error
    assert error["kind"] == "QueryError"
    assert error["details"] == ["stge:x", "^^^^"]


@pytest.mark.parametrize("option", ["--limt", "--limt=3", "--jsn"])
def test_a_mistyped_option_is_no_query(option: str, run: Run, some: Store) -> None:
    done = run("ls", option)
    assert done.code == 2
    assert "did you mean" in done.err


@pytest.mark.parametrize("words", [("-n", "2"), ("-l",), ("sentiment", "-a"), ("--limit", "1", "-x")])
def test_a_single_letter_with_a_dash_is_no_query(words: tuple[str, ...], run: Run, some: Store) -> None:
    failed = run("ls", *words)
    assert (failed.code, failed.out) == (2, "")
    letter = next(word for word in words if len(word) == 2)
    assert f"{letter} is no option" in failed.err
    assert "--limit N" in failed.err
    assert "-word" in failed.err


def test_a_single_letter_can_be_left_out_all_the_same(run: Run, some: Store) -> None:
    assert refs(run, '-"k"') == [OTHER, ONE]
    assert refs(run, "--", "-k") == [OTHER, ONE]


@pytest.mark.parametrize("words", [("--sort", "-created"), ("--sort=-created",)])
def test_what_belongs_in_the_query_is_no_option(words: tuple[str, ...], run: Run, some: Store) -> None:
    failed = run("ls", *words)
    assert failed.code == 2
    assert "--sort is no option" in failed.err
    assert "sort:-created" in failed.err
    assert "stage:VALUE" in run("ls", "--stage").err


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("author:nobody", "nobody called nobody has registered any of these versions; known: "),
        ("dataset:imdb", "none of these versions was trained or measured on imdb\n"),
        ("kind:dataset", "none of these versions is of the kind dataset; known: weights, prompt\n"),
        ("model:rnker", "no model is called rnker; did you mean ranker?\n"),
        ("alias:\x1b[31m", "no alias is called ␛[31m; known: champion\n"),
        ("owner=x", "no text has owner=x in it; did you mean tag:owner=x?\n"),
    ],
)
def test_an_answer_without_versions_says_what_is_unknown(
    query: str, said: str, run: Run, some: Store
) -> None:
    done = run("ls", query)
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("no version matches\n")
    assert said in done.err


def test_an_option_without_its_value_is_told(run: Run, some: Store) -> None:
    assert "requires an argument" in run("ls", "--limit").err


def test_the_help_explains_every_field(run: Run) -> None:
    shown = run("ls", "--help").out
    for field in FIELDS.values():
        assert any(f"{field.name}{sign}" in shown for sign in ":.<>"), field.name
    assert max(map(len, shown.splitlines())) <= 80


def test_deleted_versions_say_why(run: Run, some: Store) -> None:
    run("delete", "ranker@1.0.0", "--reason", "wrong data")
    gone = run("ls", "ranker")
    assert gone.code == 3
    assert "mvtui ls ranker deleted:yes" in gone.err
    assert "deleted: wrong data" in run("ls", "ranker", "deleted:yes").out


def test_a_note_of_several_lines_ends_in_an_ellipsis(run: Run, some: Store) -> None:
    for note, shown in (
        ("one\ntwo", "one…"),
        ("one\r\ntwo\n", "one…"),
        ("one\n", "one"),
        ("one", "one"),
        ("\n\none", "one"),
        ("x" * 300 + "\ny", "x" * 199 + "…"),
    ):
        some.note("ranker@1.0.0", note)
        line = run("ls", "ranker").out.splitlines()[1]
        assert line.split()[-1] == shown


def test_hostile_names_do_not_reach_the_terminal(run: Run, store: Store, model: Path) -> None:
    store.register("m", model, metrics={"a\x1b]0;owned\x07": 1.0})
    store.log_metrics("m", {"b": 1.0})
    shown = run("ls", "metric:*").out
    assert "\x1b" not in shown
    assert "␛" in shown
