"""Everything a key can do, in one table. Bindings, footer and help are made from it, and nothing else.

An action knows its keys, its words, where it applies and why it can't act right now. A key that can't act
stays visible, dimmed, and says why when it is pressed. Nothing here imports Textual, so documentation can
be generated without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from . import keynames


class Pane(StrEnum):
    """A part of the screen that takes the keys."""

    MODELS = "Models"
    VERSIONS = "Versions"
    LINEAGE = "Lineage"
    METRICS = "Metrics"
    STAGES = "Stages"
    OVERVIEW = "Overview"

    @property
    def number(self) -> int:
        """The number that stands before its title, and whose key goes there."""
        return tuple(Pane).index(self)


VIEWS = (Pane.LINEAGE, Pane.METRICS, Pane.STAGES, Pane.OVERVIEW)
"""The panes that show the selected version."""


@dataclass(frozen=True, slots=True)
class Situation:
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
    back_to: str = ""
    """The version that was left by the last jump along the lineage; empty without one."""


WhyNot = Callable[[Situation], str]
"""Returns why an action can't act, as the end of the sentence "can't …: …", or nothing when it can."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key can do.

    ``id`` is ``area.verb`` and never changes, so that users can remap it. ``keys`` are Textual's key names,
    the first is the one shown. ``name`` is for the footer, ``description`` a sentence without its full
    stop. ``pane`` is where it applies (None: everywhere). ``footer`` is its rank there, 0 for not at all;
    lower ranks stay longer when the footer gets short. ``doing`` takes the place of the name in "can't …", and
    ``elsewhere`` has descriptions for panes in which it is something else.
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
    elsewhere: tuple[tuple[Pane, str], ...] = ()

    def obstacle(self, situation: Situation) -> str:
        """Return why it can't act now; empty when it can."""
        return self.why_not(situation) if self.why_not else ""

    @property
    def title(self) -> str:
        """What the palette calls it: ``stage: Promote``."""
        area = self.id.partition(".")[0]
        return f"{area}: {self.name[:1].upper()}{self.name[1:]}"

    @property
    def shown_keys(self) -> str:
        """The keys as people write them: ``j, down``."""
        return ", ".join(self.keys_shown)

    @property
    def keys_shown(self) -> list[str]:
        """Each of its keys as people write it."""
        return [keynames.shown(key) for key in self.keys]


def _needs_store(now: Situation) -> str:
    return "" if now.store_open else "no store is open"


def _needs_version(now: Situation) -> str:
    return _needs_store(now) or ("" if now.selected else "no version is selected")


def _may_change(now: Situation) -> str:
    return _needs_store(now) or now.locked


def _may_change_version(now: Situation) -> str:
    # What can never be done here comes before what is missing at the moment.
    return _may_change(now) or _needs_version(now)


def _may_change_model(now: Situation) -> str:
    return _may_change(now) or ("" if now.models else "the store is empty")


def _needs_waiting(now: Situation) -> str:
    return _needs_store(now) or ("" if now.waiting else "nothing waits for you")


def _needs_rows(now: Situation) -> str:
    return _needs_store(now) or ("" if now.models else "the store is empty")


def _needs_jump(now: Situation) -> str:
    return _needs_store(now) or ("" if now.back_to else "no version was left by a jump yet")


def _only_compared(now: Situation) -> str:
    return _needs_version(now) or ("" if Pane.METRICS in now.seen else "the Metrics pane is not open")


def _zoom_why_not(now: Situation) -> str:
    if now.narrow:
        return "in a narrow window each pane has it all already"
    return _needs_rows(now)


_MOVE, _SHOW, _STAGES, _DO, _APP = "Move", "Look", "Stages", "Do", "mvtui"

ACTIONS: tuple[Action, ...] = (
    Action("move.down", ("j", "down"), "down", "Go down one line", _MOVE),
    Action("move.up", ("k", "up"), "up", "Go up one line", _MOVE),
    Action("move.top", ("g", "home"), "top", "Go to the first line", _MOVE),
    Action("move.bottom", ("G", "end"), "bottom", "Go to the last line", _MOVE),
    Action("move.half_down", ("ctrl+d",), "half page down", "Go down half a page", _MOVE),
    Action("move.half_up", ("ctrl+u",), "half page up", "Go up half a page", _MOVE),
    Action("move.page_down", ("pagedown", "ctrl+f"), "page down", "Go down a page", _MOVE),
    Action("move.page_up", ("pageup", "ctrl+b"), "page up", "Go up a page", _MOVE),
    Action(
        "pane.next",
        ("tab", "right"),
        "next pane",
        "Go to the next pane",
        _SHOW,
        footer=6,
        why_not=_needs_rows,
        doing="go to the next pane",
    ),
    Action(
        "pane.previous",
        ("shift+tab", "left"),
        "pane before",
        "Go to the pane before",
        _SHOW,
        why_not=_needs_rows,
        doing="go to the pane before",
    ),
    *(
        Action(
            f"pane.{pane.value.lower()}",
            (str(pane.number),),
            pane.value.lower(),
            f"Go to {pane.value}",
            _SHOW,
            why_not=_needs_rows,
            doing=f"go to {pane.value}",
        )
        for pane in Pane
    ),
    Action(
        "view.next",
        ("right_square_bracket",),
        "next view",
        "Show the next view beside the lists: lineage, metrics, stages, overview",
        _SHOW,
        footer=8,
        why_not=_needs_version,
        doing="turn to the next view",
    ),
    Action(
        "view.previous",
        ("left_square_bracket",),
        "view before",
        "Show the view before",
        _SHOW,
        why_not=_needs_version,
        doing="turn to the view before",
    ),
    Action(
        "mark.toggle",
        ("space",),
        "mark",
        "Mark the version, to compare others with it: up to six",
        _SHOW,
        pane=Pane.VERSIONS,
        footer=7,
        why_not=_needs_version,
    ),
    Action(
        "compare.differences",
        ("x",),
        "hide same",
        "Metrics: only what differs, or everything",
        _SHOW,
        footer=14,
        why_not=_only_compared,
        doing="hide what is the same",
    ),
    Action(
        "metrics.draw",
        ("m",),
        "next chart",
        "Metrics: draw the next metric over the versions",
        _SHOW,
        footer=17,
        why_not=_only_compared,
        doing="draw another metric",
    ),
    Action(
        "pane.enter",
        ("enter",),
        "open",
        "Go into what is selected",
        _SHOW,
        footer=12,
        why_not=_needs_rows,
        elsewhere=((Pane.LINEAGE, "Go to the version; a commit is copied, what is folded is unfolded"),),
    ),
    Action(
        "lineage.back",
        ("backspace",),
        "jump back",
        "Go back to the version from which you jumped here",
        _SHOW,
        pane=Pane.LINEAGE,
        footer=3,
        why_not=_needs_jump,
    ),
    Action("pane.back", ("escape",), "back", "Go one layer out: message, filter, zoom, pane, marks", _SHOW),
    Action(
        "list.filter",
        ("slash",),
        "filter",
        "List only versions that fit a query: mvtui ls --help tells how",
        _SHOW,
        footer=5,
        why_not=_needs_rows,
        elsewhere=((Pane.MODELS, "List only models named like your words; queries are for Versions"),),
    ),
    Action(
        "list.sort",
        ("s",),
        "sort",
        "Sort the versions by the next column: metric, stage, version, age, size, author, none",
        _SHOW,
        footer=16,
        why_not=_needs_version,
        doing="sort the versions",
    ),
    Action(
        "list.turn",
        ("S",),
        "turn round",
        "Turn the order of the versions round",
        _SHOW,
        why_not=_needs_version,
        doing="turn the order round",
    ),
    Action(
        "pane.zoom",
        ("z",),
        "zoom",
        "Give the pane the whole window, and back",
        _SHOW,
        footer=15,
        why_not=_zoom_why_not,
    ),
    Action(
        "stage.promote",
        ("p",),
        "promote",
        "Move the version to the next stage, or another, through its gates",
        _STAGES,
        footer=3,
        why_not=_may_change_version,
    ),
    Action(
        "stage.rollback",
        ("R",),
        "roll back",
        "Let production of the model go back to the version before",
        _STAGES,
        footer=4,
        why_not=_may_change_model,
    ),
    Action(
        "stage.approve",
        ("a",),
        "approve",
        "Approve the version for a stage; or reject it, ask others, withdraw",
        _STAGES,
        footer=10,
        why_not=_may_change_version,
    ),
    Action(
        "stage.inbox",
        ("i",),
        "inbox",
        "List the requests that wait for your approval",
        _STAGES,
        footer=13,
        why_not=_needs_waiting,
        doing="open the inbox",
    ),
    Action(
        "change.undo",
        ("u",),
        "undo",
        "Take back your last change, wherever you made it",
        _STAGES,
        footer=9,
        why_not=_may_change,
    ),
    Action(
        "change.redo",
        ("U", "ctrl+r"),
        "redo",
        "Make again what you took back last",
        _STAGES,
        why_not=_may_change,
    ),
    Action(
        "version.register",
        ("n",),
        "register",
        "Register files as a new version: a form",
        _DO,
        footer=17,
        why_not=_may_change,
    ),
    Action(
        "version.note",
        ("e",),
        "note",
        "Write the version's note: a line, or more of it in $EDITOR",
        _DO,
        footer=17,
        why_not=_may_change_version,
        doing="change the note",
    ),
    Action(
        "version.tag",
        ("t",),
        "tag",
        "Set tags of the version, or remove some",
        _DO,
        footer=18,
        why_not=_may_change_version,
    ),
    Action(
        "version.alias",
        ("A",),
        "alias",
        "Give the version a name that can move, such as champion",
        _DO,
        footer=19,
        why_not=_may_change_version,
        doing="give it an alias",
    ),
    Action(
        "version.archive",
        ("d",),
        "archive",
        "Archive the version: it stays, but out of the way",
        _DO,
        footer=20,
        why_not=_may_change_version,
    ),
    Action(
        "version.delete",
        ("D",),
        "delete",
        "Delete the version, unless something needs it",
        _DO,
        footer=21,
        why_not=_may_change_version,
    ),
    Action(
        "version.verify",
        ("v",),
        "verify",
        "Hash the version's bytes again, and say whether they are what was registered",
        _DO,
        footer=22,
        why_not=_needs_version,
    ),
    Action(
        "version.checkout",
        ("o",),
        "check out",
        "Copy the version's files into a directory",
        _DO,
        footer=23,
        why_not=_needs_version,
        doing="check it out",
    ),
    Action(
        "copy.menu",
        ("y",),
        "copy",
        "Copy the version's reference, ID, digest, path or command line; yy the reference",
        _DO,
        footer=11,
        why_not=_needs_version,
    ),
    Action("copy.id", ("Y",), "copy ID", "Copy the version's whole hash ID", _DO, why_not=_needs_version),
    Action(
        "store.refresh",
        ("r",),
        "refresh",
        "Read the store again (it is also read twice a second)",
        _DO,
        footer=16,
    ),
    Action("app.help", ("question_mark", "f1"), "help", "Show these keys", _APP, footer=1),
    Action(
        "app.palette",
        ("colon", "ctrl+p"),
        "palette",
        "Do anything by its name, or go to a version of any model",
        _APP,
        footer=6,
    ),
    Action("app.redraw", ("ctrl+l",), "redraw", "Draw the screen again from nothing", _APP),
    Action("app.suspend", ("ctrl+z",), "to the shell", "Go to the shell; fg comes back", _APP),
    Action("app.quit", ("q", "ctrl+q"), "quit", "Leave mvtui", _APP, footer=2),
    Action("app.interrupt", ("ctrl+c",), "interrupt", "Leave mvtui when pressed twice", _APP),
)


@dataclass(frozen=True, slots=True)
class Hint:
    """An action as the footer or the help shows it, with what stands in its way."""

    action: Action
    obstacle: str

    @property
    def key(self) -> str:
        """The first of its keys, as people write it; empty when a person took all of them away."""
        return next(iter(self.action.keys_shown), "")


@dataclass(frozen=True, slots=True)
class Clash:
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

    def __init__(
        self, actions: Iterable[Action] = ACTIONS, keys: Mapping[str, Sequence[str]] | None = None
    ) -> None:
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

    def offered(self, situation: Situation) -> list[Hint]:
        """Return all that can be done here by name: what the footer shows first, and moving about last."""
        hints = [hint for section in self.help(situation).values() for hint in section]
        found = [hint for hint in hints if hint.action.id != "app.palette"]
        return sorted(
            found, key=lambda hint: (hint.action.section == _MOVE, hint.action.footer or len(self.actions))
        )

    def footer(self, situation: Situation) -> list[Hint]:
        """Return what the footer shows here, the most important first."""
        here = [a for a in self.actions if a.footer and a.keys and a.pane in (None, situation.pane)]
        return [Hint(a, a.obstacle(situation)) for a in sorted(here, key=lambda a: a.footer)]

    def help(self, situation: Situation) -> dict[str, list[Hint]]:
        """Return what the help shows here, by section, in the table's order."""
        sections: dict[str, list[Hint]] = {}
        for action in self.actions:
            if action.pane in (None, situation.pane):
                description = dict(action.elsewhere).get(situation.pane, action.description)
                told = Hint(replace(action, description=description), action.obstacle(situation))
                sections.setdefault(action.section, []).append(told)
        return sections


def _missing(action_id: str) -> Action:
    raise KeyError(action_id)
