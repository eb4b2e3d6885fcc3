"""What is said of data that are no longer what DVC recorded, or that nobody can judge."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.datasets import dvc_hash
from mvtui.store.knowledge.datasets.check import Recorded, check
from mvtui.store.nouns.dataset import DataSource
from mvtui.store.nouns.reports import Progress

from . import worlds

both = pytest.mark.parametrize("version", worlds.VERSIONS)


@both
def test_a_changed_file(version: str, tmp_path: Path) -> None:
    root = worlds.copy(version, tmp_path)
    source = worlds.stated(root / "data/lf.csv.dvc").source
    (root / "data/lf.csv").write_bytes(b"id,text\n1,good\n2,BAD\n")
    answer = worlds.look(source)
    assert answer.state == "changed"
    assert source.digest.removeprefix("md5:") in answer.why[0]


def test_line_ends_count_for_dvc_3_and_not_for_dvc_2(tmp_path: Path) -> None:
    for version, expected in (("dvc2", "unchanged"), ("dvc3", "changed")):
        root = worlds.copy(version, tmp_path)
        source = worlds.stated(root / "data/crlf.csv.dvc").source
        (root / "data/crlf.csv").write_bytes(b"id,text\n1,good\n2,bad\n")
        assert worlds.look(source).state == expected


def test_line_ends_of_a_binary_file_count_for_dvc_2_too(tmp_path: Path) -> None:
    root = worlds.copy("dvc2", tmp_path)
    source = worlds.stated(root / "data/blob.bin.dvc").source
    blob = root / "data/blob.bin"
    blob.write_bytes(blob.read_bytes().replace(b"\r\n", b"\n"))
    assert worlds.look(source).state == "changed"


@both
def test_the_files_of_a_directory_that_differ_are_named_when_the_cache_has_the_listing(
    version: str, tmp_path: Path
) -> None:
    root = worlds.copy(version, tmp_path)
    source = worlds.stated(root / "data/reviews.dvc").source
    (root / "data/reviews/a.txt").write_bytes(b"other")
    (root / "data/reviews/nested/deeper/c.bin").unlink()
    (root / "data/reviews/nested/new.txt").write_bytes(b"new")
    answer = worlds.look(source)
    assert answer.state == "changed"
    assert answer.why == ("changed: a.txt", "added: nested/new.txt", "removed: nested/deeper/c.bin")


@both
def test_without_the_listing_only_that_it_differs(version: str, tmp_path: Path) -> None:
    root = worlds.copy(version, tmp_path)
    shutil.rmtree(root / ".dvc/cache")
    source = worlds.stated(root / "data/reviews.dvc").source
    assert worlds.look(source).state == "unchanged"
    (root / "data/reviews/new.txt").write_bytes(b"new")
    answer = worlds.look(source)
    assert answer.state == "changed"
    assert "it has 8 files, and had 7" in answer.why
    assert any("which files differ can't be told" in why for why in answer.why)


def test_a_damaged_listing_in_the_cache_is_not_believed(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    for listing in (root / ".dvc/cache").rglob("*.dir"):
        listing.write_text("[]")
    assert worlds.look(worlds.stated(root / "data/reviews.dvc").source).state == "unchanged"


def test_the_cache_is_found_where_the_configuration_puts_it(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    shutil.move(root / ".dvc/cache", tmp_path / "shared")
    (root / ".dvc/config.local").write_text(
        "[cache]\n    dir = ../../shared\n['remote \"x\"']\n    url = s3://%b/\n"
    )
    (root / "data/reviews/a.txt").write_bytes(b"other")
    assert worlds.look(worlds.stated(root / "data/reviews.dvc").source).why == ("changed: a.txt",)


def test_a_file_that_is_ignored_is_no_change_and_one_that_is_not_is(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    source = worlds.stated(root / "data/reviews.dvc").source
    (root / "data/reviews/nested/more.tmp").write_bytes(b"ignored")
    (root / "data/reviews/.git").mkdir()
    (root / "data/reviews/.git/config").write_bytes(b"ignored by default")
    assert worlds.look(source).state == "unchanged"
    (root / "data/reviews/logs.txt").write_bytes(b"counts")
    assert worlds.look(source).why == ("added: logs.txt",)


def test_a_dvcignore_that_is_not_understood_makes_no_false_alarm(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    (root / ".dvcignore").write_text("[a-c]*.tmp\n")
    answer = worlds.look(worlds.stated(root / "data/reviews.dvc").source)
    assert answer.state == "unknown"
    assert "[a-c]*.tmp" in answer.why[0]


def test_repositories_of_dvc_inside_are_others_data_and_linked_directories_no_one_s(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    (root / "data/reviews/inner/.dvc").mkdir(parents=True)
    (root / "data/reviews/inner/x.txt").write_bytes(b"x")
    (root / "data/reviews/linked").symlink_to(root / "pipe")
    assert worlds.look(worlds.stated(root / "data/reviews.dvc").source).state == "unchanged"


def test_links_into_the_cache_are_followed(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    blob = root / ".dvc/cache/files/md5/e7/9084e9d67c16dc6614bf7ea8c8f41d"
    blob.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(root / "data/lf.csv", blob)
    (root / "data/lf.csv").symlink_to(blob)
    (root / "data/reviews/a.txt").unlink()
    (root / "data/reviews/a.txt").symlink_to(blob)
    file, directory = (worlds.stated(root / f"data/{n}.dvc").source for n in ("lf.csv", "reviews"))
    assert worlds.look(file).state == worlds.look(directory).state == "unchanged"
    blob.unlink()  # dvc gc does this to whoever links to its cache
    assert worlds.look(file).state == "missing"
    assert worlds.look(directory).why == ("changed: a.txt",)


@both
def test_missing_data_say_how_to_get_them_back(version: str, tmp_path: Path) -> None:
    root = worlds.copy(version, tmp_path)
    directory = worlds.stated(root / "data/reviews.dvc").source
    file = worlds.stated(root / "data/lf.csv.dvc").source
    shutil.rmtree(root / "data/reviews")
    (root / "data/lf.csv").unlink()
    assert f"dvc pull {root}/data/lf.csv.dvc" in worlds.look(file).why[1]
    worlds.fill_cache(root)
    answer = worlds.look(directory)
    assert answer.state == "missing"
    assert answer.why == (
        f"there is nothing at {root}/data/reviews",
        f"the recorded bytes are in DVC's cache: dvc checkout {root}/data/reviews.dvc",
    )


@both
def test_a_listing_in_the_cache_without_its_files_is_no_way_back(version: str, tmp_path: Path) -> None:
    root = worlds.copy(version, tmp_path)
    worlds.fill_cache(root)
    source = worlds.stated(root / "data/reviews.dvc").source
    (root / "data/reviews/a.txt").write_bytes(b"other")
    assert "in DVC's cache" in worlds.look(source).why[-1]
    for path in worlds.cached(root):
        if path.suffix != ".dir":
            path.unlink()
    assert worlds.look(source).why == ("changed: a.txt",)
    shutil.rmtree(root / "data/reviews")
    assert "DVC's remote may have it: dvc pull" in worlds.look(source).why[-1]


@both
def test_changed_data_say_how_to_get_the_recorded_ones_back(version: str, tmp_path: Path) -> None:
    root = worlds.copy(version, tmp_path)
    file = root / "data/lf.csv.dvc"
    source = worlds.stated(file).source
    (root / "data/lf.csv").write_bytes(b"other")
    assert len(worlds.look(source).why) == 1
    worlds.fill_cache(root)
    back = "the recorded bytes are in DVC's cache: "
    assert worlds.look(source).why[1:] == (f"{back}dvc checkout {file}",)
    at_commit = Recorded("train", "data@1.0.0", source, commit="0123abc")
    assert check(at_commit, worlds.blake3_of).why[1:] == (f"{back}dvc checkout {file}",)
    file.write_text(file.read_text().replace("e79084e9", "00000000"))
    assert worlds.look(source).why[2:] == (
        f"{back}restore {file} from git as it was, then dvc checkout {file}",
    )
    told = check(at_commit, worlds.blake3_of).why
    assert told[2:] == (f"{back}git checkout 0123abc -- {file} && dvc checkout {file}",)
    file.unlink()
    assert f"{back}restore" in worlds.look(source).why[-1]


def test_the_way_back_can_be_pasted_whatever_the_file_is_called(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path).rename(tmp_path / "a b;$(x)")
    worlds.fill_cache(root)
    source = worlds.stated(root / "data/lf.csv.dvc").source
    (root / "data/lf.csv").write_bytes(b"other")
    assert worlds.look(source).why[-1].endswith(f"dvc checkout '{root}/data/lf.csv.dvc'")


def test_an_output_of_a_pipeline_is_checked_out_by_its_own_path(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    worlds.fill_cache(root)
    source = worlds.stated(f"{root}/dvc.lock:model.txt").source
    (root / "model.txt").write_bytes(b"other")
    assert worlds.look(source).why[-1].endswith(f"dvc checkout {root}/model.txt")


def test_without_the_recorded_bytes_no_way_back_is_told(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    file = root / "data/lf.csv.dvc"
    source = worlds.stated(file).source
    (root / "data/lf.csv").unlink()
    file.write_text(file.read_text().replace("e79084e9", "00000000"))
    answer = worlds.look(source)
    assert answer.state == "missing"
    assert "now names other data" in answer.why[1]
    assert len(answer.why) == 2


def test_a_file_in_the_place_of_a_directory_and_the_other_way_round(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    directory, file = (worlds.stated(root / f"data/{n}.dvc").source for n in ("reviews", "lf.csv"))
    shutil.rmtree(root / "data/reviews")
    (root / "data/reviews").write_bytes(b"")
    (root / "data/lf.csv").unlink()
    (root / "data/lf.csv").mkdir()
    assert "was a directory and is a file" in worlds.look(directory).why[0]
    assert "was a file and is a directory" in worlds.look(file).why[0]


def test_a_pipe_in_the_place_of_a_file_is_not_read(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    directory, file = (worlds.stated(root / f"data/{n}.dvc").source for n in ("reviews", "lf.csv"))
    for path in (root / "data/lf.csv", root / "data/reviews/a.txt"):
        path.unlink()
        os.mkfifo(path)
    assert worlds.look(file).state == "changed"
    assert worlds.look(directory).why == ("changed: a.txt",)


def test_an_unreadable_file_is_unknown_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = worlds.copy("dvc3", tmp_path)
    source = worlds.stated(root / "data/reviews.dvc").source

    def refuse(path: str, advance: object = None) -> tuple[str, ...]:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(dvc_hash, "plain", refuse)
    answer = worlds.look(source)
    assert answer.state == "unknown"
    assert "Permission denied" in answer.why[0]


def test_dvc_s_file_names_other_data_by_now(tmp_path: Path) -> None:
    root = worlds.copy("dvc3", tmp_path)
    file = root / "data/lf.csv.dvc"
    source = worlds.stated(file).source
    file.write_text(file.read_text().replace("e79084e9", "00000000"))
    answer = worlds.look(source)
    assert answer.state == "unchanged"
    assert "now names other data: md5 00000000" in answer.why[0]
    data = root / "data/lf.csv"
    data.write_bytes(data.read_bytes() + b"3,more\n")
    changed = worlds.look(source)
    assert changed.state == "changed"
    assert "now names other data" in changed.why[-1]
    file.write_text("outs: [")
    assert "line 1" in worlds.look(source).why[-1]
    file.unlink()
    assert worlds.look(source).why[-1] == f"{file} is gone"


def test_elsewhere_and_by_other_digests_nobody_can_tell() -> None:
    file = str(worlds.FIXTURES / "dvc3/data/lf.csv.dvc")
    remote = DataSource(
        "dvc", "s3://bucket/x", digest="md5:" + "0" * 32, file=file, path="lf.csv", hash="md5"
    )
    by_etag = DataSource("dvc", file.removesuffix(".dvc"), digest="etag:abc", file=file, path="lf.csv")
    relative = DataSource("dvc", "data/x", digest="md5:" + "0" * 32, file=file, path="lf.csv", hash="md5")
    assert [worlds.look(source).state for source in (remote, by_etag, relative)] == ["unknown"] * 3


@pytest.mark.parametrize("first", [b"text\r\n", b"\0\r\n"])
def test_a_large_file_of_text_and_binary_has_the_digest_of_dvc_2_or_of_dvc_3(
    first: bytes, tmp_path: Path
) -> None:
    piece = 1 << 20
    content = first.ljust(piece, b"a") + b"\0b\r\n" * 100
    content = content.ljust(2 * piece, b"a") + b"text\r\n" * 100
    path = tmp_path / "big"
    path.write_bytes(content)
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
    is_text = [b"\0" not in each[:512] for each in pieces]

    def md5(convert: list[bool]) -> str:
        parts = [p.replace(b"\r\n", b"\n") if c else p for p, c in zip(pieces, convert, strict=True)]
        return hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()

    assert set(dvc_hash.legacy(str(path))) == {md5([is_text[0]] * 3), md5(is_text)}
    for digest in (md5([is_text[0]] * 3), md5(is_text)):
        source = DataSource(
            "dvc", str(path), digest=f"md5:{digest}", file="/x.dvc", path="x", hash="md5-dos2unix"
        )
        assert worlds.look(source).state == "unchanged"


def test_progress_adds_up_and_a_cancelled_check_ends(tmp_path: Path) -> None:
    source = worlds.stated(worlds.FIXTURES / "dvc3/data/reviews.dvc").source
    seen: list[Progress] = []
    check(Recorded("train", "x", source), worlds.blake3_of, seen.append)
    assert {one.action for one in seen} == {"hashing"}
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert seen[-1].done == seen[-1].total == 387

    class CancelledError(Exception):
        pass

    raised: list[Exception] = [
        CancelledError(),
        BrokenPipeError(32, "Broken pipe"),
        errors.NotFoundError("gone"),
    ]
    for error in raised:

        def cancel(progress: Progress, error: Exception = error) -> None:
            raise error

        with pytest.raises(type(error)):
            check(Recorded("train", "x", source), worlds.blake3_of, cancel)


def test_a_file_that_vanishes_while_it_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = worlds.copy("dvc3", tmp_path)
    source = worlds.stated(root / "data/lf.csv.dvc").source

    def vanish(path: str, advance: object = None) -> tuple[str, ...]:
        raise FileNotFoundError(2, "No such file or directory", path)

    monkeypatch.setattr(dvc_hash, "plain", vanish)
    assert worlds.look(source).state == "unknown"
