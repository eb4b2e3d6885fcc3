"""The part of ``Store`` that looks: models, versions, counts, events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..verbs import look
from .face import Face

if TYPE_CHECKING:
    from ..nouns.damage import Damage
    from ..nouns.event import Event
    from ..nouns.keys import KeySetting
    from ..nouns.reports import Summary
    from ..nouns.screen import ScreenSettings
    from ..nouns.version import Model, Version, VersionDetail


class Looking(Face):
    """Verbs that change nothing, lock nothing and create nothing."""

    def models(self) -> list[Model]:
        """Return every model that has versions, by name."""
        return look.models(self._repository)

    def versions(self, model: str | None = None, *, deleted: bool = False) -> Sequence[Version]:
        """Return versions, the one registered last first; of one model, or of all.

        The sequence is a snapshot: it does not move when the store does, and each ``Version`` is made
        when it is looked at, so that 100,000 cost little.

        Raises:
            NotFoundError: there is no such model; ``candidates`` lists similar names.
        """
        return look.versions(self._repository, model, deleted=deleted)

    def get(self, ref: str) -> Version:
        """Return the version that ``ref`` names."""
        return look.get(self._repository, ref)

    def show(self, ref: str) -> VersionDetail:
        """Return the version that ``ref`` names, with its files.

        A deleted version may be asked for by its number or hash ID; it has no files when ``gc`` has taken them.

        Raises:
            VerificationError: the manifest's bytes are missing or damaged.
        """
        return look.show(self._repository, ref)

    def called(self, ends: Iterable[str]) -> dict[str, str | None]:
        """Return what to call the other ends of edges (``Link.to``).

        A hash ID is called by the reference of its version, of several the one in use; None for one that no version
        has. A name of something outside the store is its own.
        """
        return look.called(self._repository, ends)

    def complete(self, prefix: str) -> list[str]:
        """Return references and model names that begin with ``prefix``, for shell completion."""
        return look.complete(self._repository, prefix)

    def summary(self, *, measure: bool = False) -> Summary:
        """Return the counts and sizes a status line shows.

        Args:
            measure: also add up the objects on disk (``stored``); costs a directory walk.
        """
        return look.summary(self._repository, measure=measure)

    @property
    def keys(self) -> tuple[KeySetting, ...]:
        """The keys of the full screen that ``[keys]`` in the store's config.toml sets, unchecked."""
        return self._repository.current_config().keys

    @property
    def screen(self) -> ScreenSettings | None:
        """What ``[screen]`` in the store's config.toml says of the full screen, unchecked; None where it says nothing."""
        return self._repository.current_config().screen

    def events(self, since: int = 0) -> Iterator[Event]:
        """Yield the journal's events with ``seq`` above ``since``, oldest first, skipping damaged lines."""
        return look.events(self._repository, since)

    def damage(self) -> tuple[Damage, ...]:
        """Return the stretches of the journal that can't be trusted; empty when all is well."""
        return self._repository.damage()
