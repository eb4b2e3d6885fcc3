"""The screen's thread opens no file: a store on a slow or dead file system must never freeze the keys."""

import importlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import init_store, open_store

from .conftest import Opens
from .modelling import write
from .staging import staged

_caught: list[str] = []
_watched: list[int] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watched or event not in ("open", "os.listdir", "os.scandir", "os.rename", "os.remove"):
        return
    name = str(arguments[0])
    if threading.get_ident() in _watched and "site-packages" not in name and not _loads_code():
        _caught.append(f"{event} {name}")
        raise AssertionError(f"{event} {name} on the screen's thread")


def _loads_code() -> bool:
    """Say whether it is the import system that asks: loading code on first use is not what is forbidden here.

    By who asks, not by the names of files: a directory is listed again whenever a file in it has changed, and compiled code is
    written under a passing name.
    """
    return sys._getframe(2).f_code.co_filename.startswith("<frozen importlib")


sys.addaudithook(_hook)


async def test_no_file_is_opened_on_the_screen_s_thread(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        _watched.append(threading.get_ident())
        try:
            await it.press("j", "k", "G", "ctrl+u", "tab", "j", "tab", "G", "enter", "slash")
            await it.press(*"epochs", "enter", "y", "r", "z", "z", "question_mark", "j", "escape", "escape")
            await it.press("1", "space", "j", "space", "3", "x", "k", "escape", "escape")
            await it.press("right_square_bracket", "j", "right_square_bracket", "k")
            for size in ((80, 24), (160, 45), (120, 35)):
                await it.pilot.resize_terminal(*size)
                await it.press("0", "j", "2", "3", "4", "5", "G", "right_square_bracket", "1", "k")
        finally:
            _watched.clear()
        assert it.app.is_running
    assert _caught == []


async def test_no_file_is_opened_on_the_screen_s_thread_by_what_changes_the_store(
    tmp_path: Path, opened: Opens
) -> None:
    world = staged(tmp_path)
    async with opened(world) as it:
        _watched.append(threading.get_ident())
        try:
            await it.press("right_square_bracket", "j", "j", "k", "z", "z")
            await it.press("p", "down", "up", *"better", "enter")
            await it.until(lambda: it.main.dialog is None)
            await it.press("R", "down", "up", *"worse", "enter")
            await it.until(lambda: it.main.dialog is None)
            await it.press("u", "y")
            await it.until(lambda: it.main.dialog is None)
            await it.press("a", "down", "up", "tab", "escape", "U", "escape")
        finally:
            _watched.clear()
        assert it.app.is_running
    assert _caught == []
    with open_store(world) as store:
        assert [change.how for change in store.transitions("m")][:3] == ["undo", "rollback", "promote"]


async def test_no_file_is_opened_on_the_screen_s_thread_by_what_is_said_of_a_version_or_done_with_its_files(
    tmp_path: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = staged(tmp_path)
    here = tmp_path / "here"
    here.mkdir()
    (here / "new.bin").write_bytes(b"x")
    monkeypatch.chdir(here)
    async with opened(world) as it:
        _watched.append(threading.get_ident())
        try:
            for keys in (
                ("e", *"a note", "enter"),
                ("t", *"a=1 b=2", "enter"),
                ("A", *"best", "enter"),
                ("A", *"-best", "enter"),
                ("d", *"weak", "enter"),
                ("y", "j", "p"),
                ("y", "d"),
                ("v",),
                ("o", "end", "ctrl+u", "down", "up", *"out", "tab", "enter"),
                (
                    "n",
                    *"ne",
                    "tab",
                    "enter",
                    "tab",
                    "tab",
                    *"minor",
                    "tab",
                    *"m@1.0.0",
                    "enter",
                ),
                ("D", *"why", "enter", "y"),
            ):
                await it.press(*keys)
                await it.until(lambda: it.main.dialog is None)
                await it.rest()
        finally:
            _watched.clear()
        assert it.app.is_running
    assert _caught == []
    assert (here / "out" / "weights.bin").exists()


async def test_no_file_is_opened_on_the_screen_s_thread_by_what_tests_versions(
    tmp_path: Path, opened: Opens
) -> None:
    world = staged(tmp_path, "")
    async with opened(world, (100, 30)) as it:
        await it.press("j", "7")
        _watched.append(threading.get_ident())
        try:
            for keys in (("T", "up", *"why"), ("percent_sign", "up", *"why"), ("W", "down", "down", *"why")):
                await it.press(*keys, "enter")
                await it.until(lambda: it.main.dialog is None)
                await it.rest()
            await it.press("X")  # there is none any more
        finally:
            _watched.clear()
    assert _caught == []
    with open_store(world) as store:
        assert store.ab_tests()[0].winner == "b"


async def test_the_watch_itself_works(filled: Path) -> None:
    _watched.append(threading.get_ident())
    try:
        with pytest.raises(AssertionError):
            (filled / "config.toml").read_bytes()
    finally:
        _watched.clear()
        _caught.clear()


def test_the_watch_lets_code_be_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from a directory that has changed since code was loaded from it, and where the compiled code is written."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    _watched.append(threading.get_ident())
    try:
        for name in ("mvtui_first", "mvtui_second"):
            _watched.clear()
            (tmp_path / f"{name}.py").write_text("")
            os.utime(tmp_path, (len(name), len(name)))
            _watched.append(threading.get_ident())
            importlib.import_module(name)
            monkeypatch.delitem(sys.modules, name)
    finally:
        _watched.clear()
    assert list((tmp_path / "__pycache__").iterdir())


async def test_no_file_is_opened_on_the_screen_s_thread_by_what_looks_inside_versions(
    tmp_path: Path, opened: Opens
) -> None:
    pytest.importorskip("numpy")
    with init_store(tmp_path / "store") as store:
        for last in (3.0, 4.0):
            store.register("m", write(tmp_path / "m", last=last, layers=int(last)), capture=False)
    async with opened(tmp_path / "store", (100, 50)) as it:
        _watched.append(threading.get_ident())
        try:
            await it.press(
                "6", "j", "enter", "j", "right", "J", "j", "enter", "escape", "j", "enter", "escape"
            )
            await it.press("slash", *"head", "enter", "K", "j", "enter", "escape", "escape", "w")
            await it.until(lambda: it.main.dialog is None)
            await it.press("escape", "3")
            await it.until(lambda: "not compared yet" in it.seen("#metrics"))
            await it.press("w")
            await it.until(lambda: it.main.dialog is None)
            await it.press("escape", "x", "j", "j", "enter")
        finally:
            _watched.clear()
        assert it.app.is_running
    assert _caught == []
