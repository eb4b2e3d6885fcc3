"""NumPy's array files and archives of them, by their specifications."""

from __future__ import annotations

import contextlib
import io
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats import archive, limits
from mvtui.store.knowledge.formats.literal import LiteralProblem, literal
from mvtui.store.nouns.inspection import InspectedFile, Tensor
from mvtui.store.nouns.pickles import Pickles

from . import made
from .made import npy, npy_of, npz


def refused(data: bytes, says: str, name: str = "a.npy") -> None:
    with pytest.raises(BadFileError) as caught:
        made.read(data, name)
    assert says in caught.value.message
    assert f"{name}: not a valid NumPy " in caught.value.message


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_array(version: int) -> None:
    data = npy(version=version, fortran="True")
    found = made.read(data, "out/embeddings.npy")
    assert found.tensors == (Tensor("embeddings", "F32", (2, 3), 24, len(data) - 24, "out/embeddings.npy"),)
    assert found.metadata == {"fortran_order": True}
    assert (found.notes, found.pickles) == ((), None)


@pytest.mark.parametrize(
    ("descr", "dtype", "width"),
    [
        ("'|b1'", "BOOL", 1),
        ("'|u1'", "U8", 1),
        ("'<i8'", "I64", 8),
        ("'<f2'", "F16", 2),
        ("'<c16'", "C128", 16),
        ("'<f16'", "f16", 16),
        ("'<V2'", "V2", 2),
        ("'|S10'", "S10", 10),
        ("'<U5'", "U5", 20),
        ("'<M8[ns]'", "M8[ns]", 8),
        ("[('x', '<f4'), ('y', '<i2', (3, 2)), (('title', 'z'), [('w', '|u1')])]", "RECORD of 3", 17),
    ],
)
def test_element_types(descr: str, dtype: str, width: int) -> None:
    (tensor,) = made.read(npy(descr, "(5,)", 5 * width), "a.npy").tensors
    assert (tensor.dtype, tensor.nbytes) == (dtype, 5 * width)
    refused(
        npy(descr, "(5,)", 5 * width - 1), f"claims an array of {5 * width} bytes, and has {5 * width - 1}"
    )


def test_what_follows_and_what_is_big_endian_is_noted() -> None:
    found = made.read(npy("'>f4'", "()", 7), "a.npy")
    assert found.notes == ("3 bytes follow the array", "its numbers are big-endian")


@pytest.mark.parametrize("descr", ["'|O'", "[('a', '<f4'), ('b', '|O')]"])
def test_an_array_of_objects_is_a_pickle(descr: str) -> None:
    found = made.read(npy(descr, "(5,)", 100), "a.npy")
    assert found.pickles == Pickles("partial", unread=("byte 0 is no opcode",))
    assert found.tensors[0].nbytes == 100
    evil = made.read(npy(descr, "(5,)", 0) + b"cos\nsystem\n(S'id'\ntR.", "a.npy")
    assert evil.pickles == Pickles("unsafe", ("os.system",), ("os.system",), calls=("os.system('id')",))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "does not begin like"),
        (b"\x93NUMPY", "ends in the middle"),
        (npy_of(b"{}", version=4), "version 4.0 of its format is not known"),
        (npy_of(b"{}", minor=1), "version 1.1 of its format"),
        (npy_of(b"{}"), "not just descr, fortran_order and shape"),
        (npy_of(b"[1]"), "not just descr"),
        (npy_of(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}"), "not just descr"),
        (npy_of(b"{'descr': '<f4', 'descr': '<f4'}"), "'descr' is there twice"),
        (npy_of(b"__import__('os')"), "character 1 begins no value"),
        (npy_of(b"(" * 9000), "nested more than 16 deep"),
        (npy_of(b"-" * 9000), "begins no value"),
        (npy_of(b"{" * 9000), "nested more than 16 deep"),
        (npy_of(b"\xff\xff", version=3), "not UTF-8"),
        (npy_of(b"1 " + b" " * 262_144, version=2), "262,144 are the most that is read"),
        (b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{", "claims a header of 4,294,967,295 bytes"),
        (npy(shape="[2, 3]"), "has no shape"),
        (npy(shape="(-2,)"), "has no shape"),
        (npy(shape="(True,)"), "has no shape"),
        (npy(shape="2"), "has no shape"),
        (npy(shape=str((1,) * 65)), "has no shape"),
        (npy(shape="(4611686018427387904, 4)"), "impossibly large"),
        (npy(shape="(99999999999999999999,)"), "begins no value"),
        (npy(fortran="1"), "no order"),
        (npy(fortran="None"), "no order"),
        (npy("5"), "descr is not the type"),
        (npy("'f'"), "does not say how large"),
        (npy("'<x4'"), "descr is not the type"),
        (npy("[5]"), "not a name and a type"),
        (npy("[('a',)]"), "not a name and a type"),
        (npy("[('a', '<f4', 'x')]"), "has no shape"),
        (npy("[('a', [('a', [('a', [('a', [('a', [('a', [('a', [('a', [])])])])])])])])]"), "deep"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_array_is_told(data: bytes, says: str) -> None:
    refused(data, says)


def test_an_array_cut_off_at_any_byte_is_refused() -> None:
    data = npy()
    for end in range(len(data)):
        with pytest.raises(BadFileError):
            made.read(data[:end], "a.npy")


def test_the_numbers_are_not_read() -> None:
    size = 70 << 30
    head = npy("'|u1'", f"({size},)", 0)
    file = made.Vast(len(head) + size, head=head)
    (tensor,) = formats.read(formats.Source(file, file.size, "big.npy")).tensors
    assert tensor.nbytes == size
    assert file.taken < 32_768


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(values)
def test_literals_are_what_python_writes(value: object) -> None:
    assert literal(repr(value)) == value


@given(st.text(st.sampled_from("{}[](),:'\"\\ \nTrueFalseNone019-.Lu"), max_size=40))
def test_nothing_else_than_the_problem_comes_out_of_a_literal(text: str) -> None:
    with contextlib.suppress(LiteralProblem):
        literal(text)


# Archives


def test_an_archive_of_arrays() -> None:
    arrays = {"arr_0.npy": npy(), "layer/w.npy": npy("'<i8'", "(3,)", 24), "notes.txt": b"hello"}
    data = npz(arrays)
    found = made.read(data, "weights.npz")
    assert [(t.name, t.dtype, t.shape, t.nbytes) for t in found.tensors] == [
        ("arr_0", "F32", (2, 3), 24),
        ("layer/w", "I64", (3,), 24),
    ]
    for tensor, content in zip(found.tensors, arrays.values(), strict=False):
        assert tensor.offset is not None
        assert data[tensor.offset - 16 : tensor.offset + 24] == content[-40:]
    assert found.notes == ("1 of its members are no arrays",)


def test_packed_arrays_have_no_place_of_their_own() -> None:
    found = made.read(npz({"a.npy": npy(shape="(1000, 1000)", data=4_000_000)}, packed=True), "a.npz")
    assert [(t.nbytes, t.offset) for t in found.tensors] == [(4_000_000, None)]


def test_headers_of_any_length_are_found_in_archives() -> None:
    wide = "[" + ", ".join(f"('field{n}', '<f4')" for n in range(200)) + "]"
    for packed in (False, True):
        (tensor,) = made.read(npz({"a.npy": npy(wide, "(2,)", 1600)}, packed=packed), "a.npz").tensors
        assert tensor.dtype == "RECORD of 200"


def test_an_archive_of_nothing_and_of_other_things() -> None:
    assert made.read(npz({}), "a.npz").tensors == ()
    refused(npz({"data.pkl": b"x"}), "an archive of other things than arrays", "a.npz")


def test_archives_of_more_than_four_gigabytes_and_many_members() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made_archive:
        for n in range(70_000):
            made_archive.writestr(f"{n}.txt", b"")
        with made_archive.open("a.npy", "w", force_zip64=True) as member:
            member.write(npy())
    found = made.read(out.getvalue(), "a.npz")
    assert [tensor.name for tensor in found.tensors] == ["a"]
    assert found.notes == ("70,000 of its members are no arrays",)


SMALL = npz({"a.npy": npy(), "b.npy": npy()})
DIRECTORY = SMALL.index(b"PK\x01\x02")
SECOND = SMALL.index(b"PK\x01\x02", DIRECTORY + 1)
END = SMALL.index(b"PK\x05\x06")


def changed(at: int, data: bytes) -> bytes:
    return SMALL[:at] + data + SMALL[at + len(data) :]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04" + bytes(40), "no directory at its end"),
        (changed(END + 10, b"\xff\x7f"), "claims 32,767 members in"),
        (changed(END + 12, b"\xff\xff\xff\x7f"), "are the most that is read"),
        (changed(END + 16, b"\xff\xff\xff\x7f"), "said to lie behind the end"),
        (changed(END + 4, b"\x01"), "one part of several"),
        (changed(DIRECTORY, b"XX"), "its directory is damaged"),
        (changed(DIRECTORY + 8, b"\x01"), "'a.npy' is encrypted"),
        (changed(DIRECTORY + 10, b"\x63"), "packed in a way not known here (99)"),
        (changed(DIRECTORY + 20, b"\x01\x01"), "claims"),
        (changed(DIRECTORY + 28, b"\xff\xff"), "ends in the middle of its directory"),
        (changed(DIRECTORY + 32, b"\xff\xff"), "claims its directory of"),
        (changed(DIRECTORY + 42, b"\xff\xff\x00\x00"), "said to lie behind the members"),
        (changed(DIRECTORY + 42, b"\x01\x00\x00\x00"), "not where it is said to be"),
        (changed(DIRECTORY + 42, b"\xff\xff\xff\xff"), "sizes of the member 'a.npy' are missing"),
        (changed(SECOND + 42, b"\x00\x00\x00\x00"), "overlap"),
        (changed(SECOND + 46, b"a"), "the member 'a.npy' is there twice"),
        (changed(DIRECTORY + 46, b"/.npy"), "would leave its directory"),
        (changed(DIRECTORY + 46, b"\\.npy"), "no name of this system"),
        (changed(26, b"\xff\xff"), "claims the member 'a.npy' of"),
        (npz({"../a.npy": npy()}), "would leave its directory"),
        (npz({"a/../../b.npy": npy()}), "would leave its directory"),
        (npz({"/etc/a.npy": npy()}), "would leave its directory"),
        (npz({"a.npy": npy()[:-1]}), "has 23 bytes, and takes 24"),
        (npz({"a.npy": npy() + b"x"}), "has 25 bytes, and takes 24"),
        (npz({"a.npy": b""}), "does not begin like"),
        (npz({"a.npy": npy()[:30]}), "claims a header"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_archive_is_told(data: bytes, says: str) -> None:
    refused(data, says, "a.npz")


def test_an_archive_cut_off_at_any_byte_is_refused() -> None:
    for end in range(len(SMALL)):
        with pytest.raises(BadFileError):
            made.read(SMALL[:end], "a.npz")


def test_packed_bytes_that_are_damaged_are_told() -> None:
    data = bytearray(npz({"a.npy": npy()}, packed=True))
    data[35:50] = b"\xff" * 15
    refused(bytes(data), "", "a.npz")


def test_a_zip_bomb_is_not_unpacked() -> None:
    size = 64 << 20
    data = npz({f"{n}.npy": npy("'|u1'", f"({size},)", size) for n in range(2)}, packed=True)
    assert len(data) < 400_000
    tracemalloc.start()
    try:
        found = made.read(data, "bomb.npz")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [tensor.nbytes for tensor in found.tensors] == [size, size]
    assert peak < len(data) + (1 << 20)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either() -> None:
    data = bytearray(npz({"a.npy": npy("'|u1'", "(9,)", 32 << 20)}, packed=True))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", len(npy("'|u1'", "(9,)", 9)))
    (tensor,) = made.read(bytes(data), "a.npz").tensors
    assert tensor.nbytes == 9


def test_ten_million_members_are_refused_before_any_is_read() -> None:
    many = 10_000_000
    directory = many * 46
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, many, many, directory, 100)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 100 + directory, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    tail = end64 + locator + end
    file = made.Vast(100 + directory + len(tail), head=b"PK\x03\x04", tail=tail)
    with pytest.raises(BadFileError, match=r"claims 10,000,000 members, and 300,000 are the most"):
        formats.read(formats.Source(file, file.size, "a.npz"))
    assert file.taken < 300_000


def test_archives_with_a_long_comment_and_a_directory_that_is_too_long() -> None:
    out = io.BytesIO(SMALL)
    with zipfile.ZipFile(out, "a") as again:
        again.comment = b"c" * 65_535
    assert len(made.read(out.getvalue(), "a.npz").tensors) == 2
    assert archive.MAX_DIRECTORY < limits.MAX_READ


def read_within(data: bytes) -> InspectedFile:
    file = made.Counted(data)
    found = formats.read(formats.Source(file, len(data), "a.npz"))
    assert file.taken < 80_000 + 7000 * len(found.tensors)
    return found


def test_of_each_array_only_the_beginning_is_read() -> None:
    assert (
        len(read_within(npz({f"{n}.npy": npy("'|u1'", "(50000,)", 50_000) for n in range(40)})).tensors) == 40
    )


def test_whole_numbers_as_python_2_wrote_them() -> None:
    assert made.read(npy("'<i4'", "(2L, 3L)", 24), "a.npy").tensors[0].shape == (2, 3)
    for text in ("2LL", "2l", "L", "2.5", "2Lx"):
        with pytest.raises(LiteralProblem):
            literal(f"({text}, 3)")
