"""What the views say, as lines: overview, comparison and lineage. No screen."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from mvtui.store import (
    MISSING,
    Capture,
    Change,
    Code,
    Comparison,
    DataSource,
    DiffCell,
    DiffRow,
    DiffSection,
    Evidence,
    FileEntry,
    History,
    Lineage,
    Link,
    Node,
    Trend,
    TrendPoint,
    Version,
    VersionDetail,
    tree_rows,
)
from mvtui.store.nouns.comparison import ChangedFile, Commit
from mvtui.store.nouns.lineage import Arc
from mvtui.tui.app import facts
from mvtui.tui.app.asking.asked import Ancestry, Curve, Curves, Measured
from mvtui.tui.app.asking.known import Known
from mvtui.tui.app.facts.ancestry import ancestry
from mvtui.tui.app.facts.comparison import comparison
from mvtui.tui.app.facts.lines import Lines, shortened
from mvtui.tui.app.facts.sections import Sections
from mvtui.tui.app.facts.showing import Showing
from mvtui.tui.app.keys.pane import Pane
from mvtui.tui.app.tables.columns import Look
from rich.cells import cell_len

from .test_lists import HOSTILE, NOW, version

LOOK = Look(NOW)
PARENT = "f" * 64


def text(lines: Any) -> str:
    return "\n".join("".join(piece for piece, _ in line).rstrip() for line in lines)


def styled(lines: Any, wanted: str) -> list[str]:
    return [piece for line in lines for piece, style in line if style == wanted]


def known(shown: Version, **changes: Any) -> Known:
    detail = VersionDetail(shown, (FileEntry("model.bin", 5, "0" * 64),))
    return Known(detail, **changes)


def overview(shown: Version, columns: int = 60, look: Look = LOOK, **changes: Any) -> str:
    return text(facts.overview(shown, known(shown, **changes), look, columns))


# -- metrics ----------------------------------------------------------------------------------------


def test_metrics_say_which_way_is_better_and_how_far_production_is() -> None:
    shown = version(2, metrics={"accuracy": 0.931, "loss": 0.219, "latency_ms": 12.4, "zeal": 3.0})
    ways = {"accuracy": "higher", "loss": "lower", "latency_ms": "lower"}
    production = version(
        1, stage="production", metrics={"accuracy": 0.918, "loss": 0.241, "latency_ms": 11.8, "zeal": 2.0}
    )
    said = overview(shown, directions=ways, production=production)
    assert "Metrics  against ● 1.1.0" in said
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line}
    assert lines["accuracy"] == ["↑", "0.931", "▲", "+0.013"]
    assert lines["loss"] == ["↓", "0.219", "▲", "-0.022"]
    assert lines["latency_ms"] == ["↓", "12.4", "▼", "+0.6"]
    assert lines["zeal"] == ["3", "+1"], "nobody knows whether that is better"
    points = {
        line.index(".") for line in said.splitlines() if line.startswith(("accuracy", "loss", "latency"))
    }
    assert len(points) == 1


def test_without_production_or_as_production_there_is_nothing_to_compare_with() -> None:
    shown = version(2, metrics={"accuracy": 0.9})
    for production in (None, shown):
        said = overview(shown, production=production, directions={"accuracy": "higher"})
        assert "against" not in said
        assert "+0" not in said


def test_nan_is_said_and_never_better() -> None:
    shown = version(2, metrics={"loss": math.nan, "gain": math.inf})
    production = version(1, metrics={"loss": 0.5, "gain": 1.0})
    said = overview(shown, production=production, directions={"loss": "lower", "gain": "higher"})
    (loss,) = (line for line in said.splitlines() if line.startswith("loss"))
    assert "NaN" in loss
    assert "▲" not in said


def test_metrics_are_grouped_by_what_they_were_measured_on() -> None:
    shown = version(
        metrics={
            "accuracy[test:fr]": 0.61,
            "accuracy": 0.9,
            "accuracy[test]": 0.8,
            "f1[:fr]": 0.7,
            "a[0]b": 0.5,
        }
    )
    said = overview(shown, recorded={"accuracy": 3}).splitlines()
    start = said.index("Metrics")
    assert [line.split("  ")[0].strip() for line in said[start : start + 7]] == [
        *("Metrics", "accuracy", "f1 fr", "a[0]b", "on test", "accuracy fr", "accuracy")
    ]
    assert "3 values" in said[start + 1]


def test_no_metric_of_three_thousand_is_lost_and_no_name_is_cut() -> None:
    metrics = {f"eval/task_{number:04d}/a_rather_long_name_of_a_metric": number / 7 for number in range(3000)}
    lines = facts.overview(version(metrics=metrics), None, LOOK, 36)
    whole = "".join("".join(piece for piece, _ in line).strip() for line in lines)
    assert all(name in whole for name in metrics)
    assert len(lines) > 3000


# -- what made it ------------------------------------------------------------------------------------


def made() -> tuple[Version, Known]:
    shown = version(
        2,
        code=Code("3fa9c1e" + "0" * 33, "main", dirty=True),
        capture="c" * 64,
        edges=(
            Link("trained-on", "d" * 64, role="train"),
            Link("fine-tuned-from", PARENT),
            Link("adapter-of", "hf:roberta-base", guess="config.json"),
            Link("derived-from", "e" * 64),
        ),
    )
    sources = {
        "d" * 64: Node("d" * 64, "version", "reviews@1.0.0", model_kind="dataset", size=2_100_000_000),
        PARENT: Node(PARENT, "version", "sentiment@1.3.2", stage="production"),
        "hf:roberta-base": Node("hf:roberta-base", "outside", "hf:roberta-base"),
        "e" * 64: Node("e" * 64, "unknown", "id:eeee"),
    }
    parts: dict[str, dict[str, Any]] = {
        "git": {"patch": {"size": 12_300}, "untracked": {"problem": "there are more"}},
        "python": {"version": "3.11.7", "frameworks": {"torch": "2.5.1"}},
        "gpu": {"driver": "550.1", "cuda": {"version": "12.4"}, "gpus": [{"name": "H200"}, {"name": "H200"}]},
        "system": {"cpus": 32, "memory": 251 * 10**9, "hostname": "box7", "os": "Linux"},
        "command": {"line": "python train.py --lr 0.1", "cwd": "/home/alice/run", "seconds": 7380.0},
        "scheduler": {"slurm": {"job": "4711", "partition": "gpu"}},
    }
    return shown, known(shown, sources=sources, capture=Capture(datetime(2026, 11, 23, tzinfo=UTC), parts))


def test_what_made_a_version_is_told_in_words() -> None:
    shown, found = made()
    said = text(facts.overview(shown, found, LOOK, 60))
    for words in (
        "code       3fa9c1e main",
        "with uncommitted changes, 12.3 kB",
        "train = reviews@1.0.0  2.1 GB",
        "fine-tuned-from",
        "sentiment@1.3.2",
        "● production",
        "guessed from config.json",
        "eeeeeee, not in this store",
        "3.11.7, torch 2.5.1",
        "2 x H200, driver 550.1, cuda 12.4",
        "box7, 32 CPUs, 251.0 GB RAM, Linux",
        "slurm job 4711, partition gpu",
        "python train.py --lr 0.1",
        "/home/alice/run",
        "2 h 3 min",
        "git untracked: there are more",
    ):
        assert words in said, words


def test_a_machine_without_gpu_and_a_clean_tree_say_so() -> None:
    shown = version(code=Code("a" * 40), capture="c" * 64)
    said = text(
        facts.overview(shown, known(shown, capture=Capture(NOW, {"gpu": {"source": "none"}})), LOOK, 60)
    )
    assert "aaaaaaa, clean" in said
    assert "gpu        none" in said


def test_a_capture_that_can_t_be_read_hides_nothing_else() -> None:
    shown, found = made()
    broken = known(shown, sources=found.sources, capture_problem="object cc… is missing")
    said = text(facts.overview(shown, broken, LOOK, 60))
    assert "object cc… is missing" in said
    assert "sentiment@1.3.2" in said


def test_what_is_still_being_read_is_not_called_unknown() -> None:
    shown, _ = made()
    said = text(facts.overview(shown, None, LOOK, 60))
    assert "reading…" in said
    assert "not in this store" not in said


def test_nothing_is_said_of_a_version_of_which_nothing_is_known() -> None:
    assert "Made by" not in overview(version())


def test_a_dataset_says_where_its_bytes_are() -> None:
    source = DataSource("hf", "org/reviews", rev="main", floating=True)
    said = overview(version(kind="dataset", external=True, source=source))
    for words in ("not in the store", "org/reviews", "at main", "a branch, which can move"):
        assert words in said


@pytest.mark.parametrize(
    "odd",
    [{"frameworks": 3}, {"gpus": "x", "cpus": "many"}, {"gpus": [1, None, {}]}, {"patch": [], "slurm": []}],
)
def test_a_capture_of_another_shape_is_no_reason_to_fail(odd: dict[str, Any]) -> None:
    shown = version(capture="c" * 64)
    parts = dict.fromkeys(("git", "python", "system", "gpu", "command", "scheduler"), odd)
    assert "Files" in overview(shown, capture=Capture(NOW, parts))


# -- comparing -----------------------------------------------------------------------------------------


def row(name: str, *values: Any, outcome: str = "changed", **changes: Any) -> DiffRow:
    cells = [DiffCell(values[0]), *(DiffCell(value, outcome=outcome) for value in values[1:])]  # type: ignore[arg-type]
    return DiffRow(name, tuple(cells), **changes)


def compared(*sections: DiffSection, count: int = 2, **changes: Any) -> Comparison:
    versions = tuple(
        version(number, stage="production" if number == 1 else None) for number in range(1, count + 1)
    )
    changed = (Change("data", (Evidence("datasets", "train", "reviews@1", "reviews@2", "changed"),)),)
    return Comparison(versions, (changed,) * (count - 1), sections, **changes)


METRICS = DiffSection(
    "metrics",
    (
        DiffRow(
            "accuracy",
            (DiffCell(0.918), DiffCell(0.931, outcome="better", delta=0.013, percent=1.4)),
            direction="higher",
        ),
        DiffRow(
            "latency_ms",
            (DiffCell(11.8), DiffCell(12.4, outcome="worse", delta=0.6, percent=5.1)),
            direction="lower",
        ),
        DiffRow("recall", (DiffCell(0.5), DiffCell(0.5))),
        DiffRow("loss", (DiffCell(math.nan), DiffCell(0.3, outcome="changed")), direction="lower"),
    ),
)
PARAMS = DiffSection("params", (row("lr", 0.1, 0.05), row("seed", 1, 1, outcome="same")))
TAGS = DiffSection("tags", (row("team", "search", "search", outcome="same"),))


def test_a_comparison_opens_with_its_metrics_then_tells_the_sort_of_change() -> None:
    lines = comparison(compared(METRICS, chosen="production"), LOOK, 60)
    said = text(lines).splitlines()
    assert said[0] == "▾ Metrics  1 better · 1 worse · 1 changed · 1 same"
    at = said.index("▾ What changed  data")
    assert said[at + 1] == "data         train reviews@1 → reviews@2"
    alone = text(comparison(compared(METRICS, chosen="production"), LOOK, 60, showing=Showing(room=True)))
    assert alone.startswith("1.2.0 against ● 1.1.0\n▾ Metrics"), "no frame says it"


def test_without_production_it_says_that_it_is_the_version_before() -> None:
    said = text(comparison(compared(METRICS, chosen="before"), LOOK, 60))
    assert said.startswith("nothing else in production: 1.1.0 is the version before\n")


def test_better_and_worse_have_a_sign_and_a_word_and_line_up() -> None:
    lines = comparison(compared(METRICS), LOOK, 70)
    said = text(lines).splitlines()
    rows = {line.split()[0]: line for line in said if line}
    assert rows["accuracy"].split() == [
        "accuracy",
        "↑",
        "0.918",
        "0.931",
        "▲",
        "better",
        "+0.013",
        "+1.4",
        "%",
    ]
    assert rows["latency_ms"].split()[2:6] == ["11.8", "12.4", "▼", "worse"]
    assert rows["accuracy"].index("0.918") + 1 == rows["latency_ms"].index("11.8") + 2
    assert "NaN" in rows["loss"]
    assert [piece.split()[1] for piece in styled(lines, "better")] == ["better"]
    assert [piece.split()[1] for piece in styled(lines, "worse")] == ["worse"]


def test_in_forty_columns_sign_and_difference_stay_and_nothing_is_wider() -> None:
    lines = comparison(compared(METRICS, PARAMS), LOOK, 36)
    assert "0.918  0.931 ▲ +0.013" in text(lines)
    assert "11.8   12.4   ▼   +0.6" in text(lines)
    assert "≠ changed" in text(lines), "what is no number has no difference"
    assert max(cell_len("".join(piece for piece, _ in line)) for line in lines) <= 36


def test_only_differences_leaves_a_line_of_what_is_the_same() -> None:
    everything = text(comparison(compared(METRICS, PARAMS, TAGS), LOOK, 60))
    lines = comparison(compared(METRICS, PARAMS, TAGS), LOOK, 60, showing=Showing(only_differences=True))
    said = text(lines)
    assert "seed" in everything
    assert "seed" not in said
    assert "lr" in said
    assert "Tags  1 the same" in said
    assert "team" not in said


def test_long_texts_stand_below_their_row_whole() -> None:
    note = DiffSection("about", (row("note", "short", "a " + "long " * 30 + "tale"),))
    said = text(comparison(compared(note), LOOK, 40))
    assert said.count("long") == 30
    assert "tale" in said


def test_long_texts_of_several_versions_stand_beside_what_became_of_them() -> None:
    texts = row("train", "reviews@1.0.1", "reviews@1.0.2 again", "reviews@1.0.3")
    found = compared(DiffSection("datasets", (texts,)), count=3)
    shown = text(comparison(found, LOOK, 50)).splitlines()
    at = shown.index("train")
    assert [line.split() for line in shown[at + 1 : at + 4]] == [
        ["●", "1.1.0", "reviews@1.0.1"],
        ["1.2.0", "≠", "reviews@1.0.2", "again"],
        ["1.3.0", "≠", "reviews@1.0.3"],
    ]


def test_the_longest_sort_of_change_stands_apart_from_what_shows_it() -> None:
    change = Change("environment", (Evidence("environment", "numpy", MISSING, "2.4.6", "added"),))
    found = replace(compared(), changes=((change,),))
    for columns in (36, 48, 76):
        assert "environment  numpy 2.4.6 added" in text(comparison(found, LOOK, columns))


def test_an_id_takes_two_lines_and_names_break_before_their_number() -> None:
    shown = overview(version(id="0123456789abcdef" * 4), 36)
    assert "id  0123456789abcdef0123456789abcdef\n    0123456789abcdef0123456789abcdef\n" in shown
    edge = Link("trained-on", "name:a-long-name-of-a-dataset@1.1.0", role="train")
    made = version(edges=(edge,))
    node = Node(edge.to, "outside", "a-long-name-of-data@1.1.0")
    shown = overview(made, 40, sources={edge.to: node})
    assert "train = a-long-name-of-data\n           @1.1.0" in shown


def test_texts_of_several_lines_are_told_line_by_line() -> None:
    changed = DiffSection("about", (row("note", "first\nsecond\nthird", "first\nother\nthird"),))
    said = text(comparison(compared(changed), LOOK, 40))
    assert "- second" in said
    assert "+ other" in said


@pytest.mark.parametrize(("columns", "left"), [(36, "1-2 of 5 others; < > for more"), (70, "")])
def test_up_to_six_versions_stand_beside_each_other_where_there_is_room(columns: int, left: str) -> None:
    cells = [DiffCell(0.9), *(DiffCell(0.9 - at / 100, outcome="worse") for at in range(1, 6))]
    found = compared(DiffSection("metrics", (DiffRow("accuracy", tuple(cells)),)), count=6)
    said = text(comparison(found, LOOK, columns))
    if left:
        assert left in said
        turned = text(comparison(found, LOOK, columns, showing=Showing(first=9)))
        assert "4-5 of 5" in turned
        assert "0.90  0.86 ▼  0.85 ▼" in turned, "the base stays, the last ones are the end"
    else:
        assert "0.90   0.89 ▼   0.88 ▼   0.87 ▼" in said
        assert "1.6.0" in said.split("Metrics")[1]


def test_the_commits_between_stand_below_the_code() -> None:
    way = History(
        "a" * 40,
        "b" * 40,
        ahead=2,
        commits=(Commit("b" * 40, "faster"),),
        files=(ChangedFile("train.py", 3, 1),),
        file_count=5,
    )
    git = DiffSection("git", (row("commit", "a" * 40, "b" * 40),))
    said = text(comparison(compared(git, TAGS, histories=(way,)), LOOK, 60))
    assert said.index("2 commits ahead") < said.index("Tags")
    for words in ("bbbbbbb    faster", "+3 -1      train.py", "and 4 more files"):
        assert words in said


# -- lineage -------------------------------------------------------------------------------------------


def family(*arcs: tuple[str, str, Link], **nodes: Node) -> Ancestry:
    found = {
        name: Node(name, "version", f"{name}@1.0.0") for child, parent, _ in arcs for name in (child, parent)
    }
    lineage = Lineage("me", found | {"me": found["me"]} | nodes, tuple(Arc(*arc) for arc in arcs))
    return Ancestry(
        tuple(tree_rows(lineage, "up", fanout=50)), tuple(tree_rows(lineage, "down", fanout=50)), lineage.cut
    )


def test_ancestors_stand_above_and_descendants_below() -> None:
    found = family(
        ("me", "base", Link("fine-tuned-from", "base", guess="config.json")),
        ("base", "corpus", Link("trained-on", "corpus", role="pretrain")),
        ("small", "me", Link("quantized-from", "me")),
        base=Node("base", "version", "base@1.0.0", stage="production"),
        corpus=Node("corpus", "version", "corpus@1.0.0", model_kind="dataset", size=5000),
    )
    for columns in (40, 90):
        lines = ancestry(found, LOOK, columns)
        said = text(lines)
        order = [said.index(word) for word in ("corpus@1.0.0", "base@1.0.0", "me@1.0.0", "small@1.0.0")]
        assert order == sorted(order)
        assert "me@1.0.0  selected" in text([lines[lines.focus]])
        for words in (
            "trained-on (pretrain)",
            "● production",
            "fine-tuned-from",
            "quantized-from",
            "data, 5.0 kB",
        ):
            assert words in said
        assert "guessed from conf" in said


def test_a_version_alone_says_so() -> None:
    only = Node("me", "version", "me@1.0.0")
    lineage = Lineage("me", {"me": only}, ())
    found = Ancestry(tuple(tree_rows(lineage, "up")), tuple(tree_rows(lineage, "down")), cut=True)
    said = text(ancestry(found, LOOK, 60))
    assert "nothing is known of what it came from" in said
    assert "nothing was made from it" in said
    assert "there is more than could be looked at" in said


def test_what_has_ten_thousand_children_counts_most_of_them() -> None:
    arcs = [(f"c{number}", "me", Link("derived-from", "me")) for number in range(10_000)]
    lines = ancestry(family(*arcs), LOOK, 60)
    assert len(lines) < 200
    assert "and 9,950 more" in text(lines)


def test_a_chain_deeper_than_the_pane_is_numbered() -> None:
    names = ["me", *(f"n{number}" for number in range(40))]
    arcs = [(child, parent, Link("derived-from", parent)) for child, parent in itertools.pairwise(names)]
    lines = ancestry(family(*arcs), LOOK, 36)
    said = text(lines)
    assert "n39@1.0.0" in said
    assert "40 ┌─ n39@1.0.0" in said
    assert max(cell_len("".join(piece for piece, _ in line)) for line in lines) <= 36


# -- anything at all -------------------------------------------------------------------------------------

EVIL = st.one_of(
    HOSTILE, st.sampled_from(["[/foo]", "[@click=app.quit]x", "x" * 10_000, "\x1b]52;c;aGk=\x07"])
)


def hostile(evil: str) -> tuple[Version, Known, Comparison, Ancestry]:
    shown = version(
        2,
        metrics={evil or "m": 1.0, f"{evil}[{evil}:{evil}]": math.nan},
        code=Code(evil, evil, dirty=True),
        capture="c" * 64,
        edges=(Link("trained-on", PARENT, role=evil, guess=evil), Link(evil, f"name:{evil}")),
        source=DataSource("path", evil, rev=evil),
    )
    deep: dict[str, Any] = {"problem": evil, evil: {"problem": evil}}
    parts: dict[str, dict[str, Any]] = {
        "python": {"version": evil, "frameworks": {evil: evil}},
        "gpu": {"gpus": [{"name": evil}], "driver": evil},
        "system": {"hostname": evil, "os": evil},
        "command": {"line": evil, "cwd": evil},
        "scheduler": {evil: {"job": evil}},
        "git": deep,
    }
    node = Node(PARENT, "version", evil, also=(evil,), stage=evil or None, model_kind=evil)
    found = known(
        shown,
        sources={PARENT: node},
        capture=Capture(NOW, parts),
        production=version(1, version=evil, metrics={evil or "m": 0.5}),
    )
    section = DiffSection(
        "params",
        (
            row(evil, evil, evil + "x"),
            row(evil, MISSING, evil, outcome="added"),
            row(evil, evil, evil, outcome="same"),
        ),
        notes=(evil,),
    )
    history = History(
        "a", "b", 1, commits=(Commit(evil, evil),), files=(ChangedFile(evil, 1, 2),), problem=""
    )
    between = compared(
        DiffSection("metrics", (row(evil, 1.0, math.nan),)),
        section,
        DiffSection("git", (row(evil, evil, 1),)),
        histories=(history,),
    )
    lineage = Lineage(
        "me",
        {"me": node, "up": Node("up", "outside", evil), "down": node},
        (Arc("me", "up", Link(evil, "up", role=evil, guess=evil)), Arc("down", "me", Link(evil, "me"))),
    )
    tree = Ancestry(tuple(tree_rows(lineage, "up")), tuple(tree_rows(lineage, "down")))
    return shown, found, between, tree


def _trend_points(evil: str) -> tuple[TrendPoint, ...]:
    return tuple(TrendPoint(evil, NOW, stage, value) for stage, value in ((None, 0.5), ("production", 0.7)))


@given(EVIL, st.integers(24, 100), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_whatever_it_says_is_safe_and_as_wide_as_asked(
    evil: str, columns: int, ascii_only: bool, differing: bool
) -> None:
    shown, found, between, tree = hostile(evil)
    look = Look(NOW, ascii_only)
    folds = dict.fromkeys(("params", "git", "files", "environment", "curves", "chart"), False)
    showing = Showing(only_differences=differing, folds=folds)
    curve = Curve(((1.0, 0.5), (2.0, math.nan), (3.0, 0.1)), 3.0, 0.1, 3, 1)
    curves = Curves((evil, "x"), evil, ((evil, "production", curve), (evil, None, curve)), "lower", evil)
    for pane, content in (
        (Pane.OVERVIEW, found),
        (Pane.METRICS, Measured(between, curves=curves)),
        (Pane.METRICS, Measured(None, evil, Trend(evil, evil, "higher", _trend_points(evil)), curves)),
        (Pane.LINEAGE, tree),
    ):
        lines = facts.of_view(pane, shown, content, look, columns, showing=showing)
        failed = facts.of_view(pane, shown, None, look, columns, problem=evil)
        for line in [*lines, *failed]:
            whole = "".join(piece for piece, _ in line)
            assert cell_len(whole) <= columns, whole
            assert whole.isprintable() or "�" in whole
            assert not set(whole) & set("\x1b\x07\u202e\u200b\n\r\t")
            assert not ascii_only or whole.isascii()


# -- lists of lines ------------------------------------------------------------------------------------------


def test_lines_are_made_when_they_are_looked_at() -> None:
    asked: list[int] = []

    def make(number: int) -> facts.Line:
        asked.append(number)
        return [(str(number), "")]

    lines = Lines([[("first", "")]])
    lines.add_block(1000, make)
    lines.join(Lines())
    lines.join(Lines([[("last", "")]]))
    assert len(lines) == 1002
    assert asked == []
    assert text(lines[499:501]) == "498\n499"
    assert text([lines[-1]]) == "last"
    assert asked == [498, 499]
    with pytest.raises(IndexError):
        lines[1002]


@pytest.mark.parametrize(
    ("room", "shown"), [(60, "a-model-of-mine@1.4.0"), (14, "a-model…@1.4.0"), (8, "a-model…")]
)
def test_of_a_reference_that_is_too_long_the_number_stays(room: int, shown: str) -> None:
    assert shortened("a-model-of-mine@1.4.0", room, LOOK) == shown


def test_the_cursor_stays_on_its_row_else_near_where_it_was() -> None:
    def sections(*names: str, folded: bool = False) -> Sections:
        made = Sections(dict.fromkeys(names, folded), LOOK, 40)
        for name in names:
            if made.begin(name, name):
                made.add_rows(name, 2, lambda at: [(str(at), "")], [(0, "a"), (1, "b")])
        return made

    whole = sections("x", "y", "z")
    assert whole.follow(whole, 5) == 5
    assert sections("w", "x", "y", "z").follow(whole, 5) == 8, "the same row, further down"
    assert sections("x", "y", "z", folded=True).follow(whole, 5) == 1, "the heading of its section"
    assert sections("x", "z").follow(whole, 5) == 5, "the section is gone: as far down as before"
    assert sections("x").follow(whole, 5) == 2


def test_of_several_versions_the_differences_are_told_where_they_have_room() -> None:
    cells = [
        DiffCell(0.9),
        *(DiffCell(0.9 - at / 100, outcome="worse", delta=-at / 100) for at in range(1, 6)),
    ]
    found = compared(
        DiffSection("metrics", (DiffRow("accuracy", tuple(cells), direction="higher"),)), count=6
    )
    for columns in range(30, 130):
        lines = comparison(found, LOOK, columns)
        assert max(cell_len("".join(piece for piece, _ in line)) for line in lines) <= columns
    assert "0.89 ▼ -0.01" in text(comparison(found, LOOK, 120))
    assert "0.89 ▼    0.88 ▼" in text(comparison(found, LOOK, 80))
