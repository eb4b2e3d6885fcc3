"""Reading what is inside a bundle: its members, what each of them is, and those of a bundle in it. For the worker's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ....store.errors import MvtuiError
from ... import agents, words
from . import agents_inside
from .inside import Agent, Inside, Limb

if TYPE_CHECKING:
    from ....store import MemberState, Store, Version

_DEEPEST, _MOST = 6, 200
"""Bundles in bundles that are gone into, and members that are told of, at most."""


def bundle(store: Store, version: Version, found: Inside) -> Inside:
    """Return what is inside a bundle beside its files: the tree of its members, and how they differ from those in production.

    Raises:
        MvtuiError: the store can't be read.
    """
    against = agents_inside.compared(store, version)
    base = against.base.ref if against is not None else ""
    role = against.chosen if against is not None else ""
    agent = Agent((), None, base, role, comparison=against)
    members = tuple(_limbs(store, version, 0, [_MOST]))
    own = {member.role for member in store.members(version.ref)}
    files = [file for file in found.files if file.path.partition("/")[0] not in own and "/" in file.path]
    return msgspec.structs.replace(found, agent=agent, members=members, own=tuple(files))


def _limbs(store: Store, version: Version, depth: int, left: list[int]) -> list[Limb]:
    found = []
    for member in store.members(version.ref):
        if left[0] <= 0:
            break
        left[0] -= 1
        try:
            found.append(_limb(store, member, depth, left))
        except MvtuiError:  # deleted since, or damaged: which it was is still known
            found.append(Limb(member))
    return found


def _limb(store: Store, member: MemberState, depth: int, left: list[int]) -> Limb:
    if member.lost or member.deleted:
        return Limb(member)
    version = store.get(member.ref)
    if version.kind == "hosted":
        return Limb(member, agents.model_text(version), store.hosted_status(version))
    if version.kind == "prompt":
        return Limb(member, f"variables {agents.variables_text(version) or 'not known'}")
    if version.kind == "adapter":
        said = store.adapter(member.ref)
        return Limb(member, said.label if said is not None else "")
    if version.kind == "bundle" and depth < _DEEPEST:
        return Limb(member, inner=tuple(_limbs(store, version, depth + 1, left)))
    return Limb(member, words.size(version.size) if version.size else "")
