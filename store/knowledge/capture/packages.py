"""Which packages are installed, read from the names of their metadata directories.

``importlib.metadata`` parses a file for each package, which takes 100 ms and more in a training environment; the names
alone say what is wanted: ``name-version.dist-info`` (PEP 376, and the packaging guide's "Recording installed
projects"), ``name-version[-pyX.Y].egg-info`` of setuptools before it. Nothing is imported.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

import msgspec

_MOST_READ = 1 << 16  # bytes of a metadata file
_NAMED = re.compile(r"(?P<name>.+?)-(?P<version>v?\d[^-]*)(?:-py\d[\d.]*)?", re.ASCII)
_SEPARATORS = re.compile(r"[-_.]+")


class Package(msgspec.Struct, frozen=True):
    """An installed package: its normalised name (PEP 503), version, and where it came from if not from an index.

    ``origin`` is a URL that pip can install, from ``direct_url.json`` (PEP 610); ``editable`` that it is the
    source tree itself that is imported.
    """

    name: str
    version: str
    origin: str = ""
    editable: bool = False

    @property
    def line(self) -> str:
        """The line of a requirements file that asks for it."""
        if not self.origin:
            return f"{self.name}=={self.version}"
        state = "editable, " if self.editable else ""
        return f"{self.name} @ {self.origin}  # {state}{self.version}"


def normalise(name: str) -> str:
    """Return the name under which an index knows a package (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def installed(path: Iterable[str]) -> dict[str, Package]:
    """Return the packages found on a search path, by name, sorted; the first on the path wins, as for import.

    Directories that are not there, or can't be read, hold no packages.
    """
    found: dict[str, Package] = {}
    for directory in dict.fromkeys(path):
        for entry in _metadata(directory or os.curdir):
            package = _package(os.path.join(directory, entry), entry)
            if package is not None:
                found.setdefault(package.name, package)
    return dict(sorted(found.items()))


def freeze(packages: Iterable[Package]) -> bytes:
    """Return packages as a requirements file."""
    return "".join(f"{package.line}\n" for package in packages).encode("utf-8", "replace")


def _metadata(directory: str) -> list[str]:
    try:
        names = os.listdir(directory)
    except (OSError, ValueError):  # gone, a zip file, not allowed; ValueError: a NUL in it
        return []
    # A name with ~ is what pip leaves of a removal that failed.
    return sorted(name for name in names if name.endswith((".dist-info", ".egg-info")) and name[0] != "~")


def _package(path: str, entry: str) -> Package | None:
    named = _NAMED.fullmatch(entry.rpartition(".")[0])
    if named is not None:
        name, version = named["name"], named["version"]
    else:
        name, version = _stated(path)
    if not name or not version:
        return None
    origin, editable = _origin(path) if entry.endswith(".dist-info") else ("", False)
    return Package(normalise(name), version, origin, editable)


def _stated(path: str) -> tuple[str, str]:
    """Return name and version from the metadata file, for a directory whose name doesn't say (``setup.py develop``)."""
    for file in (os.path.join(path, "PKG-INFO"), os.path.join(path, "METADATA"), path):
        if not os.path.isfile(file):
            continue
        with open(file, encoding="utf-8", errors="replace") as opened:
            head = opened.read(_MOST_READ).partition("\n\n")[0]
        fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        return fields.get("Name", ""), fields.get("Version", "")
    return "", ""


def _origin(path: str) -> tuple[str, bool]:
    """Return where a package came from by PEP 610, as pip writes it behind ``name @``; empty for an index."""
    try:
        with open(os.path.join(path, "direct_url.json"), "rb") as file:
            stated: Any = msgspec.json.decode(file.read(_MOST_READ))
        url, vcs = str(stated["url"]), stated.get("vcs_info")
        editable = bool(stated.get("dir_info", {}).get("editable"))
        if vcs:
            url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    except (OSError, msgspec.DecodeError, KeyError, TypeError, AttributeError, UnicodeDecodeError):
        return "", False  # from an index, or by an installer that says nothing readable
    # Spaces and line breaks would end the line of a requirements file.
    return re.sub(r"\s", lambda space: f"%{ord(space.group()):02X}", url), editable
