"""The writers' lock by itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui.store.engine.lock import Lock
from mvtui.store.errors import LockTimeoutError


def test_the_lock_is_counted_and_given_back(tmp_path: Path) -> None:
    lock = Lock(str(tmp_path / "lock"), 0, temp_dir=str(tmp_path))
    other = Lock(str(tmp_path / "lock"), 0, temp_dir=str(tmp_path))
    with lock.held():
        with lock.held():
            pass
        with pytest.raises(LockTimeoutError, match=f"pid {os.getpid()}"), other.held():
            pass
    with other.held():
        pass
    with pytest.raises(InterruptedError), lock.held():
        raise InterruptedError
    with other.held():
        pass
