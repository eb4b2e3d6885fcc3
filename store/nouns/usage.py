"""What versions take: as registered, on disk, and what deleting one would give back. All sizes are bytes."""

from __future__ import annotations

from typing import Any

import msgspec

from .stage import Stage


class VersionUsage(msgspec.Struct, frozen=True):
    """What one version takes.

    ``size`` is what was registered, ``frees`` what deleting just this version would give back, ``shared`` what it
    needs together with others. A file that it holds twice is stored once, so ``frees`` and ``shared`` may come to less.
    """

    model: str
    version: str
    id: str
    stage: Stage | None
    size: int
    frees: int
    shared: int

    @property
    def ref(self) -> str:
        """The version's reference."""
        return f"{self.model}@{self.version}"


class ModelUsage(msgspec.Struct, frozen=True):
    """What the versions of a model take together; ``frees`` is what deleting all of them would give back."""

    model: str
    versions: int
    size: int
    frees: int
    shared: int


class Usage(msgspec.Struct, frozen=True):
    """What a store takes; see ``Store.du``.

    ``size`` is what was registered, ``files`` what that takes on disk, so ``saved`` is what deduplication saved. Beside the
    files, ``stored`` (all objects) has ``manifests``, ``captures``, ``series``, ``records`` (policies, and what did not
    fit an event), ``held`` (what readers of deleted versions may still want, or a lost event may have named) and what is
    ``reclaimable`` by gc: None when that can't be told, for which ``doubt`` says why. ``trash`` are objects in their grace
    period, ``live`` copies for serving, ``journal`` the events.

    ``versions`` and ``models`` come in the order of what they would free, the oldest first where that is the same.
    """

    size: int
    files: int
    saved: int
    stored: int
    manifests: int
    captures: int
    series: int
    records: int
    held: int
    reclaimable: int | None
    trash: int
    live: int
    journal: int
    models: tuple[ModelUsage, ...]
    versions: tuple[VersionUsage, ...]
    doubt: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        found = msgspec.to_builtins(self)
        found["versions"] = [{"ref": each.ref} | msgspec.to_builtins(each) for each in self.versions]
        return dict(found)
