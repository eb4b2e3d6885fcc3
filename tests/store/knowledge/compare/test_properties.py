"""What holds of every comparison, whatever is compared."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import Capture, Code, FileEntry, Link, Version
from mvtui.store.knowledge.compare.compare import compare
from mvtui.store.knowledge.compare.facts import Facts, Target
from mvtui.store.knowledge.directions import direction
from mvtui.store.nouns.comparison import Comparison, DiffCell

_NOW = datetime(2026, 11, 23, tzinfo=UTC)
_NAMES = st.sampled_from(["accuracy", "loss", "lr", "top_k", "a/b", "", "\x1b[31m", "x" * 300])
_NUMBERS = st.one_of(st.floats(), st.integers(-(2**63), 2**63 - 1).map(float))
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=5),
)
_DIGESTS = st.sampled_from(["d1", "d2", "d3"])
_FILES = st.dictionaries(
    st.sampled_from(["a", "b", "c/d", "c/e.bin"]), st.tuples(st.integers(0, 9), _DIGESTS), max_size=4
)
_LINKS = st.builds(
    Link,
    type=st.sampled_from(["trained-on", "evaluated-on", "adapter-of", "derived-from"]),
    to=_DIGESTS,
    role=st.sampled_from(["", "train", "test"]),
)


@st.composite
def _targets(draw: st.DrawFn) -> Target:
    name = draw(st.sampled_from(["reviews@1.0.0", "reviews@2.0.0", "hf:x@main"]))
    return Target(draw(_LINKS), name, name.partition("@")[0], size=draw(st.none() | st.integers(0, 9)))


_CAPTURES = st.none() | st.builds(
    Capture,
    at=st.just(_NOW),
    parts=st.dictionaries(
        st.sampled_from(["python", "system", "gpu", "git", "command"]),
        st.dictionaries(
            st.sampled_from(["version", "os", "problem", "gpus"]),
            st.one_of(
                st.text(max_size=3), st.lists(st.dictionaries(st.text(max_size=2), st.integers()), max_size=2)
            ),
        ),
    ),
    patch=st.sampled_from(["", "1" * 64]),
)


@st.composite
def _facts(draw: st.DrawFn) -> Facts:
    files = draw(st.none() | _FILES)
    entries = None if files is None else tuple(FileEntry(p, s, d) for p, (s, d) in sorted(files.items()))
    version = Version(
        model="m",
        version=draw(st.sampled_from(["1.0.0", "1.1.0"])),
        id=draw(st.sampled_from(["1" * 64, "2" * 64])),
        kind=draw(st.sampled_from(["weights", "bundle", "dataset"])),
        stage=None,
        created=_NOW,
        registered=_NOW,
        author="a",
        host="h",
        note=draw(st.text(max_size=3)),
        size=0,
        file_count=0,
        seq=1,
        metrics=draw(st.dictionaries(_NAMES, _NUMBERS, max_size=5)),
        params=draw(st.dictionaries(_NAMES, _SCALARS, max_size=5)),
        tags=draw(st.dictionaries(_NAMES, st.text(max_size=3), max_size=2)),
        code=draw(
            st.none() | st.builds(Code, commit=st.sampled_from(["a" * 40, "b" * 40]), dirty=st.booleans())
        ),
    )
    packages = draw(st.none() | st.dictionaries(st.sampled_from(["torch", "numpy"]), st.text(max_size=4)))
    return Facts(version, entries, draw(_CAPTURES), packages, tuple(draw(st.lists(_targets(), max_size=4))))


def _cells(comparison: Comparison) -> dict[tuple[str, str], tuple[DiffCell, ...]]:
    return {(section.name, row.name): row.cells for section in comparison.sections for row in section.rows}


@given(_facts())
def test_nothing_differs_from_itself(one: Facts) -> None:
    found = compare([one, one], direction)
    assert found.changes == ((),)
    assert all(not section.differing for section in found.sections)
    assert found.same_content == (True,)


_MIRRORED = {"added": "removed", "removed": "added", "better": "worse", "worse": "better"}


@given(_facts(), _facts())
def test_swapping_turns_everything_round(one: Facts, two: Facts) -> None:
    there = {k: v for k, v in _cells(compare([one, two], direction)).items() if v[1].outcome != "renamed"}
    back = {k: v for k, v in _cells(compare([two, one], direction)).items() if v[1].outcome != "renamed"}
    assert there.keys() == back.keys()
    for name, (before, after) in there.items():
        mirrored = back[name]
        assert (mirrored[0].digest, mirrored[1].digest) == (after.digest, before.digest)
        assert mirrored[1].delta == (None if after.delta is None else -after.delta)
        # From a number to NaN is worse, but from NaN to a number is not better.
        if {after.outcome, mirrored[1].outcome} != {"worse", "changed"}:
            assert mirrored[1].outcome == _MIRRORED.get(after.outcome, after.outcome)


@given(_facts(), _facts())
def test_renames_turn_round_too(one: Facts, two: Facts) -> None:
    there = {
        (name, cells[1].note)
        for (section, name), cells in _cells(compare([one, two], direction)).items()
        if section == "files" and cells[1].outcome == "renamed"
    }
    back = {
        (cells[1].note.removeprefix("to "), f"to {name}")
        for (section, name), cells in _cells(compare([two, one], direction)).items()
        if section == "files" and cells[1].outcome == "renamed"
    }
    assert there == back


@given(st.lists(_facts(), min_size=3, max_size=6))
def test_several_say_what_pairs_say(several: list[Facts]) -> None:
    together = _cells(compare(several, direction))
    for at, other in enumerate(several[1:], start=1):
        pair = compare([several[0], other], direction)
        for (section, name), cells in _cells(pair).items():
            if section in ("datasets", "lineage", "files"):
                continue  # a third version may bring a second of a role, or a file to a renamed path
            assert _key(together[section, name][at]) == _key(cells[1])


def _key(cell: DiffCell) -> Any:
    return json.dumps(cell.as_dict(), sort_keys=True)


@given(st.lists(_facts(), min_size=2, max_size=6))
def test_any_comparison_is_json(several: list[Facts]) -> None:
    found = compare(several, direction).as_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@given(_facts(), _facts())
def test_a_change_has_evidence_and_content_that_differs_has_a_change(one: Facts, two: Facts) -> None:
    found = compare([one, two], direction)
    assert all(change.evidence for change in found.changes[0])
    assert found.same_content[0] or found.changes[0]
