"""The cursor that all readers stand on: nothing before the file, behind it, or without end."""

from __future__ import annotations

import struct

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge.formats import limits
from mvtui.store.knowledge.formats.limits import Cursor, Source, elements, shown, spans_apart

from . import made


def cursor(data: bytes = bytes(range(100)), **more: int) -> Cursor:
    return Cursor(Source(made.Counted(data), len(data), "x"), "thing", **more)


def test_it_goes_on_and_may_be_put_anywhere() -> None:
    there = cursor(chunk=8)
    assert there.take(3) == b"\0\1\2"
    assert there.number(struct.Struct("<H")) == 0x0403
    there.skip(90)
    assert (there.at, there.left, there.take(5)) == (95, 5, bytes(range(95, 100)))
    there.at = 10
    assert there.take(20) == bytes(range(10, 30))
    assert there.take(0) == b""


@pytest.mark.parametrize(
    ("at", "size", "says"),
    [
        (0, 101, "it ends in the middle of its header"),
        (100, 1, "it ends in the middle"),
        (500, 1, "it ends in the middle"),
        (-2, 1, "is said to lie before its beginning"),
        (-200, 50, "is said to lie before its beginning"),
    ],
)
def test_it_does_not_leave_the_file(at: int, size: int, says: str) -> None:
    there = cursor()
    there.at = at
    with pytest.raises(BadFileError, match=says):
        there.take(size)


def test_skipping_and_claiming_more_than_is_left() -> None:
    for act in (cursor().skip, cursor().checked):
        with pytest.raises(BadFileError, match=r"it claims a thing of 101 bytes, and has 100 left"):
            act(101, "a thing")


def test_what_it_reads_is_bounded_however_large_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_READ", 1000)
    there = cursor(bytes(10_000), chunk=100)
    for at in range(0, 5000, 500):
        there.at = at
        there.take(1)
    there.at = 5000
    with pytest.raises(BadFileError, match="spread over more than 1,000 bytes"):
        there.take(1)


def test_elements_of_shapes() -> None:
    there = cursor()
    assert [elements(shape, there, "t") for shape in ((), (2, 3), (0, 2**62), (2**62, 0))] == [1, 6, 0, 0]
    for shape in ((2**63,), (2**32, 2**31), (0, 2**40, 2**40)):
        with pytest.raises(BadFileError, match="the shape of 't' is impossibly large"):
            elements(shape, there, "t")


def test_spans_that_overlap_and_such_that_touch() -> None:
    there = cursor()
    spans_apart([(10, 20, "b"), (0, 10, "a"), (5, 5, "empty")], there)
    with pytest.raises(BadFileError, match="'b' and 'a' overlap"):
        spans_apart([(9, 20, "b"), (0, 10, "a")], there)


def test_names_in_messages_are_quoted_and_short() -> None:
    assert shown("a\x1b") == r"'a\x1b'"
    assert len(shown("x" * 1000)) < 90
