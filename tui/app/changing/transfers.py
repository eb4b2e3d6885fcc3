"""What a dialog that moves files asks: of the version, and of the place on the disk. For the worker's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ..asking import places
from ..asking.contents import Contents
from ..asking.contents import look as look_inside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....store import Store, Version


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


class ToRegister(msgspec.Struct, frozen=True):
    """Ask what is at a path, and which models and parents begin as they are typed.

    ``contents`` is what is known of the same path already: it is not looked at again.
    """

    path: str
    model: str
    parent: str
    contents: Contents | None = None

    def read(self, store: Store) -> Candidate:
        """Answer it."""
        place = places.look(self.path)
        known = self.contents
        if known is None and self.path and place.state not in ("nothing", "other"):
            known = look_inside(place.path)
        models = store.models()
        latest = next((model.latest or "" for model in models if model.name == self.model), "")
        names = [model.name for model in models if model.name.startswith(self.model)]
        parents = store.complete(self.parent) if self.parent else []
        return Candidate(place, known, _choices(names), _choices(parents), latest)


class Candidate(msgspec.Struct, frozen=True):
    """Files that may become a version. ``latest`` is the number of the model's latest version, empty without one."""

    place: places.Place
    contents: Contents | None
    models: places.Choices
    parents: places.Choices
    latest: str


def _choices(names: Sequence[str]) -> places.Choices:
    return places.Choices(tuple(places.Entry(name) for name in names[: places.MOST]), len(names))
