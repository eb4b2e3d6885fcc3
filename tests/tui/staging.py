"""A store whose versions go through stages, for what the screen does about them."""

from __future__ import annotations

from pathlib import Path

from mvtui.store import Store, init_store

GATES = """
[[gate]]
stage = "production"
metric = "accuracy"
within = 0.01

[[gate]]
stage = "validation"
metric = "accuracy"
min = 0.5
"""

APPROVED = """
[[gate]]
stage = "production"
approvals = 1
four_eyes = false
"""


def staged(directory: Path, gates: str = GATES) -> Path:
    """Make a store of one model ``m``; return where it is.

    1.0.0 was replaced in production by 1.1.0; 1.2.0 is better and in validation, 1.3.0 is worse and in no stage.
    """
    root = directory / "staged"
    with init_store(root) as store:
        for number, accuracy in enumerate((0.8, 0.85, 0.9, 0.7)):
            register(store, directory, number, accuracy)
        store.promote("m@1.0.0", "production", reason="a start")
        store.promote("m@1.1.0", "production", reason="better")
        store.promote("m@1.2.0", "validation", reason="better still")
        write(root, gates)
    return root


def register(store: Store, directory: Path, number: int, accuracy: float) -> None:
    """Register ``m@1.NUMBER.0``."""
    file = directory / "weights.bin"
    file.write_bytes(b"weights" * (number + 1))
    store.register("m", file, version=f"1.{number}.0", metrics={"accuracy": accuracy}, capture=False)


def write(root: Path, gates: str) -> None:
    """Let config.toml say this."""
    (root / "config.toml").write_text(gates)
