"""What a tab of the details asks of the store, and what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from .actions import Tab
from .known import Known

if TYPE_CHECKING:
    from ...store import Comparison, TreeRow


class Asked(msgspec.Struct, frozen=True):
    """A tab, and the references of the versions it is to show: one, or those that are compared."""

    tab: Tab
    refs: tuple[str, ...]


class Ancestry(msgspec.Struct, frozen=True):
    """What a version came from, and what came from it, as rows of two trees; ``cut`` says that there is more."""

    up: tuple[TreeRow, ...]
    down: tuple[TreeRow, ...]
    cut: bool = False


Content: TypeAlias = "Known | Comparison | Ancestry"


def lacks_history(content: Content) -> bool:
    """Say whether git could tell more about a comparison: the commits between the versions'."""
    if isinstance(content, Known | Ancestry) or content.histories:
        return False
    base = content.base.code
    return base is not None and any(
        version.code and version.code.commit != base.commit for version in content.others
    )
