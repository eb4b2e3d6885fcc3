"""Every reader against files that a coverage-guided fuzzer makes up: https://github.com/google/atheris (libFuzzer for Python).

``MVTUI_FUZZ_SECONDS=600`` fuzzes each format that long. What it finds lies in ``crash-*`` where pytest says; make a test of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .seeds import SEEDS

pytestmark = pytest.mark.fuzz

SECONDS = int(os.environ.get("MVTUI_FUZZ_SECONDS", "20"))
_MEMORY = 2500  # MB, of which atheris takes some
_ONE_FILE = 20  # seconds that looking into one file may take

_RUN = """
import sys
import atheris
with atheris.instrument_imports(include=["mvtui.store.knowledge.formats", "mvtui.store.nouns"]):
    from mvtui.store.knowledge import formats
    list(formats.readers())
    from mvtui.store.knowledge.formats.pickled import search
from tests.store.knowledge.formats import test_fuzz
name, *options = sys.argv[1:]
atheris.Setup([sys.argv[0], *options], lambda data: test_fuzz.check(data, name) and None)
atheris.Fuzz()
"""


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_nothing_but_the_one_error_escapes(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "seed").write_bytes(SEEDS[name])
    done = subprocess.run(
        [
            *(sys.executable, "-c", _RUN, name, str(corpus)),
            *(f"-max_total_time={SECONDS}", f"-rss_limit_mb={_MEMORY}", f"-timeout={_ONE_FILE}"),
            *("-max_len=8192", f"-artifact_prefix={tmp_path}/"),
        ],
        cwd=Path(__file__).parents[4],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["", *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
