"""What is known of one version, gathered for comparing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from ...nouns.comparison import SectionName
from ...nouns.lineage import Link

if TYPE_CHECKING:
    from ...nouns.capture import Capture
    from ...nouns.dataset import DataSource
    from ...nouns.interface import Interface
    from ...nouns.manifest import FileEntry
    from ...nouns.version import Version


class Target(msgspec.Struct, frozen=True):
    """What stands at the other end of an edge.

    ``name`` is what to show: a reference, or the outside name. ``line`` is what two versions of the same thing
    share: the model's name, or the outside name without its revision. ``kind`` is the version's (``dataset``…),
    empty outside the store. ``size`` (bytes) and ``files`` (a count) are None when nobody knows.
    """

    link: Link
    name: str
    line: str
    kind: str = ""
    size: int | None = None
    files: int | None = None
    source: DataSource | None = None


class Facts(msgspec.Struct, frozen=True):
    """One version and what its objects say.

    ``files``, ``capture`` and ``packages`` (normalised name → version) are None when there are none or they can't
    be read, ``interface`` also where the files tell none; ``problems`` then says why, a sentence under the name of the section that lacks them. ``evaluations``
    names the run that measured the latest value of a metric, where it has a name.
    """

    version: Version
    files: tuple[FileEntry, ...] | None = None
    capture: Capture | None = None
    packages: Mapping[str, str] | None = None
    targets: tuple[Target, ...] = ()
    evaluations: Mapping[str, str] = msgspec.field(default_factory=dict)
    problems: Mapping[SectionName, str] = msgspec.field(default_factory=dict)
    interface: Interface | None = None
