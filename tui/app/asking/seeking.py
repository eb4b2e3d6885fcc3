"""Versions of whatever model, by what is typed of a name, or by a query. For the worker's thread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from ....store.errors import MvtuiError, QueryError
from ..finding import SAME, fitness, version_fitness, words

if TYPE_CHECKING:
    from ....store import Store, Version

Sought: TypeAlias = "tuple[float, Version]"
"""How well a version fits what is looked for, and the version."""

SoughtTest: TypeAlias = "tuple[float, str, Version]"
"""How well the name of an A/B test fits, the name, and the version of the arm that is tried out."""

_ID = re.compile("[0-9a-fA-F]{6,64}")
"""What may be the beginning of a hash ID, and hardly anything else."""

_SHOWN = 50
"""As many versions are offered."""

_READ = 400
"""As many of those that a query finds are compared with what is typed, the newest first."""

_MODELS = 5
_NUMBERS = 20


class Seeker:
    """Finds versions in one state of a store.

    The first search reads every version once: some hundred milliseconds for 100,000, and tens for each later one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._generation = store.generation
        self._models = store.models()
        self._versions = store.versions()
        self._search = store.search(self._versions)
        self._prepared = False

    def serves(self, store: Store) -> bool:
        """Whether it still knows the store as it is."""
        return store is self._store and store.generation == self._generation

    def find(self, text: str) -> tuple[tuple[Sought, ...], int]:
        """Return the versions that fit best, the best first, each with how well it does; and how many fit.

        What a reference names comes first; then names that are like the text, what is in Production before what
        isn't; then what else the text finds as a query does, the newest first.
        """
        if not self._prepared:
            self._search.prepare()
            self._prepared = True
        wanted = words(text)
        if not wanted:
            return (), 0
        found: dict[str, Version] = {}
        exact = self._get(text.strip()) or (
            self._get(f"id:{text.strip()}") if _ID.fullmatch(text.strip()) else None
        )
        if exact:
            found[exact.ref] = exact
        for version in self._by_name(wanted):
            found.setdefault(version.ref, version)
        rows = self._rows(text, " ".join(wanted))
        for row in rows[:_READ]:
            version = self._versions[row]
            found.setdefault(version.ref, version)

        fits = [
            (SAME if version is exact else version_fitness(wanted, version), version)
            for version in found.values()
        ]
        best = sorted(fits, key=lambda each: (-each[0], each[1].stage != "production"))
        return tuple(best[:_SHOWN]), max(len(rows), len(best))

    def tests(self, text: str) -> tuple[SoughtTest, ...]:
        """Return the A/B tests whose names fit, also those that have ended, with how well they do."""
        wanted = words(text)
        found = []
        for test in self._store.ab_tests() if wanted else ():
            spec = test.spec
            fits = fitness(wanted, spec.name)
            tried = next((arm for arm in spec.arms if arm.name != spec.control), spec.arms[0])
            if fits and (version := self._get(f"{spec.model}@{tried.version}")):
                found.append((fits, spec.name, version))
        return tuple(sorted(found, key=lambda each: -each[0])[:_SHOWN])

    def _by_name(self, wanted: list[str]) -> Iterator[Version]:
        """Yield versions of the models that are called like the first word: those whose numbers begin with the next."""
        fitting = ((fitness(wanted[:1], model.name), model) for model in self._models)
        best = sorted((each for each in fitting if each[0]), key=lambda each: -each[0])[:_MODELS]
        for _, model in best:
            if len(wanted) > 1:
                refs = self._store.complete(f"{model.name}@{wanted[1]}")[:_NUMBERS]
            else:
                refs = [f"{model.name}@{number}" for number in (model.production, model.latest) if number]
            for ref in refs:
                if version := self._get(ref):
                    yield version

    def _get(self, ref: str) -> Version | None:
        try:
            return self._store.get(ref)
        except MvtuiError:
            return None

    def _rows(self, text: str, taken_apart: str) -> list[int]:
        """Return the rows that a text finds as a query, else its words."""
        for query in (text, taken_apart):
            try:
                if rows := self._search.find(query).rows:
                    return list(rows)
            except QueryError:
                continue
        return []
