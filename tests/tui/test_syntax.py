"""Texts in colours: which words are what, and what is left plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import DiffLine, FileDiff, ValueChange
from mvtui.tui import file_diffs, syntax
from mvtui.tui.app.palette import STYLES


def styles(path: str, text: str) -> dict[str, str]:
    return {
        part.strip(): style for line in syntax.coloured(path, text) for part, style in line if part.strip()
    }


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        (
            "config.json",
            '{"a": 1.5, "b": ["x", true]}',
            {'"a"': "code-key", "1.5": "code-number", '"x"': "code-text", "true": "code-word"},
        ),
        ("a/b.yaml", "key: value # why", {"key": "code-key", "# why": "muted"}),
        ("x.toml", 'a = "b"', {"b": "code-text"}),
        ("x.py", "def f():\n    return 1\n", {"def": "code-word", "f": "code-key", "1": "code-number"}),
        (
            "README.md",
            "---\nlicense: mit\n---\n# Title\ntext\n```python\ncode\n```\n> quoted\n",
            {
                "license: mit": "code-key",
                "# Title": "title",
                "text": "",
                "```python": "muted",
                "code": "code-text",
                "> quoted": "muted",
            },
        ),
        ("vocab.txt", '{"a": 1}', {'{"a": 1}': ""}),
        ("LICENSE", "def", {"def": ""}),
    ],
)
def test_words_have_colours(path: str, text: str, told: dict[str, str]) -> None:
    found = styles(path, text)
    assert told.items() <= found.items()
    assert set(found.values()) <= STYLES


def test_what_takes_too_long_stays_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "_SECONDS", -1)
    assert syntax.coloured("a.json", '["x", "y"]') == [[("[", ""), ('"x", "y"]', "")]]


@pytest.mark.parametrize("path", ["a.py", "a.yaml", "a.toml"])
def test_texts_of_very_long_lines_stay_plain(path: str) -> None:
    # Pygments looks for colours with expressions, which take the square of a line's length or worse, and can't be stopped.
    text = "a = 1\n" + "a:" * 1001
    assert {style for line in syntax.coloured(path, text) for _, style in line} == {""}
    assert {style for line in syntax.coloured(path, text[:1000]) for _, style in line} != {""}


@given(st.sampled_from(["a.json", "a.yaml", "a.toml", "a.py", "a.md", "a.j2", "a.ini", "a"]), st.text())
def test_nothing_is_lost(path: str, text: str) -> None:
    wanted = text.replace("\r\n", "\n").replace("\r", "\n")
    found = "\n".join("".join(part for part, _ in line) for line in syntax.coloured(path, text))
    assert found.replace("\r", "\n").rstrip("\n") == wanted.rstrip("\n")


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("a.json", '{"a":[1,2]}', '{\n  "a": [\n    1,\n    2\n  ]\n}'),
        ("a.json", '{"a":1,"a":2}', ""),
        ("a.json", "[" * 100_000, ""),
        ("a.json", "no json", ""),
        ("a.txt", "{}", ""),
    ],
)
def test_json_on_one_line_is_spread_where_nothing_is_lost(path: str, text: str, told: str) -> None:
    assert syntax.spread(path, text) == told


def test_what_differs_in_a_file_in_words() -> None:
    values = FileDiff(
        "config.json",
        "values",
        1,
        1,
        (
            ValueChange("a", "changed", "1", "2"),
            ValueChange("b", "added", None, "[]"),
            ValueChange("", "removed", "1"),
        ),
        added=1,
        removed=1,
        changed=1,
    )
    assert file_diffs.tally(values) == "3 values: 1 changed · 1 added · 1 removed"
    assert list(file_diffs.changes(values, ascii_only=True)) == [
        ("~", "a: 1 -> 2"),
        ("+", "b: []"),
        ("-", "1"),
    ]


def test_long_lines_begin_a_little_before_what_differs() -> None:
    same = "x" * 100
    lines = (
        DiffLine(" ", "above", 1, 1),
        DiffLine("-", same + "old", 2),
        DiffLine("+", same + "new", None, 2),
    )
    found = FileDiff("a.txt", "lines", 1, 1, lines=lines, added=1, removed=1)
    assert file_diffs.tally(found) == "+1 -1 lines"
    assert list(file_diffs.changes(found)) == [(" ", "above"), ("-", same + "old"), ("+", same + "new")]
    start = "…" + "x" * 24
    assert list(file_diffs.changes(found, around=False)) == [("-", start + "old"), ("+", start + "new")]
