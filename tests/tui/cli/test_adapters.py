"""What the commands say of adapters that do not fit their base, or have none."""

from __future__ import annotations

import json
from pathlib import Path

from mvtui.store import Store

from tests.store.verbs.test_adapters import base_files, lora_files
from tests.tui.cli.conftest import Run


def test_an_adapter_that_does_not_fit_is_refused_flagged_and_shown(run: Run, store: Store) -> None:
    store.register("base", base_files(Path("base").absolute()), version="2.0.0")
    lora_files(
        Path("lora").absolute(), wide=16, said={"base_model_name_or_path": "org/llama", "revision": "4f2c"}
    )
    refused = run("register", "lora", "lora", "--parent", "base@2.0.0")
    assert "the adapter does not fit its base: its shapes do not fit" in refused.err
    forced = run("register", "lora", "lora", "--parent", "base@2.0.0", "--force")
    assert forced.code == 0
    assert "it is flagged: mvtui show lora@1.0.0" in forced.err
    shown = run("show", "lora").out
    assert "LORA, rank 2, alpha 16, on q_proj, v_proj" in shown
    assert "org/llama@4f2c" in shown
    assert "does not fit  ! its shapes do not fit: layers.0.q_proj" in shown
    assert "! does not fit" in run("ls", "lora").out
    assert json.loads(run("ls", "lora", "--json").out)[0]["mismatch"]
    assert "base-in-stage" in run("gates", "lora", "--to", "staging").out


def test_an_adapter_without_a_base_is_told_to_need_one(run: Run, store: Store) -> None:
    lora_files(Path("lora").absolute())
    done = run("register", "lora", "lora")
    assert "mvtui link lora@1.0.0 adapter-of=REF" in done.err
