"""The registry with people's own keys: a store's first, then the person's, which win. What can't be is named, and left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from . import keynames
from .actions import ACTIONS
from .registry import Registry

if TYPE_CHECKING:
    from ....store import KeySetting

_IDS = frozenset(action.id for action in ACTIONS)


class Keymap:
    """Which keys do what. ``problems`` says, a sentence each with file and line, what of the settings can't be."""

    def __init__(self, personal: Sequence[KeySetting] = ()) -> None:
        self._personal = tuple(personal)
        self._stores: tuple[KeySetting, ...] = ()
        self.problems: list[str] = []
        self.registry = self._settled()

    def take_store(self, settings: Iterable[KeySetting]) -> bool:
        """Take the keys that a store sets; say whether that changes anything."""
        if tuple(settings) == self._stores:
            return False
        self._stores = tuple(settings)
        self.registry = self._settled()
        return True

    def _settled(self) -> Registry:
        """Return the registry with all settings put in place, and note what can't be."""
        self.problems = []
        keys: dict[str, Sequence[str]] = {}
        places: dict[str, str] = {}
        for setting in (*self._stores, *self._personal):
            if problem := _problem(setting):
                self.problems.append(f"{problem} ({setting.place})")
                continue
            found, unknown = _parsed(setting.keys)
            self.problems += [f"{setting.action}: {why} ({setting.place})" for why in unknown]
            if found or not setting.keys:  # an empty list means no key at all
                keys[setting.action] = found
                places[setting.action] = setting.place
        registry = Registry(ACTIONS, keys=keys)
        for clash in registry.clashes:
            place = places.get(clash.loser) or places.get(clash.holder, "")
            self.problems.append(f"{clash} ({place})" if place else str(clash))
        return registry


def _problem(setting: KeySetting) -> str:
    if setting.problem:
        return f"{setting.action}: {setting.problem}"
    if setting.action in _IDS:
        return ""
    from difflib import get_close_matches

    similar = get_close_matches(setting.action, _IDS, n=1, cutoff=0.5)
    return f"there is no action {setting.action!r}" + (f": is it {similar[0]}?" if similar else "")


def _parsed(keys: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the keys that there are, in Textual's words, and what is wrong with the others."""
    found, wrong = [], []
    for key in keys:
        try:
            found.append(keynames.parsed(key))
        except keynames.UnknownKeyError as error:
            wrong.append(str(error))
    return list(dict.fromkeys(found)), wrong
