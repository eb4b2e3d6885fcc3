"""What an action is, and which key means which of them where.

An action knows its keys, its words, where it applies and why it can't act right now. A key that can't act
stays visible, dimmed, and says why when it is pressed. Nothing here imports Textual, so documentation can
be generated without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from . import keynames
from .pane import Pane
from .synonyms import SYNONYMS

MOVE = "Move"
"""The section of what moves about in a pane: nobody looks for that by name, so the palette has it last."""


class Situation(Struct, frozen=True):
    """What the screen knows when it decides whether an action can act."""

    pane: Pane = Pane.VERSIONS
    store_open: bool = True
    models: int = 0
    versions: int = 0
    selected: str = ""
    """The reference of the selected version, empty when there is none."""
    narrow: bool = False
    zoomed: bool = False
    filtered: bool = False
    seen: tuple[Pane, ...] = (Pane.VERSIONS,)
    """The panes that are on the screen."""
    marked: int = 0
    locked: str = ""
    """Why nothing can be changed here, as the end of the sentence "can't …: …"; empty when it can."""
    waiting: int = 0
    """How many requests wait for the approval of whoever looks."""
    test: str | None = None
    """The A/B test of the model that runs, empty for none; None as long as nobody has looked."""
    back_to: str = ""
    """The version that was left by the last jump along the lineage; empty without one."""


WhyNot = Callable[[Situation], str]
"""Returns why an action can't act, as the end of the sentence "can't …: …", or nothing when it can."""


class Elsewhere(Struct, frozen=True):
    """What an action is in one pane: where ``name`` and ``footer`` are empty they are what they are everywhere."""

    pane: Pane
    description: str
    name: str = ""
    footer: int = 0


class Action(Struct, frozen=True):
    """One thing a key can do.

    ``id`` is ``area.verb`` and never changes, so that users can remap it. ``keys`` are Textual's key names,
    the first is the one shown. ``name`` is for the footer, ``description`` a sentence without its full
    stop. ``pane`` is where it applies (None: everywhere). ``footer`` is its rank there, 0 for not at all;
    lower ranks stay longer when the footer gets short. ``doing`` takes the place of the name in "can't …", and
    ``elsewhere`` says of panes in which it is something else what it is there. ``shy`` keeps it out of the footer while
    it can't act.
    """

    id: str
    keys: tuple[str, ...]
    name: str
    description: str
    section: str
    pane: Pane | None = None
    footer: int = 0
    why_not: WhyNot | None = None
    doing: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()
    shy: bool = False

    def within(self, pane: Pane) -> Action:
        """Return it as it is in a pane."""
        there = next((each for each in self.elsewhere if each.pane is pane), None)
        if there is None:
            return self
        return replace(
            self,
            description=there.description,
            name=there.name or self.name,
            footer=there.footer or self.footer,
        )

    def obstacle(self, situation: Situation) -> str:
        """Return why it can't act now; empty when it can."""
        return self.why_not(situation) if self.why_not else ""

    @property
    def title(self) -> str:
        """What the palette calls it: ``stage: Promote``."""
        area = self.id.partition(".")[0]
        return f"{area}: {self.name[:1].upper()}{self.name[1:]}"

    @property
    def synonyms(self) -> str:
        """Words that people know it by from other programs, between blanks."""
        return SYNONYMS.get(self.id, "")

    @property
    def shown_keys(self) -> str:
        """The keys as people write them: ``j, down``."""
        return ", ".join(self.keys_shown)

    @property
    def keys_shown(self) -> list[str]:
        """Each of its keys as people write it."""
        return [keynames.shown(key) for key in self.keys]


class Hint(Struct, frozen=True):
    """An action as the footer or the help shows it, with what stands in its way."""

    action: Action
    obstacle: str

    @property
    def key(self) -> str:
        """The first of its keys, as people write it; empty when a person took all of them away."""
        return next(iter(self.action.keys_shown), "")


class Clash(Struct, frozen=True):
    """A key that was to do two things in one place, and does what ``holder`` does."""

    key: str
    holder: str
    loser: str

    def __str__(self) -> str:
        key = keynames.shown(self.key)
        return f"{key} can't mean both {self.holder} and {self.loser}: it is {self.holder} now"


class Registry:
    """The actions with people's own keys put in place.

    ``keys`` gives actions, by their IDs, other keys than their own, in Textual's words; an empty list leaves them
    without. ``clashes`` are keys that would mean two things in one place: what was chosen comes before what is so
    by default, then the first in the table keeps the key. IDs that don't exist are passed over.
    """

    def __init__(self, actions: Iterable[Action], keys: Mapping[str, Sequence[str]] | None = None) -> None:
        chosen = keys or {}
        known = [replace(a, keys=tuple(chosen[a.id])) if a.id in chosen else a for a in actions]
        self.clashes: list[Clash] = []
        holders: dict[str, list[Action]] = {}
        lost: dict[str, list[str]] = {}

        def rivals(one: Action, other: Action) -> bool:
            # A pane's own action may have the key of one for everywhere; not so if someone wants the key for either.
            everywhere = None in (one.pane, other.pane) and (one.id in chosen or other.id in chosen)
            return one is not other and (one.pane is other.pane or everywhere)

        for action in sorted(known, key=lambda action: action.id not in chosen):
            for key in action.keys:
                held = holders.setdefault(key, [])
                if rival := next((other for other in held if rivals(action, other)), None):
                    self.clashes.append(Clash(key, rival.id, action.id))
                    lost.setdefault(action.id, []).append(key)
                else:
                    held.append(action)
        self.actions = tuple(
            replace(a, keys=tuple(key for key in a.keys if key not in lost[a.id])) if a.id in lost else a
            for a in known
        )
        self._by_key = {(key, action.pane): action for action in self.actions for key in action.keys}

    def keys(self) -> list[str]:
        """Return every key that means something somewhere."""
        return list(dict.fromkeys(key for key, _ in self._by_key))

    def for_key(self, key: str, pane: Pane) -> Action | None:
        """Return what ``key`` means in ``pane``: the pane's own action, else the one for everywhere."""
        return self._by_key.get((key, pane)) or self._by_key.get((key, None))

    def get(self, action_id: str) -> Action:
        """Return an action by its id. Raises KeyError if there is none."""
        return next((a for a in self.actions if a.id == action_id), None) or _missing(action_id)

    def key(self, action_id: str) -> str:
        """Return the first key of an action, as people write it; empty when a person took all of them away."""
        return next(iter(self.get(action_id).keys_shown), "")

    def offered(self, situation: Situation) -> list[Hint]:
        """Return all that can be done here by name: what the footer shows first, and moving about last."""
        hints = [hint for section in self.help(situation).values() for hint in section]
        found = [hint for hint in hints if hint.action.id != "app.palette"]
        return sorted(
            found, key=lambda hint: (hint.action.section == MOVE, hint.action.footer or len(self.actions))
        )

    def footer(self, situation: Situation) -> list[Hint]:
        """Return what the footer shows here, the most important first."""
        pane = situation.pane
        here = [a.within(pane) for a in self.actions if a.keys and a.pane in (None, pane)]
        hints = [Hint(a, a.obstacle(situation)) for a in here if a.footer]
        shown = [hint for hint in hints if not (hint.action.shy and hint.obstacle)]
        return sorted(shown, key=lambda hint: hint.action.footer)

    def help(self, situation: Situation) -> dict[str, list[Hint]]:
        """Return what the help shows here, by section, in the table's order."""
        sections: dict[str, list[Hint]] = {}
        for action in self.actions:
            if action.pane in (None, situation.pane):
                told = Hint(action.within(situation.pane), action.obstacle(situation))
                sections.setdefault(action.section, []).append(told)
        return sections


def _missing(action_id: str) -> Action:
    raise KeyError(action_id)
