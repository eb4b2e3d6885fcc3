import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import humanize
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.tui import words

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("past", "shown"),
    [
        (timedelta(seconds=1), "now"),
        (timedelta(seconds=-1), "now"),
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=5, seconds=59), "5 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=59), "59 d"),
        (timedelta(days=100), "3 mo"),
        (timedelta(days=800), "2 y"),
        (timedelta(hours=-2), "+2 h"),
    ],
)
def test_ages_are_short(past: timedelta, shown: str) -> None:
    assert words.age(NOW - past, NOW) == shown


def test_a_short_past_says_so() -> None:
    passed = [words.past(NOW - timedelta(seconds=seconds), NOW) for seconds in (7200, 0, -7200)]
    assert passed == ["2 h ago", "now", "+2 h"]


def test_the_long_form_never_calls_days_a_month() -> None:
    assert words.ago(NOW - timedelta(days=16), NOW) == "16 days ago"
    assert words.ago(NOW - timedelta(days=100), NOW) == "3 months ago"


@given(st.integers(0, 10**20))
def test_sizes_are_humanize_s(size: int) -> None:
    expected = humanize.naturalsize(size).replace(" Bytes", " B").replace(" Byte", " B")
    if size < 10**20:
        shown = words.size(size)
        # Humanize goes on to ZB, which no disk does.
        assert shown == expected or "Z" in expected or "EB" in shown


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=20))
def test_a_column_of_numbers_lines_up(values: list[float]) -> None:
    places = words.decimals(values)
    shown = [words.number(v, places) for v in values]
    tails = {len(text.partition(".")[2]) for text in shown if "e" not in text}
    assert len(tails) <= 1


@given(st.floats(-1e300, 1e300))
def test_a_number_alone_is_close_to_itself(value: float) -> None:
    shown = float(words.number(value).replace(",", ""))
    assert shown == pytest.approx(value, rel=1e-3)
    assert (shown == 0) == (value == 0)


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        ({"LANG": "C"}, True),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, True),
        ({"LC_CTYPE": "C.utf8", "LANG": "C"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
    ],
)
def test_the_locale_decides_about_ascii(environ: dict[str, str], ascii_only: bool) -> None:
    assert words.wants_ascii(environ) is ascii_only


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_python_s_own_locale_coercion_is_seen_through() -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LC_") and k != "LANG"}
    code = "from mvtui.tui import words; print(words.wants_ascii())"
    out = subprocess.run(
        [sys.executable, "-c", code], env={**clean, "LANG": "C"}, check=False, capture_output=True, text=True
    )
    assert out.stdout == "True\n", out.stderr


def test_in_ascii_no_sign_that_judges_or_folds_is_also_another() -> None:
    known = words.ASCII
    told = [
        known.better,
        known.worse,
        known.higher,
        known.lower,
        known.open,
        known.shut,
        *known.stages.values(),
    ]
    assert len(set(told)) == len(told)
    assert known.more not in told


def test_every_sign_has_an_ascii_form_of_one_cell() -> None:
    for field in words.ASCII._fields:
        ours, plain = getattr(words.UNICODE, field), getattr(words.ASCII, field)
        if field == "stages":
            assert ours.keys() == plain.keys()
            assert all(sign.isascii() and len(sign) == 1 for sign in plain.values())
        else:
            assert plain.isascii()
            assert len(plain) == len(ours) == (3 if field in {"branch", "corner", "peak"} else 1)


@pytest.mark.parametrize(
    ("verdict", "label", "short", "plain"),
    [
        ("safe", "✓ safe", "✓ safe", "+ safe"),
        ("unsafe", "✗ unsafe", "✗ unsafe", "x unsafe"),
        ("unknown", "? unknown", "? unknown", "? unknown"),
        ("partial", "? partly inspected", "? partly", "? partly inspected"),
        ("of tomorrow", "? of tomorrow", "? of tomorrow", "? of tomorrow"),
        ("none", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_verdicts_on_pickles_have_a_sign_and_a_word(verdict: str, label: str, short: str, plain: str) -> None:
    assert words.pickles_label(verdict) == label
    assert words.pickles_label(verdict, short=True) == short
    assert words.pickles_label(verdict, ascii_only=True) == plain
