"""Pickles that import only what is harmless, and have it call by names that they chose themselves: none is called safe.

The stacked one was loaded with Python's ``pickle`` and scikit-learn 1.9, and wrote its file.
"""

from __future__ import annotations

import io

import pytest
from mvtui.store.knowledge.formats import Source
from mvtui.store.knowledge.formats.pickled.search import search

from .assembly import Code, call, name, new, ordered, pickled, put


def told(value: Code) -> str:
    data = pickled(value)
    found = search(Source(io.BytesIO(data), len(data), "some.pkl"))
    assert found is not None
    return found.verdict


def filled(target: Code, *values: object) -> Code:
    return Code(target.code + b"(" + b"".join(map(put, values)) + b"e")


STACKING = ("sklearn.ensemble._stacking", "StackingClassifier")
SCORER = new("sklearn.metrics._scorer", "_PassthroughScorer", {"_estimator": None})
STACKED = {
    "estimators_": [call("pathlib", "PosixPath", "/tmp/written")],
    "stack_method_": ["write_text"],
    "final_estimator_": new("sklearn.cluster._kmeans", "KMeans"),
    "passthrough": False,
}
"""Predicting calls the method of that name with what is predicted from."""
SPACE = new("argparse", "Namespace", {"detach": name("builtins", "list")})
RELU = new("torch.nn.modules.activation", "ReLU", {"training": True})
TENSOR = call("torch._utils", "_rebuild_tensor_v2", None, 0, (1,), (1,), False, ordered({}))
KEY = call("numpy", "str_", "__setstate__")

CALLING = {
    "a class that is none": call("copyreg", "__newobj__", new(*STACKING, STACKED | {"__new__": SCORER}), "text", None),
    "a class that is none, as an extended one": call("copyreg", "__newobj_ex__", SPACE, (), {}),
    "a base that is initialised": call("copyreg", "_reconstructor", name(*STACKING), name(*STACKING), [1]),
    "a state's own way": new(*STACKING, {"__setstate__": SCORER}),
    "a state's own way, in slots": new(*STACKING, (None, {"__class__": name("argparse", "Namespace")})),
    "a state's own way, as NumPy's text": Code(new(*STACKING).code + b"}" + KEY.code + b"Nsb"),
    "a state that is made": new(*STACKING, ordered({"__setstate__": SCORER})),
    "a dict's own way": Code(ordered({}).code + put({"__setstate__": SCORER}) + b"b"),
    "a list's own way": filled(new("argparse", "Namespace", {"extend": SCORER}), 1),
    "keys that answer": Code(new("sklearn.utils._bunch", "Bunch").code + put("__torch_function__") + b"Ns"),
    "a function that calls another": call(
        "torch._tensor", "_rebuild_from_type_v2", SCORER, name("torch", "Tensor"), (SPACE, 1), None
    ),
    "a function that only seems to make tensors": call(
        "torch._tensor", "_rebuild_from_type_v2", name("builtins", "str"), name("torch", "Tensor"), (1,), None
    ),
    "attributes of a tensor": call(
        "torch._utils", "_rebuild_parameter_with_state", TENSOR, True, ordered({}), {"__torch_function__": SCORER}
    ),
    "a generator of numbers": call("numpy.random._pickle", "__generator_ctor", "a", SCORER),
    "a tensor that is none": call("torch._utils", "_rebuild_parameter", SPACE, True, ordered({})),
    "a tensor that is a storage with attributes": call(
        "torch._utils", "_rebuild_parameter", new("torch.storage", "TypedStorage", {"detach": RELU}), True, ordered({})
    ),
    "an activation that is called": call("torch.nn.functional", "sigmoid", SPACE),
    "a layer that is called": call("torch.nn.modules.transformer", "TransformerEncoder", 1, 2),
    "a dict that answers": call("collections", "OrderedDict", Code(ordered({}).code + put({"keys": RELU}) + b"b")),
    "arguments that are no tuple": Code(name("collections", "OrderedDict").code + put([[1]]) + b"R"),
    "a storage that answers": Code(put(("storage", name("torch", "FloatStorage"), "0", SPACE, 1)) + b"Q"),
}  # fmt: skip


@pytest.mark.parametrize("how", CALLING)
def test_what_may_call_is_not_safe(how: str) -> None:
    assert told(CALLING[how]) in ("unknown", "unsafe")


HARMLESS = {
    "an estimator": new(*STACKING, STACKED),
    "an estimator of an old protocol": Code(
        call("copyreg", "_reconstructor", name(*STACKING), name("builtins", "object"), None).code
        + put(STACKED)
        + b"b"
    ),
    "a layer": new("torch.nn.modules.container", "Sequential", {"_modules": ordered({"0": RELU})}),
    "a state with its versions": Code(
        ordered({"weight": TENSOR}).code + put({"_metadata": ordered({})}) + b"b"
    ),
    "a parameter with attributes": call(
        "torch._utils", "_rebuild_parameter_with_state", TENSOR, True, ordered({}), {"sequence_parallel": True}
    ),
    "a subclass of tensors": call(
        *("torch._tensor", "_rebuild_from_type_v2", name("torch._utils", "_rebuild_tensor_v2")),
        *(name("torch.nn.parameter", "Buffer"), (None, 0, (1,), (1,), False, ordered({})), {}),
    ),
    "a generator of numbers": call(
        "numpy.random._pickle", "__generator_ctor", call("numpy.random._pickle", "__bit_generator_ctor", name("numpy.random._pcg64", "PCG64"))
    ),
    "a queue": filled(call("collections", "deque"), 1, 2),
    "pairs of layers": call("collections", "OrderedDict", [["0", RELU]]),
    "a loss in C": call("sklearn._loss._loss", "CyPinballLoss", 0.5),
}  # fmt: skip


@pytest.mark.parametrize("how", HARMLESS)
def test_what_is_used_as_it_is_meant_to_be(how: str) -> None:
    assert told(HARMLESS[how]) == "safe"
