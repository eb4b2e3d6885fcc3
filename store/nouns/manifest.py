"""What a version *is*: kind, files, declared parameters, parents, datasets. Nothing else.

Two registrations with the same manifest are the same version, so it holds no time, author,
metrics or captured environment. A version's hash ID is the BLAKE3 of the canonical bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import msgspec

from ..errors import FormatError, UnsafePathError

Scalar: TypeAlias = str | int | float | bool | None
Kind = Literal["weights", "adapter", "prompt", "hosted", "bundle", "dataset"]
KINDS: tuple[Kind, ...] = ("weights", "adapter", "prompt", "hosted", "bundle", "dataset")

MANIFEST_START = b'{"datasets":['
"""What the canonical bytes of every manifest begin with."""

_FORMAT = 1
_encoder = msgspec.json.Encoder(order="sorted")


def scalar_text(value: Scalar) -> str:
    """Return a parameter's value as configuration files write it: ``true``, ``null``, ``0.0003``, text as it is."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


class FileEntry(msgspec.Struct, frozen=True, order=True):
    """One file of a version: relative POSIX path, size in bytes, BLAKE3 as 64 hex digits."""

    path: str
    size: int
    digest: str


class Edge(msgspec.Struct, frozen=True, order=True):
    """Where a version comes from: what stands at the end of the edge (a hash ID or an outside name), and its part.

    ``type`` is an edge type for a parent (``fine-tuned-from``), the role for a dataset (``train``).
    """

    type: str
    to: str


class Manifest(msgspec.Struct, frozen=True):
    """The immutable content of a version. ``files`` are sorted by path and unique."""

    kind: Kind
    files: tuple[FileEntry, ...]
    params: dict[str, Scalar] = msgspec.field(default_factory=dict)
    parents: tuple[Edge, ...] = ()
    datasets: tuple[Edge, ...] = ()

    @property
    def size(self) -> int:
        """Sum of the files' sizes in bytes."""
        return sum(entry.size for entry in self.files)

    def encode(self) -> bytes:
        """Return the canonical bytes: JSON, UTF-8, sorted keys, no white space.

        Equal manifests give equal bytes, whatever the order they were built in.
        """
        return _encoder.encode(
            {
                "format": _FORMAT,
                "kind": self.kind,
                "files": [{"path": e.path, "size": e.size, "digest": e.digest} for e in sorted(self.files)],
                "params": self.params,
                "parents": [{"type": e.type, "to": e.to} for e in sorted(set(self.parents))],
                "datasets": [{"type": e.type, "to": e.to} for e in sorted(set(self.datasets))],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Manifest:
        """Read canonical bytes.

        Raises:
            FormatError: not a manifest, or one of a later format.
            UnsafePathError: a file's path would leave the version's directory.
        """
        try:
            body = msgspec.json.decode(data, type=_Body)
        except msgspec.DecodeError as error:
            raise FormatError(f"this is not a manifest: {error}") from error
        if body.format != _FORMAT:
            raise FormatError(
                f"this manifest has format {body.format}; this mvtui knows format {_FORMAT}",
                hint="Update mvtui: pip install --upgrade mvtui",
            )
        check_paths(entry.path for entry in body.files)
        return cls(
            kind=body.kind,
            files=tuple(body.files),
            params=body.params,
            parents=tuple(body.parents),
            datasets=tuple(body.datasets),
        )


class _Body(msgspec.Struct):
    format: int
    kind: Kind
    files: list[FileEntry]
    params: dict[str, Scalar]
    parents: list[Edge]
    datasets: list[Edge]


def check_paths(paths: Iterable[str]) -> None:
    """Make sure that paths can lie side by side below one root.

    Raises:
        UnsafePathError: one of them could leave the root, is there twice, or is a file where another needs a directory.
    """
    seen: set[str] = set()
    parents: set[str] = set()
    for path in paths:
        if check_path(path) in seen:
            raise UnsafePathError(f"{path!r} is there twice")
        seen.add(path)
        parents.update(path[:at] for at, letter in enumerate(path) if letter == "/")
    if clash := seen & parents:
        raise UnsafePathError(f"{min(clash)!r} is a file, and a directory with files in it")


def check_path(path: str) -> str:
    """Return ``path`` if it is a relative POSIX path that stays below its root.

    Raises:
        UnsafePathError: empty, absolute, with NUL, or with an empty, ``.`` or ``..`` component.
    """
    if not path or path.startswith("/") or "\0" in path:
        raise UnsafePathError(f"{path!r} is not a safe relative path")
    if any(part in {"", ".", ".."} for part in path.split("/")):
        raise UnsafePathError(f"{path!r} is not a safe relative path")
    return path
