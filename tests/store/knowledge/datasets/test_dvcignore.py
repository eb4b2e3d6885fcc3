"""What ``.dvcignore`` leaves out: gitignore's rules, from the root down, and honest where they aren't understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store.knowledge.datasets import dvc_listing
from mvtui.store.knowledge.datasets.dvcignore import NotUnderstoodError, compile_rule

TREE = (
    "a.txt",
    "a.tmp",
    "logs/x.log",
    "logs/keep/y.log",
    "sub/a.tmp",
    "sub/logs",
    "sub/deep/er/a.txt",
    "build/b.txt",
)


def kept(tmp_path: Path, **ignores: str) -> set[str]:
    """Return what of TREE, as data/ in a repository, counts; ``root``, ``data`` hold the .dvcignore of each."""
    (tmp_path / ".dvc").mkdir(exist_ok=True)
    for path in TREE:
        (tmp_path / "top/data" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "top/data" / path).write_text("x")
    for where, text in ignores.items():
        (tmp_path / {"root": ".", "top": "top"}[where] / ".dvcignore").write_text(text)
    return {found.path for found in dvc_listing.walk(str(tmp_path / "top/data"), str(tmp_path))}


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("*.tmp", {"a.tmp", "sub/a.tmp"}),
        ("logs", {"logs/x.log", "logs/keep/y.log", "sub/logs"}),
        ("logs/", {"logs/x.log", "logs/keep/y.log"}),
        ("/logs", set()),
        ("/top/data/logs", {"logs/x.log", "logs/keep/y.log"}),
        ("top/data/*.tmp", {"a.tmp"}),
        ("top/**/*.tmp", {"a.tmp", "sub/a.tmp"}),
        ("**/er", {"sub/deep/er/a.txt"}),
        ("top/data/sub/**", {"sub/a.tmp", "sub/logs", "sub/deep/er/a.txt"}),
        ("*.tmp\n!a.tmp", set()),
        ("!a.tmp\n*.tmp", {"a.tmp", "sub/a.tmp"}),
        ("logs/\n!x.log", {"logs/x.log", "logs/keep/y.log"}),
        ("?.txt", {"a.txt", "sub/deep/er/a.txt", "build/b.txt"}),
        ("# *.tmp\n\n   \n/", set()),
        ("  *.tmp  ", {"a.tmp", "sub/a.tmp"}),
        ("*", set(TREE)),
        ("top", set(TREE)),
        ("a+b(c", set()),
    ],
)
def test_patterns(text: str, left_out: set[str], tmp_path: Path) -> None:
    assert kept(tmp_path, root=text) == set(TREE) - left_out


def test_a_deeper_file_counts_from_its_own_directory_and_after_the_higher(tmp_path: Path) -> None:
    assert kept(tmp_path, root="*.tmp", top="!a.tmp\n/data/logs/\n/logs") == set(TREE) - {
        "logs/x.log",
        "logs/keep/y.log",
    }


@pytest.mark.parametrize("text", ["[ab].txt", "\\!x", "!", "a***b", "*/", "**/", "*a" * 9])
def test_what_can_be_read_in_more_than_one_way_is_not_understood(text: str, tmp_path: Path) -> None:
    with pytest.raises(NotUnderstoodError):
        kept(tmp_path, root=text)


def test_an_unreadable_dvcignore_is_not_understood(tmp_path: Path) -> None:
    (tmp_path / ".dvcignore").mkdir()
    with pytest.raises(NotUnderstoodError):
        kept(tmp_path)


def test_one_in_the_data_themselves_is_data(tmp_path: Path) -> None:
    kept(tmp_path)
    (tmp_path / "top/data/.dvcignore").write_text("*")
    assert ".dvcignore" in kept(tmp_path)


def test_outside_the_repository_nothing_is_left_out_and_without_one_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "repo/.dvc").mkdir(parents=True)
    (tmp_path / "repo/.dvcignore").write_text("*")
    (tmp_path / "data/.git").mkdir(parents=True)
    (tmp_path / "data/.git/x").write_text("x")
    (tmp_path / "data/y").write_text("y")
    data = str(tmp_path / "data")
    assert {one.path for one in dvc_listing.walk(data, str(tmp_path / "repo"))} == {".git/x", "y"}
    assert {one.path for one in dvc_listing.walk(data, None)} == {"y"}


def test_the_digest_of_a_listing_is_that_of_dvc() -> None:
    empty = "d751713988987e9331980363e24189ce.dir"  # DVC's for a directory without files
    assert dvc_listing.digest([]) == empty
    assert dvc_listing.digest([("b", "1"), ("a", "2")]) == dvc_listing.digest([("a", "2"), ("b", "1")])


def test_a_rule_that_says_nothing_is_none() -> None:
    assert compile_rule("", "/x") is None
    assert compile_rule("#x", "/x") is None
