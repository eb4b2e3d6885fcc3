"""``mvtui reproduce``: a script on stdout, what is missing on stderr, and its pieces one by one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from mvtui.store import Capture, EventKind, Store

Run = Callable[..., Any]
PATCH = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\xff\x1b[31mb\n"


@pytest.fixture
def ref(store: Store, tmp_path: Path) -> str:
    """A version with a patch, packages and an untracked file of a hostile name."""
    source = tmp_path / "m.bin"
    source.write_bytes(b"weights")
    store.register("m", source)
    put = store._repository.objects.put_bytes
    git = {
        "remote": "https://h/r.git",
        "repository": "/r",
        "untracked": {"count": 1, "names": ["\x1b[2Jevil"]},
    }
    parts: dict[str, Any] = {"git": git, "python": {"version": "3.11.7"}}
    record = Capture(
        datetime.now(UTC), parts, packages=put(b"numpy==2.1\nx @ file:///x  # 1\n"), patch=put(PATCH)
    )
    digest = put(msgspec.json.encode(record))
    with store._repository.writing():
        facts = {"capture": digest, "objects": [digest], "code": {"commit": "3" * 40, "dirty": True}}
        store._repository.append(EventKind.ADD, {"model": "m", "version": "1.0.0"} | facts)
    return "m@1.0.0"


def test_it_prints_a_script_and_what_is_missing(run: Run, ref: str) -> None:
    done = run("reproduce", ref)
    assert done.code == 0
    assert done.out.startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n"], input=done.out, text=True, check=False).returncode == 0
    assert "missing to make m@1.0.0 again:" in done.err
    assert "the command that made it is not known" in done.err
    assert "\x1b" not in done.out + done.err


def test_the_patch_and_the_requirements_are_printed_as_they_are(
    ref: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from mvtui.tui.entry import main

    capfdbinary.readouterr()
    assert main(["reproduce", ref, "--patch"]) == 0
    assert capfdbinary.readouterr().out == PATCH
    assert main(["reproduce", ref, "--requirements"]) == 0
    assert capfdbinary.readouterr().out == b"numpy==2.1\n# x @ file:///x  # 1\n"


def test_json(run: Run, ref: str) -> None:
    found = run("reproduce", ref, "--json").json
    assert found["ref"] == ref
    assert [step["name"] for step in found["steps"]] == ["code", "environment", "data", "parents", "command"]
    told = {(lack["step"], lack["message"]): lack["fix"] for lack in found["missing"]}
    assert "--command" in told["command", "the command that made it is not known"]
    assert found["script"] == run("reproduce", ref).out


def test_only_one_thing_is_printed(run: Run, ref: str) -> None:
    assert run("reproduce", ref, "--patch", "--json").code == 2
    assert run("reproduce", "nothing").code == 3
    assert json.loads(run("reproduce", "nothing", "--json").err)["error"]


def test_a_version_without_a_patch_has_an_empty_one(run: Run, store: Store, tmp_path: Path) -> None:
    (tmp_path / "n.bin").write_bytes(b"n")
    store.register("n", tmp_path / "n.bin")
    assert run("reproduce", "n", "--patch").out == ""
