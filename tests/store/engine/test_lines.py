"""The line format: what is sealed is parsed, and nothing else is."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.engine import lines
from mvtui.store.engine.digest import of_bytes
from mvtui.store.engine.lines import GENESIS, MAX_LINE

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_json = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        _text,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_text, inner, max_size=3)),
    max_leaves=8,
)
bodies = st.dictionaries(
    _text.filter(lambda key: key not in {"len", "hash", "prev", "seq"}), _json, max_size=5
)
seqs = st.integers(1, 2**40)


def forge(members: bytes, prev: str = GENESIS) -> bytes:
    """A line whose length and hash agree, whatever it says: anyone who can write the file can make one."""
    rest = b'"prev":"' + prev.encode() + b'",' + members + b"}\n"
    head = lines.START + b"%4d," % (86 + len(rest))
    return head + b'"hash":"' + of_bytes(head + rest).encode() + b'",' + rest


@given(bodies, seqs, st.binary(max_size=20))
def test_what_is_sealed_is_parsed(body: dict[str, Any], seq: int, around: bytes) -> None:
    raw = lines.seal(GENESIS, seq, body)
    assert raw.count(b"\n") == 1
    assert len(raw) <= MAX_LINE
    line = lines.parse(around + raw + around, len(around), 77)
    assert line is not None
    assert (line.offset, line.length, line.end) == (77, len(raw), 77 + len(raw))
    assert (line.prev, line.seq, line.body) == (GENESIS, seq, msgspec.json.decode(msgspec.json.encode(body)))


@given(bodies, st.data())
def test_a_flipped_bit_is_never_parsed(body: dict[str, Any], data: st.DataObject) -> None:
    raw = bytearray(lines.seal(GENESIS, 7, body))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert lines.parse(bytes(raw), 0, 0) is None


def test_a_line_longer_than_the_limit_is_not_sealed() -> None:
    fits = MAX_LINE - len(lines.seal(GENESIS, 1, {"x": ""}))
    assert len(lines.seal(GENESIS, 1, {"x": "y" * fits})) == MAX_LINE
    with pytest.raises(lines.LineTooLongError, match="do not fit"):
        lines.seal(GENESIS, 1, {"x": "y" * (fits + 1)})


def test_standard_tools_agree_with_a_line_hash(tmp_path: Path) -> None:
    raw = lines.seal(GENESIS, 1, {"event": "init"})
    path = tmp_path / "line"
    path.write_bytes(raw)
    try:
        stripped = subprocess.run(
            ["sed", 's/"hash":"[0-9a-f]*",//', path], capture_output=True, check=True
        ).stdout
        said = subprocess.run(["b3sum"], input=stripped, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        pytest.skip(f"needs {error.filename}")
    line = lines.parse(raw, 0, 0)
    assert line is not None
    assert said.split()[0].decode() == line.hash


_PAD = b',"pad":"' + b"p" * 100 + b'"'


@pytest.mark.parametrize(
    "members",
    [
        b'"seq":1,"x":' + b"[" * 1900 + b"]" * 1900,
        b'"seq":"1"' + _PAD,
        b'"seq":0' + _PAD,
        b'"seq":-1' + _PAD,
        b'"seq":1.5' + _PAD,
        b'"seq":true' + _PAD,
        b'"seq":null' + _PAD,
        b'"seq":[]' + _PAD,
        b'"no":1' + _PAD,
        b'"seq":1,"x":"\xff\xfe"' + _PAD,
        b'"seq":1,"prev":5' + _PAD,
        b'"seq":1 "x":2' + _PAD,
    ],
)
def test_a_forged_line_that_says_nonsense_is_no_line(members: bytes) -> None:
    assert lines.parse(forge(members), 0, 0) is None


def test_a_forged_line_that_makes_sense_is_one() -> None:
    assert lines.parse(forge(b'"seq":1' + _PAD), 0, 0) is not None  # so the test above tests what it says


LINE = lines.seal(GENESIS, 1, {"event": "note", "data": {"note": "x y @" * 120}})


@pytest.mark.parametrize("offset", [0, 1, 300, 511, 512, 4095])
def test_every_beginning_of_a_line_is_torn(offset: int) -> None:
    for cut in range(1, len(LINE)):
        assert lines.is_torn(LINE[:cut], offset)
        assert lines.is_torn(LINE[:cut] + bytes(len(LINE) - cut), offset)
        assert lines.is_torn(LINE[:cut] + bytes(9000), offset)


@pytest.mark.parametrize("offset", [0, 1, 300, 511, 512, 4095])
def test_sectors_that_never_reached_the_disk_are_torn(offset: int) -> None:
    for sector in range(offset // 512, (offset + len(LINE)) // 512):
        start, end = max(0, sector * 512 - offset), (sector + 1) * 512 - offset
        lost = LINE[:start] + bytes(end - start) + LINE[end:]
        assert lines.is_torn(lost, offset)


@pytest.mark.parametrize("offset", [0, 1, 300, 511, 512, 4095])
def test_a_whole_line_with_any_flipped_bit_is_not_torn(offset: int) -> None:
    for at in range(len(LINE)):
        for bit in range(8):
            flipped = LINE[:at] + bytes([LINE[at] ^ (1 << bit)]) + LINE[at + 1 :]
            assert not lines.is_torn(flipped, offset), (at, bit)


@pytest.mark.parametrize(
    "tail",
    [
        b"hello",
        b"hello\n",
        LINE + LINE[:100],
        LINE[:-1] + b" ",
        b"x" * 5000,
        b"\n",
        LINE[:50] + b"\n" + LINE[:50],
    ],
)
def test_other_bytes_are_not_torn(tail: bytes) -> None:
    assert not lines.is_torn(tail, 0)


def test_nothing_but_nuls_is_torn() -> None:
    for size in (1, 4096, 100_000):
        assert lines.is_torn(bytes(size), 1234)


def test_a_damaged_length_does_not_lead_past_good_lines() -> None:
    # 348 with one flipped bit is 748: exactly this line and the next, whose end is a good line too.
    def padded(length: int, prev: str, seq: int) -> bytes:
        bare = len(lines.seal(prev, seq, {"x": ""}))
        return lines.seal(prev, seq, {"x": "y" * (length - bare)})

    chain = padded(348, GENESIS, 1) + padded(400, GENESIS, 2) + padded(400, GENESIS, 3)
    damaged = chain.replace(b'{"len": 348', b'{"len": 748', 1)
    assert lines.resync(damaged, 0) == 348
