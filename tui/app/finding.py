"""How well what is typed fits a name: the palette's order, of actions and versions alike.

Not Textual's matcher: it tries every way of placing the letters, and a name made to be hostile would keep it busy for
ever. This one looks along each name once for each word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .keys.registry import Hint
from .keys.synonyms import COMMANDS, Command

if TYPE_CHECKING:
    from ...store import Version

SAME, BEGINS, PART_BEGINS, CONTAINS, RESEMBLES, BESIDE = 6.0, 5.0, 4.0, 3.0, 2.0, 1.0
"""How well a word fits: the name is the word, begins with it, a part of it does, …; it stands beside the name only."""

_WHOLE = 0.25
_ENDS = " @:."
"""After a word that is a whole part of a name: ``sentiment`` in ``sentiment@1.4.0``, not in ``sentiment-int8@1.0.0``."""

_SYNONYM = 0.5
_COMMAND = 1.5
"""So much less than a name does another word for it count, and what can only be copied from here."""

_RECENT = 0.5
_BLOCKED = 1.0
_MOST_READ = 200
"""Characters of a name that are looked at."""


def words(text: str) -> list[str]:
    """Return what is looked for: words, with a reference taken apart at its ``@``."""
    return text[:_MOST_READ].casefold().replace("@", " ").split()


def fitness(wanted: Sequence[str], name: str, beside: str = "") -> float:
    """Return how well a name fits words, from 0 (a word is neither in it nor in ``beside``) to ``SAME``."""
    name, beside = name[:_MOST_READ].casefold(), beside[:_MOST_READ].casefold()
    if " ".join(wanted) == name:
        return SAME
    found = [_fits(word, name) or (BESIDE if word in beside else 0.0) for word in wanted]
    return sum(found) / len(found) if found and all(found) else 0.0


def version_fitness(wanted: Sequence[str], version: Version) -> float:
    """Return how well any of a version's references fits words; at least a little, since it was found somehow."""
    names = (version.version, version.stage, version.id[:16], *version.aliases)
    fits = max(fitness(wanted, f"{version.model}@{name}") for name in names if name)
    return fits or BESIDE / 2


def commands_ranked(text: str) -> list[tuple[float, Command]]:
    """Return what only the command line does and fits a text, the best first, with how well it does."""
    wanted = words(text)
    fits = [
        (max(fitness(wanted, each.name, each.description), fitness(wanted, each.synonyms)) - _COMMAND, each)
        for each in COMMANDS
    ]
    return sorted((each for each in fits if each[0] > 0), key=lambda each: -each[0])


def _fits(word: str, name: str) -> float:
    from ...store import resembles

    if word == name:
        return SAME
    best, at = 0.0, name.find(word)
    while at >= 0:
        before, after = name[at - 1 : at], name[at + len(word) : at + len(word) + 1]
        # 1.4 is meant as the beginning of a number, rather than as its end.
        fits = BEGINS if not at else PART_BEGINS if not before.isalnum() and before != "." else CONTAINS
        whole = fits > CONTAINS and (not after or after in _ENDS)
        best = max(best, fits + _WHOLE * whole)
        at = name.find(word, at + 1)
    return best or RESEMBLES * resembles(name, word)


def ranked(hints: Iterable[Hint], text: str, recent: Sequence[str]) -> list[tuple[float, Hint]]:
    """Return the actions that fit a text, the best first, with how well they do.

    ``recent`` has the IDs of those used last, the latest first: without a text they come first. What can't act now
    comes behind what fits as well.
    """
    wanted = words(text)
    places = {action_id: place for place, action_id in enumerate(recent)}
    found = []
    for hint in hints:
        action = hint.action
        used = action.id in places
        if wanted:
            beside = f"{action.description} {action.id} {hint.key}"
            fits = max(
                fitness(wanted, action.name),
                fitness(wanted, action.title, beside),
                fitness(wanted, action.synonyms, beside) - _SYNONYM,
            )
            if fits <= 0:
                continue
            fits += _RECENT * used - _BLOCKED * bool(hint.obstacle)
            found.append((max(fits, BESIDE / 2), hint))
        else:
            found.append((float(len(places) - places[action.id]) if used else 0.0, hint))
    return sorted(found, key=lambda each: -each[0])
