"""Everything a key can do, in one table. Bindings, footer, help, palette and README are made from it, and nothing else."""

from __future__ import annotations

from .pane import Pane
from .registry import MOVE, Action, Situation


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


_SHOW, _STAGES, _DO, _APP = "Look", "Stages", "Do", "mvtui"

ACTIONS: tuple[Action, ...] = (
    Action("move.down", ("j", "down"), "down", "Go down one line", MOVE),
    Action("move.up", ("k", "up"), "up", "Go up one line", MOVE),
    Action("move.top", ("g", "home"), "top", "Go to the first line", MOVE),
    Action("move.bottom", ("G", "end"), "bottom", "Go to the last line", MOVE),
    Action("move.half_down", ("ctrl+d",), "half page down", "Go down half a page", MOVE),
    Action("move.half_up", ("ctrl+u",), "half page up", "Go up half a page", MOVE),
    Action("move.page_down", ("pagedown", "ctrl+f"), "page down", "Go down a page", MOVE),
    Action("move.page_up", ("pageup", "ctrl+b"), "page up", "Go up a page", MOVE),
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
        "Show the next view beside the lists: lineage, metrics, stages, overview, inspect",
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
        "metrics.curve",
        ("c",),
        "next curve",
        "Metrics: draw the next training curve over the steps of the runs",
        _SHOW,
        footer=18,
        why_not=_only_compared,
        doing="draw another curve",
    ),
    Action(
        "metrics.fold",
        ("space",),
        "fold",
        "Fold the section, or unfold it",
        _SHOW,
        pane=Pane.METRICS,
        footer=5,
        why_not=_needs_version,
    ),
    Action(
        "metrics.fold_all",
        ("minus",),
        "fold all",
        "Fold all sections",
        _SHOW,
        pane=Pane.METRICS,
        why_not=_needs_version,
        doing="fold them",
    ),
    Action(
        "metrics.unfold_all",
        ("equals_sign", "plus"),
        "unfold all",
        "Unfold all sections",
        _SHOW,
        pane=Pane.METRICS,
        why_not=_needs_version,
        doing="unfold them",
    ),
    Action(
        "metrics.next_section",
        ("right_curly_bracket", "J"),
        "next section",
        "Go to the heading of the next section",
        _SHOW,
        pane=Pane.METRICS,
        why_not=_needs_version,
        doing="go to the next section",
    ),
    Action(
        "metrics.previous_section",
        ("left_curly_bracket", "K"),
        "section before",
        "Go to the heading of the section before",
        _SHOW,
        pane=Pane.METRICS,
        why_not=_needs_version,
        doing="go to the section before",
    ),
    Action(
        "metrics.on",
        ("greater_than_sign",),
        "more columns",
        "Of several versions, show the next that have no column",
        _SHOW,
        pane=Pane.METRICS,
        why_not=_needs_version,
        doing="show other versions",
    ),
    Action(
        "metrics.back",
        ("less_than_sign",),
        "columns before",
        "Of several versions, show those before",
        _SHOW,
        pane=Pane.METRICS,
        why_not=_needs_version,
        doing="show other versions",
    ),
    Action(
        "metrics.read",
        ("w",),
        "compare weights",
        "Compare the tensors of two versions number by number",
        _SHOW,
        pane=Pane.METRICS,
        footer=9,
        why_not=_needs_version,
    ),
    Action(
        "inspect.read",
        ("w",),
        "read weights",
        "Read all weights, and say whether they are sound; of a tensor that is open count its numbers",
        _SHOW,
        pane=Pane.INSPECT,
        footer=4,
        why_not=_needs_version,
    ),
    Action(
        "inspect.fold",
        ("space",),
        "fold",
        "Fold the module or section, or unfold it",
        _SHOW,
        pane=Pane.INSPECT,
        why_not=_needs_version,
    ),
    Action(
        "inspect.unfold",
        ("right", "l"),
        "unfold",
        "Unfold the module, and go into it; open a file or tensor",
        _SHOW,
        pane=Pane.INSPECT,
        why_not=_needs_version,
    ),
    Action(
        "inspect.shut",
        ("left", "h"),
        "out",
        "Fold the module, or go to the one it lies in; close what is open",
        _SHOW,
        pane=Pane.INSPECT,
        why_not=_needs_version,
        doing="go out",
    ),
    Action(
        "inspect.next_section",
        ("right_curly_bracket", "J"),
        "next section",
        "Go to the heading of the next section",
        _SHOW,
        pane=Pane.INSPECT,
        why_not=_needs_version,
        doing="go to the next section",
    ),
    Action(
        "inspect.previous_section",
        ("left_curly_bracket", "K"),
        "section before",
        "Go to the heading of the section before",
        _SHOW,
        pane=Pane.INSPECT,
        why_not=_needs_version,
        doing="go to the section before",
    ),
    Action(
        "pane.enter",
        ("enter",),
        "open",
        "Go into what is selected",
        _SHOW,
        footer=12,
        why_not=_needs_rows,
        elsewhere=(
            (Pane.LINEAGE, "Go to the version; a commit is copied, what is folded is unfolded"),
            (
                Pane.METRICS,
                "Draw the metric over the versions, show how the file differs; elsewhere fold the section, or unfold it",
            ),
            (Pane.INSPECT, "Open the file or tensor; fold a module or section, or unfold it"),
        ),
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
        elsewhere=(
            (Pane.MODELS, "List only models named like your words; queries are for Versions"),
            (Pane.INSPECT, "List only tensors in whose names your words are"),
        ),
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
        "columns.choose",
        ("C", "f2"),
        "columns",
        "Choose the columns of the versions, their order, and the metric that comes first",
        _SHOW,
        footer=16,
        why_not=_needs_version,
        doing="choose columns",
    ),
    Action(
        "columns.right",
        ("greater_than_sign", "l"),
        "columns on",
        "Show the columns further to the right: > at the edge says that there are some",
        _SHOW,
        pane=Pane.VERSIONS,
        why_not=_needs_version,
        doing="show other columns",
    ),
    Action(
        "columns.left",
        ("less_than_sign", "h"),
        "columns back",
        "Show the columns further to the left",
        _SHOW,
        pane=Pane.VERSIONS,
        why_not=_needs_version,
        doing="show other columns",
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
