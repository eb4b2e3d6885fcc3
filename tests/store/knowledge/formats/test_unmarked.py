"""Pickles without the mark that those of protocol 2 and later begin with, in files whose names don't say that they are any.

They must be told from all else that a file may begin with; what they put before what they run may not hide it. Those with a
hyphen, many bytes or the magic number were loaded by the real ``pickle`` or PyTorch, and ran what they name.
"""

from __future__ import annotations

import io

import pytest
from mvtui.store.knowledge.formats import Source
from mvtui.store.knowledge.formats.pickled.search import search
from mvtui.store.nouns.pickles import Pickles

from .tricks import TRICKS

BARE = TRICKS["protocol 0"].data
_OLD_MAGIC = b"L119547037146038801333356L\n."
"""The magic number of PyTorch's older form, as protocols 0 and 1 write it."""


def verdict(data: bytes) -> Pickles | None:
    return search(Source(io.BytesIO(data), len(data), "weights.bin"))


BEFORE = {
    "nothing": b"",
    "a name with a hyphen": b"clib-dynload\n__name__\n0",
    "a name with a space": b"cos\nno name\n0",
    "a text of many bytes": b"V" + b"\xe9" * (17 << 20) + b"\n0",
    "a number of many bytes": b"I0x" + b"_0" * 3000 + b"\n0",
    "more names than are kept": b"".join(b"ccollections\nx%d\n0" % each for each in range(10_001)),
    "a long number in the memo": b"Np" + b"0" * 4200 + b"5\n0",
    "the magic number of PyTorch": _OLD_MAGIC + b"I1001\n.}.",
    "the magic number of PyTorch, written long": b"I+" + b"0" * 200 + _OLD_MAGIC[1:-3] + b"\n.I1001\n.}.",
}


@pytest.mark.parametrize("what", BEFORE)
def test_what_stands_before_it_hides_none(what: str) -> None:
    found = verdict(BEFORE[what] + BARE)
    assert found is not None
    assert found.verdict in ("unsafe", "unknown", "partial")


def test_a_long_way_through_modules_is_followed() -> None:
    found = verdict(b"N0\x80\x04cos\n" + b"path.os." * 600 + b"system\n(S'id'\ntR.")
    assert found is not None
    assert found.verdict == "unsafe"


PLAIN = {
    "a text": b"class of\n1999, a school song\n(in the key of G)\n",
    "a list of words": b"cos\nsin\ntan\n",
    "a number": b"I1001\n.\nand more\n",
    "a number of the memo that is none": b"Np\x91\xd3\n" + bytes(range(256)),
    "a line of text": b"print, as all know, is the word that begins a line which is longer than any number would be, "
    * 2
    + b"\n",
    "a long line": b"F" + b"or all that is long and without a comma " * 200 + b"\n",
}


@pytest.mark.parametrize("what", PLAIN)
def test_what_only_begins_so_is_none(what: str) -> None:
    assert verdict(PLAIN[what]) is None
