"""PyTorch's zip archives, as ``torch.save`` and ``torch.jit.save`` write them; its older form has ``pytorch_old``.

An archive has one directory: ``data.pkl``, whose tensors name their storages; ``data/KEY``, a storage each, not
compressed and aligned, so that it can be read in place. TorchScript adds ``constants.pkl`` and code in a language of its own.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from ...nouns.inspection import Architecture, InspectedFile
from . import dtypes, kept, pytorch_old
from .archive import MAGIC, Archive, Member
from .limits import Source, shown
from .part import part
from .pickled.contents import Contents, class_name, said
from .pickled.reading import follow
from .pickled.torch_tensors import Place, storage_type
from .pickled.values import Stored

NAME = "PyTorch"
SCRIPT = "TorchScript"
FILES = ("*.pt", "*.pth", "pytorch_model*.bin", "adapter_model.bin")

_FIRST_MEMBER = re.compile(
    rb"[^/]+/(?:data\.pkl|constants\.pkl|version|byteorder|\.[a-z_]+|(?:data|constants|code|extra|\.data)/.*)"
)
_MAX_PICKLE = 64 << 20
"""Longest compressed pickle that is unpacked."""
_MAX_EXTRAS = 32
_NOWHERE = 2**63
"""The size of storages that have no bytes: those of tensors on the device \"meta\"."""


def sniff(head: bytes, size: int) -> bool:
    """Whether a file begins with a member that these archives have, or in the older form."""
    if head.startswith(MAGIC):
        size_of_name = int.from_bytes(head[26:28], "little")
        return _FIRST_MEMBER.fullmatch(head[30 : 30 + size_of_name]) is not None
    return pytorch_old.sniff(head, size)


def read(source: Source) -> InspectedFile:
    """Return the tensors of a file, and what it says of itself.

    Raises:
        BadFileError: it is not a valid file of this format.
    """
    source.file.seek(0)
    if pytorch_old.sniff(source.file.read(pytorch_old.MARK_WITHIN), source.size):
        return pytorch_old.read(source, NAME)
    return _Zipped(source).read()


class _Zipped:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.archive = archive = Archive(source, NAME)
        if not archive.members:
            raise archive.bad("it is an empty archive")
        self.root = archive.members[0].name.partition("/")[0] + "/"
        self.members = {
            member.name.removeprefix(self.root): member
            for member in archive.members
            if member.name.startswith(self.root)
        }
        if "data.pkl" not in self.members:
            raise archive.bad("it has no data.pkl in the directory of its first member")
        self.records = self._records()
        big_endian = self.records.get("byteorder") == "big"
        self.contents = Contents(archive, source.path, big_endian=big_endian)
        self.notes = ["its numbers are big-endian"] if big_endian else []
        self._begins: dict[str, int | None] = {}

    def read(self) -> InspectedFile:
        is_script = "constants.pkl" in self.members
        value = self._add("data")
        if is_script:
            self._add("constants", "constants")
            self.notes.append("of its code, in the language of TorchScript, only what it calls is looked at")
        name = class_name(value)
        return InspectedFile(
            self.source.path,
            self.source.size,
            SCRIPT if is_script else NAME,
            tensors=tuple(self.contents.tensors),
            metadata=said(value) | self.records,
            architecture=Architecture(classes=(name,), said_by=self.source.path) if name else None,
            notes=(*self.notes, *self.contents.notes),
        )

    def _add(self, pickle: str, name: str = "") -> Any:
        """Take the tensors of a pickle, and return what it would load."""
        member = self.members[f"{pickle}.pkl"]
        base = self.archive.place(member) if member.stored else None
        if base is not None:
            inside = part(self.source, base, member.packed, member.name)
        else:
            data = self.archive.start(member, _MAX_PICKLE)
            inside = Source(BytesIO(data), len(data), member.name)
            self.notes.append(f"{pickle}.pkl is compressed")
        machine = follow(inside, self.archive)
        if machine.cut:
            self.notes.append(f"{pickle}.pkl: {machine.cut}; its tensors are not listed")
        self.contents.add(machine.value, lambda storage: self._place(pickle, storage), name=name, base=base)
        return machine.value

    def _place(self, directory: str, storage: Any) -> Place | None:
        if not isinstance(storage, Stored) or not isinstance(storage.key, tuple) or len(storage.key) < 5:
            return None
        key, location, count = storage.key[2:5]
        dtype = storage_type(storage)
        if location == "meta":
            return Place(dtype, None, _NOWHERE)
        name = f"{directory}/{key}"
        member = self.members.get(name) if isinstance(key, str) else None
        if member is None:
            return None
        if name not in self._begins:
            self._begins[name] = self.archive.place(member) if member.stored else None
        if type(count) is not int or count < 0 or count * dtypes.BITS.get(dtype or "", 8) > member.size * 8:
            raise self.archive.bad(f"the storage {shown(name)} is said to be longer than it is")
        return Place(dtype, self._begins[name], member.size)

    def _records(self) -> dict[str, Any]:
        """Return what stands in the small files beside the pickles."""
        extras = [name for name in self.members if name.startswith("extra/")]
        names = [name for name in ("version", "byteorder", *extras[:_MAX_EXTRAS]) if name in self.members]
        return {name: self._text(self.members[name]) for name in names}

    def _text(self, member: Member) -> Any:
        found = kept.text(self.archive.start(member, kept.MAX_TEXT + 1), member.size)
        return found.strip() if isinstance(found, str) else found
