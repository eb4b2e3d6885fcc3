"""The members of a bundle, and what does not fit together in a version, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .words import ROLLED_BACK, signs, stage_label, stage_sign

if TYPE_CHECKING:
    from ..store import MemberState, Version

MISFIT = "does not fit"
"""The word for a version in which something does not fit together."""


def standing(member: MemberState, *, ascii_only: bool = False) -> str:
    """Return where a member stands now, in sign and word; empty for one that is in no stage."""
    if member.trouble == ROLLED_BACK:
        return f"{stage_sign(ROLLED_BACK, ascii_only=ascii_only)} {ROLLED_BACK}"
    if member.trouble in ("", "archived"):
        return stage_label(member.stage, ascii_only=ascii_only) if member.stage else ""
    return f"{signs(ascii_only).bad} {member.trouble}"


def newer(member: MemberState) -> str:
    """Say what is in Production instead of a member; empty where nothing else is."""
    return f"production has {member.current}" if member.current else ""


def troubles(version: Version, members: Sequence[MemberState]) -> list[str]:
    """Return what must not be overlooked of a version in a list: what does not fit, or what became of its members."""
    told = [MISFIT] if version.mismatch else []
    troubled = [member for member in members if member.trouble]
    if troubled:
        more = f" +{len(troubled) - 1}" if len(troubled) > 1 else ""
        told.append(f"{troubled[0].role} {troubled[0].trouble}{more}")
    return told


def flag(version: Version, members: Sequence[MemberState], *, ascii_only: bool = False) -> str:
    """Return the same behind a sign; empty when nothing is amiss."""
    told = troubles(version, members)
    return f"{signs(ascii_only).overridden} {', '.join(told)}" if told else ""
