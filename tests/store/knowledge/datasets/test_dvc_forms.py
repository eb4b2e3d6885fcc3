"""Files of DVC in every form, and in none: hand-written, hostile, damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.datasets import dvc_file

from . import worlds

MD5 = "0123456789abcdef0123456789abcdef"


def write(tmp_path: Path, text: str | bytes, name: str = "data.dvc") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refused(path: Path) -> errors.MvtuiError:
    with pytest.raises(errors.BadInputError) as caught:
        worlds.stated(path)
    assert str(path) in caught.value.message
    assert caught.value.hint
    return caught.value


# -- forms that DVC documents ---------------------------------------------------------------------


def test_a_lock_of_schema_1_without_stages_key(tmp_path: Path) -> None:
    lock = write(tmp_path, f"prep:\n  cmd: x\n  outs:\n  - path: out.csv\n    md5: {MD5}\n", "dvc.lock")
    found = worlds.stated(lock)
    assert found.identity == {"md5": MD5, "hash": "md5-dos2unix"}
    assert found.source.location == str(tmp_path / "out.csv")


def test_a_lock_with_datasets_and_no_stages(tmp_path: Path) -> None:
    lock = write(tmp_path, "schema: '2.0'\ndatasets:\n- name: x\n  type: url\n  url: s3://b/x\n", "dvc.lock")
    assert "is not of the form" in refused(lock).message


def test_storage_that_keeps_versions_lists_the_files_in_place_of_a_digest(tmp_path: Path) -> None:
    text = (
        "outs:\n- path: data\n  hash: md5\n  files:\n"
        "  - relpath: b.txt\n    md5: e79084e9d67c16dc6614bf7ea8c8f41d\n    size: 21\n"
        "    cloud:\n      s3:\n        etag: aaa\n        version_id: LkaldW\n"
        "  - relpath: a.txt\n    md5: d41d8cd98f00b204e9800998ecf8427e\n    size: 0\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").write_bytes(b"")
    (tmp_path / "data/b.txt").write_bytes(b"id,text\n1,good\n2,bad\n")
    source = worlds.stated(write(tmp_path, text)).source
    assert source.digest.endswith(".dir")
    assert (source.size, source.nfiles) == (21, 2)
    assert worlds.look(source).state == "unchanged"


def test_other_digests_than_md5_are_kept_and_not_judged(tmp_path: Path) -> None:
    found = worlds.stated(write(tmp_path, 'outs:\n- path: s3://bucket/x\n  etag: "ABC-2"\n'))
    assert found.identity == {"etag": "ABC-2"}
    assert found.source.location == "s3://bucket/x"
    assert worlds.look(found.source).state == "unknown"


def test_an_md5_of_digits_only_and_one_in_capitals(tmp_path: Path) -> None:
    digits = write(tmp_path, f"outs:\n- path: x\n  hash: md5\n  md5: {'1' * 32}\n", "a.dvc")
    capitals = write(tmp_path, f"outs:\n- path: x\n  hash: md5\n  md5: {MD5.upper()}\n", "b.dvc")
    assert worlds.stated(digits).identity == {"md5": "1" * 32}
    assert worlds.stated(capitals).identity == {"md5": MD5}


def test_several_outputs_are_told_apart_by_path(tmp_path: Path) -> None:
    other = MD5[::-1]
    file = write(tmp_path, f"outs:\n- path: a.csv\n  md5: {MD5}\n- path: b.csv\n  md5: {other}\n")
    with pytest.raises(errors.BadInputError, match="names 2 outputs"):
        worlds.stated(file)
    assert worlds.stated(f"{file}:b.csv").identity["md5"] == other


def test_an_absolute_path_and_one_above(tmp_path: Path) -> None:
    absolute = write(tmp_path, f"outs:\n- path: /mnt/data/x.csv\n  md5: {MD5}\n", "a.dvc")
    above = write(tmp_path, f"wdir: ..\nouts:\n- path: ../x.csv\n  md5: {MD5}\n", "b.dvc")
    assert worlds.stated(absolute).source.location == "/mnt/data/x.csv"
    assert worlds.stated(above).source.location == str(tmp_path.parent.parent / "x.csv")


def test_secrets_in_the_address_of_an_import_are_left_out(tmp_path: Path) -> None:
    text = f"deps:\n- path: d\n  repo:\n    url: https://me:ghp_abcdef@github.com/o/r.git\n    rev: v1\nouts:\n- path: x\n  md5: {MD5}\n"
    source = worlds.stated(write(tmp_path, text)).source
    assert (source.repo, source.rev) == ("https://github.com/o/r.git", "v1")


def test_an_import_from_a_database_has_no_address(tmp_path: Path) -> None:
    text = f"deps:\n- db:\n    connection: pg\n    query: select 1\nouts:\n- path: x\n  md5: {MD5}\n  hash: md5\n"
    assert worlds.stated(write(tmp_path, text)).identity == {"md5": MD5}


def test_an_scp_style_address_of_a_repository_stays(tmp_path: Path) -> None:
    text = f"deps:\n- path: d\n  repo:\n    url: git@github.com:o/r.git\nouts:\n- path: x\n  md5: {MD5}\n"
    assert worlds.stated(write(tmp_path, text)).source.repo == "git@github.com:o/r.git"


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ("stages:\n  p@x:\n    wdir: sub\n  p:\n    foreach: [x]\n    do:\n      wdir: deep\n", "deep/out"),
        ("stages:\n  p:\n    wdir: ${where}\n", "out"),
        ("stages: [", "out"),
        ("stages: 3\n", "out"),
        ("[]", "out"),
    ],
)
def test_where_a_stage_works_is_read_from_the_pipeline_or_left_open(
    pipeline: str, expected: str, tmp_path: Path
) -> None:
    lock = write(
        tmp_path,
        f"schema: '2.0'\nstages:\n  p@x:\n    cmd: x\n    outs:\n    - path: out\n      md5: {MD5}\n",
        "dvc.lock",
    )
    (tmp_path / "dvc.yaml").write_text(pipeline)
    location = worlds.stated(lock).source.location
    assert location in (expected, str(tmp_path / expected))
    if "${" in pipeline or pipeline.endswith("["):
        answer = worlds.look(worlds.stated(lock).source)
        assert answer.state == "unknown"
        assert "only DVC can tell" in answer.why[0]


def test_a_stale_lock_says_that_two_stages_disagree(tmp_path: Path) -> None:
    text = "schema: '2.0'\nstages:\n" + "".join(
        f"  {name}:\n    cmd: x\n    deps:\n    - path: in\n      md5: {md5}\n"
        for name, md5 in (("a", MD5), ("b", MD5[::-1]))
    )
    with pytest.raises(errors.BadInputError, match="with several digests"):
        worlds.stated(f"{write(tmp_path, text, 'dvc.lock')}:in")


def test_one_path_in_the_directories_of_two_stages(tmp_path: Path) -> None:
    stages = (("a", MD5), ("b", MD5[::-1]))
    text = "schema: '2.0'\nstages:\n" + "".join(
        f"  {name}:\n    cmd: x\n    outs:\n    - path: out\n      md5: {md5}\n" for name, md5 in stages
    )
    lock = write(tmp_path, text, "dvc.lock")
    (tmp_path / "dvc.yaml").write_text("stages:\n  a:\n    wdir: in-a\n  b:\n    wdir: in-b\n")
    with pytest.raises(errors.BadInputError, match="in several stages: a, b") as caught:
        worlds.stated(f"{lock}:out")
    assert "path from here" in caught.value.hint
    assert worlds.stated(f"{lock}:in-b/out").identity["md5"] == MD5[::-1]


# -- what DVC can't have written ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("outs: [", "line 1"),
        ("outs:\n- md5: a\n md5: b\n", "line 3"),
        (f"outs:\n- md5: {MD5}\n  md5: {MD5}\n  path: x\n", "there twice"),
        ("outs: &a [*a]\n", "is not of the form"),
        ("!!python/object/apply:os.system [echo]", "constructor"),
        ("", "names and values are expected"),
        ("[]", "names and values are expected"),
        ("just text", "names and values are expected"),
        ("\x00\x01", "line 1"),
        (b"\xff\xfe", "not text in UTF-8: byte 0"),
        (b"outs:\n- path: caf\xe9\n", "not text in UTF-8"),
        ("meta: x\n", "names no data"),
        ("outs: {}\n", "'outs' is no list"),
        ("outs: 3\n", "'outs' is no list"),
        ("outs:\n- x\n", "outs 1"),
        (f"outs:\n- md5: {MD5}\n", "'path' is missing"),
        (f"outs:\n- md5: {MD5}\n  path: ''\n", "'path' is no text"),
        (f"outs:\n- md5: {MD5}\n  path: 7\n", "'path' is no text"),
        (f'outs:\n- md5: {MD5}\n  path: "a\\0b"\n', "'path' is no text"),
        (f'outs:\n- md5: {MD5}\n  path: "\\ud800"\n', "not UTF-8"),
        (f"outs:\n- md5: {MD5}\n  path: {'x' * 5000}\n", "'path' is no text"),
        ("outs:\n- md5: xyz\n  path: x\n", "is not an md5"),
        (f"outs:\n- md5: ../../{MD5}\n  path: x\n", "is not an md5"),
        ("outs:\n- md5: 1.5\n  path: x\n", "is no checksum"),
        ("outs:\n- md5: [a]\n  path: x\n", "is no checksum"),
        (f"outs:\n- md5: {MD5}\n  path: x\n  size: -1\n", "'size' is no whole number"),
        (f"outs:\n- md5: {MD5}\n  path: x\n  size: .nan\n", "'size' is no whole number"),
        (f"outs:\n- md5: {MD5}\n  path: x\n  size: true\n", "'size' is no whole number"),
        (f"outs:\n- md5: {MD5}\n  path: x\n  size: 99999999999999999999\n", "'size' is no whole number"),
        (f"outs:\n- md5: {MD5}\n  path: x\n  nfiles: many\n", "'nfiles' is no whole number"),
        (f"wdir: 3\nouts:\n- md5: {MD5}\n  path: x\n", "'wdir' is no text"),
        (f"deps:\n- path: x\n  repo: y\nouts:\n- md5: {MD5}\n  path: x\n", "repo"),
        (f"deps:\n- path: x\n  repo:\n    rev: y\nouts:\n- md5: {MD5}\n  path: x\n", "'url' is missing"),
        (f"outs:\n- md5: {MD5}\n  path: 'https://[::1'\n", "'path' is no URL"),
        (
            f"deps:\n- path: x\n  repo:\n    url: 'https:///x'\nouts:\n- md5: {MD5}\n  path: x\n",
            "'url' is no URL",
        ),
        ("[" * 10_000, "nested too deeply"),
        ("outs:\n- path: x\n  files: 3\n", "'files' is no list"),
        ("outs:\n- path: x\n  files:\n  - md5: a\n", "'relpath' is missing"),
    ],
)
def test_what_dvc_cannot_have_written_is_refused_by_name(
    text: str | bytes, said: str, tmp_path: Path
) -> None:
    assert said in refused(write(tmp_path, text)).message


@pytest.mark.parametrize(
    "text",
    ["stages: 3\n", "schema: '2.0'\nstages: []\n", "stages:\n  1: {}\n", "stages:\n  a: x\n", "a: 3\n"],
)
def test_a_lock_that_makes_no_sense(text: str, tmp_path: Path) -> None:
    refused(write(tmp_path, text, "dvc.lock"))


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "data.dvc"
    with path.open("wb") as file:
        file.truncate(20 << 30)
    assert "too large" in refused(path).message


def test_thousands_of_aliases_don_t_multiply(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    refused(write(tmp_path, "\n".join([*lines, "outs: *a11"])))


def test_a_pipe_a_missing_file_and_one_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.dvc")
    assert "not a regular file" in refused(tmp_path / "pipe.dvc").message
    with pytest.raises(errors.NotFoundError, match="there is no file"):
        worlds.stated(tmp_path / "gone.dvc")
    locked = write(tmp_path, "outs: []\n", "locked.dvc")

    def refuse(*arguments: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(errors.StorageError, match="may not be read by this user") as caught:
        worlds.stated(locked)
    assert "chmod" in caught.value.hint


def test_dvc_s_own_directory_is_no_dvc_file(tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "odd.dvc").mkdir()
    assert not dvc_file.is_one(str(tmp_path / ".dvc"))
    assert "where DVC keeps itself" in refused(tmp_path / ".dvc").message
    assert worlds.stated(tmp_path / "odd.dvc").source.type == "path"
