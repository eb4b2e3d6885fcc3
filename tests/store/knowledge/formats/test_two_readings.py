"""Pickles that say one thing to who follows them carelessly, and another to who loads them: none of them is called safe.

Each was loaded with the real unpickler, joblib or PyTorch, and ran what it names.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable

import pytest
from mvtui.store.knowledge.formats import Source
from mvtui.store.knowledge.formats.pickled.search import search
from mvtui.store.nouns.pickles import Pickles

from .assembly import Code, call, name, ordered, pickled, put
from .tricks import TRICKS, short

EVIL = TRICKS["os.system"].data
BARE = TRICKS["protocol 0"].data
LOAD = name("torch.storage", "_load_from_bytes").code


def verdict(data: bytes, path: str = "some.pkl") -> Pickles:
    found = search(Source(io.BytesIO(data), len(data), path))
    assert found is not None
    return found


def array_bytes(data: bytes) -> bytes:
    return b"\x96" + struct.pack("<Q", len(data)) + data


def numbers(data: bytes) -> bytes:
    return b"".join(b"K" + bytes([each]) for each in data)


def places(data: bytes) -> bytes:
    return b"".join(b"M" + struct.pack("<H", at) + b"K" + bytes([each]) for at, each in enumerate(data))


@pytest.mark.parametrize("zeros", [1, 98, 99, 100, 120, 4000])
def test_the_memo_is_kept_however_its_numbers_are_written(zeros: int) -> None:
    def remembered(text: str, number: str) -> bytes:
        return short(text) + b"p" + number.encode() + b"\n0"

    data = (
        b"\x80\x04"
        + remembered("collections", "5")
        + remembered("OrderedDict", "6")
        + remembered("os", "0" * zeros + "5")
        + remembered("system", "0" * zeros + "6")
        + b"h\x05h\x06\x93"
        + short("id")
        + b"\x85R."
    )
    assert verdict(data).unsafe == ("os.system",)


def test_a_number_in_the_memo_that_is_too_long_ends_the_look() -> None:
    found = verdict(b"\x80\x04" + short("os") + b"p" + b"0" * 4200 + b"5\n.")
    assert found.verdict == "partial"


VIEW = call(
    "numpy.core.numeric",
    "_frombuffer",
    Code(b"h\x00"),
    Code(call("numpy", "dtype", "u1", False, True).code),
    (len(EVIL),),
    "C",
).code

CHANGED = {
    "appended to": LOAD + array_bytes(b"") + b"(" + numbers(EVIL) + b"e\x85R.",
    "appended to, made of bytes": LOAD + name("builtins", "bytearray").code + b"C\x00\x85R(" + numbers(EVIL) + b"e\x85R.",
    "written over": LOAD + array_bytes(b"A" * len(EVIL)) + b"(" + places(EVIL) + b"u\x85R.",
    "written over through an array": array_bytes(b"A" * len(EVIL)) + b"\x940" + VIEW + b"(" + places(EVIL) + b"u0"
    + LOAD + b"h\x00\x85R.",
    "copied when changed": LOAD + name("builtins", "bytes").code + array_bytes(b"") + b"(" + numbers(EVIL) + b"e\x85R\x85R.",
}  # fmt: skip


@pytest.mark.parametrize("how", CHANGED)
def test_bytes_that_change_before_they_are_loaded(how: str) -> None:
    assert verdict(b"\x80\x05" + CHANGED[how]).unsafe == ("torch.storage._load_from_bytes",)


def test_bytes_that_stay_what_they_are() -> None:
    inside = pickled(ordered({}))
    assert verdict(b"\x80\x05" + LOAD + b"C" + bytes([len(inside)]) + inside + b"\x85R.").verdict == "safe"


@pytest.mark.parametrize("start", [b"I" + b"0" * 5000, b"F" + b"0" * 9000, b"I" + b" " * 5000])
def test_a_pickle_without_a_mark_that_begins_with_a_long_number(start: bytes) -> None:
    inside = start + b"1\n0" + BARE
    assert verdict(inside, "weights.bin").unsafe == ("os.system",)
    loaded = b"\x80\x05" + LOAD + b"B" + struct.pack("<I", len(inside)) + inside + b"\x85R."
    assert verdict(loaded).unsafe == ("os.system",)


def test_what_is_loaded_is_a_pickle_whatever_it_looks_like() -> None:
    inside = b"N0" * 400_000 + b"P" + b"x" * 5000 + b"\n0" + BARE
    loaded = b"\x80\x05" + LOAD + b"B" + struct.pack("<I", len(inside)) + inside + b"\x85R."
    assert verdict(loaded).unsafe == ("os.system",)


NESTED = (
    b"\x80\x04" + short("os") + b"\x940" + short("system") + b"\x940h\x00h\x01\x93" + short("id") + b"\x85R."
)
"""Imports os.system if it is loaded for itself; collections.OrderedDict if who loads it remembers that from before."""
BEFORE = b"\x80\x04" + short("collections") + b"\x940" + short("OrderedDict") + b"\x940"


def dtype(code: str, *state: object) -> Code:
    made = call("numpy", "dtype", code, False, True).code
    return Code(made + put(state) + b"b" if state else made)


F8 = dtype("f8", 3, "<", None, None, None, -1, -1, 0)
BYTES = dtype("u1")
OBJECTS = dtype("O8", 3, "|", None, None, None, -1, -1, 63)


def joblib(of: Code, more: dict[str, object] | None = None, attributes: Code | None = None) -> bytes:
    """A file of joblib with an array whose bytes are ``NESTED``."""
    described = {"shape": (100,), "order": "C", "dtype": of, "allow_mmap": False} | (more or {})
    state = put(described) if attributes is None else put((described, attributes))
    return (
        BEFORE
        + name("joblib.numpy_pickle", "NumpyArrayWrapper").code
        + b")\x81"
        + state
        + b"b"
        + NESTED.ljust(800, b"\0")
        + b"."
    )


TWO_TYPES = {
    "attributes beside the state": joblib(F8, attributes=Code(put({"dtype": OBJECTS}))),
    "numbers that are objects": joblib(dtype("f8", 3, "<", None, None, None, -1, -1, 63)),
    "text that is objects": joblib(dtype("S8", 3, "|", None, None, None, 8, 1, 63)),
    "objects that are none": joblib(dtype("O8", 3, "|", None, None, None, -1, -1, 0)),
    "fields of objects that are none": joblib(
        dtype("V8", 3, "|", None, ("a",), {"a": (OBJECTS, 0)}, 8, 1, 0)
    ),
    "another length": joblib(dtype("V8", 3, "|", None, None, None, 4, 1, 0)),
    "a state of NumPy 1.0": joblib(dtype("V8", "|", None, None, 4, 1)),
    "two states": joblib(
        Code(
            dtype("V8", 3, "|", None, None, None, 8, 1, 63).code
            + put((3, "|", None, None, None, 8, 1, 0))
            + b"b"
        )
    ),
    "objects that may be mapped": joblib(OBJECTS, {"allow_mmap": True}),
    "another way to read it": joblib(F8, {"read": name("builtins", "slice")}),
}


@pytest.mark.parametrize("how", TWO_TYPES)
def test_arrays_of_which_two_things_are_said(how: str) -> None:
    assert verdict(TWO_TYPES[how], "some.joblib").verdict in ("partial", "unsafe")


def test_the_same_array_said_once() -> None:
    assert verdict(joblib(F8), "some.joblib").verdict == "safe"
    assert verdict(joblib(OBJECTS), "some.joblib").unsafe == ("os.system",)


def test_what_the_first_description_of_an_array_said_stays() -> None:
    def described(shape: int, **more: object) -> bytes:
        return put({"shape": (shape,), "order": "C", "dtype": BYTES, "allow_mmap": False} | more) + b"b"

    data = (
        BEFORE
        + name("joblib.numpy_pickle", "NumpyArrayWrapper").code
        + b")\x81q\x63"
        + described(1, numpy_array_alignment_bytes=16)
        + b"\0A0h\x63"
        + described(5)  # joblib reads how many bytes to leave out: 2
        + b"\x02AAAAC" + bytes([len(BARE) + 1]) + b"\0" + BARE + b"."
    )  # fmt: skip
    assert verdict(data, "some.joblib").verdict == "partial"


@pytest.mark.parametrize("way", ["__newobj__", "_reconstructor"])
def test_joblib_reads_an_array_whatever_way_its_description_was_made(way: str) -> None:
    wrapper = name("joblib.numpy_pickle", "NumpyArrayWrapper")
    made = call(
        "copyreg", way, *([wrapper] if way == "__newobj__" else [wrapper, name("builtins", "object"), None])
    )
    state = put({"shape": (1,), "order": "C", "dtype": OBJECTS, "allow_mmap": False})
    found = verdict(BEFORE + made.code + state + b"b" + NESTED[:-1] + b".", "some.joblib")
    assert found.unknown == ("joblib.numpy_pickle.NumpyArrayWrapper",)


def objects_in(before: bytes, state: dict[str, object] | None = None) -> bytes:
    """What joblib 1.5 writes of an array of objects: a pickle with a memo of its own, behind opcodes that remember other things."""
    inside = (
        b"\x80\x04"
        + short("numpy._core.multiarray") + b"\x94" + short("_reconstruct") + b"\x94\x93\x94"
        + short("numpy") + b"\x94" + short("ndarray") + b"\x94\x93\x94K\x00\x85\x94C\x01b\x94\x87\x94R\x94"
        + b"(K\x01K\x01\x85\x94h\x03" + short("dtype") + b"\x94\x93\x94" + short("O8") + b"\x94\x89\x88\x87\x94R\x94"
        + put((3, "|", None, None, None, -1, -1, 63)) + b"b\x89](" + short("a") + b"etb."
    )  # fmt: skip
    described = put(state or {"shape": (1,), "order": "C", "dtype": OBJECTS, "allow_mmap": False})
    return (
        before + name("joblib.numpy_pickle", "NumpyArrayWrapper").code + b")\x81" + described + b"b" + inside
    )


def remembered(*values: bytes) -> bytes:
    return b"\x80\x04" + b"".join(value + b"\x940" for value in values)


LIST, ENCODER = b"]", name("sklearn.preprocessing._label", "LabelEncoder").code + b")\x81"


@pytest.mark.parametrize(
    "third",
    [
        short("NumpyArrayWrapper"),
        short("classes_"),
        LIST,
        ENCODER,
        b"N",
        b"K\x05",
        name("numpy", "ndarray").code,
    ],
)
def test_arrays_of_objects_of_joblib_are_safe_whatever_was_remembered_before(third: bytes) -> None:
    """Read as one pickle its numbers of the memo mean other things: no unpickler imports by what is no text."""
    found = verdict(objects_in(remembered(LIST, LIST, LIST, third)) + b".", "some.joblib")
    assert (found.verdict, found.reasons) == ("safe", ())


@pytest.mark.parametrize(
    "third",
    [
        call("_codecs", "encode", "bf", "rot13").code,
        call("copyreg", "__newobj__", name("builtins", "str"), "os").code,
    ],
)
def test_what_may_be_a_text_is_not_taken_for_none(third: bytes) -> None:
    rest = b"h\x03" + short("system") + b"\x93" + short("id") + b"\x85R"
    found = verdict(objects_in(remembered(LIST, LIST, LIST, third)) + rest + b".", "some.joblib")
    assert found.verdict == "unsafe"


def test_what_runs_behind_a_type_of_another_module_is_seen() -> None:
    rest = short("torch") + short("dtype") + b"\x930" + EVIL[2:-1]
    found = verdict(objects_in(remembered(LIST, LIST, LIST, short("torch"))) + rest + b".", "some.joblib")
    assert "os.system" in found.unsafe


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("path", ["some.pkl", "some.bin"])
@pytest.mark.parametrize("between", [b"", bytes(20)])
def test_what_is_compressed_piece_by_piece(pack: Callable[[bytes], bytes], path: str, between: bytes) -> None:
    data = pack(b"(dp0\n0") + between + pack(b"N0") + pack(BARE)
    assert verdict(data, path).unsafe == ("os.system",)


def test_many_pieces_take_no_time() -> None:
    data = gzip.compress(b"N") + gzip.compress(b"") * 20_000 + gzip.compress(BARE)
    assert verdict(data).verdict == "partial"


def test_what_is_unpacked_in_part_and_may_be_a_pickle() -> None:
    data = gzip.compress(b"V" + b"A" * (17 << 20) + b"\n0" + BARE, 1)
    assert verdict(data, "some.bin").verdict == "partial"


def test_a_pickle_is_unpacked_as_far_as_what_it_holds_is_told() -> None:
    late = b"V" + b"A" * (17 << 20) + b"\n0" + BARE
    assert verdict(gzip.compress(late, 1), "some.pkl").unsafe == ("os.system",)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("some/data.pkl", late)
    assert verdict(out.getvalue(), "some.pt").unsafe == ("os.system",)


def old_tar(kind: bytes = b"0", checksum: bytes = b"\0 ", size: bytes = b"\0") -> bytes:
    """What PyTorch before 0.1.10 wrote: its first member is one that ``torch.load`` loads as a pickle."""
    header = bytearray(512)
    header[:8], header[124:136], header[156:157] = (
        b"storages",
        (b"%010o" % len(BARE) + size).ljust(12, b"\0"),
        kind,
    )
    header[148:156] = b"        "
    header[148:156] = b"%06o" % sum(header) + checksum
    return bytes(header) + BARE.ljust(512, b"\0") + bytes(1024)


@pytest.mark.parametrize("path", ["old.pt", "old.bin"])
@pytest.mark.parametrize(
    "data",
    [
        old_tar(),
        old_tar(kind=b"Z"),
        old_tar(checksum=b"\0x"),
        old_tar(size=b"\0y"),
        old_tar(b"7", b"\0\0", b" "),
    ],
    ids=["as it was", "a kind that nobody knows", "a checksum with more", "a size with more", "contiguous"],
)
def test_what_tarfile_reads_of_a_header(data: bytes, path: str) -> None:
    assert verdict(data, path).unsafe == ("os.system",)


@pytest.mark.parametrize("load", [b"", LOAD])
def test_pickles_in_pickles_in_pickles(load: bytes) -> None:
    data = EVIL
    for _ in range(300):
        data = b"\x80\x04" + load + b"B" + struct.pack("<I", len(data)) + data + (b"\x85R." if load else b".")
    assert verdict(data).verdict == "partial"
