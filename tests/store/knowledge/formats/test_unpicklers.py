"""Beside Python's own unpicklers: what they would import and load is what the machine says, whatever opcodes it is given.

They are given a ``find_class`` that imports nothing and returns stand-ins that do nothing.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import io
import pickle
import struct
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mvtui.store.knowledge.formats import Source
from mvtui.store.knowledge.formats.pickled.judge import Judge
from mvtui.store.knowledge.formats.pickled.machine import Machine
from mvtui.store.knowledge.formats.pickled.names import current
from mvtui.store.knowledge.formats.pickled.search import search
from mvtui.store.knowledge.formats.pickled.stream import Budget, Stream
from mvtui.store.knowledge.formats.pickled.values import Bag, Data, Made, Pairs

from .assembly import put
from .tricks import TRICKS


class Stand:
    """Takes whatever an unpickler does to an object."""

    def __init__(self, *words: object, **named: object) -> None:
        self.words = words

    def __new__(cls, *words: object, **named: object) -> Self:
        return object.__new__(cls)

    def __setstate__(self, state: object) -> None:
        pass

    def __call__(self, *words: object) -> Stand:
        return self

    def append(self, _value: object) -> None:
        pass

    extend = add = append

    def __setitem__(self, _key: object, _value: object) -> None:
        pass

    def __hash__(self) -> int:
        return 1


def imports_of(kind: type[Any], data: bytes, *, persistent: bool) -> list[str]:
    """Return what an unpickler asks to import, to its end or to its error."""
    asked: list[str] = []

    class Watched(kind):  # type: ignore[misc]
        def find_class(self, module: str, name: str) -> type[Stand]:
            asked.append(".".join(current(module, name)))
            return Stand

        if persistent:

            def persistent_load(self, _pid: object) -> Stand:
                return Stand()

        def get_extension(self, code: int) -> None:
            asked.append(f"extension {code}")
            raise pickle.UnpicklingError

    with contextlib.suppress(Exception):  # whatever it does not like
        Watched(io.BytesIO(data)).load()
    return asked


UNPICKLERS = [pickle.Unpickler, pickle._Unpickler]


def machine(data: bytes) -> Machine:
    return Machine(Stream(Source(io.BytesIO(data), len(data), "a.pkl"), Budget()), Judge()).run()


def check(data: bytes) -> None:
    judge = machine(data).judge
    computed = any("made while loading" in each or "FRAME" in each for each in judge.unsafe)
    for kind in UNPICKLERS:
        for persistent in (True, False):
            asked = imports_of(kind, data, persistent=persistent)
            missing = [
                each for each in asked if each not in judge.imports and not each.startswith("extension")
            ]
            assert not missing or computed, (data, missing)


_TEXTS = ["os", "system", "collections", "OrderedDict", "a", "", "é"]
_LINES = st.sampled_from(
    [
        b"os\n",
        b"system\n",
        b"1\n",
        b"01\n",
        b"0x1\n",
        b"-5L\n",
        b"'os'\n",
        b'"a\\x62"\n',
        b"\\u0061\n",
        b"\n",
        b"1.5\n",
        b"1_0\n",
    ]
)
_SMALL = st.integers(0, 6).map(lambda n: bytes([n]))
_WIDE = st.integers(0, 9).map(lambda n: struct.pack("<I", n))


def _sized(form: str) -> st.SearchStrategy[bytes]:
    return st.sampled_from(_TEXTS).map(lambda text: struct.pack(form, len(text.encode())) + text.encode())


def _with(code: bytes, *parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(*parts).map(lambda found: code + b"".join(found))


OPCODES = st.one_of(
    st.sampled_from([bytes([each]) for each in b"(.012NRQabde]}ltosu)\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x98"]),
    *(_with(bytes([each]), _LINES) for each in b"FILPSVgp"),
    _with(b"c", _LINES, _LINES),
    _with(b"i", _LINES, _LINES),
    *(_with(bytes([each]), _SMALL) for each in b"Khq\x80\x82"),
    *(_with(bytes([each]), _WIDE) for each in b"Jjr"),
    _with(b"M", st.just(b"\1\2")),
    _with(b"\x95", st.integers(0, 30).map(lambda n: struct.pack("<Q", n))),
    _with(b"G", st.just(bytes(8))),
    *(_with(bytes([each]), _sized("<B")) for each in b"U\x8cC\x8a"),
    *(_with(bytes([each]), _sized("<I")) for each in b"TXB\x8b"),
    *(_with(bytes([each]), _sized("<Q")) for each in b"\x8d\x8e\x96"),
    st.sampled_from([b"cos\nsystem\n", b"\x8c\x02os\x8c\x06system\x93", b"(S'a'\ntR", b")R", b")\x81", b"}b"]),
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(OPCODES, max_size=25).map(b"".join), st.booleans())
def test_whatever_an_unpickler_imports_is_told(data: bytes, ends: bool) -> None:
    check(data + b"." * ends)


@pytest.mark.parametrize("trick", TRICKS)
def test_what_tricks_import_is_told(trick: str) -> None:
    data = TRICKS[trick].data
    if b"r\xff\xff\xff\x7f" not in data:  # takes gigabytes
        check(data)


def test_python_drops_what_is_left_of_a_frame() -> None:
    """Why frames are looked at: to who reads straight on, what runs here is a text."""
    data = TRICKS["a frame that ends within a text"].data
    assert machine(data).judge.imports == {}
    assert imports_of(pickle.Unpickler, data, persistent=True) == ["os.system"]


PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=300),
        st.binary(max_size=60),
    ),
    lambda inside: st.one_of(
        st.lists(inside, max_size=6),
        st.tuples(inside, inside),
        st.tuples(inside),
        st.dictionaries(st.text(max_size=5), inside, max_size=6),
    ),
    max_leaves=30,
)


def plain(value: Any) -> Any:
    """Return a value of the machine as the object it stands for."""
    if isinstance(value, Pairs):
        return {plain(key): plain(each) for key, each in value.items}
    if isinstance(value, Bag):
        return {plain(each) for each in value.items}
    if isinstance(value, Data):
        return value.start
    if isinstance(value, (list, tuple)):
        return type(value)(plain(each) for each in value)
    return value


@settings(max_examples=300, deadline=None)
@given(PLAIN, st.integers(0, 5))
def test_plain_values_are_what_they_are(value: Any, protocol: int) -> None:
    found = machine(pickle.dumps(value, protocol))
    assert (found.ended, found.problem, found.cut) == (True, "", "")
    if protocol >= 3 or not _has_bytes(value):
        assert plain(found.value) == value
    assert not found.judge.unsafe
    assert not found.judge.unknown


def _has_bytes(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_bytes, value.values()))
    return isinstance(value, bytes) or (isinstance(value, (list, tuple)) and any(map(_has_bytes, value)))


@pytest.mark.parametrize("protocol", range(6))
def test_types_of_python_are_safe(protocol: int) -> None:
    same = ["x" * 300] * 3
    value = [
        {1, 2, "a"},
        frozenset([3]),
        bytearray(b"abc"),
        1 + 2j,
        same,
        {"again": same},
        collections.OrderedDict(a=1),
        collections.Counter("aab"),
        collections.defaultdict(list, {"a": [1]}),
        collections.deque([1]),
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        dt.timedelta(1),
        range(3),
        2**80,
        -(2**2000),
        float("inf"),
    ]
    data = pickle.dumps(value, protocol)
    found = search(Source(io.BytesIO(data), len(data), "a.pkl"))
    assert found is not None
    assert (found.verdict, found.unsafe, found.unknown, found.unread) == ("safe", (), (), ())


def test_what_refers_to_itself_is_followed() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    found = machine(pickle.dumps(loop))
    assert found.value[1] is found.value
    assert isinstance(machine(b"\x80\x02cos\nf\n)R.").value, Made)
    assert machine(b"\x80\x02" + put({"a": (1, [2])}) + b".").value.get("a") == (1, [2])
