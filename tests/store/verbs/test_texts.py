"""A file of a version read as text, and compared with that of another version."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import FileDiff, Store
from mvtui.store.errors import NotFoundError, VerificationError
from mvtui.store.knowledge.compare import texts

from tests.conftest import MakeFile


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\r\ntext\n", "plain\r\ntext\n"),
        (b"", ""),
        (b"\xef\xbb\xbfmarked", "marked"),
        ("wide €".encode("utf-16"), "wide €"),
        (b"caf\xe9, one word in an old encoding, among many others that are plain", None),
        (b"\x1b[31mcoloured\x1b[0m", "\x1b[31mcoloured\x1b[0m"),
        (b"zero\0inside", None),
        (bytes(range(128, 256)), None),
        (b"\xff\xfe\x00\xd8", None),
        (b"\1\2\3\4\5\6 a few", None),
    ],
)
def test_what_is_text(store: Store, make_file: MakeFile, data: bytes, text: str | None) -> None:
    store.register("m", make_file(data, "a.txt"))
    found = store.read_text("m", "a.txt")
    if text is None and b"caf" in data:
        text = data.decode("utf-8", "replace")
    assert (found.text, found.size, found.cut, found.start) == (text, len(data), False, data)


def test_a_long_file_is_cut_between_letters(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file("ä".encode() * 100, "a.txt"))
    found = store.read_text("m", "a.txt", most=51)
    assert (found.text, found.cut, found.size) == ("ä" * 25, True, 200)


def test_no_text_says_what_it_looks_like(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"PAR1" + b"\0" * 1000, "a.parquet"))
    found = store.read_text("m", "a.parquet")
    assert (found.text, found.suggests, found.start[:4]) == (None, "Parquet", b"PAR1")


def test_only_files_of_the_version_are_read(store: Store, make_file: MakeFile) -> None:
    make_file(b"a", "m/x/config.json")
    store.register("m", make_file(b"b", "m/a.txt").parent)
    for path in ("config.json", "../a.txt", "/etc/passwd", ""):
        with pytest.raises(NotFoundError) as raised:
            store.read_text("m", path)
    with pytest.raises(NotFoundError) as raised:
        store.read_text("m", "config.json")
    assert raised.value.candidates == ("x/config.json",)


def test_damaged_text_is_not_shown(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"sound text", "a.txt"))
    path = Path(store.root) / "objects"
    [object_] = [p for p in path.rglob("*") if p.is_file() and p.read_bytes() == b"sound text"]
    os.chmod(object_, 0o644)
    object_.write_bytes(b"other text")
    with pytest.raises(VerificationError):
        store.read_text("m", "a.txt")
    os.unlink(object_)
    with pytest.raises(VerificationError):
        store.read_text("m", "a.txt", most=3)


def compared(
    store: Store, make_file: MakeFile, before: bytes | None, after: bytes | None, name: str
) -> FileDiff:
    for number, data in enumerate((before, after)):
        folder = make_file(str(number).encode(), f"{number}/number").parent
        if data is not None:
            (folder / name).write_bytes(data)
        store.register("m", folder)
    old, new = sorted(version.ref for version in store.versions("m"))
    found = store.diff_file(old, new, name)
    json.dumps(found.as_dict(), allow_nan=False)
    return found


def values(found: FileDiff) -> list[tuple[str, str, str | None, str | None]]:
    return [(each.key, each.outcome, each.before, each.after) for each in found.values]


def lines(found: FileDiff) -> list[str]:
    return [line.sign + line.text for line in found.lines]


def test_json_is_compared_value_by_value(store: Store, make_file: MakeFile) -> None:
    before = {
        "layers": 6,
        "gone": True,
        "rope": {"factor": 1, "type": "linear"},
        "classes": ["A"],
        "odd.key": 1,
        "tokens": [{"id": 0}, {"id": 1}],
        "one": 1,
    }
    after = {
        "layers": 12,
        "rope": {"factor": 2, "type": "linear"},
        "classes": ["A", "B"],
        "odd.key": None,
        "tokens": [{"id": 0}, {"id": 5}, {"id": 2}],
        "one": 1.0,
        "new": {"a": [1]},
    }
    found = compared(
        store, make_file, json.dumps(before).encode(), json.dumps(after, indent=2).encode(), "config.json"
    )
    assert (found.form, found.added, found.removed, found.changed) == ("values", 2, 1, 6)
    assert values(found) == [
        ("layers", "changed", "6", "12"),
        ("rope.factor", "changed", "1", "2"),
        ("classes", "changed", '["A"]', '["A", "B"]'),
        ('["odd.key"]', "changed", "1", "null"),
        ("tokens[1].id", "changed", "1", "5"),
        ("tokens[2]", "added", None, '{"id": 2}'),
        ("one", "changed", "1", "1.0"),
        ("new", "added", None, '{"a": [1]}'),
        ("gone", "removed", "true", None),
    ]


def test_json_that_is_only_written_otherwise_says_so(store: Store, make_file: MakeFile) -> None:
    found = compared(store, make_file, b'{"a":1,"b":2}', b'{\n "b": 2, "a": 1}\n', "config.json")
    assert (found.same, found.values) == (True, ())
    assert "same" in found.note


@pytest.mark.parametrize(
    ("before", "after"),
    [(b'{"a": 1', b'{"a": 2}'), (b'{"a": 1, "a": 2}', b"{}"), (b"[1]", b"{}"), (b"[" * 100_000, b"[1]")],
)
def test_what_is_no_json_is_compared_by_lines(
    store: Store, make_file: MakeFile, before: bytes, after: bytes
) -> None:
    found = compared(store, make_file, before, after, "config.json")
    assert (found.form, found.added, found.removed) == ("lines", 1, 1)


def test_lines_stand_with_their_numbers_and_what_is_around_them(store: Store, make_file: MakeFile) -> None:
    before = "".join(f"{n}\n" for n in range(1, 31))
    after = before.replace("10\n", "ten\n").replace("12\n", "").replace("25\n", "25\nnew\n")
    found = compared(store, make_file, before.encode(), after.encode(), "README.md")
    assert (found.form, found.added, found.removed, found.changed) == ("lines", 2, 2, 0)
    assert lines(found) == [
        *("@", " 7", " 8", " 9", "-10", "+ten", " 11", "-12", " 13", " 14", " 15"),
        *("@", " 23", " 24", " 25", "+new", " 26", " 27", " 28", "@"),
    ]
    numbers = {line.text: (line.before, line.after) for line in found.lines if line.text}
    assert numbers["7"] == (7, 7)
    assert numbers["10"] == (10, None)
    assert numbers["ten"] == (None, 10)
    assert numbers["28"] == (28, 28)
    assert numbers["23"] == (23, 22)


def test_a_file_that_came_or_went(store: Store, make_file: MakeFile) -> None:
    found = compared(store, make_file, None, b'{"a": 1}', "config.json")
    assert (found.before, found.after, found.form, lines(found)) == (None, 8, "lines", ['+{"a": 1}'])
    old, new = sorted(version.ref for version in store.versions("m"))
    assert lines(store.diff_file(new, old, "config.json")) == ['-{"a": 1}']
    with pytest.raises(NotFoundError):
        store.diff_file(old, new, "other.json")


def test_what_is_no_text_and_what_is_too_large(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = compared(store, make_file, b"\0\1", b"\0\2", "weights.bin")
    assert (found.form, found.note, found.same) == ("bytes", "it is not text", False)
    old, new = sorted(version.ref for version in store.versions("m"))
    monkeypatch.setattr("mvtui.store.verbs.texts.MOST_COMPARED", 1)
    assert store.diff_file(old, new, "weights.bin").note == "it is not text"


def test_what_is_too_large_is_not_compared(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvtui.store.verbs.texts.MOST_COMPARED", 1)
    found = compared(store, make_file, b"one", b"two", "vocab.txt")
    assert found.form == "bytes"
    assert "not compared" in found.note


def test_only_the_ends_of_lines(store: Store, make_file: MakeFile) -> None:
    found = compared(store, make_file, b"a\nb\n", b"a\r\nb", "a.txt")
    assert (found.lines, found.note) == ((), "only the ends of lines differ")


def test_very_long_texts_are_not_paired_line_by_line() -> None:
    before = "\n".join(f"a{n}" for n in range(50_000))
    after = "\n".join(f"b{n}" for n in range(50_000))
    found = texts.by_lines("a", f"same\n{before}\nsame", f"same\n{after}\nsame")
    assert (found.added, found.removed, len(found.lines)) == (50_000, 50_000, texts.MOST_CHANGES)
    assert found.left == 100_000 - (texts.MOST_CHANGES - 1)


def test_few_changes_of_a_long_text_are_found_however_far_apart() -> None:
    before = [f"word {n}" for n in range(40_000)] + ["same"] * 3000
    after = before.copy()
    after[100:101] = []
    after[20_000] = "other"
    after.append("last")
    after[30_000:30_000] = ["one", "two"]
    found = texts.by_lines("vocab.txt", "\n".join(before), "\n".join(after))
    assert (found.added, found.removed) == (4, 2)
    assert [line.text for line in found.lines if line.sign in "+-"] == [
        "word 100",
        "word 20001",
        "other",
        "one",
        "two",
        "last",
    ]


SHORT = st.lists(st.sampled_from(["a", "b", "", "c c", "d", "e"]), max_size=12)


@pytest.mark.parametrize("most", [texts._MOST_LINES, 2])
@given(before=SHORT, after=SHORT)
def test_a_diff_leads_from_one_text_to_the_other(most: int, before: list[str], after: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patched:  # as long texts are compared
        patched.setattr(texts, "_MOST_LINES", most)
        found = texts.by_lines("a", "".join(f"{x}\n" for x in before), "".join(f"{x}\n" for x in after))
    made: list[str] = []
    at = 0
    for line in found.lines:
        if line.sign == "@":
            continue
        if line.before:
            made += before[at : line.before - 1]
            at = line.before
            assert before[line.before - 1] == line.text
        if line.after:
            made += [line.text]
            assert after[line.after - 1] == line.text
    made += before[at:]
    assert made == after


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "a.b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), VALUES), st.dictionaries(st.sampled_from("abc"), VALUES))
def test_values_differ_where_json_does(before: dict[str, object], after: dict[str, object]) -> None:
    found = texts.compare("a.json", json.dumps(before), json.dumps(after))
    assert found.same == (json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True))
    assert len({each.key for each in found.values}) == len(found.values)
