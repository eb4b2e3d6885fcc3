from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store.knowledge import sources
from mvtui.store.knowledge.guess import Guesses, guess

Guess = Callable[..., Guesses]


@pytest.fixture
def guessed(tmp_path: Path) -> Guess:
    """Guess from files of these names and contents, as if they were being registered."""

    def call(files: dict[str, str | bytes], *, model: str = "mine", kind: str = "weights") -> Guesses:
        root = tmp_path / "version"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (tmp_path / "store").mkdir(exist_ok=True)
        found = sources.collect([root], follow=False, store=tmp_path / "store")
        return guess(found, model=model, kind=kind)

    return call
