"""What keys are called: by people (``ctrl-d``, ``/``, ``G``), and by Textual (``ctrl+d``, ``slash``, ``G``)."""

from __future__ import annotations

import string
import unicodedata

_RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Textual's names of characters, where they aren't Unicode's."""


def _character(char: str) -> str:
    if char.isalnum():
        return char
    name = unicodedata.name(char, "").lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


_SIGNS = {_character(char): char for char in string.punctuation}

_SHOWN = _SIGNS | {"escape": "esc", "pagedown": "page down", "pageup": "page up"}
NAMED = frozenset(
    "escape enter tab space backspace delete insert home end pageup pagedown up down left right".split()
) | {f"f{number}" for number in range(1, 25)}
_ALSO = {
    "esc": "escape",
    "return": "enter",
    "ret": "enter",
    "del": "delete",
    "ins": "insert",
    "bs": "backspace",
    "page down": "pagedown",
    "page up": "pageup",
    "pgdn": "pagedown",
    "pgup": "pageup",
}
_MODIFIERS = {"ctrl": "ctrl", "c": "ctrl", "control": "ctrl", "shift": "shift", "s": "shift",
              "alt": "alt", "a": "alt", "m": "alt", "meta": "alt"}  # fmt: skip
_ORDER = ("alt", "ctrl", "shift")
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "escape"}
"""Keys that terminals can't tell from others."""

_LONGEST = 40


class UnknownKeyError(ValueError):
    """There is no such key; the text says so."""


def shown(key: str) -> str:
    """Return a key as people write it: ``ctrl+d`` → ``ctrl-d``, ``slash`` → ``/``."""
    *modifiers, last = key.split("+")
    return "-".join([*modifiers, _SHOWN.get(last, last)])


def parsed(text: str) -> str:
    """Return Textual's name of a key that a person wrote, in either manner.

    Raises:
        UnknownKeyError: there is no such key, or no terminal tells it from another one.
    """
    if len(text) > _LONGEST:
        raise UnknownKeyError("that is no key")
    if len(text) == 1:
        if text == " ":
            return "space"
        if not text.isprintable() or not (name := _character(text)):
            raise UnknownKeyError("there is no key of that name")
        return name
    modifiers, last = _taken_apart(text.strip())
    name = _last(last)
    if "shift" in modifiers and len(name) == 1 and name.isalpha():
        modifiers.discard("shift")
        name = name.upper()
    if "ctrl" in modifiers and len(name) == 1:
        name = name.lower()
    if "shift" in modifiers and (len(name) == 1 or name in _SIGNS):
        raise UnknownKeyError(f"there is no key {text!r}: write the character that shift makes of it")
    whole = "+".join([each for each in _ORDER if each in modifiers] + [name])
    if whole in _SAME:
        raise UnknownKeyError(f"terminals can't tell {text} from {shown(_SAME[whole])}")
    return whole


def _taken_apart(text: str) -> tuple[set[str], str]:
    """Return the modifiers before a key, and the key."""
    found: set[str] = set()
    rest = text
    while True:
        places = [at for at in (rest.find("-"), rest.find("+")) if 0 < at < len(rest) - 1]
        head = rest[: min(places)].lower() if places else ""
        if head not in _MODIFIERS:
            return found, rest
        found.add(_MODIFIERS[head])
        rest = rest[len(head) + 1 :]


def _last(text: str) -> str:
    if len(text) == 1:
        name = _character(text) if text.isprintable() else ""
    else:
        name = text.lower()
        name = _ALSO.get(name, name)
        if name not in NAMED and name not in _SIGNS:
            name = ""
    if not name:
        raise UnknownKeyError(f"there is no key {text!r}")
    return name
