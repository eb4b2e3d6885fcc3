from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from mvtui.store import Capture, Code, DataSource, Link
from mvtui.store.errors import UsageError
from mvtui.store.knowledge.compare.compare import compare
from mvtui.store.knowledge.compare.facts import Facts, Target
from mvtui.store.knowledge.directions import direction
from mvtui.store.nouns.comparison import MISSING, Comparison, DiffCell, DiffRow, SectionName

from .conftest import MakeFacts


def row(comparison: Comparison, section: SectionName, name: str) -> DiffRow:
    found = {row.name: row for row in comparison.section(section).rows}
    return found[name]


def last(comparison: Comparison, section: SectionName, name: str) -> DiffCell:
    return row(comparison, section, name).cells[-1]


def classes(comparison: Comparison, at: int = 0) -> dict[str, list[str]]:
    return {change.of: [one.name for one in change.evidence] for change in comparison.changes[at]}


def captured(**parts: dict[str, Any]) -> Capture:
    return Capture(datetime(2026, 11, 1, tzinfo=UTC), dict(parts))


def target(edge: str, name: str, *, role: str = "", kind: str = "dataset", **more: Any) -> Target:
    guess = more.pop("guess", "")
    line = more.pop("line", name.partition("@")[0])
    return Target(Link(edge, f"id-of-{name}", role=role, guess=guess), name, line, kind, **more)


class TestMetrics:
    def test_better_and_worse_follow_the_direction(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts("1.0.0", metrics={"accuracy": 0.9, "loss": 0.5, "zeal": 1.0}),
                facts("1.1.0", metrics={"accuracy": 0.95, "loss": 0.6, "zeal": 2.0}),
            ],
            direction,
        )
        assert [row.cells[1].outcome for row in found.section("metrics").rows] == [
            "better",
            "worse",
            "changed",
        ]
        assert row(found, "metrics", "loss").direction == "lower"
        assert row(found, "metrics", "zeal").direction is None

    def test_delta_is_exact_and_percent_is_of_the_absolute_value(self, facts: MakeFacts) -> None:
        found = compare(
            [facts(metrics={"reward": -4.0}), facts("1.1.0", metrics={"reward": -3.0})], direction
        )
        cell = last(found, "metrics", "reward")
        assert (cell.delta, cell.percent, cell.outcome) == (1.0, 25.0, "better")

    def test_no_percent_of_nothing(self, facts: MakeFacts) -> None:
        found = compare([facts(metrics={"loss": 0.0}), facts("1.1.0", metrics={"loss": 0.5})], direction)
        cell = last(found, "metrics", "loss")
        assert (cell.delta, cell.percent, cell.outcome) == (0.5, None, "worse")

    @pytest.mark.parametrize(
        ("before", "after", "outcome", "delta"),
        [
            (0.5, math.nan, "worse", None),
            (math.nan, 0.5, "changed", None),
            (math.nan, math.nan, "same", None),
            (0.5, math.inf, "changed", math.inf),
            (0.5, -math.inf, "worse", -math.inf),
            (math.inf, math.inf, "same", None),
            (-1e308, 1e308, "better", math.inf),
            (5e-324, 1.0, "better", 1.0),
        ],
    )
    def test_what_is_not_finite_is_shown_and_never_better(
        self, facts: MakeFacts, before: float, after: float, outcome: str, delta: float | None
    ) -> None:
        found = compare([facts(metrics={"f1": before}), facts("1.1.0", metrics={"f1": after})], direction)
        cell = last(found, "metrics", "f1")
        assert (cell.outcome, cell.delta) == (outcome, delta)
        assert cell.percent is None or math.isfinite(cell.percent)
        assert cell.value == after or (math.isnan(after) and math.isnan(cell.value))  # type: ignore[arg-type]

    def test_another_dataset_or_slice_is_another_metric(self, facts: MakeFacts) -> None:
        found = compare(
            [facts(metrics={"accuracy[test]": 0.9}), facts("1.1.0", metrics={"accuracy[test:fr]": 0.99})],
            direction,
        )
        assert last(found, "metrics", "accuracy[test]").outcome == "removed"
        assert last(found, "metrics", "accuracy[test:fr]").outcome == "added"

    def test_different_evaluations_are_said_to_be(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(metrics={"f1": 0.9, "em": 1.0}, evaluations={"f1": "q3", "em": "q3"}),
                facts("1.1.0", metrics={"f1": 0.8, "em": 1.0}, evaluations={"f1": "q4", "em": "q3"}),
            ],
            direction,
        )
        (note,) = found.section("metrics").notes
        assert note == ("f1 from different evaluations: q3 for sentiment@1.0.0, q4 for sentiment@1.1.0")

    def test_different_evaluation_data_are_said_to_be(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(metrics={"f1": 0.9}, targets=(target("evaluated-on", "q3@1.0.0", role="test"),)),
                facts(
                    "1.1.0", metrics={"f1": 0.8}, targets=(target("evaluated-on", "q4@1.0.0", role="test"),)
                ),
            ],
            direction,
        )
        (note,) = found.section("metrics").notes
        assert "q3@1.0.0" in note
        assert "q4@1.0.0" in note

    def test_three_thousand_metrics_come_out_whole_and_in_order(self, facts: MakeFacts) -> None:
        names = [f"layer_{at}/loss" for at in range(3000)]
        found = compare(
            [
                facts(metrics=dict.fromkeys(names, 1.0)),
                facts("1.1.0", metrics=dict.fromkeys(reversed(names), 0.5)),
            ],
            direction,
        )
        assert [row.name for row in found.section("metrics").rows] == names
        assert {row.cells[1].outcome for row in found.section("metrics").rows} == {"better"}


class TestParams:
    def test_integers_stay_integers(self, facts: MakeFacts) -> None:
        found = compare([facts(params={"epochs": 4}), facts("1.1.0", params={"epochs": 6})], direction)
        cell = last(found, "params", "epochs")
        assert (cell.outcome, cell.delta, type(cell.delta), cell.percent) == ("changed", 2, int, 50.0)

    @pytest.mark.parametrize(
        ("before", "after"), [(1, 1.0), (1, True), (0, False), (None, "null"), ("1", 1), (None, False)]
    )
    def test_the_type_counts(self, facts: MakeFacts, before: Any, after: Any) -> None:
        found = compare([facts(params={"x": before}), facts("1.1.0", params={"x": after})], direction)
        assert last(found, "params", "x").outcome == "changed"

    def test_true_is_no_number(self, facts: MakeFacts) -> None:
        found = compare([facts(params={"x": False}), facts("1.1.0", params={"x": True})], direction)
        assert last(found, "params", "x").delta is None

    def test_missing_is_not_null(self, facts: MakeFacts) -> None:
        found = compare(
            [facts(params={"a": None, "b": None}), facts("1.1.0", params={"b": None, "c": None})], direction
        )
        told = {row.name: row.as_dict()["cells"] for row in found.section("params").rows}
        assert told["a"] == [
            {"value": None, "outcome": "same"},
            {"outcome": "removed"},
        ]
        assert told["b"][1] == {"value": None, "outcome": "same"}
        assert told["c"] == [{"outcome": "same"}, {"value": None, "outcome": "added"}]

    def test_integers_beyond_any_float(self, facts: MakeFacts) -> None:
        found = compare([facts(params={"n": 0.5}), facts("1.1.0", params={"n": 10**400})], direction)
        cell = last(found, "params", "n")
        assert (cell.outcome, cell.delta, cell.percent) == ("changed", None, None)


class TestFiles:
    def test_added_removed_changed_renamed_same(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(files={"a": (1, "da"), "b": (2, "db"), "old": (3, "dm"), "same": (4, "ds")}),
                facts("1.1.0", files={"b": (5, "dx"), "c": (6, "dc"), "new": (3, "dm"), "same": (4, "ds")}),
            ],
            direction,
        )
        told = {row.name: row.cells[1] for row in found.section("files").rows}
        assert {name: cell.outcome for name, cell in told.items()} == {
            "a": "removed",
            "b": "changed",
            "old": "renamed",
            "same": "same",
            "c": "added",
        }
        assert told["b"].delta == 3
        assert told["old"].note == "to new"
        assert (found.section("files").same, len(found.section("files").differing)) == (1, 4)

    def test_equal_size_is_no_equality(self, facts: MakeFacts) -> None:
        found = compare(
            [facts(files={"m.bin": (8, "d1")}), facts("1.1.0", files={"m.bin": (8, "d2")})], direction
        )
        cell = last(found, "files", "m.bin")
        assert (cell.outcome, cell.delta) == ("changed", 0)

    def test_several_files_of_the_same_bytes_are_paired_in_order(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(files={"a1": (0, "e"), "a2": (0, "e"), "a3": (0, "e")}),
                facts("1.1.0", files={"b2": (0, "e"), "b1": (0, "e")}),
            ],
            direction,
        )
        assert {row.name: row.cells[1].note for row in found.section("files").rows} == {
            "a1": "to b1",
            "a2": "to b2",
            "a3": "",
        }
        assert last(found, "files", "a3").outcome == "removed"

    def test_renamed_in_one_of_several(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(files={"old": (3, "dm")}),
                facts("1.1.0", files={"new": (3, "dm")}),
                facts("1.2.0", files={"old": (3, "dm"), "new": (9, "dn")}),
            ],
            direction,
        )
        assert [cell.outcome for cell in row(found, "files", "old").cells] == ["same", "renamed", "same"]
        arrived = row(found, "files", "new").cells
        assert [cell.outcome for cell in arrived] == ["same", "renamed", "added"]
        assert arrived[1].note == "from old"

    def test_a_damaged_manifest_is_said_and_the_rest_compared(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(params={"lr": 1}, files={"a": (1, "d")}),
                Facts(
                    facts("1.1.0", params={"lr": 2}).version, problems={"files": "its manifest is damaged"}
                ),
            ],
            direction,
        )
        assert found.section("files").rows == ()
        assert found.section("files").notes == ("sentiment@1.1.0: its manifest is damaged",)
        assert last(found, "params", "lr").outcome == "changed"


class TestEnvironment:
    def test_parts_are_rows(self, facts: MakeFacts) -> None:
        gpu = {"index": 0, "name": "H100", "memory": 80 * 10**9}
        one = {"source": "nvml", "cuda": {"version": "12.1"}, "gpus": [gpu]}
        two = {"source": "nvml", "cuda": {"version": "12.1"}, "gpus": [gpu, gpu | {"index": 1}]}
        found = compare(
            [
                facts(capture=captured(python={"version": "3.11.4"}, gpu=one, system={"os": "Linux"})),
                facts("1.1.0", capture=captured(python={"version": "3.12.1"}, gpu=two, system={"cpu": "x"})),
            ],
            direction,
        )
        assert last(found, "environment", "python").outcome == "changed"
        assert last(found, "environment", "cuda").outcome == "same"
        assert last(found, "environment", "gpu").value == "2 x H100"
        assert last(found, "environment", "gpu memory").delta == 80 * 10**9
        assert last(found, "environment", "os").outcome == "removed"
        assert classes(found)["environment"] == ["python", "os", "cpu", "gpu"]

    def test_no_gpu_is_a_fact_and_an_unknown_one_is_not(self, facts: MakeFacts) -> None:
        none = captured(gpu={"source": "none"})
        there = captured(gpu={"source": "nvml", "gpus": [{"name": "H100"}, {"name": "T4"}]})
        mute = captured(gpu={"source": "none", "problem": "the driver did not answer"})
        found = compare([facts(capture=none), facts("1.1.0", capture=there)], direction)
        assert [c.value for c in row(found, "environment", "gpu").cells] == ["none", "H100, T4"]
        assert (
            compare([facts(capture=mute), facts("1.1.0", capture=there)], direction)
            .section("environment")
            .rows
            == ()
        )

    def test_jobs_of_schedulers_are_told_and_are_no_evidence(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(capture=captured(scheduler={"slurm": {"job": "1", "partition": "a"}})),
                facts("1.1.0", capture=captured(scheduler={"slurm": {"job": "2", "partition": "a"}})),
            ],
            direction,
        )
        assert last(found, "environment", "slurm job").outcome == "changed"
        assert "environment" not in classes(found)

    def test_when_and_how_long_a_job_ran_is_no_difference(self, facts: MakeFacts) -> None:
        ran = [
            captured(
                command={"line": "python t.py", "seconds": seconds, "started": f"2026-01-0{seconds}"},
                scheduler={"slurm": {"job": "1", "seconds": seconds}},
            )
            for seconds in (1, 2)
        ]
        found = compare([facts(capture=ran[0]), facts("1.1.0", capture=ran[1])], direction)
        section = found.section("environment")
        assert [row.name for row in section.rows] == ["command", "slurm job"]
        assert section.differing == ()

    def test_another_host_is_no_change_of_environment(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(identity="1" * 64, capture=captured(system={"hostname": "a", "memory": 1})),
                facts(identity="1" * 64, capture=captured(system={"hostname": "b", "memory": 2})),
            ],
            direction,
        )
        assert last(found, "environment", "hostname").outcome == "changed"
        assert classes(found) == {}

    def test_what_was_not_captured_is_unknown_not_removed(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(capture=captured(python={"version": "3.11"}), packages={"torch": "2.4.0"}),
                facts("1.1.0"),
                facts("1.2.0", capture=captured(python={"version": "3.12"}), packages={"torch": "2.5.0"}),
            ],
            direction,
        )
        assert [c.outcome for c in row(found, "environment", "python").cells] == [
            "same",
            "unknown",
            "changed",
        ]
        assert [c.outcome for c in row(found, "packages", "torch").cells] == ["same", "unknown", "changed"]
        assert found.section("packages").notes == ("sentiment@1.1.0: packages were not captured",)
        assert found.section("environment").notes == ("sentiment@1.1.0: the environment was not captured",)
        assert "environment" not in classes(found, 0)

    def test_nothing_captured_anywhere_says_nothing(self, facts: MakeFacts) -> None:
        found = compare([facts(), facts("1.1.0")], direction)
        assert {"environment", "packages", "git"}.isdisjoint(section.name for section in found.sections)

    def test_a_part_that_could_not_be_read_is_told(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(capture=captured(gpu={"problem": "nvidia-smi took too long"})),
                facts("1.1.0", capture=captured(gpu={"driver": "535.1"})),
            ],
            direction,
        )
        assert found.section("environment").notes == ("sentiment@1.0.0: gpu: nvidia-smi took too long",)
        assert found.section("environment").rows == ()


class TestPackages:
    @pytest.mark.parametrize(
        ("before", "after", "note"),
        [
            ("2.4.0", "2.10.0", "newer"),
            ("2.5.1", "2.5", "older"),
            ("2.5", "2.5.0", ""),
            ("2.5.1+cu121", "2.5.1+cu124", ""),
            ("1.0rc1", "1.0", ""),
            ("", "1.0", ""),
            ("git", "main", ""),
            ("9" * 5000, "1.0", ""),
        ],
    )
    def test_newer_or_older(self, facts: MakeFacts, before: str, after: str, note: str) -> None:
        found = compare([facts(packages={"x": before}), facts("1.1.0", packages={"x": after})], direction)
        cell = last(found, "packages", "x")
        assert (cell.outcome, cell.note) == ("changed", note)

    def test_in_the_order_of_the_alphabet_with_frameworks_first_as_evidence(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(packages={"zlib": "1", "torch": "2.4.0", "absl": "1", "gone": "1"}),
                facts("1.1.0", packages={"zlib": "2", "torch": "2.5.0", "absl": "2", "came": "1"}),
            ],
            direction,
        )
        names = [row.name for row in found.section("packages").rows]
        assert names == ["absl", "came", "gone", "torch", "zlib"]
        assert last(found, "packages", "came").outcome == "added"
        assert last(found, "packages", "gone").outcome == "removed"
        assert classes(found)["environment"] == ["torch", "absl", "came", "gone", "zlib"]


class TestGit:
    def test_the_commit_decides(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(code=Code("a" * 40, "main")),
                facts(
                    "1.1.0", code=Code("b" * 40, "topic", dirty=True), capture=captured(git={"remote": "r"})
                ),
            ],
            direction,
        )
        assert classes(found)["code"] == ["commit", "dirty"]
        assert last(found, "git", "branch").outcome == "changed"

    def test_changes_that_were_not_kept_are_not_known(self, facts: MakeFacts) -> None:
        dirty = Code("a" * 40, "main", dirty=True)
        lost = captured(git={"patch": {"problem": "not kept: the changes are larger than 1,000 bytes"}})
        kept = Capture(datetime(2026, 11, 1, tzinfo=UTC), {"git": {}}, patch="2" * 64)
        found = compare(
            [facts(code=dirty, capture=lost), facts("1.1.0", code=dirty, capture=kept)], direction
        )
        assert "code" not in classes(found)
        assert found.section("git").notes == (
            "sentiment@1.0.0: the uncommitted changes: not kept: the changes are larger than 1,000 bytes",
        )

    def test_the_same_commit_with_other_changes_on_top(self, facts: MakeFacts) -> None:
        dirty = Code("a" * 40, "main", dirty=True)
        one = Capture(datetime(2026, 11, 1, tzinfo=UTC), {"git": {}}, patch="1" * 64)
        two = Capture(datetime(2026, 11, 1, tzinfo=UTC), {"git": {}}, patch="2" * 64)
        found = compare([facts(code=dirty, capture=one), facts("1.1.0", code=dirty, capture=two)], direction)
        assert classes(found)["code"] == ["uncommitted changes"]


class TestDatasetsAndLineage:
    def test_role_by_role_with_size_and_files(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(
                    targets=(
                        target("evaluated-on", "bench@1.0.0", role="test"),
                        target("trained-on", "reviews@1.0.0", role="train", size=100, files=2),
                    )
                ),
                facts(
                    "1.1.0",
                    targets=(
                        target("trained-on", "reviews@1.1.0", role="train", size=150, files=3),
                        target("evaluated-on", "bench@1.0.0", role="test"),
                    ),
                ),
            ],
            direction,
        )
        rows = {row.name: row.cells[1] for row in found.section("datasets").rows}
        assert list(rows) == ["train", "train size", "train files", "test"]
        assert (rows["train"].outcome, rows["train size"].delta, rows["train files"].delta) == (
            "changed",
            50,
            1,
        )
        assert rows["test"].outcome == "same"
        assert classes(found)["data"] == ["train"]

    def test_several_in_one_role_are_matched_by_what_they_are(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(
                    targets=(
                        target("trained-on", "web@1.0.0", role="train"),
                        target("trained-on", "books@1.0.0", role="train"),
                    )
                ),
                facts("1.1.0", targets=(target("trained-on", "books@2.0.0", role="train"),)),
            ],
            direction,
        )
        assert {row.name: row.cells[1].outcome for row in found.section("datasets").rows} == {
            "train web": "removed",
            "train books": "changed",
        }

    def test_a_size_nobody_knows_is_not_removed(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(targets=(target("trained-on", "a@1.0.0", role="train", size=100),)),
                facts("1.1.0", targets=(target("trained-on", "hf:a@main", role="train"),)),
            ],
            direction,
        )
        assert [row.name for row in found.section("datasets").rows] == ["train"]

    def test_where_the_data_were_is_no_change_of_data(self, facts: MakeFacts) -> None:
        here, there = DataSource("path", "/a/train.csv"), DataSource("path", "/b/train.csv")
        found = compare(
            [
                facts(
                    identity="1" * 64,
                    targets=(target("trained-on", "a@1.0.0", role="train", source=here),),
                ),
                facts(
                    identity="1" * 64,
                    targets=(target("trained-on", "a@1.0.0", role="train", source=there),),
                ),
            ],
            direction,
        )
        assert last(found, "datasets", "train source").outcome == "changed"
        assert found.changes == ((),)

    def test_edges_by_type_and_guesses_marked(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(targets=(target("fine-tuned-from", "base@1.0.0", kind="weights"),)),
                facts(
                    "1.1.0",
                    targets=(
                        target("fine-tuned-from", "hf:roberta@main", kind="", guess="config.json"),
                        target("replaces", "sentiment@1.0.0", kind="weights"),
                    ),
                ),
            ],
            direction,
        )
        assert last(found, "lineage", "fine-tuned-from").note == "guessed from config.json"
        assert last(found, "lineage", "replaces").outcome == "added"
        assert classes(found)["model"] == ["fine-tuned-from"]


class TestClasses:
    def test_the_same_content(self, facts: MakeFacts) -> None:
        one = facts(params={"lr": 1}, files={"a": (1, "d")}, metrics={"f1": math.nan})
        found = compare([one, one], direction)
        assert found.changes == ((),)
        assert found.same_content == (True,)
        assert not any(section.differing for section in found.sections)

    def test_the_same_content_made_elsewhere(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(identity="1" * 64, packages={"torch": "2.4.0"}),
                facts("1.0.0", identity="1" * 64, packages={"torch": "2.5.0"}),
            ],
            direction,
        )
        assert found.same_content == (True,)
        assert classes(found) == {"environment": ["torch"]}

    def test_a_difference_nothing_explains_is_not_passed_over(self, facts: MakeFacts) -> None:
        found = compare([facts(identity="1" * 64), facts("1.1.0", identity="2" * 64)], direction)
        assert classes(found) == {"other": ["content"]}
        assert found.same_content == (False,)

    def test_tags_notes_and_metrics_change_nothing(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(identity="1" * 64, metrics={"f1": 1.0}, tags={"a": "1"}, note="x"),
                facts(identity="1" * 64, metrics={"f1": 2.0}, tags={"a": "2"}, note="y"),
            ],
            direction,
        )
        assert found.changes == ((),)

    def test_all_classes_in_order_and_the_strongest_evidence_first(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(kind="bundle"),
                facts(
                    "1.1.0",
                    kind="bundle",
                    files={"README.md": (9, "r"), "model.gguf": (5, "m"), "serve.py": (3, "s")},
                    params={"model": "m", "temperature": 0.2, "chunk_size": 512, "data/path": "x"},
                    targets=(
                        target("trained-on", "reviews@1.0.0", role="train"),
                        target("prompted-with", "p@1.0.0", kind="prompt"),
                        target("derived-from", "docs@1.0.0", role="index"),
                    ),
                ),
            ],
            direction,
        )
        assert classes(found) == {
            "data": ["train", "data/path"],
            "model": ["model.gguf", "model"],
            "retrieval": ["derived-from", "chunk_size"],
            "workflow": ["prompted-with", "temperature"],
            "code": ["serve.py"],
            "other": ["README.md"],
        }

    def test_largest_files_first(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(files={"config.json": (9, "1"), "model.safetensors": (900, "2")}),
                facts("1.1.0", files={"config.json": (8, "3"), "model.safetensors": (800, "4")}),
            ],
            direction,
        )
        assert classes(found) == {"model": ["model.safetensors", "config.json"]}

    def test_another_kind(self, facts: MakeFacts) -> None:
        found = compare([facts(kind="weights"), facts("1.1.0", kind="adapter")], direction)
        assert classes(found) == {"model": ["kind"]}


class TestWhole:
    def test_each_is_compared_with_the_first(self, facts: MakeFacts) -> None:
        found = compare(
            [facts(f"1.{at}.0", metrics={"f1": float(at)}, params={"n": at}) for at in range(6)], direction
        )
        assert [cell.delta for cell in row(found, "params", "n").cells[1:]] == [1, 2, 3, 4, 5]
        assert len(found.changes) == 5
        assert found.base.ref == "sentiment@1.0.0"

    @pytest.mark.parametrize("count", [0, 1, 7])
    def test_two_to_six(self, facts: MakeFacts, count: int) -> None:
        with pytest.raises(UsageError):
            compare([facts()] * count, direction)

    def test_json_has_no_nan(self, facts: MakeFacts) -> None:
        found = compare(
            [
                facts(metrics={"a": math.nan, "f1": -math.inf}, params={"p": None}, packages={"x": "1"}),
                facts("1.1.0", metrics={"a": 1.0, "f1": 1.0}, note="n", tags={"\x1b[2J": "\u202e"}),
            ],
            direction,
        )
        read = json.loads(json.dumps(found.as_dict(), allow_nan=False))
        metrics = read["sections"][0]["rows"]
        assert metrics[0]["cells"][0]["value"] == "NaN"
        assert metrics[1]["cells"][1]["delta"] == "Infinity"
        assert read["base"] == "sentiment@1.0.0"

    def test_a_section_that_is_not_there_is_empty(self, facts: MakeFacts) -> None:
        assert compare([facts(), facts("1.1.0")], direction).section("tags").rows == ()

    def test_the_missing_value_has_a_name(self) -> None:
        assert DiffCell().value is MISSING
