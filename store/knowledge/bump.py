"""The rule that numbers a version when the user didn't: what changed decides."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import splitext
from typing import TypeAlias

from ..nouns.capture import Code
from ..nouns.hosted import ENDPOINT, MODEL, PROVIDER
from ..nouns.interface import Interface, interface_change
from ..nouns.manifest import Manifest
from ..nouns.prompt import VARIABLES, changed_variables
from ..nouns.semver import BUMPS, Bump, SemVer

FIRST = "1.0.0"

Inside: TypeAlias = tuple[Bump, str]
"""A part to raise, and why: what is inside the files asks for it."""


def of_weights(before: Interface | None, after: Interface | None) -> Inside | None:
    """Return what a change of weights asks for: other tensors are another interface, other types are made another way."""
    if before is None or after is None:
        return None
    change, why = interface_change(before, after)
    return None if change == "weights" else ("major" if change == "interface" else "minor", why)


def of_members(before: Mapping[str, str], after: Mapping[str, str]) -> Inside | None:
    """Return what a change of a bundle's members (role → reference) asks for: of all of them the greatest part.

    A member of another model is a minor change: what it does for the whole is said by its role.
    """
    changed = [role for role in after if before.get(role) != after[role]]
    if before.keys() != after.keys() or not changed:
        return None  # other roles are another layout
    parts = {role: _distance(before[role], after[role]) for role in changed}
    part = min(parts.values(), key=BUMPS.index)
    role = next(role for role in changed if parts[role] == part)
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return part, f"{role} {before[role]} → {after[role]}{more}"


def _distance(before: str, after: str) -> Bump:
    (model, _, old), (other, _, new) = before.partition("@"), after.partition("@")
    if model != other:
        return "minor"
    one, two = SemVer.parse(old), SemVer.parse(new)
    return "major" if one.major != two.major else "minor" if one.minor != two.minor else "patch"


def decide(
    before: Manifest | None,
    after: Manifest,
    code_before: Code | None = None,
    code: Code | None = None,
    *,
    inside: Inside | None = None,
) -> tuple[Bump, str]:
    """Compare a new manifest with the latest version's; return the part to raise, and why in a few words.

    Major when the interface changed (kind, file layout, names or shapes of tensors, variables of a prompt, the provider of a
    hosted model), minor when what made it did (types
    of tensors, declared parameters, parents, datasets, the code's commit where both are known), patch otherwise.
    ``inside`` is what looking into the files of both came to, None where nothing of it matters or it could not be told.
    A latest version whose manifest can't be read counts as changed in layout: the careful answer.
    """
    if before is None:
        return "major", "the latest version's manifest can't be read"
    if before.kind != after.kind:
        return "major", f"kind changed from {before.kind} to {after.kind}"
    if _layout(before) != _layout(after):
        return "major", "roles changed" if after.kind == "bundle" else "file layout changed"
    if inside is not None:
        return inside
    if asked := _asked_of_callers(before, after):
        return asked
    if before.params != after.params:
        return "minor", "parameters changed"
    if set(before.datasets) != set(after.datasets):
        return "minor", "datasets changed"
    if set(before.parents) != set(after.parents):
        return "minor", "parents changed"
    if code_before and code and code_before.commit != code.commit:
        return "minor", "code changed"
    return "patch", "its text changed" if after.kind == "prompt" else "only bytes changed"


def _asked_of_callers(before: Manifest, after: Manifest) -> Inside | None:
    """Return what a change of a prompt's variables, or of which model of which provider it is, asks for."""
    if after.kind == "prompt" and VARIABLES in before.params:
        old, new = (str(manifest.params.get(VARIABLES, "")) for manifest in (before, after))
        if change := changed_variables(old, new):
            return "major", f"variables changed: {change}"
    if after.kind == "hosted":
        for name in (PROVIDER, MODEL, ENDPOINT):
            one, other = (manifest.params.get(name) for manifest in (before, after))
            if one != other:
                part: Bump = "major" if name == PROVIDER else "minor"
                return part, f"{name} {one or 'default'} → {other or 'default'}"
    return None


def _layout(manifest: Manifest) -> tuple[str, ...]:
    paths = tuple(entry.path for entry in manifest.files)
    if manifest.kind == "bundle":  # the files of its members are theirs; what it has is their roles
        return tuple(dict.fromkeys(path.partition("/")[0] for path in paths))
    # A lone file may carry its step or date in its name (model-0300.pt): what it is, is its suffix, if it has one.
    return paths if len(paths) > 1 else tuple(splitext(path)[1] for path in paths)
