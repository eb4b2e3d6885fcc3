"""Texts compared word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import WordDiff
from mvtui.store.knowledge.compare import words


def shown(diff: WordDiff) -> str:
    marks = {" ": "{}", "-": "[-{}-]", "+": "{{+{}+}}", "@": "…\n"}
    return "".join(marks[each.sign].format(each.text) for each in diff.stretches)


def test_a_word_in_a_paragraph_is_found() -> None:
    before = "Be kind. Answer in two sentences, never more.\n"
    after = "Be kind. Answer in three short sentences, never more.\n"
    diff = words.by_words("p", before, after)
    assert shown(diff) == "Be kind. Answer in [-two-]{+three short+} sentences, never more.\n"
    assert (diff.path, diff.added, diff.removed, diff.note) == ("p", 2, 1, "")


def test_what_is_far_from_a_difference_is_left_out() -> None:
    lines = [f"line {n}\n" for n in range(20)]
    after = [*lines[:10], "new one\n", *lines[11:]]
    diff = words.by_words("p", "".join(lines), "".join(after))
    assert shown(diff) == ("…\nline 8\nline 9\n[-line 10\n-]{+new one\n+}line 11\nline 12\n…\n")


def test_texts_that_share_nothing_but_small_words_are_told_as_wholes() -> None:
    diff = words.by_words("p", "the cat sat on a mat today\n", "is this the best of all possible worlds\n")
    assert [each.sign for each in diff.stretches] == ["-", "+"]


def test_neighbouring_words_are_one_change() -> None:
    diff = words.by_words("p", "a b c keep this and that\n", "x y z keep this and that\n")
    assert shown(diff) == "[-a b c-]{+x y z+} keep this and that\n"


def test_what_only_writes_otherwise_says_so() -> None:
    assert words.by_words("p", "a\r\nb\n", "a\nb\n").note == "only white space or ends of lines differ"
    assert words.by_words("p", "a b\n", "a  b\n").note == "only white space or ends of lines differ"
    same = words.by_words("p", "a\n", "a\n")
    assert (same.added, same.removed, same.note) == (0, 0, "")


def test_long_texts_take_no_time_to_speak_of() -> None:
    old, new = (" ".join(f"{word}{n}" for n in range(20_000)) for word in "ab")
    diff = words.by_words("p", old, new)
    assert (diff.removed, diff.added) == (20_000, 20_000)
    lines = words.by_words("p", "x\n" * 50_000, "y\n" * 50_000)
    assert (lines.removed, lines.added) == (50_000, 50_000)


@given(*[st.text(alphabet="ab ,\n", max_size=60)] * 2)
def test_both_texts_are_in_it(before: str, after: str) -> None:
    diff = words.by_words("p", before, after)
    if any(each.sign == "@" for each in diff.stretches):
        return
    assert "".join(each.text for each in diff.stretches if each.sign in " +") == after
    old = "".join(each.text for each in diff.stretches if each.sign in " -")
    assert old.split() == before.split()
