"""What each action does on the main screen: a function for every id in the registry's table.

Screen and selection hold the state and offer a few verbs (``activate``, ``arrange_panes``, ``filter_pane``,
``say``); commands put them together. Only ``MainScreen.perform`` calls them, after asking the action whether it can.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

from ... import words
from ..keys.pane import VIEWS, Pane
from .ab_commands import AB_COMMANDS
from .marks import MOST_COMPARED

if TYPE_CHECKING:
    from .main import MainScreen

Command = Callable[["MainScreen"], Awaitable[None] | None]


def _to_next_pane(steps: int) -> Command:
    def go(screen: MainScreen) -> None:
        # Where only one is seen, tab goes through all of them.
        seen = screen.arranged.seen
        round_ = seen if len(seen) > 1 else tuple(Pane)
        screen.activate(round_[(round_.index(screen.pane) + steps) % len(round_)])

    return go


def _to_pane(pane: Pane) -> Command:
    return lambda screen: screen.activate(pane)


def _enter(screen: MainScreen) -> None:
    if screen.pane is Pane.MODELS:
        screen.activate(Pane.VERSIONS)
    elif screen.pane is Pane.VERSIONS:
        screen.activate(screen.arranged.beside)
    elif screen.pane is Pane.LINEAGE and (commit := screen.jumps.enter()):
        _copy(screen, commit)
    elif screen.pane is Pane.METRICS:
        if not screen.diff_pane.enter():
            screen.say(screen.metrics.enter())
    elif screen.pane is Pane.INSPECT:
        screen.inspect_pane.enter()


def _back(screen: MainScreen) -> None:
    """Go one layer out, the innermost that is seen first. A notice in the footer is none: it goes with any key."""
    screen.remarks.escaped()
    if (screen.pane is Pane.INSPECT and screen.inspect_pane.close()) or (
        screen.pane is Pane.METRICS and screen.diff_pane.close()
    ):
        pass
    elif screen.selection.filters.get(screen.pane):
        screen.filter_line.leave(screen.pane)
        screen.selection.filter_pane(screen.pane, "")
    elif screen.remarks.seen:
        screen.remarks.dismiss()
    elif screen.arranged.zoomed and not screen.arranged.narrow:
        _zoom(screen)
    elif screen.pane in VIEWS:
        screen.activate(Pane.VERSIONS)
    elif screen.version and screen.marks.clear(screen.version.model):
        _marks_changed(screen)
    else:
        screen.say("this is the outermost layer: q quits")


def _zoom(screen: MainScreen) -> None:
    screen.arranged.zoomed = not screen.arranged.zoomed
    screen.arrange_panes()


def _turn(steps: int) -> Command:
    def turn(screen: MainScreen) -> None:
        screen.arranged.turn(steps)
        screen.arrange_panes()

    return turn


def _mark(screen: MainScreen) -> None:
    if screen.version is None:
        return
    if screen.marks.toggle(screen.version):
        _marks_changed(screen)
    else:
        screen.say(
            f"{MOST_COMPARED} versions are the most that can be compared: esc takes the marks away", "warning"
        )


def _marks_changed(screen: MainScreen) -> None:
    screen.version_table.redraw_rows()
    screen.metrics.marks_changed()
    screen.views.follow(from_top=True)
    screen.show_hints()
    marked = screen.situation.marked
    screen.say(
        f"{words.plural(marked, 'version')} marked, {Pane.METRICS.number} compares"
        if marked
        else "no version is marked"
    )


def _only_differences(screen: MainScreen) -> None:
    shown = screen.metrics
    shown.only_differences = not shown.only_differences
    screen.views.show(from_top=False)
    screen.say("only what differs" if shown.only_differences else "everything, also what is the same")


def _draw_next(screen: MainScreen) -> None:
    if drawn := screen.metrics.draw_next():
        screen.say(f"{drawn} is drawn over the versions")
    else:
        screen.say("this version has no metrics", "warning")


def _draw_next_curve(screen: MainScreen) -> None:
    if why_not := screen.metrics.draw_next_curve():
        screen.say(f"can't draw training curves: {why_not}", "warning")
    else:
        screen.say(f"{screen.metrics.curve} is drawn over the steps")


def _fold(screen: MainScreen) -> None:
    if why_not := screen.metrics.fold():
        screen.say(f"can't fold or unfold: {why_not}", "warning")


def _turn_columns(steps: int) -> Command:
    def turn(screen: MainScreen) -> None:
        if why_not := screen.metrics.turn(steps):
            screen.say(f"can't show other versions: {why_not}", "warning")

    return turn


def _sort(screen: MainScreen, *, turn: bool = False) -> None:
    told = screen.selection.sort(turn=turn)
    other = screen.registry.get("list.turn")
    hint = f"; {other.keys_shown[0]} turns it round" if other.keys else ""
    screen.say(f"{told}{hint}")


def _columns(screen: MainScreen) -> None:
    from ..dialogs.columns import ColumnsDialog

    screen.open(ColumnsDialog(screen))


def _scroll_columns(steps: int) -> Command:
    def scroll(screen: MainScreen) -> None:
        table = screen.version_table
        if table.scroll_columns(steps):
            return
        right = steps > 0
        if any(table.hidden):
            screen.say("this is the last column" if right else "this is the first column")
        else:
            screen.say("all columns are seen: C chooses others")

    return scroll


async def _filter(screen: MainScreen) -> None:
    if screen.pane in VIEWS and screen.pane is not Pane.INSPECT:
        screen.activate(Pane.VERSIONS)
    screen.say("")
    await screen.filter_line.open(screen.pane, screen.selection.filters.get(screen.pane, ""))
    screen.selection.tell_found()


def _promote(screen: MainScreen) -> None:
    from ..dialogs.promote import PromoteDialog

    if screen.version:
        screen.open(PromoteDialog(screen, screen.version))


def _roll_back(screen: MainScreen) -> None:
    from ..dialogs.rollback import RollbackDialog

    if screen.selection.model:
        screen.open(RollbackDialog(screen, screen.selection.model.name))


def _approve(screen: MainScreen) -> None:
    from ..dialogs.approve import ApproveDialog

    if screen.version:
        screen.open(ApproveDialog(screen, screen.version))


def _inbox(screen: MainScreen) -> None:
    from ..dialogs.inbox import InboxDialog

    screen.open(InboxDialog(screen))


def _take_back(mode: Literal["undo", "redo"]) -> Command:
    def take_back(screen: MainScreen) -> None:
        from ..dialogs.takeback import TakeBackDialog

        screen.open(TakeBackDialog(screen, mode))

    return take_back


def _register(screen: MainScreen) -> None:
    from ..dialogs.register import RegisterDialog

    model = screen.selection.model
    screen.open(RegisterDialog(screen, model.name if model else ""))


def _note(screen: MainScreen) -> None:
    from ..dialogs.note import NoteDialog

    if screen.version:
        screen.open(NoteDialog(screen, screen.version))


def _tag(screen: MainScreen) -> None:
    from ..dialogs.tags import TagDialog

    if screen.version:
        screen.open(TagDialog(screen, screen.version))


def _alias(screen: MainScreen) -> None:
    from ..dialogs.alias import AliasDialog

    if screen.version:
        screen.open(AliasDialog(screen, screen.version))


def _archive(screen: MainScreen) -> None:
    from ..dialogs.promote import PromoteDialog

    if screen.version:
        screen.open(PromoteDialog(screen, screen.version, "archived"))


def _delete(screen: MainScreen) -> None:
    from ..dialogs.delete import DeleteDialog

    if screen.version:
        screen.open(DeleteDialog(screen, screen.version))


def _verify(screen: MainScreen) -> None:
    from ..dialogs.verify import VerifyDialog

    if screen.version:
        screen.open(VerifyDialog(screen, screen.version))


def _check_out(screen: MainScreen) -> None:
    from ..dialogs.checkout import CheckOutDialog

    if screen.version:
        screen.open(CheckOutDialog(screen, screen.version))


def _copy(screen: MainScreen, value: str) -> None:
    from . import clipboard

    clipboard.copy(screen, value)


def _copy_something(screen: MainScreen) -> None:
    from ..dialogs.copy import CopyDialog

    if screen.version:
        screen.open(CopyDialog(screen, screen.version))


def _copy_id(screen: MainScreen) -> None:
    if screen.version:
        _copy(screen, screen.version.id)


def _refresh(screen: MainScreen) -> None:
    screen.worker.refresh()


def _help(screen: MainScreen) -> None:
    from .help import Help

    screen.app.push_screen(Help(screen.registry, screen.situation, ascii_only=screen.ascii_only))


def _palette(screen: MainScreen) -> None:
    from ..dialogs.palette import Palette

    screen.open(Palette(screen))


def _interrupt(screen: MainScreen) -> None:
    # Pressed by habit, to copy or to stop something: leaving at once would surprise.
    if screen.interrupted:
        screen.app.exit(0)
    else:
        screen.say("press q to quit, or ctrl-c again", "warning")
        screen.interrupted = True


def _pages(amount: float) -> Command:
    def move(screen: MainScreen) -> None:
        lines = max(1, int(screen.scroller.page * abs(amount)))
        screen.scroller.step(lines if amount > 0 else -lines)

    return move


COMMANDS: dict[str, Command] = {
    "move.down": lambda screen: screen.scroller.step(1),
    "move.up": lambda screen: screen.scroller.step(-1),
    "move.top": lambda screen: screen.scroller.to_top(),
    "move.bottom": lambda screen: screen.scroller.to_bottom(),
    "move.half_down": _pages(0.5),
    "move.half_up": _pages(-0.5),
    "move.page_down": _pages(1),
    "move.page_up": _pages(-1),
    "pane.next": _to_next_pane(1),
    "pane.previous": _to_next_pane(-1),
    **{f"pane.{pane.word}": _to_pane(pane) for pane in Pane},
    "view.next": _turn(1),
    "view.previous": _turn(-1),
    "mark.toggle": _mark,
    "compare.differences": _only_differences,
    "metrics.draw": _draw_next,
    "metrics.curve": _draw_next_curve,
    "metrics.against": lambda screen: screen.say(screen.metrics.turn_base()),
    "metrics.fold": _fold,
    "metrics.fold_all": lambda screen: screen.metrics.fold_all(folded=True),
    "metrics.unfold_all": lambda screen: screen.metrics.fold_all(folded=False),
    "metrics.next_section": lambda screen: screen.metrics.to_section(1),
    "metrics.previous_section": lambda screen: screen.metrics.to_section(-1),
    "metrics.on": _turn_columns(1),
    "metrics.back": _turn_columns(-1),
    "inspect.fold": lambda screen: screen.inspect_pane.fold(),
    "inspect.unfold": lambda screen: screen.inspect_pane.unfold(),
    "inspect.shut": lambda screen: screen.inspect_pane.shut(),
    "inspect.fold_all": lambda screen: screen.inspect_pane.fold_all(folded=True),
    "inspect.unfold_all": lambda screen: screen.inspect_pane.fold_all(folded=False),
    "inspect.next_section": lambda screen: screen.inspect_pane.to_section(1),
    "inspect.previous_section": lambda screen: screen.inspect_pane.to_section(-1),
    "inspect.read": lambda screen: screen.inspect_pane.read(),
    "metrics.read": lambda screen: screen.diff_pane.read(),
    "pane.enter": _enter,
    "pane.back": _back,
    "lineage.back": lambda screen: screen.jumps.back(),
    "pane.zoom": _zoom,
    "list.filter": _filter,
    "list.sort": _sort,
    "list.turn": lambda screen: _sort(screen, turn=True),
    "columns.choose": _columns,
    "columns.right": _scroll_columns(1),
    "columns.left": _scroll_columns(-1),
    "stage.promote": _promote,
    "stage.rollback": _roll_back,
    "stage.approve": _approve,
    "stage.inbox": _inbox,
    "change.undo": _take_back("undo"),
    "change.redo": _take_back("redo"),
    **AB_COMMANDS,
    "version.register": _register,
    "version.note": _note,
    "version.tag": _tag,
    "version.alias": _alias,
    "version.archive": _archive,
    "version.delete": _delete,
    "version.verify": _verify,
    "version.checkout": _check_out,
    "copy.menu": _copy_something,
    "copy.id": _copy_id,
    "store.refresh": _refresh,
    "app.help": _help,
    "app.palette": _palette,
    "app.redraw": lambda screen: screen.redraw(),
    "app.suspend": lambda screen: screen.app.action_suspend_process(),
    "app.interrupt": _interrupt,
    "app.quit": lambda screen: screen.app.exit(0),
}
