"""What a pickle would load, as a model: its tensors and arrays with the names they are found by, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from ....nouns.inspection import Tensor
from .. import kept
from ..limits import MAX_NAME, MAX_TENSORS, Cursor
from .numpy_arrays import array_of, is_array
from .torch_tensors import Places, is_tensor, unwrapped, view_of
from .values import Array, Bag, Data, Global, Lost, Made, Pairs, class_of, is_lost_data

_MAX_VISITS = 1_000_000
_MAX_DEPTH = 64
_HOLDERS = (Made, Pairs, Bag, Array, list, tuple)
_DICTS = (
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "builtins.dict",
)
_MODULE_PARTS = ("_parameters", "_buffers", "_modules")
"""Where a module of PyTorch keeps what it consists of; names leave them out, as ``state_dict`` does."""
_MODULE_REST = frozenset(
    {"training", "_non_persistent_buffers_set", "_state_dict_pre_hooks", "_is_full_backward_hook"}
)
_SCRIPT = "__torch__."
_VERSION = "_sklearn_version"


class Contents:
    """Gathers what values hold. ``tensors`` are in the order they are found; ``notes`` say what was not taken.

    What it raises are errors of ``cursor``'s format; ``path`` is the file's, ``big_endian`` says that PyTorch's storages are so.
    """

    def __init__(self, cursor: Cursor, path: str, *, big_endian: bool = False) -> None:
        self._cursor, self._path, self._big_endian = cursor, path, big_endian
        self.tensors: list[Tensor] = []
        self._names: dict[str, int] = {}
        self._places: dict[tuple[int, int], int] = {}
        self._visits = self._strided = self._objects = self._unknown = 0
        self._cut = False

    def add(self, value: Any, places: Places, *, name: str = "", base: int | None = 0) -> None:
        """Take the tensors in a value, called by where they stand in it, below ``name``.

        ``places`` finds PyTorch's storages; ``base`` is where the pickle begins in the file, None if it does not lie there as it is.

        Raises:
            BadFileError: one of them is not what it claims.
        """
        waiting: list[tuple[str, Any, tuple[int, ...]]] = [(name, value, ())]
        while waiting:
            where, each, above = waiting.pop()
            self._visits += 1
            if self._visits > _MAX_VISITS or len(self.tensors) >= MAX_TENSORS:
                self._cut = True
                return
            each = unwrapped(each)
            if is_tensor(each):
                self._tensor(where, each, places)
            elif is_array(each):
                self._array(where, array_of(each), base)
            elif type(each) in _HOLDERS:
                if id(each) in above:
                    continue
                if len(above) >= _MAX_DEPTH:
                    self._cut = True
                    continue
                path = (*above, id(each))
                inside = [
                    (_joined(where, key), child, path) for key, child in _children(each) if _holds(child)
                ]
                waiting += reversed(inside)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing about the tensors."""
        found = []
        if self._cut:
            found.append("it holds more than is listed")
        if self._strided:
            found.append(
                f"tensors whose elements lie in another order than their shapes say: {self._strided:,}"
            )
        if shared := sum(many - 1 for many in self._places.values()):
            found.append(f"tensors that share their bytes with others, and are counted, too: {shared:,}")
        if self._objects:
            found.append(f"arrays of Python objects, which are not listed: {self._objects:,}")
        if self._unknown:
            found.append(f"tensors whose bytes were written as text, which are not listed: {self._unknown:,}")
        return tuple(found)

    def _tensor(self, where: str, value: Made, places: Places) -> None:
        view = view_of(value, where, places, self._cursor)
        if view is None:
            self._unknown += 1
            return
        self._strided += not view.in_a_row
        if view.offset is not None and view.nbytes:
            place = (view.offset, view.nbytes)
            self._places[place] = self._places.get(place, 0) + 1
        self._keep(where, view.dtype, view.shape, view.nbytes, view.offset, self._big_endian)

    def _array(self, where: str, array: Array | None, base: int | None) -> None:
        if array is None:
            self._objects += 1
            return
        in_a_row = not array.fortran or sum(size > 1 for size in array.shape) < 2
        self._strided += not in_a_row
        at = array.data.at
        offset = base + at if in_a_row and at is not None and base is not None else None
        self._keep(where, array.dtype.name, array.shape, array.data.size, offset, array.dtype.swapped)

    def _keep(
        self,
        where: str,
        dtype: str,
        shape: tuple[int, ...],
        nbytes: int,
        offset: int | None,
        big_endian: bool,
    ) -> None:
        name = where or "tensor"
        count = self._names[name] = self._names.get(name, 0) + 1
        name = name if count == 1 else f"{name}#{count}"
        self.tensors.append(Tensor(name, dtype, shape, nbytes, offset, self._path, big_endian))


def _holds(value: Any) -> bool:
    """Whether a value may be a tensor, or hold one."""
    return type(value) in _HOLDERS and value != ()


def _joined(where: str, key: str | None) -> str:
    if key is None:
        return where
    name = f"{where}.{key}" if where else key
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"


def _children(value: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield what a value consists of, each with the name it has inside, None where it has none of its own."""
    if isinstance(value, Pairs):
        for key, each in value.items:
            yield _key(key), each
    elif isinstance(value, Made):
        yield from _of_made(value)
    else:
        items = value.items if isinstance(value, Bag) else value
        for at, each in enumerate(items):
            yield str(at), each


def _of_made(value: Made) -> Iterator[tuple[str | None, Any]]:
    if isinstance(value.args, tuple) and not (
        isinstance(value.callee, Global) and value.callee.label in _NEW
    ):
        one = len(value.args) == 1 and isinstance(value.args[0], (list, tuple, Pairs))
        for at, each in enumerate(value.args):
            yield (None if one else str(at)), each
    for at, each in enumerate(value.items or ()):
        if isinstance(each, tuple) and len(each) == 2:
            yield _key(each[0]), each[1]
        else:
            yield str(at), each
    if isinstance(value.callee, Global) and value.callee.label in _DICTS:
        return  # what PyTorch keeps beside a state: versions of modules
    state = value.state
    if isinstance(state, tuple) and len(state) == 2 and isinstance(state[0], Pairs | None):
        for part in state:
            if isinstance(part, Pairs):
                yield from _attributes(part)
    elif isinstance(state, Pairs):
        yield from _attributes(state)
    elif state is not None:
        yield None, state


_NEW = ("copyreg._reconstructor",)


def _attributes(state: Pairs) -> Iterator[tuple[str | None, Any]]:
    is_module = any(key == "_modules" for key, _ in state.items)
    for key, each in state.items:
        if is_module and key in _MODULE_PARTS:
            yield None, each
        elif not (is_module and isinstance(key, str) and (key in _MODULE_REST or key.endswith("_hooks"))):
            yield _key(key), each


def _key(key: Any) -> str:
    if isinstance(key, str):
        return kept.printable(key)
    if isinstance(key, (int, float)) or key is None:
        return str(key)
    if isinstance(key, tuple) and len(key) <= 4 and all(isinstance(each, (int, str)) for each in key):
        return f"({', '.join(map(_key, key))})"
    return "?"


def class_name(value: Any) -> str:
    """Return the class of what a pickle would load, where that is more than a container; else an empty text."""
    if not isinstance(value, Made):
        return ""
    callee = class_of(value.callee)
    if callee is not None and callee.label in _NEW and isinstance(value.args, tuple) and value.args:
        callee = class_of(value.args[0])
    if callee is None or callee.label in _DICTS or is_array(value) or is_tensor(unwrapped(value)):
        return ""
    return callee.label.removeprefix(_SCRIPT)


def said(value: Any) -> dict[str, Any]:
    """Return the plain values that stand at the top of what a pickle would load: its epoch, its settings."""
    pairs = _pairs(value) or []
    if isinstance(value, Made) and class_name(value) and isinstance(value.state, Pairs):
        pairs = value.state.items
    found: dict[str, Any] = {}
    plain = _Plain()
    for key, each in pairs[: kept.MAX_KEYS * 4]:
        if not isinstance(key, str) or len(found) >= kept.MAX_KEYS:
            continue
        if key.startswith("_") and key != _VERSION and class_name(value):
            continue  # what an object keeps for itself
        with suppress(_NotPlain):
            found[key.removeprefix("_")] = plain.value(each, 0)
    return dict(kept.value(found))


class _NotPlain(Exception):  # noqa: N818 — never leaves this file
    """A value is, or holds, more than texts and numbers."""


class _Plain:
    """Turns values into JSON types, a limited number of them: the same list may stand in many places."""

    def __init__(self) -> None:
        self._left = 20_000

    def value(self, value: Any, depth: int) -> Any:
        """Return a value as JSON types.

        Raises:
            _NotPlain: it is not made of such.
        """
        self._left -= 1
        if self._left < 0 or depth > kept.MAX_DEPTH:
            raise _NotPlain
        if value is None or isinstance(value, (bool, float, str)):
            return value
        if isinstance(value, int):
            return value if abs(value) < 2**63 else str(value)
        if isinstance(value, Lost) and value.what == "text":
            return f"{value.size:,} bytes of text"
        if isinstance(value, (list, tuple)):
            if len(value) > _MOST:
                raise _NotPlain
            return [self.value(each, depth + 1) for each in value]
        pairs = _pairs(value)
        if pairs is None or len(pairs) > _MOST or not all(isinstance(key, (str, int)) for key, _ in pairs):
            raise _NotPlain
        return {str(key): self.value(each, depth + 1) for key, each in pairs}


_MOST = 256
"""Longest list, and most keys of a dict, that are shown among what a file says of itself."""


def _pairs(value: Any) -> Sequence[tuple[Any, Any]] | None:
    """Return the items of what is a dict, or of a class derived from it that only holds settings; else None."""
    if isinstance(value, Pairs):
        return value.items
    if isinstance(value, Made) and isinstance(value.callee, Global):
        if value.callee.label in _DICTS or value.callee.name == "AttributeDict":
            return [each for each in value.items or () if isinstance(each, tuple) and len(each) == 2]
        if value.callee.label in ("argparse.Namespace", "types.SimpleNamespace") and isinstance(
            value.state, Pairs
        ):
            return value.state.items
    return None


def data_of(value: Any) -> Data | None:
    """Return the bytes that PyTorch loads a storage from, where a tensor was pickled without its own format; else None."""
    if (
        isinstance(value, Made)
        and isinstance(value.callee, Global)
        and value.callee.name == "_load_from_bytes"
    ):
        args = value.args
        if isinstance(args, tuple) and len(args) == 1:
            if isinstance(args[0], Data):
                return args[0]
            if is_lost_data(args[0]):
                return Data(0, None)
    return None
