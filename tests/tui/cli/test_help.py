from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import click
import mvtui.tui.cli.commands
import pytest
from mvtui.tui.cli.group import COMMANDS, Command, CommandGroup, cli

from .conftest import Run

NAMES = [name for section in COMMANDS.values() for name in section]
SUMMARIES = {name: text for section in COMMANDS.values() for name, text in section.items()}


def command(name: str) -> Command:
    """Return the command of that name, or of ``audit verify`` the one in the group."""
    first, *rest = name.split()
    found = import_module(f"mvtui.tui.cli.commands.{first}").command
    for word in rest:
        found = found.commands[word]
    assert isinstance(found, Command)
    return found


GROUPS = [name for name in NAMES if isinstance(command(name), CommandGroup)]
INNER = [f"{name} {word}" for name in GROUPS for word in command(name).commands]  # type: ignore[attr-defined]


def test_the_table_names_every_file_and_no_other() -> None:
    (folder,) = mvtui.tui.cli.commands.__path__
    files = {path.stem for path in Path(folder).glob("*.py")} - {"__init__"}
    assert files == set(NAMES)


@pytest.mark.parametrize("name", NAMES + INNER)
def test_every_command_is_documented_with_examples(name: str, run: Run) -> None:
    found = command(name)
    assert found.help
    assert found.help.splitlines()[0] == SUMMARIES.get(name, found.get_short_help_str())
    assert found.examples
    assert any(f"mvtui {name}" in example for example in found.examples)
    for parameter in found.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"
            assert parameter.help.endswith("."), f"{name} {parameter.opts}"
    shown = run(*name.split(), "--help")
    assert shown.code == 0
    assert "Examples:" in shown.out
    for example in found.examples:
        assert f"  {example}\n" in shown.out
    assert shown.err == ""
    assert run(*name.split(), "-h").out == shown.out


@pytest.mark.parametrize("name", NAMES + INNER)
def test_every_example_is_a_command_line_that_parses(name: str) -> None:
    for example in command(name).examples:
        assert len(example) <= 78
        # The command line inside pipes, redirections, substitutions and assignments.
        inner = re.search(r"mvtui (\w+)((?:'[^']*'|\"[^\"]*\"|[^|<>)\"'])*)", example)
        assert inner, example
        called, words = inner[1], shlex.split(inner[2])
        if called in GROUPS:
            called = f"{called} {words.pop(0)}"
        command(called).make_context(called, words)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in GROUPS] + INNER)
def test_every_command_takes_a_store_and_data_comes_as_json_too(name: str) -> None:
    options = {option for parameter in command(name).params for option in parameter.opts}
    if name not in {"completion", "demo"}:
        assert {"--store", "--json"} <= options


def test_the_group_lists_every_command_and_fits_eighty_columns(run: Run) -> None:
    shown = run("--help").out
    for name, summary in SUMMARIES.items():
        assert f"  {name}" in shown
        assert summary in shown
    assert "REF" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_version_is_the_same_however_asked(run: Run) -> None:
    assert (
        run("--version").out
        == run("-V").out
        == run("--store", "x", "--version").out
        == f"mvtui {mvtui.__version__}\n"
    )


def test_cli_is_the_group() -> None:
    assert list(cli.list_commands(click.Context(cli))) == NAMES
