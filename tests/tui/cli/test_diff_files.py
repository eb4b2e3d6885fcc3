"""``mvtui diff``: what differs in files that are text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mvtui.store import Store

from .conftest import Run

BEFORE = {
    "config.json": b'{"layers": 6, "act": "gelu", "gone": 1}',
    "README.md": "".join(f"line {n}\n" for n in range(1, 31)).encode(),
    "weights.bin": b"\0\1",
    "same.txt": b"same",
}
AFTER = BEFORE | {
    "config.json": b'{"layers": 12, "act": "gelu", "new": [1]}',
    "README.md": BEFORE["README.md"].replace(b"line 10\n", b"\x1b]0;owned\x07\tten\n"),
    "weights.bin": b"\0\2",
    "extra.txt": b"came\n",
}


@pytest.fixture
def files(store: Store, tmp_path: Path) -> Store:
    for number, contents in enumerate((BEFORE, AFTER)):
        folder = tmp_path / f"files{number}"
        folder.mkdir()
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        store.register("m", folder)
    return store


def test_the_first_changes_stand_below_the_files(run: Run, files: Store) -> None:
    done = run("diff", "m", "--section", "files")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("  README.md  +1"))
    assert lines[start:] == [
        "  README.md  +1 -1 lines",
        "    - line 10",
        "    + ␛]0;owned␇    ten",
        "  config.json  3 values: 1 changed · 1 added · 1 removed",
        "    ≠ layers: 6 → 12",
        "    + new: [1]",
        "    - gone: 1",
    ]


def test_all_of_it_with_what_stands_around(run: Run, files: Store) -> None:
    done = run("diff", "m", "--files")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].endswith("3 files changed")
    assert lines[1:11] == [
        "  README.md  +1 -1 lines",
        "    …",
        "      line 7",
        "      line 8",
        "      line 9",
        "    - line 10",
        "    + ␛]0;owned␇    ten",
        "      line 11",
        "      line 12",
        "      line 13",
    ]
    assert lines[-1] == "  weights.bin  it is not text"


def test_long_diffs_say_how_much_more_there_is(run: Run, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    for word in ("a", "b"):
        path.write_text("".join(f"{word}{n}\n" for n in range(100)))
        store.register("m", path)
    lines = run("diff", "m", "--section", "files").out.splitlines()
    assert lines[-1] == "    192 more changes: --files shows them"
    assert len(run("diff", "m", "--files").out.splitlines()) > 200


def test_json_has_them_whole(run: Run, files: Store) -> None:
    found = {each["path"]: each for each in json.loads(run("diff", "m", "--files", "--json").out)}
    assert found["config.json"]["form"] == "values"
    assert found["config.json"]["values"][0] == {
        "key": "layers",
        "outcome": "changed",
        "before": "6",
        "after": "12",
    }
    assert found["README.md"]["lines"][4] == {"sign": "-", "text": "line 10", "before": 10, "after": None}
    assert found["weights.bin"]["form"] == "bytes"


@pytest.mark.parametrize("other", [["--tensors"], ["--section", "files"]])
def test_what_contradicts_each_other(run: Run, files: Store, other: list[str]) -> None:
    assert run("diff", "m", "--files", *other).code == 2


def test_only_two_versions(run: Run, files: Store, tmp_path: Path) -> None:
    (tmp_path / "files1" / "same.txt").write_text("other")
    third = files.register("m", tmp_path / "files1").version.ref
    refs = sorted(version.ref for version in files.versions("m"))
    assert run("diff", *refs, "--files").code == 2
    assert "layers: 6" not in run("diff", *refs).out
    assert "- same" in run("diff", third, "--section", "files").out
