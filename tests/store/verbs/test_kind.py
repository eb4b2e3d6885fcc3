"""What kind a version is when nobody says."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store, errors


@pytest.fixture
def lora(tmp_path: Path) -> Path:
    """A directory as PEFT saves an adapter."""
    made = tmp_path / "lora"
    made.mkdir()
    (made / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    (made / "adapter_model.safetensors").write_bytes(b"low rank")
    return made


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A directory with whole weights, and an adapter further down."""
    made = tmp_path / "full"
    (made / "last").mkdir(parents=True)
    (made / "last" / "adapter_config.json").write_text("{}")
    (made / "model.safetensors").write_bytes(b"all of it")
    return made


def test_an_adapter_is_told_by_its_config(store: Store, lora: Path, full: Path) -> None:
    assert store.register("full", full).version.kind == "weights"
    made = store.register("lora", lora, parents=["full"]).version
    assert (made.kind, [edge.type for edge in made.edges]) == ("adapter", ["adapter-of"])
    assert store.register("files", sorted(lora.iterdir())).version.kind == "adapter"
    assert store.register("both", [full, lora]).version.kind == "weights", "each keeps its own name"
    assert store.register("one", lora / "adapter_model.safetensors").version.kind == "weights"


def test_what_is_said_counts(store: Store, lora: Path) -> None:
    assert store.register("lora", lora, kind="weights").version.kind == "weights"


def test_a_directory_of_that_name_is_none(store: Store, tmp_path: Path) -> None:
    (tmp_path / "odd" / "adapter_config.json").mkdir(parents=True)
    (tmp_path / "odd" / "adapter_config.json" / "x").write_text("x")
    assert store.register("odd", tmp_path / "odd").version.kind == "weights"


def test_of_several_versions_at_once_all_are_adapters_or_none(store: Store, lora: Path, full: Path) -> None:
    other = lora.with_name("other")
    other.mkdir()
    (other / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 4}')
    assert {one.version.kind for one in store.register_each("m", [lora, other])} == {"adapter"}
    with pytest.raises(errors.UsageError, match="some of these are adapters"):
        store.register_each("n", [lora, full])
    assert {one.version.kind for one in store.register_each("n", [lora, full], kind="weights")} == {"weights"}


def test_a_missing_path_is_told_as_ever(store: Store, tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError):
        store.register("m", tmp_path / "missing")
    with pytest.raises(errors.MvtuiError):
        store.register("m", tmp_path / ("x" * 5000))
    with pytest.raises(errors.MvtuiError):
        store.register("m", [])
