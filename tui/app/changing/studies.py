"""What takes reading many numbers: whether weights are sound, how far two versions are apart, how a large tensor is spread.

Nothing of the store changes by it, but it takes its time, so it is asked for, shows how far it is, and can be stopped. What came of
it is kept while mvtui runs, and shown by the view that lacked it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import health as told
from ..asking import inspecting
from .changes import Change, Made

if TYPE_CHECKING:
    from ....store import ProgressCallback, Store, Tensor


class ReadWeights(Change, frozen=True):
    """Read all weights of a version, and say whether they are sound."""

    ref: str

    @property
    def stopped(self) -> str:
        """What was read by then says nothing of the rest."""
        return f"stopped: whether the weights of {self.ref} are sound is not known"

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        version = store.get(self.ref)
        found = store.health(self.ref, progress=progress)
        inspecting.keep("health", version.id, found)
        notices = () if found.verdict == "finite" else (told.verdict(found),)
        return Made(f"{self.ref}: {found.sentence}", notices)


class CompareWeights(Change, frozen=True):
    """Compare the tensors of two versions, number by number."""

    before: str
    after: str

    @property
    def stopped(self) -> str:
        """What was compared by then is told."""
        return "stopped: not all tensors were compared"

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        found = store.diff_tensors(self.before, self.after, progress=progress)
        key = tuple(store.get(ref).id for ref in (self.before, self.after))
        inspecting.keep("tensors", key, found)
        return Made(f"{self.after} against {self.before}: {found.sentence}")


class CountNumbers(Change, frozen=True):
    """Read the numbers of one tensor."""

    ref: str
    tensor: Tensor

    @property
    def stopped(self) -> str:
        """Part of a tensor says little of the whole."""
        return "stopped: the numbers were not read"

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        version = store.get(self.ref)
        found = store.histogram(self.ref, self.tensor, bins=inspecting.STEPS, progress=progress)
        inspecting.keep("histogram", (version.id, self.tensor), found)
        return Made(found.unread or f"{found.count:,} numbers were read")
