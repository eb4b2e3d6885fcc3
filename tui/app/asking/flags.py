"""What must not be overlooked of versions in a list: hosted models that move or end, members in trouble, what does not fit.

For the worker's thread: it asks the store about other versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ....store.errors import MvtuiError
from ... import agents, members
from ..tables.columns import sample_of

if TYPE_CHECKING:
    from ....store import Store, Version

_MOST = 1000
"""As many versions are looked at, the newest: a model's are of one kind, and of these nobody makes more by hand."""


def flags(store: Store, versions: Sequence[Version]) -> Mapping[str, tuple[str, ...]]:
    """Return what is to be said of those of a model's versions of which something is, by hash ID: in words, each by itself."""
    if not any(map(_may_have_some, sample_of(versions))):
        return {}
    found = {version.id: tuple(_told(store, version)) for version in islice(versions, _MOST)}
    return {name: told for name, told in found.items() if told}


def _may_have_some(version: Version) -> bool:
    return bool(version.kind == "hosted" or version.members or version.mismatch)


def _told(store: Store, version: Version) -> Iterator[str]:
    if version.deleted:
        return
    try:
        if version.kind == "hosted":
            yield from agents.alerts(store.hosted_status(version), agents.today())
        elif version.members or version.mismatch:
            yield from members.troubles(version, store.members(version.ref) if version.members else ())
    except MvtuiError:  # such as damage, of which the version's own page tells
        return
