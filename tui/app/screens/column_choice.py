"""Which columns the versions of each model have: those a person chose, else what settings say, else what tells most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..memory import Choice

if TYPE_CHECKING:
    from ..tables.columns import Column
    from ..tables.version_columns import VersionColumns
    from .main import MainScreen


class Chosen(NamedTuple):
    """The columns of a model's versions by their names, in order; ``names`` is None where nobody chose any.

    ``headline`` is the metric that versions are judged by first, empty for the most telling.
    """

    names: tuple[str, ...] | None = None
    headline: str = ""


NOTHING = Chosen()
"""What is so where a person chose nothing."""


class ColumnChoice:
    """Knows what was chosen, and what is being tried out."""

    def __init__(self, screen: MainScreen, settings: Sequence[str] = ()) -> None:
        self._screen = screen
        self._own = tuple(settings)
        self._stores: tuple[str, ...] = ()
        self._tried: dict[str, Chosen] = {}

    def take_store(self, settings: Sequence[str]) -> None:
        """Take the columns that a store's settings name, which a person's own come before: told before any list."""
        self._stores = tuple(settings)

    def of(self, model: str) -> Chosen:
        """Return what a person chose for a model, or tries out."""
        return self._tried.get(model) or _read(self._screen.memory.chosen(model))

    def names(self, model: str, offered: VersionColumns) -> list[str]:
        """Return the names of the columns that a model's versions have."""
        chosen = self.of(model)
        if chosen.names is not None:
            return list(chosen.names)
        if settings := self._own or self._stores:
            return offered.resolved(settings, chosen.headline)
        return offered.default(chosen.headline)

    def columns(self, model: str, offered: VersionColumns) -> list[Column]:
        """Return the columns that a model's versions have."""
        kept = self.of(model).names is not None or bool(self._own or self._stores)
        return offered.columns(self.names(model, offered), self._screen.look, kept=kept)

    def headline(self, model: str, offered: VersionColumns) -> str:
        """Return the metric that a model's versions are judged by first; empty without any."""
        return offered.headline(self.of(model).headline)

    def try_out(self, model: str, chosen: Chosen) -> None:
        """Let a choice be so until it is kept or put back."""
        self._tried[model] = chosen

    def put_back(self, model: str) -> None:
        """Forget what was tried out."""
        self._tried.pop(model, None)

    def keep(self, model: str) -> None:
        """Keep what was tried out, for the next start too."""
        if (chosen := self._tried.pop(model, None)) is not None:
            self._screen.memory.choose(model, _written(chosen))


def _read(choice: Choice) -> Chosen:
    if not choice:
        return NOTHING
    headline, *names = choice
    return Chosen(tuple(names) or None, headline)


def _written(chosen: Chosen) -> Choice:
    return None if chosen == NOTHING else (chosen.headline, *(chosen.names or ()))
