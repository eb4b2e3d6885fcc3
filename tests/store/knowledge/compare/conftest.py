from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from mvtui.store import FileEntry, Version
from mvtui.store.knowledge.compare.facts import Facts

MakeFacts = Callable[..., Facts]

_NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def facts() -> MakeFacts:
    """Make facts of a version: ``facts("1.1.0", params={"lr": 1}, files={"a": (3, "d")}, packages={…})``."""

    def make(
        number: str = "1.0.0",
        *,
        files: dict[str, tuple[int, str]] | None = None,
        identity: str = "",
        kind: str = "weights",
        note: str = "",
        metrics: dict[str, float] | None = None,
        params: dict[str, Any] | None = None,
        tags: dict[str, str] | None = None,
        code: Any = None,
        **more: Any,
    ) -> Facts:
        entries = tuple(FileEntry(path, size, digest) for path, (size, digest) in (files or {}).items())
        version = Version(
            model="sentiment",
            version=number,
            id=identity or number.replace(".", "").ljust(64, "0"),
            kind=kind,
            stage=None,
            created=_NOW,
            registered=_NOW,
            author="alice",
            host="box",
            note=note,
            size=sum(entry.size for entry in entries),
            file_count=len(entries),
            seq=1,
            metrics=metrics or {},
            params=params or {},
            tags=tags or {},
            code=code,
        )
        return Facts(version, **({"files": entries} | more))

    return make
