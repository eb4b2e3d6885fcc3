"""What a dialog that moves files asks: of the version, and of the place on the disk. For the worker's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from . import places

if TYPE_CHECKING:
    from ...store import Store, Version


class ToCheckOut(msgspec.Struct, frozen=True):
    """Ask of a version, and what there is at the path it is to be copied to."""

    ref: str
    dest: str

    def read(self, store: Store) -> Destination:
        """Answer it. Raises MvtuiError when the version can't be read."""
        return Destination(store.get(self.ref), places.look(self.dest, directories=True))


class Destination(msgspec.Struct, frozen=True):
    """A version, and a place for its files."""

    version: Version
    place: places.Place
