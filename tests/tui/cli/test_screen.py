"""Which words open the full screen, and with what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mvtui.store import errors
from mvtui.tui import app, preflight
from mvtui.tui.app import personal
from mvtui.tui.app.terminal import skeleton
from mvtui.tui.cli import group

from .conftest import Run

PLAIN = {"read_only": False, "ascii_only": None, "theme": None, "mouse": None}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, dict[str, object]]]:
    """Take the full screen's place; tell what it was opened with."""
    calls: list[tuple[str | None, dict[str, object]]] = []

    def run(store: str | None, **options: object) -> int:
        calls.append((store, options))
        return 129

    monkeypatch.setattr("mvtui.tui.app.run", run)
    return calls


@pytest.mark.parametrize(
    ("words", "store", "options"),
    [
        ((), None, {}),
        (("--store", "s"), "s", {}),
        (("--store=s",), "s", {}),
        (("--read-only",), None, {"read_only": True}),
        (("--store", "s", "--ascii", "--no-mouse"), "s", {"ascii_only": True, "mouse": False}),
        (("--theme", "light", "--store", "s"), "s", {"theme": "light"}),
        (("--no-ascii", "--mouse"), None, {"ascii_only": False, "mouse": True}),
    ],
)
def test_no_command_opens_it(
    words: tuple[str, ...],
    store: str | None,
    options: dict[str, object],
    run: Run,
    opened: list[tuple[str | None, dict[str, object]]],
) -> None:
    assert run(*words).code == 129
    assert opened == [(store, {**PLAIN, **options})]


@pytest.mark.parametrize("words", [(), ("--store", "s")])
def test_the_short_way_goes_past_click_and_means_the_same(
    words: tuple[str, ...],
    run: Run,
    opened: list[tuple[str | None, dict[str, object]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert group.cli.main(list(words), "mvtui", standalone_mode=False) == 129
    monkeypatch.setattr(group.cli, "make_context", None)
    assert run(*words).code == 129
    assert opened[0] == opened[1]


def test_what_the_screen_raises_is_told_like_any_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise errors.FormatError("a later mvtui wrote it", hint="Update.")

    monkeypatch.setattr("mvtui.tui.app.run", fail)
    for words in ((), ("--read-only",)):
        failed = run(*words)
        assert (failed.code, failed.err) == (10, "error: a later mvtui wrote it\nhint: Update.\n")


@pytest.mark.parametrize("words", [("--stroe", "s"), ("--store",), ("--read-only", "--them", "x")])
def test_wrong_options_are_told(words: tuple[str, ...], run: Run, opened: list[object]) -> None:
    assert run(*words).code == 2
    assert opened == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, {"ascii_only": True, "theme": "light", "mouse": False}),
        (
            {"ascii_only": False, "theme": "ansi", "mouse": True},
            {"ascii_only": False, "theme": "ansi", "mouse": True},
        ),
    ],
)
def test_options_of_the_command_line_come_before_a_person_s_settings(
    given: dict[str, Any], shown: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found: dict[str, object] = {}

    class App:
        return_code = 0
        mishaps = crash = None

        def __init__(self, _opening: object, **options: object) -> None:
            found.update(ascii_only=options["ascii_only"], theme=options["theme"])

        def run(self, *, mouse: bool) -> int:
            found["mouse"] = mouse
            return 0

    settings = personal.Personal(theme="light", ascii=True, mouse=False)
    monkeypatch.setattr(personal, "read", lambda: settings)
    monkeypatch.setattr(preflight, "check", lambda: None)
    monkeypatch.setattr(skeleton, "show", lambda *_, **__: None)
    monkeypatch.setattr("mvtui.tui.app.app.MvtuiApp", App)
    assert app.run(str(tmp_path), **given) == 0
    assert found == shown
