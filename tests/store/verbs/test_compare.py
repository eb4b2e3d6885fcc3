from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from mvtui.store import Comparison, SectionName, Store, errors

from tests.conftest import MakeFile


@pytest.fixture
def line(store: Store, make_file: MakeFile) -> Store:
    """A store with sentiment@1.0.0 to 1.0.3, of which nothing is in production, and a base in it."""
    store.register("base", make_file(b"base"))
    for at in range(4):
        store.register(
            "sentiment",
            make_file(b"%d" % at),
            metrics={"f1": 0.6},
            params={"lr": 0.1},
            parents=[] if at else ["base"],
            version=f"1.0.{at}",
        )
    return store


def put_in_production(store: Store, version: str) -> None:
    model, _, number = version.partition("@")
    with store._repository.reading() as index:  # as promoting will do
        index.tables["models"][model] = {
            **(index.model(model) or {}),
            "stages": {"production": [[1, number]]},
        }


def refs(comparison: Comparison) -> list[str]:
    return [version.ref for version in comparison.versions]


def outcomes(comparison: Comparison, section: SectionName) -> dict[str, str]:
    return {row.name: row.cells[1].outcome for row in comparison.section(section).rows}


def damage(store: Store, digest: str) -> None:
    path = store.root / "objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"damaged")


class TestWhatIsCompared:
    def test_the_first_is_the_base(self, line: Store) -> None:
        found = line.diff("sentiment@1.0.2", "sentiment@1.0.0", "sentiment")
        assert refs(found) == ["sentiment@1.0.2", "sentiment@1.0.0", "sentiment@1.0.3"]
        assert found.chosen == ""

    def test_one_alone_is_compared_with_production(self, line: Store) -> None:
        put_in_production(line, "sentiment@1.0.1")
        found = line.diff("sentiment")
        assert (refs(found), found.chosen) == (["sentiment@1.0.1", "sentiment@1.0.3"], "production")

    def test_production_itself_is_compared_with_the_version_before(self, line: Store) -> None:
        put_in_production(line, "sentiment@1.0.1")
        found = line.diff("sentiment@production")
        assert (refs(found), found.chosen) == (["sentiment@1.0.0", "sentiment@1.0.1"], "before")

    def test_without_production_it_is_the_version_before(self, line: Store) -> None:
        line.delete("sentiment@1.0.2", "bad")
        found = line.diff("sentiment@1.0.3")
        assert (refs(found), found.chosen) == (["sentiment@1.0.1", "sentiment@1.0.3"], "before")

    def test_the_first_version_has_nothing_to_be_compared_with(self, line: Store) -> None:
        with pytest.raises(
            errors.NotFoundError, match=r"nothing to compare sentiment@1\.0\.0 with.*nothing is in"
        ):
            line.diff("sentiment@1.0.0")
        put_in_production(line, "sentiment@1.0.0")
        with pytest.raises(errors.NotFoundError, match="itself is in production"):
            line.diff("sentiment@1.0.0")

    @pytest.mark.parametrize(
        ("against", "base"),
        [("parent", "base@1.0.0"), ("base", "base@1.0.0"), ("sentiment@1.0.2", "sentiment@1.0.2")],
    )
    def test_against(self, line: Store, against: str, base: str) -> None:
        found = line.diff("sentiment@1.0.0", "sentiment@1.0.3", against=against)
        assert refs(found) == [base, "sentiment@1.0.0", "sentiment@1.0.3"]
        assert found.chosen == (against if "@" not in against else "")

    def test_against_production(self, line: Store) -> None:
        with pytest.raises(errors.NotFoundError, match="sentiment has nothing in production"):
            line.diff("sentiment", against="production")
        put_in_production(line, "sentiment@1.0.1")
        assert refs(line.diff("sentiment", against="production"))[0] == "sentiment@1.0.1"

    def test_a_deleted_production_is_none(self, line: Store) -> None:
        put_in_production(line, "sentiment@1.0.1")
        line.delete("sentiment@1.0.1", "bad")
        assert line.diff("sentiment@1.0.3").chosen == "before"

    def test_without_a_parent_the_message_says_what_there_is(self, line: Store, make_file: MakeFile) -> None:
        with pytest.raises(errors.NotFoundError, match="no parent in this store; nobody said"):
            line.diff("sentiment@1.0.3", against="parent")
        outside = line.register("m", make_file(b"o"), parents=["hf:roberta-base"]).version.ref
        with pytest.raises(errors.NotFoundError, match="fine-tuned-from hf:roberta-base"):
            line.diff(outside, against="base")
        other = line.register("n", make_file(b"n"), edges=[("replaces", "base")]).version.ref
        with pytest.raises(errors.NotFoundError, match="its edges are replaces"):
            line.diff(other, against="parent")

    def test_a_deleted_parent_is_said_to_be(self, line: Store) -> None:
        line.delete("base@1.0.0", "old")
        with pytest.raises(errors.NotFoundError, match=r"base@1\.0\.0, which was deleted"):
            line.diff("sentiment@1.0.0", against="parent")

    def test_a_version_with_itself_is_the_same_content(self, line: Store) -> None:
        found = line.diff("sentiment", "sentiment")
        assert found.same_content == (True,)
        assert found.changes == ((),)

    def test_two_to_six(self, line: Store) -> None:
        with pytest.raises(errors.UsageError, match="nothing to compare"):
            line.diff()
        assert len(line.diff(*["sentiment"] * 6).versions) == 6
        with pytest.raises(errors.UsageError, match="7 versions"):
            line.diff(*["sentiment"] * 7)
        with pytest.raises(errors.UsageError, match="7 versions"):
            line.diff(*["sentiment"] * 6, against="parent")

    def test_a_reference_that_names_nothing(self, line: Store) -> None:
        with pytest.raises(errors.NotFoundError):
            line.diff("sentiment", "nothing")
        with pytest.raises(errors.NotFoundError):
            line.diff("sentiment", against="prod")


class TestWhatIsKnown:
    def test_content_metrics_and_params(self, store: Store, make_file: MakeFile) -> None:
        store.register(
            "m", make_file(b"1"), metrics={"loss": 1.0}, params={"lr": 0.1}, tags={"a": "1"}, note="x"
        )
        store.register("m", make_file(b"22"), metrics={"loss": 0.5}, params={"lr": 0.1}, tags={"a": "2"})
        found = store.diff("m")
        assert outcomes(found, "metrics") == {"loss": "better"}
        assert outcomes(found, "params") == {"lr": "same"}
        assert outcomes(found, "files") == {"model.bin": "changed"}
        assert outcomes(found, "tags") == {"a": "changed"}
        assert outcomes(found, "about")["note"] == "removed"
        assert [change.of for change in found.changes[0]] == ["model"]

    def test_the_direction_is_the_configured_one(self, store: Store, make_file: MakeFile) -> None:
        (store.root / "config.toml").write_text('[metrics]\nlower = ["zeal"]\n')
        store.close()
        from mvtui import open_store

        with open_store(store.root) as again:
            again.register("m", make_file(b"1"), metrics={"zeal": 1.0})
            again.register("m", make_file(b"2"), metrics={"zeal": 0.5})
            assert outcomes(again.diff("m"), "metrics") == {"zeal": "better"}

    def test_datasets_by_reference(self, store: Store, make_file: MakeFile) -> None:
        for content in (b"a\n", b"a\nb\n"):
            store.register("reviews", make_file(content, "r.csv"), kind="dataset")
        for at, number in enumerate(("1.0.0", "1.0.1")):
            store.register(
                "m", make_file(b"w"), edges=[("trained-on", f"reviews@{number}")], params={"n": at}
            )
        found = store.diff("m")
        rows = {row.name: row for row in found.section("datasets").rows}
        assert [cell.value for cell in rows["train"].cells] == ["reviews@1.0.0", "reviews@1.0.1"]
        assert rows["train size"].cells[1].delta == 2
        assert rows["train files"].cells[1].outcome == "same"
        assert [change.of for change in found.changes[0]] == ["data", "model"]

    def test_an_edge_to_what_is_gone_has_the_name_it_had(self, store: Store, make_file: MakeFile) -> None:
        store.register("base", make_file(b"b"))
        store.register("m", make_file(b"1"), parents=["base"])
        store.register("m", make_file(b"2"), parents=["hf:other@main"])
        store.delete("base@1.0.0", "old")
        (row,) = store.diff("m").section("lineage").rows
        assert [cell.value for cell in row.cells] == ["base@1.0.0", "hf:other@main"]

    def test_content_with_two_names_has_the_one_that_is_left(self, store: Store, make_file: MakeFile) -> None:
        store.register("base", make_file(b"b"))
        store.register("copy", make_file(b"b"))
        store.delete("copy@1.0.0", "the same")
        store.register("m", make_file(b"1"), parents=["base"])
        (row,) = store.diff("m", "m").section("lineage").rows
        assert row.cells[0].value == "base@1.0.0"

    def test_evaluations_that_differ_are_told(self, store: Store, make_file: MakeFile) -> None:
        store.register("m", make_file(b"1"))
        store.register("m", make_file(b"2"))
        store.log_metrics("m@1.0.0", {"f1": 0.5}, evaluation="q3", dataset="test")
        store.log_metrics("m@1.0.1", {"f1": 0.6}, evaluation="q4", dataset="test")
        (note,) = store.diff("m").section("metrics").notes
        assert "f1[test]" in note
        assert "q3 for m@1.0.0" in note

    def test_captures(self, store: Store, make_file: MakeFile) -> None:
        store.register("m", make_file(b"1"), capture=["python", "system"])
        store.register("m", make_file(b"2"), capture=["python", "system"])
        found = store.diff("m")
        assert outcomes(found, "environment")["python"] == "same"
        assert set(outcomes(found, "packages").values()) == {"same"}
        assert "pytest" in outcomes(found, "packages")


class TestWhatCanNotBeRead:
    def test_a_damaged_manifest_is_told_and_the_rest_compared(self, line: Store) -> None:
        damage(line, line.get("sentiment@1.0.3").id)
        found = line.diff("sentiment@1.0.2", "sentiment@1.0.3", "sentiment@1.0.1")
        (note,) = found.section("files").notes
        assert note.startswith("sentiment@1.0.3: the list of files can't be read: ")
        (row,) = found.section("files").rows
        assert [cell.outcome for cell in row.cells] == ["same", "unknown", "changed"]
        assert outcomes(found, "metrics") == {"f1": "same"}
        assert [change.of for change in found.changes[0]] == ["other"], (
            "the content is another, that much is known"
        )

    def test_a_damaged_capture_is_told(self, store: Store, make_file: MakeFile) -> None:
        store.register("m", make_file(b"1"), capture=["python"])
        store.register("m", make_file(b"2"), capture=["python"])
        damage(store, store.get("m@1.0.0").capture)
        found = store.diff("m")
        for section in ("environment", "packages"):
            (note,) = found.section(section).notes
            assert note.startswith("m@1.0.0: the capture can't be read: ")
        assert not found.section("environment").rows

    def test_a_damaged_list_of_packages_is_told(self, store: Store, make_file: MakeFile) -> None:
        store.register("m", make_file(b"1"), capture=["python"])
        store.register("m", make_file(b"2"), capture=["python"])
        captured = store.capture("m@1.0.0")
        assert captured is not None
        damage(store, captured.packages)
        found = store.diff("m")
        notes = found.section("packages").notes
        assert [note.split(": ")[:2] for note in notes] == [
            [f"m@{number}", "the list of packages can't be read"] for number in ("1.0.0", "1.0.1")
        ], "both have the same list, which is one object"
        assert outcomes(found, "environment")["python"] == "same"


class TestHistory:
    @pytest.fixture
    def code(
        self, tmp_path: Path, store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        """A repository of two commits, with a version made by each."""
        where = tmp_path / "code"
        where.mkdir()
        monkeypatch.chdir(where)
        self.git("init", "-q", "-b", "main")
        for content in ("one", "two"):
            (where / "train.py").write_text(f"{content}\n")
            self.git("add", "-A")
            self.git("commit", "-q", "-m", f"say {content}")
            store.register("m", make_file(content.encode()), capture=["git"])
        return where

    @staticmethod
    def git(*words: str) -> None:
        who = {
            f"GIT_{role}_{field}": "a@b" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")
        }
        subprocess.run(["git", *words], check=True, env=os.environ | who)

    def test_commits_and_files_between(self, code: Path, store: Store) -> None:
        (history,) = store.diff("m", history=True).histories
        assert history is not None
        assert (history.ahead, history.problem) == (1, "")
        assert [commit.subject for commit in history.commits] == ["say two"]
        assert [changed.path for changed in history.files] == ["train.py"]

    def test_from_elsewhere_the_place_of_the_code_is_remembered(
        self, code: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (history,) = store.diff("m", history=True).histories
        assert history is not None
        assert history.ahead == 1

    def test_code_that_is_gone_is_said_to_be(
        self, code: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        code.rename(tmp_path / "moved")
        (history,) = store.diff("m", history=True).histories
        assert history is not None
        assert history.problem == "this is not a git repository"

    def test_only_when_asked_and_only_between_commits(self, code: Path, store: Store) -> None:
        assert store.diff("m").histories == ()
        assert store.diff("m", "m", history=True).histories == (None,)


def test_the_metrics_alone_are_those_of_the_diff_and_need_no_object(
    store: Store, make_file: MakeFile
) -> None:
    store.register("m", make_file(b"one"), metrics={"accuracy": 0.9, "loss": 0.3})
    store.register("m", make_file(b"two"), metrics={"accuracy": 0.95, "f1": 0.8})
    found = store.metric_changes("m@1.0.0", "m@1.0.1")
    assert found == store.diff("m@1.0.0", "m@1.0.1").section("metrics")
    assert [(row.name, row.cells[1].outcome) for row in found.rows] == [
        ("accuracy", "better"),
        ("loss", "removed"),
        ("f1", "added"),
    ]
    shutil.rmtree(store.root / "objects")
    assert store.metric_changes("m@1.0.0", "m@1.0.1") == found
    with pytest.raises(errors.NotFoundError):
        store.metric_changes("m@1.0.0", "m@9.0.0")
