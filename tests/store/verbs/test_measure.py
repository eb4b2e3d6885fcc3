"""Measuring after registering: nothing is overwritten, nothing is told twice, series and trends."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Series, Store, errors

MakeFile = Callable[..., Path]


def _events(store: Store) -> int:
    return len((store.root / "journal" / "events.jsonl").read_bytes().splitlines())


def _told(store: Store, ref: str, metric: str | None = None) -> list[tuple[str, str]]:
    return [(one.key, repr(one.value)) for one in store.measurements(ref, metric)]


def test_a_later_value_is_shown_and_the_earlier_one_kept(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), metrics={"accuracy": 0.93, "loss": 0.5})
    done = store.log_metrics("m", {"accuracy": 0.95, "loss": 0.6, "f1": 0.9})
    assert store.get("m").metrics == {"accuracy": 0.95, "loss": 0.6, "f1": 0.9} == done.version.metrics
    told = {one.name: (one.before and one.before.value, one.after, one.change) for one in done.changes}
    assert told == {
        "accuracy": (0.93, 0.95, "better"),
        "loss": (0.5, 0.6, "worse"),
        "f1": (None, 0.9, None),
    }
    assert _told(store, "m") == [
        ("accuracy", "0.93"),
        ("loss", "0.5"),
        ("accuracy", "0.95"),
        ("loss", "0.6"),
        ("f1", "0.9"),
    ]
    first, second = store.measurements("m", "accuracy")
    assert first.at == store.get("m").registered < second.at
    assert first.by == second.by == store.get("m").author
    assert first.seq == store.get("m").seq < second.seq


def test_dataset_slice_and_evaluation_are_kept_apart(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), metrics={"accuracy": 0.9})
    store.log_metrics("m", {"accuracy": 0.8}, dataset="test", slice="fr", evaluation="nightly")
    store.log_metrics("m", {"accuracy": 0.7}, dataset="test")
    store.log_metrics("m", {"accuracy": 0.6}, slice="fr:CA")
    assert store.get("m").metrics == {
        "accuracy": 0.9,
        "accuracy[test:fr]": 0.8,
        "accuracy[test]": 0.7,
        "accuracy[:fr:CA]": 0.6,
    }
    one = store.measurements("m", "accuracy[test:fr]")[0]
    assert (one.name, one.dataset, one.slice, one.evaluation) == ("accuracy", "test", "fr", "nightly")
    assert len(store.measurements("m", "accuracy")) == 4
    assert store.direction("accuracy[test:fr]") == "higher"


def test_the_same_of_the_same_evaluation_writes_nothing(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), metrics={"a": 0.5, "b": math.nan})
    before = _events(store)
    assert store.log_metrics("m", {"a": 0.5, "b": math.nan}).changes == ()
    assert _events(store) == before
    assert [one.name for one in store.log_metrics("m", {"a": 0.5, "c": 1.0}).changes] == ["c"]
    assert [one.name for one in store.log_metrics("m", {"a": 0.5}, evaluation="e").changes] == ["a"]
    store.log_metrics("m", {"a": 0.6}, evaluation="f")
    assert store.log_metrics("m", {"a": 0.5}, evaluation="e").changes == (), "a script that is run again"
    assert store.log_metrics("m", {"a": 0.5}).changes == ()
    assert store.get("m").metrics["a"] == 0.6
    assert [one.change for one in store.log_metrics("m", {"a": 0.7}).changes] == [None], (
        "a is of no direction"
    )
    assert _events(store) == before + 4


def test_what_is_not_finite_is_kept_and_never_better(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), metrics={"accuracy": 0.9, "loss": math.inf})
    nan = store.log_metrics("m", {"accuracy": math.nan, "loss": -math.inf})
    assert [one.change for one in nan.changes] == ["worse", None]
    with open_store(store.root) as again:
        assert repr(again.get("m").metrics) == "{'accuracy': nan, 'loss': -inf}"
        assert _told(again, "m", "accuracy") == [("accuracy", "0.9"), ("accuracy", "nan")]
    assert [one.change for one in store.log_metrics("m", {"accuracy": 0.1}).changes] == [None]


def test_three_thousand_metrics_stay_whole(store: Store, make_file: MakeFile) -> None:
    many = {f"layer_{n}/gradient": n / 7 for n in range(3000)}
    store.register("m", make_file())
    assert len(store.log_metrics("m", many).changes) == 3000
    with open_store(store.root) as again:
        assert again.get("m").metrics == many
    (store.root / "index.json").unlink(missing_ok=True)
    with open_store(store.root) as rebuilt:
        assert {one.name: one.value for one in rebuilt.measurements("m")} == many


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ({"metrics": {}}, errors.UsageError),
        ({"metrics": {"a": "high"}}, errors.BadInputError),
        ({"metrics": {"": 1}}, errors.BadInputError),
        ({"metrics": {"a\ud800": 1}}, errors.BadInputError),
        ({"metrics": {"a": 1}, "dataset": "x[y"}, errors.BadInputError),
        ({"metrics": {"a": 1}, "dataset": "hf:x"}, errors.BadInputError),
        ({"metrics": {"a": 1}, "slice": "]"}, errors.BadInputError),
        ({"metrics": {"a": 1}, "evaluation": "x" * 201}, errors.BadInputError),
        ({"metrics": {"a": 1}, "evaluation": "\ud800"}, errors.BadInputError),
        ({"metrics": {"a": 1}, "series": {"a": [1]}}, errors.BadInputError),
        ({"metrics": {"a": 1}, "ref": "m@9.9.9"}, errors.NotFoundError),
        ({"metrics": {}, "ref": "m@9.9.9", "series": {"a": Series((1.0,), (1.0,))}}, errors.NotFoundError),
    ],
)
def test_bad_input_changes_nothing(
    store: Store, make_file: MakeFile, words: dict[str, object], kind: type[errors.MvtuiError]
) -> None:
    store.register("m", make_file())
    before = sorted(path for path in store.root.rglob("*") if path.is_file())
    events = _events(store)
    with pytest.raises(kind) as caught:
        store.log_metrics(**({"ref": "m"} | words))  # type: ignore[arg-type]
    assert caught.value.hint
    assert _events(store) == events
    assert sorted(path for path in store.root.rglob("*") if path.is_file()) == before


def test_series_come_with_a_registration_and_later(store: Store, make_file: MakeFile) -> None:
    loss, acc = Series((1.0, 2.0), (0.9, math.nan)), Series((1.0,), (0.5,))
    store.register("m", make_file(), series={"loss": loss, "acc": acc})
    assert repr(store.series("m")) == repr({"acc": acc, "loss": loss})
    longer = Series((1.0, 2.0, 3.0), (0.9, 0.5, 0.25))
    done = store.log_metrics("m", {}, series={"loss": longer})
    assert (done.series, done.changes) == (("loss",), ())
    assert store.series("m") == {"acc": acc, "loss": longer}
    before = _events(store)
    assert store.log_metrics("m", {}, series={"loss": longer}).series == ()
    assert _events(store) == before
    store.gc(dry_run=False)
    assert set(store.series("m")) == {"acc", "loss"}, "gc keeps what a version names"
    assert store.series(store.register("n", make_file(b"n")).version.ref) == {}


def test_damaged_series_are_told(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), series={"loss": Series((1.0,), (0.9,))})
    (digest,) = store.get("m").series
    path = store.root / "objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    path.write_bytes(b'{"format":1,"series":{}}')
    with pytest.raises(errors.VerificationError):
        store.series("m")


def test_a_trend_follows_the_versions_that_have_the_metric(store: Store, make_file: MakeFile) -> None:
    values = {"1": 0.8, "2": 0.9, "3": None, "4": math.nan, "5": 0.85}
    for content, value in values.items():
        store.register("m", make_file(content.encode()), metrics={} if value is None else {"accuracy": value})
    store.delete("m@1.0.0", "old")
    store.log_metrics("m@1.0.4", {"accuracy": 0.95})
    trend = store.trend("m", "accuracy")
    assert [point.version for point in trend.points] == ["1.0.1", "1.0.3", "1.0.4"]
    assert repr([point.value for point in trend.points]) == "[0.9, nan, 0.95]"
    assert (trend.direction, trend.without) == ("higher", 1)
    assert trend.best is not None
    assert trend.best.version == "1.0.4"
    assert store.metric_names("m") == ["accuracy"]


@pytest.mark.parametrize(("metric", "best"), [("accuracy", "1.0.1"), ("loss", "1.0.2")])
def test_the_best_of_a_trend_is_finite_and_follows_the_direction(
    store: Store, make_file: MakeFile, metric: str, best: str
) -> None:
    for value in (math.nan, 0.9, 0.1, math.inf, -math.inf, 0.5):
        store.register("m", make_file(repr(value).encode()), metrics={metric: value})
    found = store.trend("m", metric).best
    assert found is not None
    assert found.version == best


def test_a_trend_of_something_unknown_says_what_there_is(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), metrics={"accuracy": 0.5, "my_index": math.nan})
    with pytest.raises(errors.NotFoundError, match="acuracy") as caught:
        store.trend("m", "acuracy")
    assert caught.value.candidates == ("accuracy",)
    with pytest.raises(errors.NotFoundError, match="no model"):
        store.trend("n", "accuracy")
    assert store.trend("m", "my_index").best is None


def test_the_config_says_which_way_is_better(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), metrics={"my_index": 1.0})
    assert store.direction("my_index") is None
    (store.root / "config.toml").write_text('[metrics]\nlower = ["my_*"]\nhigher = ["loss"]\n')
    with open_store(store.root) as again:
        assert (again.direction("my_index"), again.direction("loss")) == ("lower", "higher")
        assert again.log_metrics("m", {"my_index": 0.5}).changes[0].change == "better"


def test_a_metric_is_the_same_however_its_dataset_was_said(store: Store, make_file: MakeFile) -> None:
    ref = store.register("m", make_file(), metrics={"acc[t:s]": 0.5}).version.ref
    store.log_metrics(ref, {"acc": 0.6}, dataset="t", slice="s")
    store.log_metrics(ref, {"acc[t:s]": 0.7})
    found = store.measurements(ref, "acc")
    assert [(one.value, one.dataset, one.slice, one.key) for one in found] == [
        (0.5, "t", "s", "acc[t:s]"),
        (0.6, "t", "s", "acc[t:s]"),
        (0.7, "t", "s", "acc[t:s]"),
    ]
