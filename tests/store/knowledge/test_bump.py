from __future__ import annotations

import pytest
from mvtui.store.knowledge import bump
from mvtui.store.nouns.manifest import FileEntry, Manifest


def manifest(*paths: str) -> Manifest:
    entries = tuple(FileEntry(path, 1, f"{number:064x}") for number, path in enumerate(paths))
    return Manifest(kind="weights", files=entries)


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("model-0100.pt", "model-0200.pt", "patch"),
        ("model.pt", "model.safetensors", "major"),
        ("t1", "t2", "patch"),
        ("checkpoint", "checkpoints.v/final", "patch"),
        ("a.b/weights", "c.d/weights", "patch"),
        ("weights", "weights.pt", "major"),
        (".weights", "weights", "patch"),
    ],
)
def test_a_lone_file_may_be_renamed_but_not_become_another_sort_of_file(
    before: str, after: str, part: str
) -> None:
    assert bump.decide(manifest(before), manifest(after))[0] == part


def test_a_renamed_file_among_several_is_a_change_of_layout() -> None:
    assert bump.decide(manifest("a", "b"), manifest("a", "c")) == ("major", "file layout changed")
    assert bump.decide(manifest("a"), manifest("a", "b"))[0] == "major"
