"""A bundle: versions that are released together as one, each in a role of its own, and files of its own beside them.

Its files are ``bundle.json``, which names the members, and below ``ROLE/`` the files of each member and its own. So what a bundle
needs is pinned by digest, and it is checked out, served, verified and rolled back as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ..errors import BadInputError, FormatError

CARD = "bundle.json"
"""The file that names the members."""
MEMBER_EDGE = "composed-of"
"""The type of the edge from a bundle to a member; its role is the member's."""

_FORMAT = 1
_ROLE = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?", re.ASCII)


def check_role(role: str) -> str:
    """Return a role, if it can be one: it becomes the name of a directory.

    Raises:
        BadInputError: it can't.
    """
    if not isinstance(role, str) or not _ROLE.fullmatch(role):
        raise BadInputError(
            f"{role!r} can't be a role" if role else "a role is empty",
            hint="A role is up to 40 of a-z, 0-9, - and _, such as model, prompt, adapter, index or config.",
        )
    return role


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """One member as it was when it was bundled: its reference, hash ID and kind; of a prompt its ``template`` language."""

    model: str
    version: str
    id: str
    kind: str
    template: str = ""

    @property
    def ref(self) -> str:
        """The reference to write: ``name@1.4.0``."""
        return f"{self.model}@{self.version}"


class MemberState(msgspec.Struct, frozen=True):
    """A member of a bundle, and what has become of it since.

    ``stage``, ``deleted`` and ``rolled_back`` are its version's now; ``lost`` says that the store knows no such version any more.
    ``current`` is what is in Production of its model, empty if nothing, or the member itself, is.
    """

    role: str
    ref: str
    id: str
    kind: str
    stage: str | None = None
    deleted: bool = False
    rolled_back: bool = False
    lost: bool = False
    current: str = ""

    @property
    def trouble(self) -> str:
        """What to know before one relies on the bundle: ``deleted``, ``rolled back``, ``archived``; empty when nothing is."""
        if self.lost:
            return "not known any more"
        if self.deleted:
            return "deleted"
        if self.rolled_back:
            return "rolled back"
        return "archived" if self.stage == "archived" else ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        row = msgspec.structs.asdict(self)
        return row | {"trouble": self.trouble or None, "current": self.current or None}


def encode_members(members: Mapping[str, Member]) -> bytes:
    """Return the bytes of ``bundle.json``: JSON, sorted, for people, too. Equal members give equal bytes."""
    said = {"format": _FORMAT, "members": {role: msgspec.to_builtins(each) for role, each in members.items()}}
    return msgspec.json.format(msgspec.json.encode(said, order="sorted"), indent=2) + b"\n"


def decode_members(data: bytes) -> dict[str, Member]:
    """Read the bytes of ``bundle.json``.

    Raises:
        FormatError: it is none, or one of a later format.
    """
    try:
        body = msgspec.json.decode(data, type=_Body)
    except msgspec.DecodeError as error:
        raise FormatError(f"this is not a {CARD}: {error}") from None
    if body.format != _FORMAT:
        raise FormatError(
            f"this {CARD} has format {body.format}; this mvtui knows format {_FORMAT}",
            hint="Update mvtui: pip install --upgrade mvtui",
        )
    return dict(body.members)


class _Body(msgspec.Struct):
    format: int
    members: dict[str, Member]


def troubles(members: Iterable[MemberState]) -> tuple[str, ...]:
    """Return what is the matter with members, a few words each: ``prompt support-bot@3.0.0 was rolled back``."""
    return tuple(f"{each.role} {each.ref} {_SAID[each.trouble]}" for each in members if each.trouble)


_SAID = {
    "not known any more": "is not known any more",
    "deleted": "was deleted",
    "rolled back": "was rolled back",
    "archived": "is archived",
}
