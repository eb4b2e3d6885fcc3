"""Version numbers against semver.org."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.errors import BadVersionError
from mvtui.store.nouns.semver import BUMPS, Bump, SemVer, is_valid

_number = st.integers(0, 10**6)
_word = st.one_of(
    _number.map(str), st.from_regex(r"[0-9A-Za-z-]{0,5}[A-Za-z-][0-9A-Za-z-]{0,5}", fullmatch=True)
)
versions = st.builds(SemVer, _number, _number, _number, st.lists(_word, max_size=3).map(tuple))


@given(versions)
def test_what_is_written_is_read_back(version: SemVer) -> None:
    assert SemVer.parse(str(version)) == version
    assert SemVer.parse(f"v{version}") == version
    assert is_valid(str(version))


@given(versions, versions, versions)
def test_order_is_total(one: SemVer, two: SemVer, three: SemVer) -> None:
    assert (one < two) + (one == two) + (one > two) == 1
    if one <= two <= three:
        assert one <= three


@given(versions, st.sampled_from(BUMPS))
def test_a_bump_is_higher_and_a_release(version: SemVer, part: Bump) -> None:
    raised = version.bump(part)
    assert raised > version
    assert not raised.pre


def test_precedence_is_that_of_the_specification() -> None:
    told = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 2.0.0 2.1.0 2.1.1"
    ordered = [SemVer.parse(word) for word in told.split()]
    assert all(lower < higher for lower, higher in itertools.pairwise(ordered))
    assert SemVer.parse("1.0.0-2") < SemVer.parse("1.0.0-10") < SemVer.parse("1.0.0-1a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "01.2.3",
        "1.02.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3+build",
        "1.2.3 ",
        " 1.2.3",
        "1.2.3\n",
        "-1.2.3",
        "1.2.x",
        "١.٢.٣",
        "vv1.0.0",
        "V1.0.0",
        "1" * 70 + ".0.0",
        "latest",
    ],
)
def test_what_is_no_version_number_is_refused(text: str) -> None:
    assert not is_valid(text)
    with pytest.raises(BadVersionError) as caught:
        SemVer.parse(text)
    assert caught.value.hint
    assert caught.value.exit_code == 4
