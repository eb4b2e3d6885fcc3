"""Bad input: the right error and exit code, advice on what to do, and a store that did not change."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store
from mvtui.store.errors import (
    BadConfigError,
    BadInputError,
    BadNameError,
    BadVersionError,
    ConflictError,
    MvtuiError,
    NotFoundError,
    UsageError,
)

MakeFile = Callable[..., Path]
Act = Callable[[Store, Path], object]

REFUSED: dict[str, tuple[Act, type[MvtuiError], int]] = {
    "missing path": (lambda s, f: s.register("m", f"{f}.gone"), NotFoundError, 3),
    "no path": (lambda s, f: s.register("m", []), BadInputError, 4),
    "empty path": (lambda s, f: s.register("m", ""), BadInputError, 4),
    "path with NUL": (lambda s, f: s.register("m", "a\0b"), BadInputError, 4),
    "tilde of no one": (lambda s, f: s.register("m", "~no-such-user/x"), NotFoundError, 3),
    "two files of one name": (lambda s, f: s.register("m", [f, f]), BadInputError, 4),
    "empty directory": (lambda s, f: s.register("m", _empty(f)), BadInputError, 4),
    "empty name": (lambda s, f: s.register("", f), BadNameError, 4),
    "name with slash": (lambda s, f: s.register("a/b", f), BadNameError, 4),
    "name with controls": (lambda s, f: s.register("a\x1b[2Jb", f), BadNameError, 4),
    "name with dots": (lambda s, f: s.register("..", f), BadNameError, 4),
    "endless name": (lambda s, f: s.register("x" * 10_000, f), BadNameError, 4),
    "name that differs in case": (lambda s, f: s.register("KNOWN", f), ConflictError, 5),
    "text as metric": (lambda s, f: s.register("m", f, metrics=_any({"a": "high"})), BadInputError, 4),
    "boolean metric": (lambda s, f: s.register("m", f, metrics={"a": True}), BadInputError, 4),
    "bytes as parameter": (lambda s, f: s.register("m", f, params={"a": b"x"}), BadInputError, 4),
    "lone surrogate in parameter": (
        lambda s, f: s.register("m", f, params={"a": "\ud800"}),
        BadInputError,
        4,
    ),
    "number as tag": (lambda s, f: s.register("m", f, tags=_any({"a": 5})), BadInputError, 4),
    "bad tag key": (lambda s, f: s.register("m", f, tags={"a b": "x"}), BadNameError, 4),
    "bytes as note": (lambda s, f: s.register("m", f, note=_any(b"x")), BadInputError, 4),
    "bad version": (lambda s, f: s.register("m", f, version="1.0"), BadVersionError, 4),
    "version with build": (lambda s, f: s.register("m", f, version="1.0.0+x"), BadVersionError, 4),
    "version and bump": (lambda s, f: s.register("m", f, version="1.0.0", bump="major"), UsageError, 2),
    "bad bump": (lambda s, f: s.register("m", f, bump=_any("huge")), BadInputError, 4),
    "bad kind": (lambda s, f: s.register("m", f, kind=_any("sculpture")), BadInputError, 4),
    "kind without files": (lambda s, f: s.register("m", f, kind="hosted"), BadInputError, 4),
    "number taken": (lambda s, f: s.register("known", f, version="1.0.0"), ConflictError, 5),
    "number of a deleted version": (lambda s, f: s.register("known", f, version="1.0.1"), ConflictError, 5),
    "another number for known content": (
        lambda s, f: s.register("known", f.with_name("known.bin"), version="5.0.0"),
        ConflictError,
        5,
    ),
    "one bad path of each": (lambda s, f: s.register_each("m", [f, f"{f}.gone"]), NotFoundError, 3),
    "unknown model": (lambda s, f: s.get("knwon"), NotFoundError, 3),
    "unknown version": (lambda s, f: s.get("known@1.0.9"), NotFoundError, 3),
    "unknown alias": (lambda s, f: s.get("known@champoin"), NotFoundError, 3),
    "unknown ID": (lambda s, f: s.get("id:0000"), NotFoundError, 3),
    "deleted version": (lambda s, f: s.get("known@1.0.1"), NotFoundError, 3),
    "empty stage": (lambda s, f: s.get("known@production"), NotFoundError, 3),
    "no version before": (lambda s, f: s.get("known@1.0.0~1"), NotFoundError, 3),
    "versions of no model": (lambda s, f: s.versions("nobody"), NotFoundError, 3),
    "versions of a bad name": (lambda s, f: s.versions("a/b"), BadNameError, 4),
    "no reference": (lambda s, f: s.get("known@"), BadInputError, 4),
    "delete without reason": (lambda s, f: s.delete("known@1.0.0", "  "), UsageError, 2),
    "delete for an endless reason": (lambda s, f: s.delete("known@1.0.2", "x" * 9000), BadInputError, 4),
    "delete a bare name": (lambda s, f: s.delete("known", "x"), UsageError, 2),
    "delete what an alias holds": (lambda s, f: s.delete("known@champion", "x"), ConflictError, 5),
    "alias like a stage": (lambda s, f: s.alias("known", "Production"), BadNameError, 4),
    "alias like an ID": (lambda s, f: s.alias("known", "CAFE"), BadNameError, 4),
    "remove no alias": (lambda s, f: s.unalias("known", "rival"), NotFoundError, 3),
    "remove no tag": (lambda s, f: s.tag("known", remove=["owner"]), NotFoundError, 3),
    "remove one tag of two": (lambda s, f: s.tag("known", {"a": "1"}, remove=["b"]), NotFoundError, 3),
    "check out onto a file": (lambda s, f: s.checkout("known", f), ConflictError, 5),
    "check out into what holds files": (lambda s, f: s.checkout("known", f.parent), ConflictError, 5),
    "check out onto a symlink": (lambda s, f: s.checkout("known", _link(f)), ConflictError, 5),
    "why of no object": (lambda s, f: s.why("00"), NotFoundError, 3),
}


def _any(value: Any) -> Any:
    return value


def _empty(path: Path) -> Path:
    (path.parent / "empty").mkdir()
    return path.parent / "empty"


def _link(path: Path) -> Path:
    _empty(path)
    (path.parent / "link").symlink_to("empty")
    return path.parent / "link"


def _contents(store: Store) -> dict[str, bytes]:
    found = {}
    for path in Path(store.root).rglob("*"):
        if path.is_file() and path.name not in {"lock", "statcache"}:
            found[str(path)] = path.read_bytes()
    return found


@pytest.mark.parametrize("what", REFUSED)
def test_bad_input_is_refused_and_changes_nothing(store: Store, make_file: MakeFile, what: str) -> None:
    act, kind, code = REFUSED[what]
    store.register("known", make_file(b"known", "known.bin"))
    store.delete(store.register("known", make_file(b"gone")).version.ref, "reason")
    store.register("known", make_file(b"third"))
    store.alias("known@1.0.0", "champion")
    source = make_file(b"new")
    before = _contents(store)
    events = before[str(Path(store.root, "journal", "events.jsonl"))]
    with pytest.raises(kind) as caught:
        act(store, source)
    error = caught.value
    assert error.exit_code == code
    assert error.message
    assert error.hint
    assert len(error.message) < 600
    after = _contents(store)
    assert after[str(Path(store.root, "journal", "events.jsonl"))] == events
    assert before.keys() <= after.keys()
    assert os.listdir(Path(store.root, "tmp")) == []
    assert source.read_bytes() == b"new"


def test_a_misspelt_name_brings_up_the_right_one(store: Store, make_file: MakeFile) -> None:
    store.register("sentiment", make_file())
    with pytest.raises(NotFoundError) as caught:
        store.get("sentimnet")
    assert "sentiment" in caught.value.candidates
    assert "sentiment" in caught.value.hint


@pytest.mark.parametrize("place", ["file", "empty directory", "nowhere"])
def test_a_path_that_is_no_store(tmp_path: Path, make_file: MakeFile, place: str) -> None:
    path = {"file": make_file(), "empty directory": tmp_path / "empty", "nowhere": tmp_path / "gone"}[place]
    if place == "empty directory":
        path.mkdir()
    with pytest.raises(NotFoundError) as caught:
        open_store(path)
    assert "mvtui init" in caught.value.hint


def test_no_store_here_or_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFoundError) as caught:
        open_store()
    assert "mvtui init" in caught.value.hint
    monkeypatch.setenv("MVTUI_STORE", str(tmp_path / "gone"))
    with pytest.raises(NotFoundError, match="MVTUI_STORE"):
        open_store()


def test_no_store_is_made_over_other_things(tmp_path: Path, make_file: MakeFile) -> None:
    path = make_file()
    for place in (path, path.parent):
        with pytest.raises(ConflictError) as caught:
            init_store(place)
        assert caught.value.hint
    assert path.read_bytes() == b"weights"
    with pytest.raises(MvtuiError) as other:
        init_store(path / "below")
    assert other.value.exit_code == 7


@pytest.mark.parametrize(
    ("text", "line", "names"),
    [
        ("[lock]\ntimeout = 5\n", 2, "30s"),
        ("[lock]\ntimeout = '5 years'\n", 2, "30s"),
        ("[gc]\n\ngrace = ''\n", 3, "14d"),
        ("[lock]\ntimout = '5s'\n", 2, "timeout"),
        ("\n[lok]\ntimeout = '5s'\n", 2, "lock"),
        ("[lock\n", 1, ""),
        ("lock = 5\n", 1, "lock"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line_and_the_choices(
    store: Store, text: str, line: int, names: str
) -> None:
    Path(store.root, "config.toml").write_text(text)
    with open_store(store.root) as opened:
        assert "config.toml" in opened.config_problem, "reading goes on, and says it"
        with pytest.raises(BadConfigError) as caught:
            opened.policy()
    assert "config.toml" in caught.value.message
    assert f"line {line}" in caught.value.message
    assert names in caught.value.message
    assert caught.value.hint


def test_times_without_a_zone_are_local_and_kept_in_utc(store: Store, make_file: MakeFile) -> None:
    made = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - what a careless caller passes
    assert store.register("m", make_file(), created=made).version.created == made.astimezone()


@pytest.mark.parametrize(
    "call",
    [
        lambda store, path: store.register("m", path, capture=5),
        lambda store, path: store.register("m", path, capture=["wings"]),
        lambda store, path: store.register("m", path, edges=[5]),
        lambda store, path: store.register("m", path, edges=[("replaces",)]),
        lambda store, path: store.register("m", path, edges=["replaces=x"]),
        lambda store, path: store.register("m", path, parents="hf:x"),
        lambda store, path: store.register("m", path, parents=[3]),
        lambda store, path: store.diff(3),
        lambda store, path: store.get(None),
        lambda store, path: store.lineage(b"m"),
        lambda store, path: store.query(None),
    ],
)
def test_what_is_of_another_type_is_bad_input_too(store: Store, make_file: MakeFile, call: Any) -> None:
    with pytest.raises(MvtuiError) as caught:
        call(store, make_file())
    assert caught.value.hint
    assert not store.models()
