"""What a command mended on its way, after another process died halfway, is told at its end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui.store import Store

from .conftest import Run


@pytest.fixture
def interrupted(two: Store) -> Path:
    """A pointer that was not swapped: whoever promoted the version died between journal and swap."""
    two.promote("sentiment@1.1.0", "production", reason="first")
    pointer = two.root / "live" / "sentiment" / "production"
    os.unlink(pointer)
    return pointer


@pytest.mark.parametrize(
    ("words", "code"),
    [(("note", "sentiment@1.0.0", "x"), 0), (("tag", "sentiment@1.0.0", "--remove", "nothing"), 3)],
)
def test_any_command_that_writes_tells_at_its_end(
    run: Run, interrupted: Path, words: tuple[str, ...], code: int
) -> None:
    done = run(*words)
    assert done.code == code, done.err
    assert f"note: {interrupted} did not lead where the journal says; now it leads to 1.1.0\n" in done.err
    assert interrupted.exists()
    assert "note:" not in run("note", "sentiment@1.0.0", "y").err


def test_verify_tells_it_as_what_it_mended(run: Run, interrupted: Path) -> None:
    done = run("verify")
    assert done.code == 0
    assert done.err.count("did not lead where the journal says") == 1
    assert f"mended: {interrupted}" in done.err


def test_verify_as_json_has_what_it_mended_and_what_stays_amiss(run: Run, interrupted: Path) -> None:
    interrupted.write_text("mine")
    found = run("verify", "--json").json
    assert found["repaired"] == []
    assert "could not be mended" in found["notices"][0]


def test_a_name_that_could_steer_the_terminal_is_made_visible(
    run: Run, interrupted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "mended", ("\x1b]0;owned\x07 mended",))
    assert "\x1b" not in run("note", "sentiment@1.0.0", "x").err
