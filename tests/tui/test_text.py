import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.tui import text
from rich.cells import cell_len

ANY = st.text(st.characters(exclude_categories=()), max_size=120)
NASTY = st.text(
    st.sampled_from(
        "a \t\n\r\x00\x1b\x07\x7f\x9b\u0301\u0300\u200b\u200d\u202e\u2066\ufe0f\ufeff\u00ad日本🇫🇷👩\U000e0041\ud800ᅠ\u2028[]/"
    ),
    max_size=60,
)


def forbidden(char: str) -> bool:
    return (
        unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        or 0xFE00 <= ord(char) <= 0xFE0F
    )


@given(ANY | NASTY, st.integers(-1, 60), st.booleans())
def test_nothing_dangerous_comes_out_and_the_width_holds(outside: str, limit: int, ascii_only: bool) -> None:
    shown = text.visible(outside, limit, ascii_only=ascii_only)
    assert not any(forbidden(char) for char in shown)
    assert cell_len(shown) <= max(limit, 0)
    shown.encode("utf-8")  # no surrogate is left
    assert not ascii_only or shown.isascii()


@given(ANY | NASTY, st.integers(0, 40), st.sampled_from(["left", "right"]), st.booleans())
def test_a_cell_is_exactly_as_wide_as_its_column(
    outside: str, columns: int, align: text.Align, ascii_only: bool
) -> None:
    assert cell_len(text.fit(outside, columns, align, ascii_only=ascii_only)) == columns


@given(ANY | NASTY, st.integers(0, 30), st.integers(0, 6), st.booleans())
def test_a_paragraph_keeps_to_its_box(outside: str, columns: int, lines: int, ascii_only: bool) -> None:
    shown = text.paragraph(outside, columns, lines, ascii_only=ascii_only)
    assert len(shown) <= lines
    for line in shown:
        assert cell_len(line) <= columns
        assert not any(forbidden(char) for char in line)


@given(ANY | NASTY)
def test_marks_never_pile_up(outside: str) -> None:
    marks = 0
    for char in text.visible(outside):
        marks = marks + 1 if cell_len(char) == 0 else 0
        assert marks <= text.MAX_MARKS


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=50))
def test_plain_ascii_is_left_alone(plain: str) -> None:
    assert text.visible(plain) == plain
    assert text.visible(plain, ascii_only=True) == plain


@pytest.mark.parametrize(
    ("outside", "shown", "in_ascii"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇", "^[]52;c;aGk=^G"),
        ("a\nb\tc", "a␊b␉c", "a^Jb^Ic"),
        ("invoice\u202efdp.exe", "invoice�fdp.exe", "invoice?fdp.exe"),
        ("日本", "日本", "??"),
        ("Zoe\u0308", "Zoë", "Zoe"),
        ("🇫🇷", "FR", "FR"),
        ("❤\ufe0f", "❤", "?"),
        ("\u0301x", "◌\u0301x", "x"),
        ("\udcff", "�", "?"),
        ("a\u00a0b", "a b", "a b"),
    ],
)
def test_what_stands_for_what(outside: str, shown: str, in_ascii: str) -> None:
    assert text.visible(outside) == shown
    assert text.visible(outside, ascii_only=True) == in_ascii


def test_long_text_is_cut_where_it_shows_and_costs_no_more() -> None:
    assert text.visible("x" * 10_000_000, 5) == "xxxx…"
    assert text.visible("日本語", 5) == "日本…"
    assert text.visible("日本語", 4) == "日…"
    assert text.visible("a\u0301" * 4, 4) == "á" * 4
    assert text.visible("\u200b" * 10_000_000, 3) == "��…"


def test_a_paragraph_breaks_at_spaces_and_says_when_it_goes_on() -> None:
    assert text.paragraph("one two three\nfour", 8, 5) == ["one two", "three", "four"]
    assert text.paragraph("one two three\nfour", 8, 2) == ["one two", "three…"]
    assert text.paragraph("a\n\n\nb\n\n", 8, 9) == ["a", "", "", "b"]
    assert text.paragraph("abcdefghij", 4, 9) == ["abcd", "efgh", "ij"]
    assert text.paragraph("", 8, 2) == []


def test_markup_stays_text() -> None:
    assert text.rich_text("[bold]x[/foo]").plain == "[bold]x[/foo]"
    assert text.content("[@click=app.quit]x[/]").plain == "[@click=app.quit]x[/]"
