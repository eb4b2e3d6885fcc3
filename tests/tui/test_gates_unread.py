"""Gates whose answer waits for bytes to be read don't keep the screen from promoting: that reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from mvtui.store import Store
from mvtui.tui.app.facts.gates import gates, stopping
from mvtui.tui.app.tables.columns import Look

from tests.conftest import MakeFile
from tests.store.knowledge.weights.written import safetensors

pytest.importorskip("numpy")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('require = ["finite-weights"]', "promoting reads them first"),
        ('verified = "now"', "promoting hashes them first"),
    ],
)
def test_what_was_not_read_yet_stops_nobody(store: Store, make_file: MakeFile, rule: str, said: str) -> None:
    store.register("m", make_file(safetensors({"w": ("F32", [1], bytes(4))}), "m.safetensors"))
    (store.root / "config.toml").write_text(f'[[gate]]\nstage = "staging"\n{rule}\n')
    report = store.gates("m", verify=False)
    assert not report.open
    assert stopping(report) == []
    assert said in "".join(text for line in gates(report, Look(datetime.now(UTC)), 120) for text, _ in line)
    assert len(stopping(store.gates("m"))) == 0
