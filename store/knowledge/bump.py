"""The rule that numbers a version when the user didn't: what changed decides."""

from __future__ import annotations

from posixpath import splitext
from typing import TypeAlias

from ..nouns.capture import Code
from ..nouns.interface import Interface, interface_change
from ..nouns.manifest import Manifest
from ..nouns.semver import Bump

FIRST = "1.0.0"

Inside: TypeAlias = tuple[Bump, str]
"""A part to raise, and why: what is inside the files asks for it."""


def of_weights(before: Interface | None, after: Interface | None) -> Inside | None:
    """Return what a change of weights asks for: other tensors are another interface, other types are made another way."""
    if before is None or after is None:
        return None
    change, why = interface_change(before, after)
    return None if change == "weights" else ("major" if change == "interface" else "minor", why)


def decide(
    before: Manifest | None,
    after: Manifest,
    code_before: Code | None = None,
    code: Code | None = None,
    *,
    inside: Inside | None = None,
) -> tuple[Bump, str]:
    """Compare a new manifest with the latest version's; return the part to raise, and why in a few words.

    Major when the interface changed (kind, file layout, names or shapes of tensors), minor when what made it did (types
    of tensors, declared parameters, parents, datasets, the code's commit where both are known), patch otherwise.
    ``inside`` is what looking into the files of both came to, None where nothing of it matters or it could not be told.
    A latest version whose manifest can't be read counts as changed in layout: the careful answer.
    """
    if before is None:
        return "major", "the latest version's manifest can't be read"
    if before.kind != after.kind:
        return "major", f"kind changed from {before.kind} to {after.kind}"
    if _layout(before) != _layout(after):
        return "major", "file layout changed"
    if inside is not None:
        return inside
    if before.params != after.params:
        return "minor", "parameters changed"
    if set(before.datasets) != set(after.datasets):
        return "minor", "datasets changed"
    if set(before.parents) != set(after.parents):
        return "minor", "parents changed"
    if code_before and code and code_before.commit != code.commit:
        return "minor", "code changed"
    return "patch", "only bytes changed"


def _layout(manifest: Manifest) -> tuple[str, ...]:
    paths = tuple(entry.path for entry in manifest.files)
    # A lone file may carry its step or date in its name (model-0300.pt): what it is, is its suffix, if it has one.
    return paths if len(paths) > 1 else tuple(splitext(path)[1] for path in paths)
