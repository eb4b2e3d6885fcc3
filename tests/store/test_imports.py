"""The store needs no terminal library, and ``import mvtui`` needs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mvtui
import pytest

EVERY_VERB = """
import mvtui, pathlib, tempfile
with tempfile.TemporaryDirectory() as place:
    source = pathlib.Path(place, "model.bin")
    source.write_text("weights")
    store = mvtui.init_store(place + "/store")
    store.register("m", source, metrics={"a": 1})
    for verb in (store.verify, store.gc, store.repair, store.doctor, store.models):
        verb()
    store.path("m"), store.show("m"), store.note("m", "x"), store.alias("m", "champion")
    store.checkout("m", place + "/out")
"""
TERMINAL = {"textual", "rich", "click", "mvtui.tui"}


def _loaded(code: str) -> set[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(mvtui.__file__).parents[1])}
    program = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import mvtui",
        "import mvtui.store",
        "from mvtui import open_store, init_store, Store, errors",
        "from mvtui.store import *",
        EVERY_VERB,
    ],
)
def test_no_terminal_library_is_loaded(code: str) -> None:
    assert not _loaded(code) & TERMINAL


def test_importing_mvtui_loads_nothing_else() -> None:
    assert not {name for name in _loaded("import mvtui") if name.startswith("mvtui.")}
