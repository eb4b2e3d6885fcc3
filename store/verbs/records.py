"""Reading back what was captured when a version was registered."""

from __future__ import annotations

import msgspec

from ..engine.repository import Repository
from ..errors import FormatError
from ..nouns import capture as noun
from ..nouns.capture import Capture
from . import resolve


def capture(repository: Repository, ref: str) -> Capture | None:
    """Return what was captured when a version was registered; see ``Store.capture``."""
    with repository.reading() as index:
        digest = resolve.even_deleted(index, ref).get("capture", "")
    return read(repository, digest)


def packages(repository: Repository, ref: str) -> dict[str, str]:
    """Return the packages that were installed, name → version; see ``Store.packages``."""
    found = capture(repository, ref)
    return read_packages(repository, found) if found else {}


def patch(repository: Repository, ref: str) -> bytes:
    """Return the uncommitted changes, as a git patch; see ``Store.patch``."""
    found = capture(repository, ref)
    return repository.objects.read(found.patch) if found and found.patch else b""


def read(repository: Repository, digest: str) -> Capture | None:
    """Return the capture in an object; None for an empty digest.

    Raises:
        VerificationError: the object is missing or damaged.
        FormatError: a later mvtui wrote it.
    """
    if not digest:
        return None
    try:
        found = msgspec.json.decode(repository.objects.read(digest), type=Capture)
    except msgspec.DecodeError as error:
        raise FormatError(f"object {digest[:12]}… is not a capture: {error}") from error
    if found.format != noun.FORMAT:
        raise FormatError(
            f"this capture has format {found.format}; this mvtui knows format {noun.FORMAT}",
            hint="Update mvtui: pip install --upgrade mvtui",
        )
    return found


def read_packages(repository: Repository, captured: Capture) -> dict[str, str]:
    """Return the packages of a capture, name → version, or → where it came from when that isn't an index."""
    if not captured.packages:
        return {}
    found = {}
    for line in repository.objects.read(captured.packages).decode("utf-8", "replace").splitlines():
        name, between, version = line.partition("==")
        if not between:
            name, between, version = line.partition(" @ ")
        if between:
            found[name.strip()] = version.strip()
    return found
