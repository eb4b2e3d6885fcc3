"""What stands on the machine's stack: texts, numbers, lists and tuples as they are, and stand-ins for all else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from . import names


class Global:
    """A class or function that loading would import: ``label`` is the name that Python 3 knows it by, ``kind`` what is known of it."""

    __slots__ = ("kind", "label", "module", "name")

    def __init__(self, module: str, name: str, *, script: bool = False) -> None:
        self.module, self.name = names.current(module, name)
        self.label = f"{self.module}.{self.name}"
        self.kind = names.kind(module, name, script=script)


class Made:
    """What a call would return: ``callee`` called with ``args``, given ``state``, then filled with ``items``.

    ``items`` are pairs where keys were set, and single values where some were appended or added.
    """

    __slots__ = ("args", "callee", "items", "state")

    def __init__(self, callee: Any, args: Any) -> None:
        self.callee, self.args = callee, args
        self.state: Any = None
        self.items: list[Any] | None = None


class Pairs:
    """A dict: its keys and values in the order they were set, keys perhaps twice."""

    __slots__ = ("items",)

    def __init__(self, items: Sequence[tuple[Any, Any]] = ()) -> None:
        self.items = items

    def add(self, items: list[tuple[Any, Any]]) -> None:
        """Set more keys."""
        if isinstance(self.items, list):
            self.items.extend(items)
        else:  # most are filled once, and many hostile ones never
            self.items = items

    def get(self, key: str) -> Any:
        """Return the value of a key; None without."""
        return next((value for name, value in reversed(self.items) if name == key), None)


class Bag:
    """A set."""

    __slots__ = ("items",)

    def __init__(self, items: list[Any]) -> None:
        self.items = items


class Data(NamedTuple):
    """Bytes: how many, and where in the source they lie. ``start`` are they themselves, if they are few.

    ``mutable`` says that they are a bytearray: what is loaded later may change them, also through a view of them.
    """

    size: int
    at: int | None
    start: bytes = b""
    mutable: bool = False


class Stored(NamedTuple):
    """What the loader is to find by itself, by a persistent ID: PyTorch's storages."""

    key: Any


class Array(NamedTuple):
    """An array that lies between the opcodes, as joblib writes it."""

    dtype: Any
    shape: Any
    fortran: bool
    data: Data


class Lost(NamedTuple):
    """A text or number too long to be kept."""

    what: str
    size: int


class Unknown:
    """What can't be known without running something, or is not there although it should be."""

    __slots__ = ()


UNKNOWN = Unknown()


def class_of(value: Any) -> Global | None:
    """Return the class or function that a value is; None if it is none.

    Old files of PyTorch name a module's class by a persistent ID together with its source text, which is only compared.
    """
    if isinstance(value, Global):
        return value
    if isinstance(value, Stored) and isinstance(value.key, tuple) and len(value.key) == 4:
        kind, found = value.key[:2]
        return found if kind == "module" and isinstance(found, Global) else None
    return None


def is_made_by(value: Any, *labels: str) -> bool:
    """Whether a value is what one of these classes or functions returns."""
    return isinstance(value, Made) and isinstance(value.callee, Global) and value.callee.label in labels


def is_lost_data(value: Any) -> bool:
    """Whether a value is bytes that were written as a text, for Python 2, which was too long to be kept."""
    return (
        is_made_by(value, "_codecs.encode")
        and isinstance(value.args, tuple)
        and len(value.args) == 2
        and isinstance(value.args[0], Lost)
    )


_NEVER_TEXTS = (bool, int, float, tuple, list, Pairs, Bag, Global, Array, Data, type(None))
_MAKERS_OF_ARRAYS = (
    "numpy.dtype",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
)


def is_no_text(value: Any) -> bool:
    """Whether a value is certainly none of class ``str`` itself: an object of another class, a number, a list."""
    if isinstance(value, Made):
        return isinstance(value.callee, Global) and (
            is_made_by(value, *_MAKERS_OF_ARRAYS) or value.callee.name[:1].isupper()
        )
    return type(value) in _NEVER_TEXTS
