"""``mvtui metrics``, the metrics of ``show``, and the files that ``register`` reads them from."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Series, Store

from .conftest import Run


def test_the_latest_values_with_direction_who_and_which_evaluation(run: Run, two: Store) -> None:
    two.log_metrics("sentiment", {"accuracy": 0.95, "my_index": 12.5})
    two.log_metrics("sentiment", {"loss": math.nan}, dataset="test", slice="fr", evaluation="nightly")
    done = run("metrics", "sentiment")
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines()[1:]}
    user = two.get("sentiment").author
    assert rows["accuracy"] == ["0.95", "↑", "higher", "now", user]
    assert rows["my_index"] == ["12.5", "now", user]
    assert rows["loss[test:fr]"] == ["NaN", "↓", "lower", "now", user, "nightly"]
    assert run("metrics", "sentiment", "--dataset", "test").out.count("\n") == 2


def test_history_has_every_value(run: Run, two: Store) -> None:
    two.log_metrics("sentiment", {"accuracy": 0.95})
    two.log_metrics("sentiment", {"accuracy": math.nan})
    rows = run("metrics", "sentiment", "--history", "--json").json
    assert [(row["metric"], row["value"]) for row in rows] == [
        ("accuracy", 0.91),
        ("accuracy", 0.95),
        ("accuracy", "NaN"),
    ]
    assert {"dataset", "slice", "evaluation", "at", "by", "host", "seq", "direction"} < set(rows[0])
    assert [row["value"] for row in run("metrics", "sentiment", "--json").json] == ["NaN"]


def test_adding_says_what_it_replaces_and_that_it_is_kept(run: Run, two: Store) -> None:
    done = run("metrics", "sentiment@1.1.0", "accuracy=0.95", "loss=0.5")
    user = two.get("sentiment").author
    assert done.code == 0
    assert f"accuracy 0.91 → 0.95 (▲ better; 0.91 by {user}, now, is kept)" in done.err
    assert "loss 0.5\n" in done.err
    assert done.out == "sentiment@1.1.0\n"
    assert "worse" in run("metrics", "sentiment", "loss=nan").err
    assert "nothing to add" in run("metrics", "sentiment", "loss=nan").err
    added = run("metrics", "sentiment", "accuracy=0.5", "--json").json
    assert added["added"] == [
        {"metric": "accuracy", "value": 0.5, "before": 0.95, "direction": "higher", "change": "worse"}
    ]
    assert two.poll()
    assert [one.value for one in two.measurements("sentiment", "accuracy")] == [0.91, 0.95, 0.5]


def test_metrics_and_series_from_files(run: Run, two: Store) -> None:
    Path("log.csv").write_text("step,loss,note\n1,0.5,a\n2,0.25,b\n")
    Path("m.json").write_text('{"f1": 0.5, "day": "2026-11-23"}')
    done = run("metrics", "sentiment", "--file", "log.csv", "--file", "m.json", "acc=0.9")
    assert "skipped 1 of log.csv that is no number: note" in done.err
    assert "skipped 1 of m.json that is no number: day" in done.err
    with open_store() as store:
        assert store.get("sentiment").metrics == {"accuracy": 0.91, "loss": 0.25, "f1": 0.5, "acc": 0.9}
        assert store.series("sentiment") == {"loss": Series((1.0, 2.0), (0.5, 0.25))}
    assert run("metrics", "sentiment", "--series", "loss", "--json").json == {
        "step": [1.0, 2.0],
        "value": [0.5, 0.25],
    }
    drawn = run("metrics", "sentiment", "--series", "loss", "--width", "40", "--height", "5").out
    assert drawn.startswith("loss over 2 steps, lower is better\n")
    assert len(drawn.splitlines()) == 8
    failed = run("metrics", "sentiment", "--series", "los")
    assert failed.code == 3
    assert "did you mean: loss" in failed.err


def test_register_keeps_the_series_of_a_file_unless_told_not_to(run: Run, store: Store, model: Path) -> None:
    log = [{"step": n, "loss": 1 / n} for n in (1, 2)]
    Path("trainer_state.json").write_text(json.dumps({"log_history": log, "best_metric": None}))
    Path("other.json").write_text('{"loss": 0.7}')
    done = run("register", "m", str(model), "--metrics-file", "trainer_state.json", "--no-series")
    assert done.code == 0
    with open_store() as seen:
        assert (seen.get("m").metrics, seen.series("m")) == ({"loss": 0.5}, {})
    done = run("register", "m", str(model), "--metrics-file", "trainer_state.json")
    assert "added series" in done.err
    done = run(
        "register", "n", str(model), "--metrics-file", "trainer_state.json", "--metrics-file", "other.json"
    )
    assert "loss: the value of an earlier file is replaced by that of other.json" in done.err
    with open_store() as seen:
        assert seen.series("m") == seen.series("n") == {"loss": Series((1.0, 2.0), (1.0, 0.5))}
        assert seen.get("n").metrics == {"loss": 0.7}


def test_a_later_file_goes_on_with_the_series_of_an_earlier_one(run: Run, store: Store, model: Path) -> None:
    log = [{"step": n, "loss": 1 / n} for n in (10, 20)]
    Path("trainer_state.json").write_text(json.dumps({"log_history": log, "best_metric": None}))
    Path("l2.csv").write_text("step,loss\n20,0.5\n30,0.25\n")
    files = ("--metrics-file", "trainer_state.json"), ("--metrics-file", "l2.csv")
    assert run("register", "m", str(model), *files[0]).code == 0
    assert run("metrics", "m", "--file", "l2.csv").code == 0
    assert run("register", "n", str(model), *files[0], *files[1]).code == 0
    for name in "mn":
        curve = run("metrics", name, "--series", "loss", "--json").json
        assert curve == {"step": [10, 20, 30], "value": [0.1, 0.5, 0.25]}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("metrics", "sentiment", "acuracy"), 3, "did you mean: accuracy"),
        (("metrics", "sentiment", "zzz"), 3, "zzz=VALUE"),
        (("metrics", "sentiment", "accuracy", "a=1"), 4, "no value"),
        (("metrics", "sentiment", "accuracy", "--series", "loss"), 2, "two things"),
        (("metrics", "sentiment", "=1"), 4, "no name"),
        (("metrics", "sentiment", "accuracy=high"), 4, "not a number"),
        (("metrics", "sentiment", "a=1", "a=2"), 4, "twice"),
        (("metrics", "sentiment", "a=1", "--history"), 2, "two things"),
        (("metrics", "sentiment", "a=1", "--dataset", "x[y"), 4, "'['"),
        (("metrics", "nobody", "a=1"), 3, "no model"),
        (("metrics", "sentiment", "--file", "missing.csv"), 3, "missing.csv"),
        (("register", "m", "f", "--metrics-file", "-", "--params-file", "-"), 2, "twice"),
    ],
)
def test_bad_input_is_an_error_that_helps(
    words: tuple[str, ...], code: int, said: str, run: Run, two: Store
) -> None:
    done = run(*words)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    assert not two.poll(), "nothing was written"


def test_a_name_shows_that_metric(run: Run, two: Store) -> None:
    two.log_metrics("sentiment", {"accuracy": 0.95, "loss": 0.2})
    two.log_metrics("sentiment", {"accuracy": 0.5}, dataset="test")

    def shown(*words: str) -> list[tuple[str, str, float]]:
        rows = run("metrics", "sentiment", *words, "--json").json
        return [(row["metric"], row["dataset"], row["value"]) for row in rows]

    on_test = ("accuracy", "test", 0.5)
    assert shown("accuracy") == [("accuracy", "", 0.95), on_test]
    assert shown("accuracy[test]") == [on_test]
    assert shown("accuracy", "--dataset", "test") == [on_test]
    assert shown("loss", "accuracy[test]") == [("loss", "", 0.2), on_test]
    assert shown("accuracy", "--history") == [("accuracy", "", 0.91), ("accuracy", "", 0.95), on_test]
    assert "loss" not in run("metrics", "sentiment", "accuracy").out


def test_hostile_names_are_shown_not_obeyed(run: Run, two: Store) -> None:
    name = "x\x1b]0;title\x07[/bold]"
    two.log_metrics("sentiment", {name: 1.0}, evaluation="\x1b[31m")
    two.log_metrics("sentiment", {name: 2.0}, dataset="\x1b[2J".replace("[", ""))
    for words in (
        ("metrics", "sentiment"),
        ("metrics", "sentiment", "--history"),
        ("show", "sentiment"),
        ("trend", "sentiment", name),
        ("metrics", "sentiment", f"{name}=3"),
    ):
        done = run(*words)
        assert done.code == 0
        assert "\x1b" not in done.out + done.err
        assert "\x07" not in done.out + done.err


def test_show_has_direction_count_and_dataset(run: Run, two: Store) -> None:
    two.log_metrics("sentiment", {"accuracy": 0.95})
    two.log_metrics("sentiment", {"accuracy": 0.5, "loss": 2.25}, dataset="test", slice="fr")
    two.log_metrics("sentiment", {"loss": 10.5}, dataset="test")
    told = run("show", "sentiment").out.partition("\nmetrics\n")[2].partition("\nparams\n")[0]
    assert told == (
        "  accuracy  0.95  ↑ higher  2 values\n"
        "\nmetrics on test\n"
        "  accuracy fr   0.5   ↑ higher\n"
        "  loss fr       2.25  ↓ lower\n"
        "  loss         10.5   ↓ lower\n"
    )


def test_three_thousand_metrics_stay_readable_and_whole(run: Run, two: Store) -> None:
    many = {f"layer_{n}/gradient": n / 7 for n in range(3000)} | {"zone/f1": 0.5}
    Path("many.json").write_text(json.dumps(many))
    added = run("metrics", "sentiment", "--file", "many.json").err
    assert "2,981 more" in added
    assert added.count("\n") < 30
    told = run("show", "sentiment").out
    assert told.count("\n") < 70
    assert "zone/f1" in told, "what has a direction comes first"
    assert "2,962 more: mvtui metrics sentiment@1.1.0" in told
    assert run("metrics", "sentiment").out.count("\n") == 3003
    assert run("show", "sentiment", "--json").json["metrics"] == many | {"accuracy": 0.91}


def test_one_file_replaces_no_earlier_one(run: Run, store: Store, model: Path) -> None:
    nan = model.parent / "n.json"
    nan.write_text('{"a": NaN, "b": 1}')
    assert "earlier" not in run("register", "m", str(model), "--metrics-file", str(nan)).err
    other = model.parent / "o.json"
    other.write_text('{"a": 2, "b": 1}')
    told = run("metrics", "m", "--file", str(nan), "--file", str(other))
    assert "a: the value of an earlier file" in told.err


def test_measured_on_a_dataset_of_the_store(run: Run, two: Store) -> None:
    Path("reviews.csv").write_text("a")
    two.register("reviews", "reviews.csv", kind="dataset")
    done = run("metrics", "sentiment@1.1.0", "f1=0.5", "--dataset", "reviews")
    assert done.err.splitlines() == [
        "sentiment@1.1.0: f1[reviews@1.0.0] 0.5",
        "sentiment@1.1.0: evaluated-on reviews@1.0.0",
    ]
    for name in ("reviews", "reviews@1.0.0"):
        assert [row["metric"] for row in run("metrics", "sentiment", "--dataset", name, "--json").json] == [
            "f1"
        ]
    assert "measured on it: figures that would be in doubt" in run("impact", "reviews@1.0.0").out
    assert "sentiment@1.1.0" in run("ls", "dataset:reviews").out
    again = run("metrics", "sentiment", "f1=0.5", "--dataset", "reviews@1.0.0")
    assert "nothing to add" in again.err
    assert two.poll()
    two.unlink("sentiment@1.1.0", "evaluated-on", "reviews@1.0.0")
    again = run("metrics", "sentiment", "f1=0.5", "--dataset", "reviews@1.0.0")
    assert again.err == "sentiment@1.1.0: evaluated-on reviews@1.0.0\n"
    added = run("metrics", "sentiment@1.0.0", "f1=0.5", "--dataset", "reviews@latest", "--json").json
    assert (added["evaluated_on"], added["added"][0]["metric"]) == ("reviews@1.0.0", "f1[reviews@1.0.0]")
    assert run("metrics", "sentiment", "f1=0.5", "--dataset", "test", "--json").json["evaluated_on"] is None
    refused = run("metrics", "sentiment", "f1=0.5", "--dataset", "revews@1.0.0")
    assert (refused.code, refused.out) == (3, "")
    assert "there is no dataset revews@1.0.0" in refused.err
    assert "reviews" in refused.err
    assert run("ls", "metric.f1[reviews@1.0.0]>0.4").code == 0
