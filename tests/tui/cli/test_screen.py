"""Which words open the full screen, and with what."""

from __future__ import annotations

import pytest
from mvtui.store import errors
from mvtui.tui.cli import group

from .conftest import Run

PLAIN = {"read_only": False, "ascii_only": None, "theme": None, "mouse": True}


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
