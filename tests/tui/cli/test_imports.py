"""What is loaded when: start-up time is a feature."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from mvtui.tui.cli.group import COMMANDS

HEAVY = ["textual", "rich", "click", "humanize", "difflib", "importlib.metadata", "yaml"]


def loaded_by(code: str) -> set[str]:
    """Run code in a fresh interpreter; return which of the heavy modules it loaded."""
    ask = f"{code}\nimport sys, json; sys.stderr.write(json.dumps([m for m in {HEAVY!r} + {COMMAND_MODULES!r} if m in sys.modules]))"
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


COMMAND_MODULES = [f"mvtui.tui.cli.commands.{name}" for section in COMMANDS.values() for name in section]


def test_the_packages_load_nothing() -> None:
    assert loaded_by("import mvtui, mvtui.store, mvtui.tui.entry") == set()


def test_the_store_loads_no_terminal_library() -> None:
    assert not loaded_by("from mvtui import open_store, Store, init_store") & {"textual", "rich", "click"}


def test_version_does_not_load_click() -> None:
    assert loaded_by("from mvtui.tui.entry import main; main(['--version'])") == set()


@pytest.mark.parametrize("name", COMMAND_MODULES)
def test_no_command_loads_textual_rich_or_another_command(name: str) -> None:
    assert loaded_by(f"import {name}") - {"click"} == {name}


def test_ls_loads_only_what_it_needs(two: object) -> None:
    assert loaded_by("from mvtui.tui.entry import main; main(['ls'])") == {
        "click",
        "mvtui.tui.cli.commands.ls",
    }


@pytest.mark.parametrize(
    ("words", "needed"), [(["ls"], False), (["ls", "sentiment"], False), (["ls", "senti"], True)]
)
def test_the_query_language_is_loaded_for_a_query_only(words: list[str], needed: bool, two: object) -> None:
    code = f"import sys\nfrom mvtui.tui.entry import main\nmain({words!r})"
    loaded_by(f"{code}\nassert ('mvtui.store.knowledge.query.syntax' in sys.modules) is {needed}")


def test_help_loads_no_command() -> None:
    assert loaded_by("from mvtui.tui.entry import main; main(['--help'])") == {"click"}


def test_a_rollback_loads_only_what_it_needs(two: object) -> None:
    code = (
        "from mvtui import open_store\n"
        "with open_store() as store:\n"
        "    for number in ('1.0.0', '1.1.0'): store.promote(f'sentiment@{number}', 'production', reason='x')\n"
    )
    loaded_by(code)
    heavy = ("subprocess", "tempfile", "tomllib", "rich.console", "mvtui.store.knowledge.compare.compare")
    code = "import sys\nfrom mvtui.tui.entry import main\nassert main(['rollback', 'sentiment', '--reason', 'x']) == 0"
    found = loaded_by(f"{code}\nassert not [name for name in {heavy!r} if name in sys.modules]")
    assert found == {"click", "rich", "mvtui.tui.cli.commands.rollback"}  # of rich its widths of signs
