"""NumPy's ``.npz``: a zip archive of ``.npy`` files, which may be packed; see ``archive`` and ``npy``."""

from __future__ import annotations

from io import BytesIO

from ...nouns.inspection import InspectedFile, Tensor
from . import npy
from .archive import MAGIC, Archive, Member
from .limits import MAX_TENSORS, Cursor, Source, shown

NAME = "NumPy archive"
FILES = ("*.npz",)

_START = 512
"""Bytes that nearly every header fits into."""


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """Whether a file begins with a zip member that is an array: archives of other things have other readers."""
    if head.startswith(MAGIC):
        size_of_name = int.from_bytes(head[26:28], "little")
        return head[30 : 30 + size_of_name].endswith(b".npy")
    return False


def read(source: Source) -> InspectedFile:
    """Return the arrays of an archive.

    Raises:
        BadFileError: it is not a valid archive, or a member is not a valid array.
    """
    archive = Archive(source, NAME)
    arrays = [member for member in archive.members if member.name.endswith(".npy")]
    if len(arrays) > MAX_TENSORS:
        raise archive.bad(f"it holds {len(arrays):,} arrays, and {MAX_TENSORS:,} are the most that is read")
    if archive.members and not arrays:
        raise archive.bad("it is an archive of other things than arrays")
    found = [_array(archive, member, source.path) for member in arrays]
    others = len(archive.members) - len(arrays)
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        tensors=tuple(found),
        notes=(f"{others:,} of its members are no arrays",) if others else (),
    )


def _array(archive: Archive, member: Member, file: str) -> Tensor:
    start = archive.start(member, _START)
    if (needed := npy.header_size(start)) > len(start):
        start = archive.start(member, needed)
    place = archive.place(member)
    cursor = Cursor(Source(BytesIO(start), member.size, member.name), NAME)
    header = npy.read_header(cursor)
    left = member.size - cursor.at
    nbytes = left if header.nbytes is None else header.nbytes
    if nbytes != left:
        raise archive.bad(f"the array {shown(member.name)} has {left:,} bytes, and takes {nbytes:,}")
    name = member.name.removesuffix(".npy")
    offset = place + cursor.at if member.stored else None
    return Tensor(name, header.dtype, header.shape, nbytes, offset, file, header.swapped)
