"""What a capture could not keep is said in a few words when it is made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Capture
from mvtui.store.knowledge.capture.notices import notices

TWO = {"count": 2, "names": ["out/", "b\x1b.py"]}
MANY = {"count": 120, "names": [f"f{n}" for n in range(100)]}


@pytest.mark.parametrize(
    ("parts", "patch", "said"),
    [
        ({}, "", ()),
        ({"git": {"repository": ""}}, "", ()),
        ({"git": {"dirty": True, "patch": {"size": 3}}}, "a", ()),
        ({"git": {"problem": "git did not end in time"}}, "", ("git: git did not end in time",)),
        (
            {"git": {"dirty": True, "patch": {"problem": "not kept: too large"}}},
            "",
            ("uncommitted changes: not kept: too large",),
        ),
        (
            {"git": {"dirty": True, "patch": {"size": 3}, "redacted": 1}},
            "a",
            ("uncommitted changes kept as a patch", "the patch lost 1 secret, and may not apply"),
        ),
        (
            {"git": {"dirty": True, "patch": {"size": 3}, "untracked": TWO}},
            "a",
            ("uncommitted changes kept as a patch", "2 untracked files not kept: out/, b\x1b.py"),
        ),
        ({"git": {"untracked": MANY}}, "", ("120 untracked files not kept: f0, f1, f2, …",)),
        ({"python": {"note": "the packages are those of mvtui itself"}}, "", ("the packages are those of mvtui itself",)),
        ({"gpu": {"problem": "no answer"}}, "", ("gpu: no answer",)),
    ],
)  # fmt: skip
def test_what_is_said(parts: dict[str, Any], patch: str, said: tuple[str, ...]) -> None:
    assert notices(Capture(datetime.now(UTC), parts, patch=patch)) == said


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("out/model.bin", ("1 untracked file not kept: b\x1b.py",)),
        ("out", ("1 untracked file not kept: b\x1b.py",)),
        (".", ()),
        ("output", ("2 untracked files not kept: out/, b\x1b.py",)),
    ],
)
def test_what_is_registered_is_not_missed(tmp_path: Path, made: str, said: tuple[str, ...]) -> None:
    git = {"repository": str(tmp_path), "untracked": TWO}
    assert notices(Capture(datetime.now(UTC), {"git": git}), [tmp_path / made]) == said
