"""The number of a new version goes by what is inside its files: names, shapes and types of tensors."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import Registered, Store
from mvtui.store.engine import objects
from mvtui.store.verbs import interfaces

from tests.conftest import MakeFile
from tests.store.knowledge.formats import made
from tests.store.knowledge.weights.written import safetensors


def weights(value: float = 0, *, dtype: str = "F32", **shapes: list[int]) -> bytes:
    """A safetensors file of these tensors, all numbers the same."""
    one = struct.pack("<f", value) if dtype == "F32" else struct.pack("<f", value)[2:]
    tensors = {}
    for name, shape in (shapes or {"w": [4, 2]}).items():
        count = 1
        for each in shape:
            count *= each
        tensors[name] = (dtype, shape, one * count)
    return safetensors(tensors)


@pytest.fixture
def registered(store: Store, make_file: MakeFile) -> Any:
    def register(content: bytes, name: str = "m.safetensors", **more: Any) -> Registered:
        return store.register("m", make_file(content, name), **more)

    return register


def told(done: Registered) -> tuple[str, str]:
    return done.version.version, done.bump


def test_other_numbers_are_a_patch(registered: Any) -> None:
    registered(weights(1))
    assert told(registered(weights(2))) == ("1.0.1", "patch: only bytes changed")


def test_another_shape_is_another_interface(registered: Any) -> None:
    registered(weights(words=[30, 4], norm=[4]))
    assert told(registered(weights(words=[31, 4], norm=[4]))) == (
        "2.0.0",
        "major: tensor shapes changed: words 30x4 → 31x4",
    )
    assert told(registered(weights(words=[31, 4]))) == ("3.0.0", "major: tensors removed: norm")


def test_another_type_is_made_another_way(registered: Any) -> None:
    registered(weights(1))
    assert told(registered(weights(1, dtype="BF16"))) == (
        "1.1.0",
        "minor: tensor types changed: F32 → BF16",
    )


def test_parameters_that_changed_besides_do_not_hide_it(registered: Any) -> None:
    registered(weights(a=[2]), params={"lr": 1})
    done = registered(weights(a=[3]), params={"lr": 2})
    assert done.bump == "major: tensor shapes changed: a 2 → 3"
    assert registered(weights(1, a=[3]), params={"lr": 3}).bump == "minor: parameters changed"


def test_the_number_asked_for_is_given(registered: Any) -> None:
    registered(weights(a=[2]))
    assert told(registered(weights(a=[3]), bump="patch")) == ("1.0.1", "")
    assert told(registered(weights(a=[4]), version="1.4.0")) == ("1.4.0", "")


def test_what_can_not_be_read_goes_by_its_layout(registered: Any) -> None:
    registered(weights(a=[2]))
    assert told(registered(weights(a=[3])[:-1]))[0] == "1.0.1"  # cut off: it is no safetensors file
    assert told(registered(b"text", "m.txt")) == ("2.0.0", "major: file layout changed")


def test_shards_and_what_lies_beside_them_are_one_model(store: Store, tmp_path: Path) -> None:
    def directory(name: str, rows: int, config: str) -> Path:
        root = tmp_path / name
        root.mkdir()
        (root / "a.safetensors").write_bytes(weights(a=[2]))
        (root / "b.safetensors").write_bytes(weights(b=[rows]))
        (root / "config.json").write_text(config)
        return root

    store.register("m", directory("1", 2, "{}"))
    assert store.register("m", directory("2", 2, "not JSON")).bump == "patch: only bytes changed"
    assert store.register("m", directory("3", 3, "{}")).bump == "major: tensor shapes changed: b 2 → 3"


def test_data_are_not_looked_into(registered: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interfaces, "_read", lambda *_: pytest.fail("looked into"))
    registered(weights(a=[2]), kind="dataset")
    assert registered(weights(a=[3]), kind="dataset").bump == "patch: only bytes changed"


def test_a_reader_that_fails_keeps_nobody_from_registering(
    registered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(weights(a=[2]))

    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(interfaces, "_read", broken)
    assert registered(weights(a=[3])).bump == "patch: only bytes changed"


def test_headers_are_read_before_the_lock_is_taken(
    store: Store, registered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(weights(a=[2]))
    interfaces._known.clear()
    read = interfaces._read
    seen: list[Any] = []

    def watched(repository: Any, manifest: Any) -> Any:
        with open_store(store.root) as other:  # would wait for the lock, and give up
            seen.append(other.tag("m@1.0.0", {"seen": str(len(seen))}))
        return read(repository, manifest)

    monkeypatch.setattr(interfaces, "_read", watched)
    assert registered(weights(a=[3])).version.version == "2.0.0"
    assert len(seen) == 2


def test_one_more_version_is_compared_with_one(
    store: Store, registered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many versions there are, the headers of two are read."""
    for rows in range(1, 6):
        registered(weights(a=[rows]))
    interfaces._known.clear()
    opened = []
    real = objects.open_regular

    def counted(path: str) -> int:
        opened.append(path)
        return real(path)

    monkeypatch.setattr(objects, "open_regular", counted)
    registered(weights(a=[100_000]))
    stored = [path for path in opened if path.startswith(str(store.root / "objects"))]
    assert len(stored) == 3  # the new one once more, for the verdict on pickles


def test_an_interface_of_many_tensors_is_read_once(
    store: Store, registered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interfaces, "_MANY", 3)
    registered(weights(a=[2], b=[2]))
    registered(weights(a=[2], b=[2], c=[2]))
    registered(weights(a=[2], b=[2], c=[3]))
    interfaces._known.clear()
    read: list[Any] = []
    real = interfaces._read

    def counted(repository: Any, manifest: Any) -> Any:
        read.append(manifest)
        return real(repository, manifest)

    monkeypatch.setattr(interfaces, "_read", counted)
    assert registered(weights(a=[2], b=[2], c=[4])).bump == "major: tensor shapes changed: c 3 → 4"
    assert len(read) == 1  # the new one's; that of the latest was kept
    kept = list((store.root / "derived").glob("interface1-*"))
    assert len(kept) == 3
    for path in kept:
        path.write_bytes(b"torn")
    interfaces._known.clear()
    assert registered(weights(a=[2], b=[2], c=[5])).bump == "major: tensor shapes changed: c 4 → 5"


def test_a_model_of_gguf_is_known_by_its_tensors(registered: Any) -> None:
    def gguf(rows: int, dtype: int, size: int) -> bytes:
        return made.gguf((), [made.described("blk.0.w", [32, rows], dtype, 0)], size)

    registered(gguf(1, 0, 128), "m.gguf")
    assert told(registered(gguf(1, 2, 18), "m.gguf")) == ("1.1.0", "minor: tensor types changed: F32 → Q4_0")
    assert told(registered(gguf(2, 2, 36), "m.gguf"))[0] == "2.0.0"


# What a comparison says of it


def change_of(store: Store, before: str, after: str) -> tuple[str, str]:
    """What of the weights changed, as the strongest evidence says, and what stands in the row."""
    comparison = store.diff(before, after)
    (change,) = (change for change in comparison.changes[0] if change.of == "model")
    row = next(row for row in comparison.section("about").rows if row.name == "weights")
    return change.evidence[0].note, row.cells[1].outcome


@pytest.mark.parametrize(
    ("after", "note"),
    [
        (weights(2, w=[4, 2]), "weights only"),
        (weights(1, w=[5, 2]), "interface changed (tensor shapes changed: w 4x2 → 5x2)"),
        (weights(1, dtype="BF16", w=[4, 2]), "retyped (tensor types changed: F32 → BF16)"),
    ],
)
def test_a_comparison_says_of_what_sort_a_change_of_weights_is(
    store: Store, registered: Any, after: bytes, note: str
) -> None:
    before, other = registered(weights(1, w=[4, 2])), registered(after)
    assert change_of(store, before.version.ref, other.version.ref) == (note, "changed")


def test_the_same_weights_beside_another_configuration_are_the_same(store: Store, tmp_path: Path) -> None:
    for number in range(2):
        root = tmp_path / str(number)
        root.mkdir()
        (root / "m.safetensors").write_bytes(weights(1))
        (root / "config.json").write_text(f'{{"hidden_size": {number}}}')
        store.register("m", root)
    row = next(row for row in store.diff("m@1.0.0", "m@1.0.1").section("about").rows if row.name == "weights")
    assert row.cells[1].outcome == "same"
    assert row.cells[0].value == "1 tensor, 8 parameters, F32"


def test_what_can_not_be_read_is_unknown_and_prompts_have_no_weights(store: Store, registered: Any) -> None:
    registered(weights(1))
    registered(weights(2)[:-1])
    rows = store.diff("m@1.0.0", "m@1.0.1").section("about").rows
    assert [row.cells[1].outcome for row in rows if row.name == "weights"] == ["unknown"]
    registered(b"Hello", "p.md", kind="prompt")
    registered(b"Good day", "p.md", kind="prompt")
    rows = store.diff(f"{store.versions('m')[1].ref}", "m@latest").section("about").rows
    assert not [row for row in rows if row.name == "weights"]
