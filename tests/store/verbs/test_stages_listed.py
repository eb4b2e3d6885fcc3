"""What a screen asks about a model's stages: who is where, the last changes alone, and undo of just what was seen."""

import pytest
from mvtui import Store, errors

from tests.conftest import MakeFile


@pytest.fixture
def three(store: Store, make_file: MakeFile) -> Store:
    for number in range(3):
        store.register("m", make_file(str(number).encode()), version=f"1.{number}.0")
    return store


def test_each_stage_lists_its_versions_the_last_to_enter_first(three: Store) -> None:
    assert three.stages("m") == {"staging": (), "validation": (), "production": (), "archived": ()}
    for ref, to in (
        ("m@1.1.0", "staging"),
        ("m@1.0.0", "staging"),
        ("m@1.2.0", "production"),
    ):
        three.promote(ref, to, reason="so")
    assert three.stages("m")["staging"] == ("1.0.0", "1.1.0")
    three.promote("m@1.0.0", "production", reason="so")
    assert three.stages("m") == {
        "staging": ("1.1.0",),
        "validation": (),
        "production": ("1.0.0",),
        "archived": ("1.2.0",),
    }
    with pytest.raises(errors.NotFoundError):
        three.stages("other")


def test_only_the_last_changes_are_returned_when_that_is_asked(three: Store) -> None:
    for to in ("staging", "validation", "production"):
        three.promote("m@1.0.0", to, reason="so")
    assert [t.target for t in three.transitions("m", limit=2)] == ["production", "validation"]
    assert three.transitions("m", limit=9) == three.transitions("m")
    assert three.transitions("m", limit=0) == ()


def test_undo_takes_back_just_what_was_looked_at(three: Store) -> None:
    three.promote("m@1.0.0", "staging", reason="so")
    seen = three.undo(dry_run=True)
    three.note("m@1.1.0", "written elsewhere, meanwhile")
    with pytest.raises(errors.ConflictError, match=r"now event \d+, m@1\.1\.0: noted"):
        three.undo(expect=seen.seq)
    assert three.get("m@1.0.0").stage == "staging"
    assert three.get("m@1.1.0").note
    now = three.undo(dry_run=True)
    assert three.undo(expect=now.seq).seq == now.seq
    assert not three.get("m@1.1.0").note
    again = three.redo(dry_run=True)
    with pytest.raises(errors.ConflictError):
        three.redo(expect=again.seq + 1)
    three.redo(expect=again.seq)
    assert three.get("m@1.1.0").note
