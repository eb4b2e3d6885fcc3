"""Metrics from tables, in the forms that loggers write."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import errors, read_metrics_file
from mvtui.store.knowledge.values import MetricsFile, tables
from mvtui.store.nouns.metric import Series

# Lightning's CSVLogger: training and validation are logged at different times, on rows of their own.
LIGHTNING = """\
epoch,step,test_acc,train_loss_epoch,train_loss_step,val_acc,val_loss
0,49,,,0.6931,,
0,62,,,,0.81,0.41
0,62,,0.55,,,
1,99,,,0.3010,,
1,125,,,,0.87,nan
1,125,,0.31,,,
2,126,0.88,,,,
"""


def table(tmp_path: Path, text: str | bytes, name: str = "metrics.csv") -> MetricsFile:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_metrics_file(path)


def test_sparse_rows_give_the_last_value_of_each_column(tmp_path: Path) -> None:
    found = table(tmp_path, LIGHTNING)
    assert repr(found.metrics) == (
        "{'epoch': 2.0, 'test_acc': 0.88, 'train_loss_epoch': 0.31, 'train_loss_step': 0.301, "
        "'val_acc': 0.87, 'val_loss': nan}"
    )
    assert found.series["train_loss_step"] == Series((49.0, 99.0), (0.6931, 0.301))
    assert found.series["val_acc"] == Series((62.0, 125.0), (0.81, 0.87))
    assert math.isnan(found.series["val_loss"].values[1])
    assert set(found.series) == {"train_loss_step", "val_acc", "val_loss", "train_loss_epoch"}, (
        "one point is no curve, and the epoch is a clock"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.csv", "step,loss,acc\n1,0.5,0.8\n2,0.25,0.9\n"),
        ("m.csv", "\ufeffstep,loss,acc\r\n1,0.5,0.8\r\n2,0.25,0.9\r\n\r\n"),
        ("m.csv", "step,loss,acc\r1,0.5,0.8\r2,0.25,0.9"),
        ("m.csv", '"step","loss","acc"\n"1","0.5","0.8"\n"2","0.25","0.9"\n'),
        ("m.csv", "step;loss;acc\n1;0,5;0,8\n2;0,25;0,9\n"),
        ("m.csv", '"step";"loss";acc\n1;0.5;0.8\n2;0.25;0.9\n'),
        ("m.csv", "step\tloss\tacc\n1\t0.5\t0.8\n2\t0.25\t0.9\n"),
        ("m.tsv", "step\tloss\tacc\n1\t0.5\t0.8\n2\t0.25\t0.9\n"),
        ("m.csv", "   step,      loss,  acc\n      1,    0.5,   0.8\n    2, 0.25,   0.9\n"),
        ("m.csv", ",step,loss,acc\n0,1,0.5,0.8\n1,2,0.25,0.9\n"),
        ("m.csv", "step,loss,acc,lr\n1,0.5,0.8,NA\n2,0.25,NA,\n,,,\n".replace("\n,,,", "\n2,,0.9,")),
        ("m.csv", "loss,acc\n0.5,0.8\n0.25,0.9\n"),
        ("log", "step,loss,acc\n1,0.5,0.8\n2,0.25,0.9\n"),
    ],
)
def test_every_form_of_table_reads_alike(tmp_path: Path, name: str, text: str) -> None:
    found = table(tmp_path, text, name)
    assert found.metrics == {"loss": 0.25, "acc": 0.9}
    assert found.series["loss"] == Series((1.0, 2.0), (0.5, 0.25))
    assert found.series["acc"].values == (0.8, 0.9)


@pytest.mark.parametrize("axis", ["step", "global_step", "trainer/global_step", "iteration", "epoch"])
def test_the_step_column_is_known_by_its_name(tmp_path: Path, axis: str) -> None:
    found = table(tmp_path, f"loss,{axis}\n3,10\n2,20\n1,15\n")
    assert found.metrics == {"loss": 1.0}
    assert found.series == {"loss": Series((10.0, 15.0, 20.0), (3.0, 1.0, 2.0))}


def test_what_stands_between_cells_is_looked_for_outside_quotes(tmp_path: Path) -> None:
    assert table(tmp_path, '"loss, mean, all";step\n0,5;1\n').metrics == {"loss, mean, all": 0.5}


def test_columns_that_are_no_numbers_are_skipped_and_named(tmp_path: Path) -> None:
    text = "epoch,loss,time,note,empty,late\n0,0.5,00:12,ok,,1\n1,0.4,00:11,,,x\n"
    found = table(tmp_path, text)
    assert found.metrics == {"loss": 0.4}
    assert found.skipped == ("time", "note", "empty", "late")


def test_one_row_is_an_end_without_a_curve(tmp_path: Path) -> None:
    found = table(tmp_path, "model,f1,précision\nbert,0.5,inf\n")
    assert found == MetricsFile({"f1": 0.5, "précision": math.inf}, {}, ("model",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        (",,\n1,2,3\n", "is empty"),
        ("step,loss\n", "a header, but no row"),
        ("step,loss\n1,\n2,NA\n", "a header, but no row with values"),
        ("step,loss\n1,high\n", "no number, only 'loss'"),
        ("1,0.5\n2,0.4\n", "line 1: numbers where names"),
        ("loss,acc,loss\n1,2,3\n", "'loss' is there twice"),
        ("loss, loss\n1,2\n", "'loss' is there twice"),
        ("step,loss\n1,0.5\n2\n", "line 3: 1 cells, but 2 columns"),
        ("step,loss\n1,0.5,7\n", "line 2: 3 cells, but 2 columns"),
        ('step,loss\n1,"0.5\n2,0.4\n', "line 3: unexpected end"),
        ('step,loss\n1,"0.5"x\n', "line 2: "),
        ("step,loss\n1,0.5\nx,0.4\n", "line 3: the step is 'x'"),
        ("step,loss\n,0.5\n", "line 2: the step is ''"),
        ("step,loss\nnan,0.5\n", "line 2: the step is 'nan'"),
        ("step,loss\n1," + "9" * 200_000 + "\n", "line 2: field larger"),
        ("step," + "x" * 600 + "\n1,2\n", "600 characters"),
        (b"step,loss\n1,\xff\n", "not text in UTF-8"),
    ],
)
def test_a_bad_table_is_refused_by_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(errors.BadInputError) as caught:
        table(tmp_path, text)
    assert "metrics.csv" in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint
    assert len(caught.value.message) < 400


def test_a_line_is_counted_as_an_editor_does(tmp_path: Path) -> None:
    with pytest.raises(errors.BadInputError, match="line 5: 1 cells"):
        table(tmp_path, 'note,loss\n"two\nlines",0.5\n\n1\n')


def test_too_many_points_are_refused_but_their_end_can_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.store.knowledge.series.MAX_POINTS", 10)
    text = "step,a,b\n" + "".join(f"{n},{n},{n}\n" for n in range(6))
    with pytest.raises(errors.BadInputError, match="more than 10 points") as caught:
        table(tmp_path, text)
    assert "--no-series" in caught.value.hint
    assert read_metrics_file(tmp_path / "metrics.csv", series=False).metrics == {"a": 5.0, "b": 5.0}


cells = st.floats().map(repr) | st.just("")


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_what_is_read(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("a", 'b,"c'), *rows])
    columns = {title: [row[i] for row in rows if row[i]] for i, title in enumerate(("a", 'b,"c'))}
    try:
        found = tables.read(text.getvalue(), "m.csv", tabs=False, series=True)
    except errors.BadInputError:
        assert not any(columns.values())
        return
    assert {t: repr(v) for t, v in found.metrics.items()} == {t: c[-1] for t, c in columns.items() if c}
    curves = {t: list(map(repr, one.values)) for t, one in found.series.items()}
    assert curves == {t: c for t, c in columns.items() if len(c) > 1}
