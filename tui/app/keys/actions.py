"""Everything a key can do, in one table. Bindings, footer, help, palette and README are made from it, and nothing else."""

from __future__ import annotations

from .ab_actions import AB_ACTIONS
from .change_actions import CHANGE_ACTIONS
from .look_actions import LOOK_ACTIONS
from .registry import Action

APP = "mvtui"

ACTIONS: tuple[Action, ...] = (
    *LOOK_ACTIONS,
    *CHANGE_ACTIONS,
    *AB_ACTIONS,
    Action("app.help", ("question_mark", "f1"), "help", "Show these keys", APP, footer=1),
    Action(
        "app.palette",
        ("colon", "ctrl+p"),
        "palette",
        "Do anything by its name, or go to a version of any model",
        APP,
        footer=6,
    ),
    Action("app.redraw", ("ctrl+l",), "redraw", "Draw the screen again from nothing", APP),
    Action("app.suspend", ("ctrl+z",), "to the shell", "Go to the shell; fg comes back", APP),
    Action("app.quit", ("q", "ctrl+q"), "quit", "Leave mvtui", APP, footer=2),
    Action("app.interrupt", ("ctrl+c",), "interrupt", "Leave mvtui when pressed twice", APP),
)
