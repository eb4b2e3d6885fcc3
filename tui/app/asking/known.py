"""What the store says of a version besides its row in the list: read by the worker, shown in the overview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from ....store import Adapter, Capture, Direction, HostedStatus, MemberState, Node, Version, VersionDetail


class Known(msgspec.Struct, frozen=True):
    """A version's files, and what made it.

    ``directions`` are those of its metrics, where known; ``recorded`` says of which metric there are several values,
    and how many. ``production`` is the version of the same model in Production, if any. ``sources`` describes what
    its edges point at, by their keys. ``members`` are a bundle's, ``adapter`` is what PEFT says of an adapter, ``hosted`` what is known of
    a hosted model.
    """

    detail: VersionDetail
    directions: Mapping[str, Direction] = {}
    production: Version | None = None
    recorded: Mapping[str, int] = {}
    sources: Mapping[str, Node] = {}
    capture: Capture | None = None
    capture_problem: str = ""
    members: tuple[MemberState, ...] = ()
    adapter: Adapter | None = None
    hosted: HostedStatus | None = None
