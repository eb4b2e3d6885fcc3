"""Nothing loads a framework but the hook for it, and that one says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mvtui
import pytest

FRAMEWORKS = ("torch", "transformers", "lightning", "pytorch_lightning")
# Refuses the frameworks, so that the tests hold whether they are installed or not.
REFUSE = f"""
import sys
from importlib.abc import MetaPathFinder
class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {FRAMEWORKS}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Refuse())
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(mvtui.__file__).parents[1])}
    command = [sys.executable, "-c", REFUSE + program]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize(
    "program",
    [
        "import mvtui, mvtui.store, mvtui.errors",
        "from mvtui.store import *",
        "import mvtui.hooks, mvtui.store.hooks.registrar, mvtui.store.hooks.lightning_hooks",
        "from mvtui.tui.entry import main",
    ],
)
def test_no_framework_is_asked_for(program: str) -> None:
    done = run(program)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("framework", FRAMEWORKS[1:])
def test_a_missing_framework_is_named_with_the_way_to_get_it(framework: str) -> None:
    done = run(f"import mvtui.hooks.{framework}")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-2:]
    assert f"this hook needs {framework}, which is not installed here" in last[0]
    assert f"pip install {framework}" in last[1]


@pytest.mark.parametrize("framework", FRAMEWORKS[1:])
def test_it_can_be_caught_as_an_import_error_and_as_one_of_ours(framework: str) -> None:
    program = f"""
from mvtui import errors
for kind in (ImportError, errors.MvtuiError, errors.NotFoundError):
    try:
        import mvtui.hooks.{framework}
    except kind as error:
        assert "pip install {framework}" in error.hint
    else:
        sys.exit("nothing was raised")
"""
    assert run(program).returncode == 0


def test_a_framework_that_is_broken_is_not_called_missing() -> None:
    program = """
import types
sys.modules["transformers"] = types.ModuleType("transformers")
import mvtui.hooks.transformers
"""
    done = run(program)
    assert "transformers can't be imported: cannot import name 'TrainerCallback'" in done.stderr
    assert "pip install" not in done.stderr
