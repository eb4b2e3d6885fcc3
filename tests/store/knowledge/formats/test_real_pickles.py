"""Files that the real frameworks write: the same fields as they report, and verdicts that fit.

Behind the marker ``formats``: pip install torch numpy scikit-learn joblib xgboost transformers accelerate; what is missing is skipped.
"""

from __future__ import annotations

import io
import pickle
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Inspection, inspect
from mvtui.store.knowledge.formats.pickled.names import kind

pytestmark = [pytest.mark.formats, pytest.mark.filterwarnings("ignore")]

DTYPES = {
    "float32": "F32",
    "float64": "F64",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "uint16": "U16",
    "bool": "BOOL",
    "complex64": "C64",
    "complex128": "C128",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
}


@pytest.fixture
def torch() -> Any:
    found = pytest.importorskip("torch")
    found.manual_seed(0)
    return found


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return the tensors in what a framework loaded, by the names that are used here."""
    if hasattr(value, "stride") and hasattr(value, "storage_offset"):
        return {prefix: value}
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    return {
        name: tensor
        for key, each in items
        for name, tensor in flat(each, f"{prefix}.{key}" if prefix else str(key)).items()
    }


def check_tensors(torch: Any, path: Path, found: Inspection, loaded: Any) -> None:
    expected = flat(loaded)
    assert [each.name for each in found.tensors] == list(expected)
    data = path.read_bytes()
    for each in found.tensors:
        tensor = expected[each.name].detach()
        assert each.dtype == DTYPES[str(tensor.dtype).removeprefix("torch.")], each
        assert each.shape == tuple(tensor.shape), each
        assert each.nbytes == tensor.numel() * tensor.element_size(), each
        if tensor.is_contiguous():
            assert each.offset is not None
            raw = (
                tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
            )
            assert data[each.offset : each.offset + each.nbytes] == raw, each
        else:
            assert each.offset is None


def values(torch: Any) -> dict[str, Any]:
    shared = torch.arange(12.0).reshape(3, 4)
    kinds = {name: torch.zeros(3, dtype=getattr(torch, name)) for name in DTYPES if hasattr(torch, name)}
    return {
        "a state": torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).state_dict(),
        "types": kinds,
        "views": {"whole": shared, "row": shared[1], "column": shared[:, 1], "turned": shared.T, "wide": shared[0].expand(5, 4)},
        "a checkpoint": _checkpoint(torch),
        "odd shapes": {"scalar": torch.tensor(1.5), "empty": torch.zeros(0, 4), "deep": torch.zeros(1, 2, 1, 3, 1)},
        "parameters": [torch.nn.Parameter(torch.ones(2, 2)), torch.nn.Parameter(torch.ones(1), requires_grad=False)],
        "a tensor alone": {"": None} and torch.ones(3),
    }  # fmt: skip


def _checkpoint(torch: Any) -> dict[str, Any]:
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return {
        "epoch": 7,
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "rng": torch.get_rng_state(),
        "metrics": {"loss": 0.25, "names": ["a", "b"]},
    }


CASES = ["a state", "types", "views", "a checkpoint", "odd shapes", "parameters", "a tensor alone"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", ["zip", "old"])
def test_what_torch_saves(case: str, form: str, torch: Any, tmp_path: Path) -> None:
    value = values(torch)[case]
    if case == "types" and form == "old":  # it has no word for the others
        value = {name: each for name, each in value.items() if not name.startswith(("float8", "uint16"))}
    path = tmp_path / "m.pt"
    torch.save(value, path, _use_new_zipfile_serialization=form == "zip")
    found = inspect(path)
    assert (found.format, found.problems) == ("PyTorch", ())
    assert found.pickles is not None
    assert found.pickles.verdict == "safe", found.pickles
    loaded = torch.load(path, weights_only=True)
    if case == "a tensor alone":
        loaded = {"tensor": loaded}
    check_tensors(torch, path, found, loaded)
    if case == "a checkpoint":
        assert found.metadata["epoch"] == 7
        assert found.metadata["metrics"] == {"loss": 0.25, "names": ["a", "b"]}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_other_protocols(protocol: int, torch: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    state = torch.nn.Linear(3, 2).state_dict()
    torch.save(state, path, pickle_protocol=protocol)
    found = inspect(path)
    assert found.pickles is not None
    assert found.pickles.verdict == "safe"
    check_tensors(torch, path, found, torch.load(path, weights_only=False))


def test_what_weights_only_refuses_is_not_safe(torch: Any, tmp_path: Path) -> None:
    """And what it takes is safe: the list here is no shorter than PyTorch's own."""
    allowed = pytest.importorskip("torch._weights_only_unpickler")._get_allowed_globals()

    for label in allowed:
        module, _, name = label.rpartition(".")
        assert kind(module, name) == "safe", label
    path = tmp_path / "m.pt"
    for value in (print, io.StringIO, torch.hub.load, warnings.warn):
        torch.save({"x": value}, path)
        with pytest.raises(pickle.UnpicklingError):
            torch.load(path, weights_only=True)
        found = inspect(path).pickles
        assert found is not None
        assert found.verdict in ("unsafe", "unknown")


@pytest.mark.parametrize("form", ["zip", "old"])
def test_whole_models(form: str, torch: Any, tmp_path: Path) -> None:
    layer = torch.nn.TransformerEncoderLayer(8, 2, 16)
    model = torch.nn.Sequential(
        OrderedDict(
            embed=torch.nn.Embedding(10, 8),
            encoder=torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False),
            rnn=torch.nn.LSTM(8, 4),
            norm=torch.nn.BatchNorm1d(4),
        )
    )
    path = tmp_path / "m.pt"
    torch.save(model, path, _use_new_zipfile_serialization=form == "zip")
    found = inspect(path)
    assert found.pickles is not None
    assert found.pickles.verdict == "safe", found.pickles
    assert found.architecture is not None
    assert found.architecture.classes == ("torch.nn.modules.container.Sequential",)
    names = {each.name for each in found.tensors}
    assert names >= set(model.state_dict())
    assert {each.name: each.shape for each in found.tensors if each.name in model.state_dict()} == {
        name: tuple(tensor.shape) for name, tensor in model.state_dict().items()
    }


def test_torchscript(torch: Any, tmp_path: Path) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.BatchNorm1d(4)).eval()
    for at, script in enumerate((torch.jit.script(model), torch.jit.trace(model, torch.ones(2, 3)))):
        path = tmp_path / f"{at}.pt"
        script.save(str(path), _extra_files={"config.json": "{}"})
        found = inspect(path)
        assert (found.format, found.problems) == ("TorchScript", ())
        assert found.pickles is not None
        assert found.pickles.verdict == "safe", found.pickles
        loaded = torch.jit.load(str(path)).state_dict()
        check_tensors(torch, path, found, {each.name: loaded[each.name] for each in found.tensors})
        assert {each.name for each in found.tensors} == set(loaded)
        assert found.metadata["extra/config.json"] == "{}"


def test_quantised_and_sparse_tensors(torch: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    value = {
        "q": torch.quantize_per_tensor(torch.ones(2, 3), 0.1, 0, torch.qint8),
        "s": torch.eye(3).to_sparse(),
        "meta": torch.empty(4, device="meta"),
    }
    torch.save(value, path)
    found = inspect(path)
    assert found.pickles is not None
    assert found.pickles.verdict == "safe", found.pickles
    assert {each.name: (each.dtype, each.shape) for each in found.tensors}["q"] == ("I8", (2, 3))
    assert any(each.name.startswith("s.") for each in found.tensors)


def test_tensors_pickled_as_any_other_object(torch: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.pkl"
    value = {"w": torch.arange(6.0).reshape(2, 3), "b": torch.ones(2, dtype=torch.int16)}
    for protocol in (2, 4):
        path.write_bytes(pickle.dumps(value, protocol))
        found = inspect(path)
        assert found.pickles is not None
        assert found.pickles.verdict == "safe", found.pickles
        assert [(each.name, each.dtype, each.shape) for each in found.tensors] == [
            ("w", "F32", (2, 3)),
            ("b", "I16", (2,)),
        ]
        if protocol > 2:
            check_tensors(torch, path, found, value)
    path.write_bytes(pickle.dumps({"w": torch.ones(4000)}, 2))
    found = inspect(path)
    assert found.pickles is not None
    assert found.pickles.verdict == "partial"
    assert found.notes == ("tensors whose bytes were written as text, which are not listed: 1",)


ESTIMATORS = [
    "linear_model.LogisticRegression",
    "ensemble.RandomForestClassifier",
    "ensemble.GradientBoostingClassifier",
    "svm.SVC",
    "preprocessing.StandardScaler",
    "naive_bayes.GaussianNB",
]


@pytest.mark.parametrize("name", ESTIMATORS)
def test_scikit_learn(name: str, tmp_path: Path) -> None:
    sklearn = pytest.importorskip("sklearn")
    np = pytest.importorskip("numpy")
    joblib = pytest.importorskip("joblib")
    pipeline = pytest.importorskip("sklearn.pipeline")
    module, _, inside = name.partition(".")
    model = getattr(pytest.importorskip(f"sklearn.{module}"), inside)()
    x = np.random.RandomState(0).randn(60, 4)
    y = (x[:, 0] > 0).astype(int)
    model.fit(x, y)
    path = tmp_path / "m.pkl"
    for content in (
        pickle.dumps(model, 2),
        pickle.dumps(model, 5),
        _dumped(joblib, model),
        _dumped(joblib, model, compress=3),
        _dumped(joblib, pipeline.make_pipeline(model)),
    ):
        path.write_bytes(content)
        found = inspect(path)
        assert found.pickles is not None
        assert found.pickles.verdict == "safe", found.pickles
        assert found.problems == ()
        assert found.architecture is not None
        (kind_of,) = found.architecture.classes
        assert kind_of in (f"{type(model).__module__}.{inside}", "sklearn.pipeline.Pipeline")
        assert found.metadata["sklearn_version"] == sklearn.__version__
        assert found.tensors
    if inside == "LogisticRegression":
        (coefficients,) = [each for each in found.tensors if each.name.endswith("coef_")]
        assert (coefficients.dtype, coefficients.shape) == ("F64", (1, 4))


def _dumped(joblib: Any, value: Any, **how: Any) -> bytes:
    out = io.BytesIO()
    joblib.dump(value, out, **how)
    return out.getvalue()


def test_arrays_lie_where_they_are_said_to(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    joblib = pytest.importorskip("joblib")
    value = {
        "floats": np.arange(6.0).reshape(2, 3),
        "turned": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "big": np.arange(4, dtype=">i4"),
        "texts": np.array(["a", "bcd"]),
        "records": np.zeros(3, dtype=[("a", "f4"), ("b", "i2", (2,))]),
        "objects": np.array([1, "a", None], dtype=object),
        "empty": np.zeros((0, 3)),
        "flags": np.array([True, False]),
        "after": np.arange(3, dtype="u1"),
    }
    for name, content in (
        ("a.joblib", _dumped(joblib, value)),
        ("a.pkl", pickle.dumps(value, 4)),
        ("b.pkl", pickle.dumps(value, 5)),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        found = inspect(path)
        assert found.pickles is not None
        assert found.pickles.verdict == "safe", found.pickles
        data = path.read_bytes()
        assert [each.name for each in found.tensors] == [each for each in value if each != "objects"]
        for each in found.tensors:
            array = value[each.name]
            assert (each.shape, each.nbytes) == (array.shape, array.nbytes)
            if each.name == "turned":
                assert each.offset is None
            else:
                assert each.offset is not None
                assert data[each.offset : each.offset + each.nbytes] == array.tobytes()
        assert [each.name for each in found.tensors if each.big_endian] == ["big"]


def test_xgboost(tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    np = pytest.importorskip("numpy")
    x = np.random.RandomState(0).randn(40, 3)
    model = xgboost.XGBClassifier(n_estimators=3).fit(x, x[:, 0] > 0)
    path = tmp_path / "m.pkl"
    path.write_bytes(pickle.dumps(model))
    found = inspect(path)
    assert found.pickles is not None
    assert found.pickles.verdict == "unknown"
    assert set(found.pickles.unknown) == {"xgboost.sklearn.XGBClassifier", "xgboost.core.Booster"}
    assert found.metadata["n_estimators"] == 3


def test_arguments_of_a_trainer(torch: Any, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    path = tmp_path / "training_args.bin"
    torch.save(transformers.TrainingArguments(output_dir=str(tmp_path)), path)
    found = inspect(path)
    assert found.pickles is not None
    assert found.pickles.verdict == "safe", found.pickles
    assert found.metadata["output_dir"] == str(tmp_path)


def test_functions_of_users_are_not_safe(torch: Any, tmp_path: Path) -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    path = tmp_path / "f.pkl"
    path.write_bytes(cloudpickle.dumps(lambda x: x + 1))
    found = inspect(path).pickles
    assert found is not None
    assert found.verdict == "unsafe"
    torch.save(_Net(torch), path)
    found = inspect(path).pickles
    assert found is not None
    assert found.verdict == "unknown"
    assert any(name.endswith("_Net") for name in found.unknown)


def _Net(torch: Any) -> Any:  # noqa: N802 - makes one
    class _Net(torch.nn.Module):  # type: ignore[misc]
        pass

    _Net.__qualname__ = "_Net"
    _Net.__module__ = __name__
    globals()["_Net"] = _Net
    return _Net()
