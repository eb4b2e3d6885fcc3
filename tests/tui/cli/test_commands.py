"""What each command does, through the command line."""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from mvtui import open_store
from mvtui.store import Code, GcReport, Series, Store, Version

from .conftest import Run

ROW = {
    "model",
    "version",
    "id",
    "kind",
    "stage",
    "created",
    "author",
    "note",
    "size",
    "metrics",
    "params",
    "tags",
}


# -- init -----------------------------------------------------------------------------------------


def test_init_makes_a_store_here_and_says_what_to_do_next(run: Run) -> None:
    done = run("init")
    assert done.code == 0
    assert done.out == f"{Path.cwd() / '.mvtui'}\n"
    assert "next: mvtui register" in done.err
    assert run("ls").code == 0
    assert run("init").code == 0


@pytest.mark.parametrize(
    "words", [("init", "there"), ("init", "--store", "there"), ("--store", "there", "init")]
)
def test_init_elsewhere(words: tuple[str, ...], run: Run) -> None:
    assert run(*words, "--json").json == {"path": str(Path.cwd() / "there")}
    assert run("ls", "--store", "there").code == 0


def test_init_makes_the_store_that_the_variable_names(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MVTUI_STORE", "named/store")
    assert run("init", "--json").json == {"path": str(Path.cwd() / "named" / "store")}
    assert run("ls").code == 0
    assert not Path(".mvtui").exists()
    assert run("init", "own", "--json").json == {"path": str(Path.cwd() / "own")}
    assert run("init", "--store", "other", "--json").json == {"path": str(Path.cwd() / "other")}


def test_init_finds_a_store_in_the_directory_that_the_variable_names(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("init", "project/.mvtui").code == 0
    Path("project/train.py").touch()
    monkeypatch.setenv("MVTUI_STORE", "project")
    assert run("init", "--json").json == {"path": str(Path.cwd() / "project" / ".mvtui")}
    monkeypatch.setenv("MVTUI_STORE", "")
    assert run("init", "--json").json == {"path": str(Path.cwd() / ".mvtui")}


def test_a_variable_that_names_no_place_for_a_store_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("file").touch()
    monkeypatch.setenv("MVTUI_STORE", "file")
    failed = run("init")
    assert failed.code == 5
    assert "file (from $MVTUI_STORE) is a file" in failed.err


# -- register -------------------------------------------------------------------------------------


def test_register_says_what_it_took_for_an_adapter(run: Run, store: Store, tmp_path: Path) -> None:
    lora = tmp_path / "lora"
    lora.mkdir()
    (lora / "adapter_config.json").write_text("{}")
    done = run("register", "lora", str(lora))
    assert "registered lora@1.0.0 (" in done.err
    assert ") as adapter, 2 B, 1 file" in done.err
    assert store.poll()
    assert store.get("lora").kind == "adapter"
    assert run("register", "other", str(lora), "--kind", "weights", "--json").json["kind"] == "weights"


def test_register_talks_to_stderr_and_gives_the_reference_to_scripts(
    run: Run, store: Store, model: Path
) -> None:
    done = run(
        "register", "sentiment", str(model), "--metric", "accuracy=0.9", "--param", "lr=1e-4", "--tag", "a=b"
    )
    assert done.code == 0
    assert done.out == "sentiment@1.0.0\n"
    version = store.get("sentiment")
    assert done.err.startswith(f"registered sentiment@1.0.0 ({version.short_id}) 11 B, 1 file")
    assert (version.metrics, version.params, version.tags) == ({"accuracy": 0.9}, {"lr": 1e-4}, {"a": "b"})


def test_the_same_again_is_said_and_adds_what_is_new(run: Run, two: Store, model: Path) -> None:
    again = run("register", "sentiment", str(model), "--param", "lr=0.2")
    assert (again.code, again.out) == (0, "sentiment@1.1.0\n")
    assert "already; nothing to add" in again.err
    more = run("register", "sentiment", str(model), "--param", "lr=0.2", "--metric", "f1=0.5")
    assert more.code == 0
    assert "added" in more.err
    assert "f1" in more.err
    assert two.get("sentiment").metrics == {"accuracy": 0.91, "f1": 0.5}


def test_register_json_is_the_row_and_what_happened(run: Run, store: Store, model: Path) -> None:
    row = run("register", "sentiment", str(model), "--json").json
    assert row.keys() >= ROW
    assert row["new"] is True
    assert row["stored"] == 11
    assert run("register", "sentiment", str(model), "--json").json["new"] is False


def test_values_come_from_files_and_words_win(run: Run, store: Store, model: Path, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"eval": {"f1": 0.5}, "acc": 0.1}')
    (tmp_path / "p.yaml").write_text("lr: 1e-4\nopt:\n  name: adam\n")
    words = ["--metrics-file", str(tmp_path / "m.json"), "--params-file", str(tmp_path / "p.yaml")]
    assert run("register", "m", str(model), *words, "--metric", "acc=0.9", "--param", "lr=2").code == 0
    version = store.get("m")
    assert version.metrics == {"eval/f1": 0.5, "acc": 0.9}
    assert version.params == {"lr": 2, "opt/name": "adam"}


def test_each_registers_one_version_a_path_oldest_first(run: Run, store: Store, tmp_path: Path) -> None:
    for age, name in ((300, "b.pt"), (100, "a.pt"), (200, "c.pt")):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1_700_000_000 - age, 1_700_000_000 - age))
    paths = [str(tmp_path / name) for name in ("a.pt", "b.pt", "c.pt")]
    done = run("register", "m", *paths, "--each", "--json")
    assert [row["created"][:19] for row in done.json] == sorted(row["created"][:19] for row in done.json)
    assert [row["version"] for row in done.json] == ["1.0.0", "1.0.1", "1.0.2"]


def test_move_removes_the_source(run: Run, store: Store, model: Path) -> None:
    assert run("register", "m", str(model), "--move").code == 0
    assert not model.exists()


@pytest.mark.parametrize(("bump", "number"), [("major", "2.0.0"), ("minor", "1.2.0"), ("patch", "1.1.1")])
def test_bump_and_version(bump: str, number: str, run: Run, two: Store, model: Path) -> None:
    model.write_bytes(b"three")
    assert run("register", "sentiment", str(model), "--bump", bump).out == f"sentiment@{number}\n"
    model.write_bytes(b"four")
    assert run("register", "sentiment", str(model), "--version", "9.0.0-rc.1").out == "sentiment@9.0.0-rc.1\n"


# -- ls and show ----------------------------------------------------------------------------------


def test_ls_is_newest_first_aligned_and_plain_in_a_pipe(run: Run, two: Store, model: Path) -> None:
    model.write_bytes(b"other")
    two.register("ranker", model)
    listed = run("ls")
    lines = listed.out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "VERSION",
        "ranker@1.0.0",
        "sentiment@1.1.0",
        "sentiment@1.0.0",
    ]
    assert "\x1b" not in listed.out
    assert listed.err == ""
    assert len({line.index(two.get(line.split()[0]).short_id) for line in lines[1:]}) == 1
    assert lines[3].endswith("first")


def test_ls_of_a_model_shows_its_metrics(run: Run, two: Store) -> None:
    lines = run("ls", "sentiment").out.splitlines()
    assert "accuracy" in lines[0]
    assert lines[1].split()[0] == "1.1.0"
    assert "0.91" in lines[1]
    assert "0.90" in lines[2]


def test_the_metrics_most_versions_have_come_first(run: Run, store: Store, model: Path) -> None:
    for i in range(3):
        model.write_text(str(i))
        rare = {f"rare{n}": 1.0 for n in range(4)} if i == 0 else {}
        store.register("m", model, metrics={**rare, "common": i / 10})
    assert run("ls", "m").out.split("\n")[0].split()[2] == "common"


def test_ls_limit_tells_how_many_more(run: Run, two: Store) -> None:
    listed = run("ls", "--limit", "1")
    assert len(listed.out.splitlines()) == 2
    assert "1 more" in listed.err
    assert len(run("ls", "--limit", "1", "--json").json) == 1


def test_ls_json_is_a_list_of_rows_without_files(run: Run, two: Store) -> None:
    rows = run("ls", "--json").json
    assert [row["version"] for row in rows] == ["1.1.0", "1.0.0"]
    assert all(row.keys() >= ROW and "files" not in row for row in rows)
    assert rows[1]["note"] == "first"
    assert rows[1]["stage"] is None


def test_an_empty_store_says_what_to_do(run: Run, store: Store) -> None:
    listed = run("ls")
    assert (listed.code, listed.out) == (0, "")
    assert "mvtui register" in listed.err
    assert run("ls", "--json").json == []


def test_show_tells_everything(run: Run, two: Store) -> None:
    two.alias("sentiment@1.0.0", "champion")
    shown = run("show", "sentiment@champion").out
    version = two.get("sentiment@1.0.0")
    for part in (
        "sentiment@1.0.0",
        "@champion",
        version.id,
        "weights",
        "11 B in 1 file",
        "first",
        "accuracy",
        "0.9",
    ):
        assert part in shown
    for part in ("lr", "0.1", "owner", "bob", "model.bin", version.author, version.host):
        assert part in shown


def test_show_json_has_files(run: Run, two: Store) -> None:
    detail = run("show", "sentiment", "--json").json
    assert detail.keys() >= ROW | {"files"}
    assert detail["files"] == [
        {"path": "model.bin", "size": 11, "digest": two.show("sentiment").files[0].digest}
    ]


def test_json_names_the_other_ends_of_edges(run: Run, two: Store, model: Path) -> None:
    gone = "ab" * 32
    parents = ["sentiment@1.0.0", "sentiment@1.1.0", "hf:org/base"]
    model.write_bytes(b"made of several")
    two.register("tiny", model, parents=parents)
    two.delete("sentiment@1.0.0", "wrong split")
    expected = {"sentiment@1.0.0", "sentiment@1.1.0", "hf:org/base"}
    for row in (run("show", "tiny", "--json").json, run("ls", "tiny", "--json").json[0]):
        assert {edge["ref"] for edge in row["edges"]} == expected
        assert all(edge["to"] for edge in row["edges"])
    assert two.called([gone, two.get("sentiment").id, "hf:x"]) == {
        gone: None,
        two.get("sentiment").id: "sentiment@1.1.0",
        "hf:x": "hf:x",
    }


def test_of_versions_of_one_content_the_one_in_use_is_named(two: Store, model: Path) -> None:
    model.write_bytes(b"the same")
    for name in ("a", "b", "c"):
        two.register(name, model)
    identity = two.get("c").id
    two.delete("c@1.0.0", "not needed")
    assert two.called([identity]) == {identity: "b@1.0.0"}


def test_show_json_names_series(run: Run, two: Store) -> None:
    assert run("show", "sentiment", "--json").json["series"] == []
    two.log_metrics("sentiment", {}, series={"loss": Series((1.0,), (0.5,)), "acc": Series((1.0,), (0.5,))})
    assert run("show", "sentiment", "--json").json["series"] == ["acc", "loss"]
    damage_object(two, two.get("sentiment").series[0])
    shown = run("show", "sentiment", "--json")
    assert (shown.code, shown.json["series"]) == (0, None)
    assert "series can't be read" in shown.err


def test_json_says_of_clean_code_too_that_it_is_clean() -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    version = Version("m", "1.0.0", "0" * 64, "weights", None, moment, moment, "a", "h", "", 1, 1, 2)
    clean = replace(version, code=Code("4f" * 20))
    assert clean.as_row()["code"] == {"commit": "4f" * 20, "branch": "", "dirty": False}
    assert version.as_row()["code"] is None


def test_every_kind_of_reference_works(run: Run, two: Store) -> None:
    version = two.get("sentiment@1.0.0")
    for ref in ("sentiment@1.0.0", "sentiment@v1.0.0", f"sentiment@{version.id[:7]}", f"id:{version.id[:9]}"):
        assert run("show", ref, "--json").json["version"] == "1.0.0", ref
    assert run("show", "sentiment@latest", "--json").json["version"] == "1.1.0"


# -- note, tag, alias, delete ---------------------------------------------------------------------


def test_note_prints_replaces_reads_and_removes(
    run: Run, two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("note", "sentiment@1.0.0").out == "first\n"
    assert run("note", "sentiment@1.0.0", "second").code == 0
    assert run("note", "sentiment@1.0.0", "--json").json["note"] == "second"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"line one\nline two\n")))
    assert run("note", "sentiment@1.0.0", "-").code == 0
    assert run("note", "sentiment@1.0.0").out == "line one\nline two\n"
    assert "removed" in run("note", "sentiment@1.0.0", "").err
    none = run("note", "sentiment@1.0.0")
    assert none.out == ""
    assert "mvtui note sentiment@1.0.0 TEXT" in none.err


def test_tags(run: Run, two: Store) -> None:
    assert run("tag", "sentiment@1.0.0").out == "owner=bob\n"
    assert run("tag", "sentiment@1.0.0", "team=a", "x=y", "--remove", "owner").code == 0
    assert run("tag", "sentiment@1.0.0", "--json").json["tags"] == {"team": "a", "x": "y"}
    gone = run("tag", "sentiment@1.0.0", "--remove", "nobody")
    assert gone.code == 3
    assert "mvtui tag" in run("tag", "sentiment@1.1.0").err


def test_aliases(run: Run, two: Store) -> None:
    assert run("alias", "sentiment@1.0.0", "champion").code == 0
    assert run("alias", "sentiment@1.1.0", "champion", "--json").json["aliases"] == ["champion"]
    assert run("show", "sentiment@champion", "--json").json["version"] == "1.1.0"
    assert run("alias", "--remove", "sentiment@champion").code == 0
    assert run("show", "sentiment@champion").code == 3
    for words in (
        ("alias",),
        ("alias", "sentiment"),
        ("alias", "--remove", "x"),
        ("alias", "s", "--remove", "s@x"),
    ):
        assert run(*words).code == 2, words


def test_delete_needs_a_reason_and_leaves_a_hole(run: Run, two: Store, model: Path) -> None:
    refused = run("delete", "sentiment@1.1.0")
    assert refused.code == 2
    assert "--reason" in refused.err
    assert run("delete", "sentiment@1.1.0", "--reason", "wrong split", "--json").json["deleted"] is True
    assert [row["version"] for row in run("ls", "--json").json] == ["1.0.0"]
    model.write_bytes(b"new")
    assert run("register", "sentiment", str(model), "--param", "lr=3").out == "sentiment@1.2.0\n"


def test_a_deleted_version_is_shown_as_such(run: Run, two: Store) -> None:
    two.log_metrics("sentiment@1.0.0", {"f1": 0.5})
    identity = two.delete("sentiment@1.0.0", "trained on \x1b[31mthe wrong split").id
    for ref in ("sentiment@1.0.0", f"id:{identity[:9]}"):
        shown = run("show", ref)
        assert shown.code == 0
        assert shown.out.startswith("DELETED ")
        first = shown.out.splitlines()[0]
        for part in ("now", f"by {two.summary().user}", "trained on", "the wrong split"):
            assert part in first
        assert "\x1b" not in shown.out
        for part in ("0.9", "0.5", "lr", "owner", "first", "model.bin"):
            assert part in shown.out
    assert "mvtui show sentiment@1.0.0" in run("ls", "sentiment@1.0.0").err
    detail = run("show", "sentiment@1.0.0", "--json").json
    assert (detail["deleted"], detail["version"]) == (True, "1.0.0")
    assert detail["deletion"]["reason"] == "trained on \x1b[31mthe wrong split"
    assert detail["deletion"]["at"] > detail["registered"]
    assert run("show", "sentiment", "--json").json["deletion"] is None
    assert run("show", "sentiment@latest", "--json").json["version"] == "1.1.0"
    assert [row["metric"] for row in run("metrics", "sentiment@1.0.0", "--json").json] == ["accuracy", "f1"]


def test_a_deleted_version_is_shown_when_its_files_are_gone(run: Run, two: Store) -> None:
    two.delete("sentiment@1.0.0", "wrong split")
    for object_ in sorted((two.root / "objects").glob("*/*")):
        object_.unlink()
    shown = run("show", "sentiment@1.0.0")
    assert shown.code == 0
    assert "its files are gone" in shown.out
    assert run("show", "sentiment@1.0.0", "--json").json["files"] == []
    assert run("show", "sentiment@1.1.0").code == 8


def test_delete_tells_what_was_made_from_it(run: Run, two: Store, model: Path) -> None:
    model.write_bytes(b"made from it")
    two.register("tiny", model, parents=["sentiment@1.0.0"])
    done = run("delete", "sentiment@1.0.0", "--reason", "wrong split")
    assert done.code == 0
    assert "note: tiny@1.0.0 was made from it" in done.err
    assert "mvtui impact sentiment@1.0.0" in done.err
    assert "was made from it" not in run("delete", "sentiment@1.1.0", "--reason", "wrong split").err


# -- bytes ----------------------------------------------------------------------------------------


def test_checkout_and_path_give_paths_to_scripts(run: Run, two: Store) -> None:
    done = run("checkout", "sentiment@1.0.0", "out")
    assert Path(done.out.rstrip("\n"), "model.bin").read_bytes() == b"weights one"
    where = Path(run("path", "sentiment@1.0.0").out.rstrip("\n"))
    assert where.name == "model.bin"
    assert where.read_bytes() == b"weights one"
    assert run("path", "sentiment@1.0.0", "--json").json == {"path": str(where), "target": str(where)}
    two.promote("sentiment@1.0.0", "production", reason="to serve it")
    pointer = two.root / "live" / "sentiment" / "production"
    assert run("path", "sentiment@production").out == f"{pointer}\n"
    found = run("path", "sentiment@production", "--json").json
    assert found == {"path": str(pointer), "target": os.path.realpath(pointer)}
    assert Path(found["target"]).name == f"1.0.0-{two.get('sentiment@1.0.0').id[:12]}"
    there = run("checkout", "sentiment@1.0.0", "out2", "--json").json
    assert there == {"model": "sentiment", "version": "1.0.0", "path": str(Path.cwd() / "out2")}


def damage(store: Store, ref: str) -> None:
    damage_object(store, store.show(ref).files[0].digest)


def damage_object(store: Store, digest: str) -> None:
    path = store.root / "objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"weights 0ne")


def test_verify_is_quiet_about_good_stores_and_loud_about_bad(run: Run, two: Store) -> None:
    good = run("verify")
    assert good.code == 0
    assert "as recorded" in good.out
    assert run("verify", "--all", "--json").json["ok"] is True
    damage(two, "sentiment@1.0.0")
    bad = run("verify")
    assert bad.code == 8
    assert "sentiment@1.0.0" in bad.out
    assert "sentiment@1.1.0" not in bad.out
    assert "next:" in bad.err
    told = run("verify", "sentiment@1.0.0", "--json")
    assert told.code == 8
    assert told.json["ok"] is False
    assert told.json["bad"][0]["versions"] == ["sentiment@1.0.0"]
    assert run("verify", "sentiment@1.1.0").code == 0
    assert run("verify", "sentiment", "--all").code == 2


# -- keeping house --------------------------------------------------------------------------------


def test_gc_tells_first_and_does_it_when_asked(run: Run, two: Store) -> None:
    digest = two.show("sentiment@1.0.0").files[0].digest
    assert "sentiment@1.0.0" in run("gc", "--why", digest[:10]).out
    assert "nothing to free" in run("gc").err
    two.delete("sentiment@1.0.0", "old")
    told = run("gc")
    assert digest[:16] in told.out
    assert "nothing was changed" in told.err
    assert run("gc", "--json").json["dry_run"] is True
    done = run("gc", "--yes", "--json").json
    assert (done["dry_run"], done["trashed"]) == (False, 11)
    assert run("gc", "--why", "0123456789").code == 3
    two.delete("sentiment@1.1.0", "old")
    other = next(item["name"] for item in run("gc", "--json").json["items"] if item["what"] == "object")
    unneeded = run("gc", "--why", other, "--json")
    assert unneeded.json == {"object": other, "kept_by": []}
    assert "nothing keeps it" in run("gc", "--why", other).err
    assert "moved" in run("gc", "--yes").err


def test_repair_and_doctor(run: Run, two: Store) -> None:
    assert "nothing to mend" in run("repair").err
    assert run("repair", "--json").json == {"actions": []}
    findings = run("doctor", "--json")
    assert findings.code == 0
    assert {"level", "topic", "message", "fix"} == set(findings.json[0])
    assert {finding["topic"] for finding in findings.json} >= {"store", "terminal"}
    text = run("doctor").out
    assert "ok" in text
    for finding in findings.json:
        assert finding["message"][:20] in text


def test_doctor_without_a_store_says_so_and_still_looks_at_the_terminal(run: Run) -> None:
    found = run("doctor")
    assert found.code == 0
    assert "mvtui init" in found.out
    assert "terminal" in found.out


def test_json_is_ascii_so_that_no_terminal_obeys_it(run: Run, two: Store) -> None:
    two.note("sentiment@1.0.0", "\x1b]0;x\x07 \u202e é")
    for words in (("ls", "--json"), ("show", "sentiment@1.0.0", "--json")):
        out = run(*words).out
        assert out.isascii()
        assert "\x1b" not in out
    assert json.loads(run("note", "sentiment@1.0.0", "--json").out)["note"] == "\x1b]0;x\x07 \u202e é"


def test_collection_is_on_again_afterwards(run: Run, store: Store) -> None:
    for words in (("ls",), ("--help",), ("ls", "nobody")):
        run(*words)
        assert gc.isenabled()


def test_collection_is_on_while_a_verb_works(run: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    whole = Store.gc

    def watched(self: Store, *, dry_run: bool = True) -> GcReport:
        seen.append(gc.isenabled())
        return whole(self, dry_run=dry_run)

    monkeypatch.setattr(Store, "gc", watched)
    assert run("gc").code == 0
    assert seen == [True]


def test_the_store_option_works_on_both_sides_and_the_nearer_wins(
    run: Run, two: Store, tmp_path: Path
) -> None:
    here = str(two.root)
    os.chdir(tmp_path)
    assert run("ls").code == 3
    assert len(run("--store", here, "ls", "--json").json) == 2
    assert len(run("ls", "--json", "--store", here).json) == 2
    assert len(run("--store", "/nowhere", "ls", "--json", "--store", here).json) == 2
    assert open_store(here).root == two.root
