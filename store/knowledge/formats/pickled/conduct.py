"""What harmless names may not be used for: an object's attributes can stand in for its methods, and who is handed it calls those.

``copyreg.__newobj__`` calls ``__new__`` of what it is given, a list's ``append`` is looked for in the object itself, PyTorch asks
``__torch_function__``. Where such an object is handed to a function, what runs was chosen by the file. What really pickles such
classes only makes them, without arguments, and gives them a state.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .values import Global, Made, Pairs, class_of

_ONLY_MADE = ("torch.nn.modules.", "torch.nn.functional.", "sklearn.")
"""Where what begins so is never called, but made without being initialised, or only named."""
_COMPILED = (
    "sklearn._loss._loss",
    "sklearn.linear_model._sgd_fast",
    "sklearn.metrics._dist_metrics",
    "sklearn.neighbors._ball_tree",
    "sklearn.neighbors._kd_tree",
    "sklearn.tree._tree",
)
"""Modules of scikit-learn in C: what they hold is made by calls, and has no attributes that a file could add."""
_WITH_ATTRIBUTES = (
    *("sklearn.", "torch.nn.modules.", "argparse.", "types.", "copyreg.", "joblib.", "transformers."),
    *("accelerate.", "lightning.", "lightning_fabric.", "pytorch_lightning."),
)
_DICTS = ("collections.OrderedDict", "collections.Counter", "collections.defaultdict")
_APPENDED = ("collections.deque", "builtins.list", "builtins.set")
_BY_CLASS = {
    "copyreg._reconstructor": 2,
    "copyreg.__newobj__": 1,
    "copyreg.__newobj_ex__": 1,
    "numpy.ma.core._mareconstruct": 2,
    "torch._tensor._rebuild_from_type_v2": 2,
}
"""Function → how many of its first arguments it takes for classes or functions, and calls."""
_OF_NUMPY, _OF_RANDOM = "numpy.", "numpy.random."
_FROM_TYPE = "torch._tensor._rebuild_from_type_v2"
_WITH_STATE = "torch._utils._rebuild_parameter_with_state"


def misused(found: Global, args: Any, how: str) -> bool:
    """Whether a call of something harmless may call what is given to it, or do more than make an object."""
    if not isinstance(args, tuple):  # Python's own unpickler takes all that it can walk through
        return True
    if any(map(_answers, args)):
        return True
    if how == "REDUCE" or (args and how in ("INST", "OBJ")):
        if found.label.startswith(_ONLY_MADE) and found.module not in _COMPILED:
            return True
        if any(class_of(each) is None for each in args[: _BY_CLASS.get(found.label, 0)]):
            return True
    return _misused_by_name(found, args)


def _misused_by_name(found: Global, args: tuple[Any, ...]) -> bool:
    if found.label == "copyreg._reconstructor":  # it calls the second one's __init__
        base = class_of(args[1]) if len(args) > 1 else None
        return base is None or base.module != "builtins"
    if found.label == _FROM_TYPE:
        function = class_of(args[0]) if args else None
        if function is None or not function.label.startswith("torch._utils._rebuild_"):
            return True
        return len(args) != 4 or misused(function, args[2], "REDUCE") or _sets_special(args[3])
    if found.label == _WITH_STATE:
        return len(args) > 3 and _sets_special(args[3])
    if found.module == f"{_OF_RANDOM}_pickle":
        return any(isinstance(each, Global) and not each.label.startswith(_OF_RANDOM) for each in args)
    return False


def answers_within(key: Any) -> bool:
    """Whether a persistent ID, which loaders read as texts and numbers, has objects in it that may answer for themselves."""
    return _answers(key) or (isinstance(key, tuple) and any(map(_answers, key)))


def overrides(target: Made, state: Any) -> bool:
    """Whether a state given to an object has attributes that stand in for what Python itself asks an object, or may have some."""
    return _sets_special(state, any_object=not _has_attributes(class_of(target.callee)))


def filled_by_itself(target: Made, items: Iterable[Any], how: str) -> bool:
    """Whether what fills an object may be one of its attributes, or what it is filled with may be taken for its methods."""
    made_by = class_of(target.callee)
    if made_by is None:
        return False
    if how.startswith("SET"):
        return made_by.label not in _DICTS and _any_special(items)
    return made_by.label not in _APPENDED


def _answers(value: Any) -> bool:
    """Whether a value is an object whose attributes may stand in for its methods."""
    if not isinstance(value, Made):
        return False
    made_by = class_of(value.callee)
    if made_by is not None and made_by.label in _DICTS:
        return value.state is not None
    given = value.state if isinstance(value.state, tuple) and len(value.state) == 2 else (value.state,)
    if any(isinstance(part, Pairs) for part in given):
        return made_by is None or not made_by.label.startswith(_OF_NUMPY)
    return _has_attributes(made_by)


def _has_attributes(made_by: Global | None) -> bool:
    """Whether what a class or function makes takes any attribute."""
    if made_by is None or made_by.label in _DICTS:
        return True
    return made_by.label.startswith(_WITH_ATTRIBUTES) and made_by.module not in _COMPILED


def _sets_special(state: Any, *, any_object: bool = False) -> bool:
    """Whether a state sets special attributes; what only says so while it is loaded does, unless it may be ``any_object``."""
    parts = state if isinstance(state, tuple) and len(state) == 2 else (state,)
    return any(
        _any_special(part.items) if isinstance(part, Pairs) else isinstance(part, Made) and not any_object
        for part in parts
    )


def _any_special(items: Iterable[Any]) -> bool:
    return any(_is_special(each[0] if isinstance(each, tuple) and each else each) for each in items)


def _is_special(key: Any) -> bool:
    if isinstance(key, str):
        return key.startswith("__") and key.endswith("__")
    return isinstance(key, Made)  # NumPy's texts are texts, too
