"""Code in TorchScript archives, which runs when they are loaded: operators that reach files are named.

That ``torch.jit.load`` writes the file which ``__setstate__`` names so was tried with the real PyTorch.
"""

from __future__ import annotations

import io
import zipfile

import pytest
from mvtui.store.knowledge.formats import Source
from mvtui.store.knowledge.formats.pickled.search import search
from mvtui.store.nouns.pickles import Pickles

from .assembly import LINEAR, LINEAR_DATA, script_zip

SETSTATE = "class M(Module):\n  w : Tensor\n  def __setstate__(self: __torch__.M,\n    s: Tuple[Tensor, bool]) -> NoneType:\n    {}\n    return None\n"


def verdict(code: str | bytes, name: str = "code/__torch__/m.py") -> Pickles:
    out = io.BytesIO(script_zip(LINEAR, LINEAR_DATA))
    with zipfile.ZipFile(out, "a") as archive:
        root = archive.namelist()[0].partition("/")[0]
        data = code if isinstance(code, bytes) else SETSTATE.format(code).encode()
        archive.writestr(f"{root}/{name}", data, zipfile.ZIP_DEFLATED)
    found = search(Source(io.BytesIO(out.getvalue()), len(out.getvalue()), "m.pt"))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "code",
    [
        't = torch.from_file("/home/u/.profile", True, 8, dtype=0)',
        't = torch . from_file("/home/u/.profile", True, 8)',
        't = torch.\\\n      from_file("/x", True, 8)',
        't = ops.aten.from_file("/x", True, 8)',
        'f = torch\n    t = f.from_file("/x", True, 8)',
        'torch.save(s, "/x")',
        'torch .\\\n save(s, "/x")',
        'ops.aten.save(s, "/x")',
        'x = "#"; torch.save(s, "/x")',
        't = ops.image.write_file("/x", s)',
        't = ops.image.read_file("/etc/passwd")',
    ],
)
@pytest.mark.parametrize("name", ["code/__torch__/m.py", "code/__torch__/M.PY", "CODE/x/y.py"])
def test_operators_that_reach_files(code: str, name: str) -> None:
    assert verdict(code, name).verdict == "unsafe"


@pytest.mark.parametrize(
    "code",
    [
        "f = torch",
        "f = ops",
        't = getattr(torch, "\\x66rom_file")("/x", True, 8)',
        "t = ops.shop.buy(s)",
        "self.save(s)",
    ],
)
def test_what_is_not_known(code: str) -> None:
    assert verdict(code).verdict == "unknown"


@pytest.mark.parametrize(
    "code",
    [
        "t = torch.linear(s, self.w)",
        "t = ops.prim.data(self.w)",
        "t = ops.quantized.linear_dynamic(s, self._packed_params)",
        't = getattr(self, "0")\n    x = "a \\n b"',
        "t = __torch__.torch.nn.Linear",
        't = torch.format("saved from {}", s)',
        'x : torch.Tensor = s\n    y = torch.device("cpu")',
    ],
)
def test_what_only_computes(code: str) -> None:
    assert verdict(code).verdict == "safe"


def test_what_is_compiled_for_mobile_devices() -> None:
    assert verdict(b"\x80\x02X\x0f\x00\x00\x00aten::from_file.", "bytecode.pkl").unsafe == (
        "torch.from_file (TorchScript)",
    )
    assert verdict(b"\x80\x02X\x0a\x00\x00\x00aten::save.", "bytecode.pkl").unsafe == (
        "torch.save (TorchScript)",
    )
    assert verdict(b"\x80\x02X\x0b\x00\x00\x00aten::addmm.", "bytecode.pkl").verdict == "safe"


def test_code_that_is_too_long() -> None:
    found = verdict(b" " * (17 << 20) + b"torch.from_file('x', True, 8)")
    assert found.verdict == "partial"
