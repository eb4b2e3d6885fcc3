"""What is done with a version's bytes: hashed again, copied out, found in the store. Stopping it leaves nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ....store.errors import VerificationError
from ... import words
from .changes import Change, Made

if TYPE_CHECKING:
    from ....store import ProgressCallback, Store

_MOST_NAMED = 3


class Verify(Change, frozen=True):
    """Hash a version's bytes again."""

    ref: str

    @property
    def stopped(self) -> str:
        """What was hashed by then proves nothing."""
        return f"stopped: whether {self.ref} is whole is not known"

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it. Raises VerificationError when some are not what was registered."""
        report = store.verify(self.ref, progress=progress)
        if report.bad:
            names = _names(store, self.ref)
            told = [f"{names.get(bad.digest, bad.digest[:12])} is {bad.problem}" for bad in report.bad]
            more = f", and {len(told) - _MOST_NAMED} more" if len(told) > _MOST_NAMED else ""
            raise VerificationError(
                f"{self.ref} is not whole: {'; '.join(told[:_MOST_NAMED])}{more}",
                hint="Registering the good files again mends it",
            )
        version = store.get(self.ref)
        files = words.plural(version.file_count, "file")
        return Made(f"{self.ref} is whole: {files}, {words.size(version.size)}, each as it was registered")


class CheckOut(Change, frozen=True):
    """Copy a version's files into a directory, each checked on the way."""

    ref: str
    dest: str

    @property
    def stopped(self) -> str:
        """It appears whole or not at all."""
        return f"stopped: nothing was copied to {self.dest}"

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it."""
        where = store.checkout(self.ref, os.path.expanduser(self.dest), progress=progress)
        version = store.get(self.ref)
        files = words.plural(version.file_count, "file")
        return Made(f"{self.ref} is in {where}: {files}, {words.size(version.size)}")


class FindPath(Change, frozen=True):
    """Find the path to a version's files inside the store, to be copied to the clipboard."""

    ref: str

    @property
    def stopped(self) -> str:
        """What to say when it was stopped on the way."""
        return "stopped: nothing was copied"

    def make(self, store: Store, progress: ProgressCallback) -> Made:
        """Make it: the bytes are vouched for, which may take hashing them."""
        path = str(store.path(self.ref, progress=progress))
        return Made(path, value=path)


def _names(store: Store, ref: str) -> dict[str, str]:
    try:
        return {file.digest: file.path for file in store.show(ref).files}
    except VerificationError:  # the list of its files is what is damaged
        return {}
