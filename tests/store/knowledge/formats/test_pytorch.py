"""Files of PyTorch: what is in them, where it lies, and what is refused."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from typing import Any

import pytest
from mvtui.store.errors import BadFileError
from mvtui.store.knowledge import formats
from mvtui.store.knowledge.formats import archive as zips
from mvtui.store.knowledge.formats.pickled import contents, stream
from mvtui.store.nouns.inspection import InspectedFile, Tensor

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

WEIGHT = struct.pack("<6f", *range(6))


def read(data: bytes, path: str = "m.pt") -> InspectedFile:
    return made.read(data, path)


def bytes_of(found: Tensor, data: bytes) -> bytes:
    assert found.offset is not None
    return data[found.offset : found.offset + found.nbytes]


def test_tensors_lie_where_they_are_said_to() -> None:
    data = torch_zip(ordered(LINEAR), {"0": WEIGHT, "1": b"abcdefgh"})
    found = read(data)
    assert (found.format, found.problem, found.notes) == ("PyTorch", "", ())
    weight, bias = found.tensors
    assert (weight.name, weight.dtype, weight.shape, weight.nbytes) == ("weight", "F32", (2, 3), 24)
    assert (bias.name, bias.dtype, bias.shape, bias.nbytes, bias.file) == ("bias", "F16", (2,), 4, "m.pt")
    assert bytes_of(weight, data) == WEIGHT
    assert bytes_of(bias, data) == b"cdef"
    assert (weight.offset or 0) % 64 == 0
    assert found.metadata == {"version": "3", "byteorder": "little"}


def test_the_older_form() -> None:
    state = ordered(
        {
            "w": tensor(storage("FloatStorage", "b", 6, old=True), [2, 3]),
            "v": tensor(storage("LongStorage", "a", 1, old=True), []),
            "part": tensor(storage("FloatStorage", "b", 6, old=True, view=("v0", 2, 3)), [3]),
        }
    )
    data = torch_old(state, {"a": (1, b"12345678"), "b": (6, WEIGHT)})
    for path in ("m.pth", "pytorch_model.bin"):
        found = read(data, path)
        assert found.format == "PyTorch"
        assert [(t.name, t.dtype, t.shape) for t in found.tensors] == [
            ("w", "F32", (2, 3)),
            ("v", "I64", ()),
            ("part", "F32", (3,)),
        ]
        assert [bytes_of(each, data) for each in found.tensors] == [WEIGHT, b"12345678", WEIGHT[8:20]]
    assert read(data + b"more").notes == ("4 bytes follow its storages",)


def test_names_are_where_tensors_stand() -> None:
    one = tensor(storage("FloatStorage", "0", 6), [6])
    module = new(
        "torch.nn.modules.linear",
        "Linear",
        {
            "_parameters": ordered({"weight": call("torch._utils", "_rebuild_parameter", one, True, None)}),
            "_buffers": {"b": one},
            "_modules": ordered({}),
            "_forward_hooks": {"1": one},
            "extra": one,
        },
    )
    value = {
        "state_dict": ordered({"a.b": one}),
        "list": [one, (one, one)],
        7: one,
        ("x", 1): one,
        "model": new("torch.nn.modules.container", "Sequential", {"_modules": ordered({"0": module}), "_parameters": ordered({})}),
        "ns": new("argparse", "Namespace", {"w": one}),
        "sub": call("torch._tensor", "_rebuild_from_type_v2", name("torch._utils", "_rebuild_tensor_v2"), name("torch", "Tensor"), (storage("FloatStorage", "0", 6), 0, (6,), (1,), False, None), None),
    }  # fmt: skip
    found = read(torch_zip(value, {"0": bytes(24)}))
    assert [each.name for each in found.tensors] == [
        "state_dict.a.b",
        "list.0",
        "list.1.0",
        "list.1.1",
        "7",
        "(x, 1)",
        "model.0.weight",
        "model.0.b",
        "model.0.extra",
        "ns.w",
        "sub",
    ]
    assert found.notes == ("tensors that share their bytes with others, and are counted, too: 10",)


def test_a_lone_tensor_and_twins() -> None:
    one = tensor(storage("FloatStorage", "0", 2), [2])
    assert [t.name for t in read(torch_zip(one, {"0": bytes(8)})).tensors] == ["tensor"]
    twins = read(torch_zip({"a": {"b": one}, "a.b": one}, {"0": bytes(8)}))
    assert [t.name for t in twins.tensors] == ["a.b", "a.b#2"]


@pytest.mark.parametrize(
    ("kind", "dtype", "size"),
    [
        ("DoubleStorage", "F64", 8),
        ("FloatStorage", "F32", 4),
        ("HalfStorage", "F16", 2),
        ("BFloat16Storage", "BF16", 2),
        ("LongStorage", "I64", 8),
        ("IntStorage", "I32", 4),
        ("ShortStorage", "I16", 2),
        ("CharStorage", "I8", 1),
        ("ByteStorage", "U8", 1),
        ("BoolStorage", "BOOL", 1),
        ("ComplexFloatStorage", "C64", 8),
        ("ComplexDoubleStorage", "C128", 16),
        ("cuda.FloatStorage", "F32", 4),
    ],
)
def test_types_of_storages(kind: str, dtype: str, size: int) -> None:
    kind = f"torch.{kind}" if "." in kind else kind
    (found,) = read(torch_zip([tensor(storage(kind, "0", 3), [3])], {"0": bytes(3 * size)})).tensors
    assert (found.dtype, found.nbytes) == (dtype, 3 * size)


@pytest.mark.parametrize(
    ("kind", "dtype", "shape", "nbytes"),
    [
        ("float8_e4m3fn", "F8_E4M3", (4,), 4),
        ("float8_e5m2", "F8_E5M2", (4,), 4),
        ("uint16", "U16", (4,), 8),
        ("float4_e2m1fn_x2", "F4", (8,), 4),
        ("complex32", "C32", (4,), 16),
    ],
)
def test_types_that_have_no_storage(kind: str, dtype: str, shape: tuple[int, ...], nbytes: int) -> None:
    value = call(
        "torch._utils", "_rebuild_tensor_v3", storage("torch.storage.UntypedStorage", "0", 16), 0, (4,), (1,), False, None, name("torch", kind)
    )  # fmt: skip
    (found,) = read(torch_zip(value, {"0": bytes(16)})).tensors
    assert (found.dtype, found.shape, found.nbytes) == (dtype, shape, nbytes)


def test_what_does_not_lie_in_a_row_has_no_offset() -> None:
    def one(shape: list[int], stride: list[int]) -> Tensor:
        stored = storage("FloatStorage", "0", 6)
        (found,) = read(torch_zip([tensor(stored, shape, stride=stride)], {"0": bytes(24)})).tensors
        return found

    assert one([3, 2], [1, 3]).offset is None  # turned
    assert one([100, 2], [0, 1]).offset is None  # the same row again and again
    assert one([100, 2], [0, 1]).nbytes == 800
    assert one([3], [2]).offset is None  # every other one
    assert one([1, 6], [77, 1]).offset is not None
    assert one([6, 1], [1, 1]).offset is not None
    assert one([0, 6], [9, 1]).offset is not None
    found = read(
        torch_zip([tensor(storage("FloatStorage", "0", 6), [3, 2], stride=[1, 3])], {"0": bytes(24)})
    )
    assert found.notes == ("tensors whose elements lie in another order than their shapes say: 1",)


def test_what_is_compressed_has_no_offset() -> None:
    data = torch_zip(ordered(LINEAR), LINEAR_DATA, packed=["data/0", "data.pkl"])
    found = read(data)
    weight, bias = found.tensors
    assert (weight.offset, bias.offset is None) == (None, False)
    assert found.notes == ("data.pkl is compressed",)


def test_tensors_without_bytes_are_listed() -> None:
    stored = storage("FloatStorage", "0", 6, location="meta")
    (found,) = read(torch_zip([tensor(stored, [6])])).tensors
    assert (found.nbytes, found.offset) == (24, None)


def test_big_endian_is_told() -> None:
    data = torch_zip(ordered(LINEAR), LINEAR_DATA).replace(b"little", b"big   ")
    found = read(data)
    assert "its numbers are big-endian" in found.notes
    assert all(each.big_endian for each in found.tensors)
    old = torch_old([tensor(storage("FloatStorage", "0", 1, old=True), [1])], {"0": (1, bytes(4))})
    assert read(old.replace(b"little_endianq\x02\x88", b"little_endianq\x02\x89")).tensors[0].big_endian


def test_torchscript() -> None:
    linear = new("__torch__.torch.nn.modules.linear", "Linear", LINEAR)
    constant = tensor(storage("LongStorage", "0", 1), [])
    value = new("__torch__.net", "Net", {"training": False, "fc": linear, "scale": 2})
    data = script_zip(value, LINEAR_DATA, (constant,))
    with pytest.raises(BadFileError, match=r"storage of the tensor 'constants\.0' is not there"):
        read(data)
    more = {"constants/0": b"12345678", "extra/info.json": b'{"a": 1}'}
    members = {
        "data.pkl": pickled(value),
        "constants.pkl": pickled((constant,)),
        "code/x.py": b"def f(): pass",
    }
    members |= {f"data/{key}": each for key, each in LINEAR_DATA.items()} | more
    data = archive(members, root="net")
    found = read(data)
    assert found.format == "TorchScript"
    assert [each.name for each in found.tensors] == ["fc.weight", "fc.bias", "constants.0"]
    assert bytes_of(found.tensors[2], data) == b"12345678"
    assert found.architecture is not None
    assert found.architecture.classes == ("net.Net",)
    assert found.notes == ("of its code, in the language of TorchScript, only what it calls is looked at",)
    assert found.metadata["extra/info.json"] == '{"a": 1}'
    assert found.pickles is not None
    assert found.pickles.verdict == "safe"


def test_what_a_checkpoint_says_of_itself() -> None:
    value = {
        "epoch": 3,
        "loss": 0.5,
        "nan": float("nan"),
        "name": "x" * 9000,
        "args": new("argparse", "Namespace", {"lr": 0.1, "layers": [1, 2]}),
        "hyper_parameters": Code(call("pytorch_lightning.utilities.parsing", "AttributeDict").code + put("dim") + put(4) + b"s"),
        "state_dict": ordered(LINEAR),
        "callbacks": {"a": {"b": None}},
        "large": 2**70,
        "odd": new("shop", "Thing", {"x": 1}),
    }  # fmt: skip
    found = read(torch_zip(value, LINEAR_DATA)).metadata
    assert found["epoch"] == 3
    assert found["args"] == {"lr": 0.1, "layers": [1, 2]}
    assert found["hyper_parameters"] == {"dim": 4}
    assert found["callbacks"] == {"a": {"b": None}}
    assert found["large"] == str(2**70)
    assert found["name"] == "9,000 bytes of text"
    assert "state_dict" not in found
    assert "odd" not in found


def test_tensors_pickled_as_any_other_object() -> None:
    inside = torch_old(storage("FloatStorage", "0", 6, old=True), {"0": (6, WEIGHT)})
    stored = call("torch.storage", "_load_from_bytes", inside)
    data = pickled({"w": tensor(stored, [2, 3]), "again": tensor(stored, [6])})
    found = read(data, "a.pkl")
    assert [(each.name, each.dtype, each.shape) for each in found.tensors] == [
        ("w", "F32", (2, 3)),
        ("again", "F32", (6,)),
    ]
    assert [bytes_of(each, data) for each in found.tensors] == [WEIGHT, WEIGHT]


def test_an_index_of_shards_in_pickles(tmp_path: Any) -> None:
    from mvtui.store import inspect

    for at, key in enumerate(("weight", "bias"), 1):
        content = torch_zip(ordered({key: LINEAR[key]}), LINEAR_DATA)
        (tmp_path / f"pytorch_model-{at:05d}-of-00002.bin").write_bytes(content)
    index = '{"weight_map": {"weight": "pytorch_model-00001-of-00002.bin", "bias": "pytorch_model-00002-of-00002.bin"}}'
    (tmp_path / "pytorch_model.bin.index.json").write_text(index)
    found = inspect(tmp_path / "pytorch_model.bin.index.json")
    assert (found.format, found.parameters, found.problems) == ("PyTorch", 8, ())
    assert found.pickles is not None
    assert found.pickles.verdict == "safe"
    assert inspect(tmp_path).parameters == 8


# -- what is refused --------------------------------------------------------------------------------------


def weight(**changes: Any) -> bytes:
    """A file with one tensor of six numbers that is not quite right."""
    stored = storage(changes.pop("kind", "FloatStorage"), changes.pop("key", "0"), changes.pop("count", 6))
    storages = changes.pop("storages", {"0": bytes(24)})
    return torch_zip({"w": tensor(stored, changes.pop("shape", [2, 3]), **changes)}, storages)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (weight(shape=[3, 3]), "'w' reaches over the end of its storage"),
        (weight(offset=1), "reaches over the end"),
        (weight(stride=[1000, 1]), "reaches over the end"),
        (weight(offset=-1), "the shape of the tensor 'w' is none"),
        (weight(stride=[1]), "the shape of the tensor"),
        (weight(shape=[-1, 3]), "the shape of the tensor"),
        (weight(shape=[2**20] * 4, stride=[0] * 4), "impossibly large"),
        (weight(shape=[1] * 70), "the shape of the tensor"),
        (weight(count=7), "'data/0' is said to be longer than it is"),
        (weight(count=-1), "said to be longer"),
        (weight(key="9"), "the storage of the tensor 'w' is not there"),
        (weight(key="../0"), "is not there"),
        (torch_zip(call("torch._utils", "_rebuild_tensor_v2", 1)), "has no description"),
        (torch_zip(call("torch._utils", "_rebuild_tensor_v2", 1, 0, (1,), (1,))), "is not there"),
        (archive({"version": b"3", "data/0": b""}), "it has no data.pkl"),
        (archive({"other/data.pkl": pickled({})}), "it has no data.pkl in the directory of its first member"),
        (archive({"data.pkl": pickled({})[:-1]}), "it ends in the middle of a pickle"),
        (archive({"data.pkl": b"\x80\x02\xff"}), "byte 2 is no opcode"),
        (archive({"data.pkl": b""}), "it ends in the middle of a pickle"),
        (torch_zip(ordered(LINEAR), LINEAR_DATA)[:-30], "no directory at its end"),
        (archive({"data.pkl": pickled({}), "../x": b""}), "would leave its directory"),
        (archive({"data.pkl": pickled({}), "a\\b": b""}), "no name of this system"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError, match="not a valid PyTorch file") as caught:
        read(data)
    assert says in caught.value.problem


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (MAGIC + VERSION, "it ends in the middle"),
        (MAGIC + VERSION + SYSTEM + pickled({}) + pickled(5), "it has no list of its storages"),
        (MAGIC + VERSION + SYSTEM + pickled({}) + pickled(["0"]), "a type that is not said"),
        (MAGIC + pickled(7) + SYSTEM + pickled({}) + pickled([]), "does not begin with the version"),
        (torch_old([tensor(storage("FloatStorage", "0", 2, old=True), [2])], {"0": (2, b"")}), "claims"),
        (torch_old([tensor(storage("FloatStorage", "0", 2, old=True), [2])], {"0": (-2, b"")}), "less than nothing"),
        (torch_old([tensor(storage("FloatStorage", "0", 2, old=True, view=("v", 1, 2)), [2])], {"0": (2, bytes(8))}), "is not there"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_older_file_is_told(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError, match="not a valid PyTorch file") as caught:
        read(data, "m.pth")
    assert says in caught.value.problem


def test_a_file_that_is_not_valid_and_not_safe_says_both() -> None:
    odd = read(weight(kind="OddStorage"))
    assert odd.problem == "not a valid PyTorch file: the tensor 'w' has no type that is known here"
    found = read(torch_zip([call("os", "system", "id"), tensor(storage("FloatStorage", "0", 1), [1])]))
    assert found.problem == "not a valid PyTorch file: the storage of the tensor '1' is not there"
    assert found.pickles is not None
    assert found.pickles.unsafe == ("os.system",)
    with pytest.raises(BadFileError) as caught:
        read(weight(count=7))
    assert caught.value.pickles is not None
    assert caught.value.pickles.verdict == "safe"


def test_under_another_name_that_is_said() -> None:
    data = torch_zip(ordered(LINEAR), LINEAR_DATA)
    assert read(data, "m.safetensors").notes == (
        "by its name it is a safetensors file, by its content PyTorch",
    )
    assert read(pickled({}), "m.pt").notes == ("by its name it is a PyTorch file, by its content pickle",)
    with pytest.raises(BadFileError, match="not a valid PyTorch file"):
        read(b"not at all", "m.pt")


# -- limits -----------------------------------------------------------------------------------------------


def test_a_large_file_takes_as_little_as_a_small_one() -> None:
    size = 70 << 30
    small = torch_zip([tensor(storage("ByteStorage", "0", size), [size])], {"0": b""})
    begin = small.index(b"PK\x03\x04", 10)
    file = made.Vast(size, head=small[:begin])
    with pytest.raises(BadFileError):
        formats.read(formats.Source(file, file.size, "m.pt"))
    assert file.taken < 1_000_000


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are reached in a moment, though memory is watched."""
    monkeypatch.setattr(stream, "MAX_STEPS", 200_000)
    monkeypatch.setattr(contents, "_MAX_VISITS", 20_000)


@pytest.mark.usefixtures("few")
def test_shared_values_are_no_bomb() -> None:
    # Each list holds the one before twice: a value with 2**60 parts in 300 bytes.
    data = b"\x80\x02]q\x00" + b"".join(b"]q" + bytes([n]) + b"(h" + bytes([n - 1]) * 1 + b"h" + bytes([n - 1]) + b"e" for n in range(1, 60)) + b"."  # fmt: skip
    tracemalloc.start()
    try:
        found = read(data, "bomb.pkl")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.notes == ("it holds more than is listed",)
    assert peak < 30 << 20


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x02" + b"(" * 300_000 + b".",
        b"\x80\x02" + b"]" * 300_000 + b"a" * 299_999 + b".",
        b"\x80\x02N" + b"\x85" * 300_000 + b".",
        b"\x80\x02}(" + b"Nq\x00N" * 200_000 + b"u.",
        b"\x80\x02" + (b"c" + b"m" * 3000 + b"\nn\n0") * 2000 + b"N.",
        b"\x80\x02" + b"]" + b"".join(b"cm%d\nn\n)\x81a" % n for n in range(50_000)) + b".",
        b"\x80\x02" + b"X\x00\x10\x00\x00" + b"k" * 4096 + b"0" * 1 + b"N.",
        b"\x80\x02(" + b"I" + b"9" * 5000 + b"\n" + b"l.",
        b"\x80\x02\x8b\xff\xff\xff\x7f",
        b"\x80\x02X\xff\xff\xff\xff",
        b"\x80\x04\x8e" + b"\xff" * 8,
    ],
)
def test_what_is_deep_or_wide_ends_soon(data: bytes) -> None:
    tracemalloc.start()
    try:
        with_problem = made.read(data, "a.pkl").problem
    except BadFileError as error:
        with_problem = error.problem
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert isinstance(with_problem, str)
    assert peak < 60 << 20


@pytest.mark.usefixtures("few")
def test_a_compressed_pickle_that_is_a_bomb_is_not_unpacked_whole() -> None:
    data = archive({"data.pkl": b"\x80\x02" + b"N0" * (100 << 20), "version": b"3"}, packed=["data.pkl"])
    assert len(data) < 500_000
    tracemalloc.start()
    try:
        found = read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200 << 20
    assert found.pickles is not None
    assert found.pickles.verdict == "partial"


def test_a_zip_without_an_end_of_members_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for at in range(2000):
            file.writestr(zipfile.ZipInfo(f"m/data/{at}"), b"")
        file.writestr("m/data.pkl", pickled({}))
    assert read(out.getvalue()).tensors == ()
    assert zips.MAX_ENTRIES >= 100_000
