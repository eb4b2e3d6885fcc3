"""What the store's answers change on the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import agents
from ...text import visible
from .. import guide, headline
from ..asking.messages import (
    ChangeFailed,
    ChangeMade,
    ChangeProgressed,
    ColumnsNamed,
    EndingsRead,
    Filtered,
    ForDialog,
    FromStore,
    InboxRead,
    KeysRead,
    Mishap,
    ModelsListed,
    ProspectFailed,
    ProspectRead,
    Remembered,
    ScreenRead,
    SearchIsSlow,
    StoreMeasured,
    StoreMissing,
    StoreTrouble,
    StoreWell,
    VersionFetched,
    VersionsListed,
    VersionsSought,
    ViewFailed,
    ViewRead,
)
from ..tables.column_settings import checked
from . import clipboard

if TYPE_CHECKING:
    from ....store import ScreenSettings, Waiting
    from .main import MainScreen


def take(screen: MainScreen, message: FromStore) -> None:
    """Bring the screen up to date with one answer."""
    match message:
        case VersionsListed():
            if screen.selection.list_versions(message):
                screen.settled()
        case ColumnsNamed():
            _columns_named(screen, message)
        case ViewRead() | ViewFailed() | VersionFetched():
            _read(screen, message)
        case ModelsListed():
            _models_listed(screen, message)
        case Filtered():
            screen.selection.take_filtered(message)
        case ForDialog():
            _of_a_change(screen, message)
        case EndingsRead() | InboxRead() | KeysRead() | Remembered() | ScreenRead() | StoreMeasured():
            _of_whoever_looks(screen, message)
        case Mishap():
            _mishap(screen, message)
        case SearchIsSlow(reason=reason):
            screen.say(f"filtering may be slow: {reason}", "warning")
        case StoreMissing() | StoreTrouble() | StoreWell():
            _of_the_store(screen, message)


def _read(screen: MainScreen, message: ViewRead | ViewFailed | VersionFetched) -> None:
    if isinstance(message, VersionFetched):
        screen.jumps.take(message)
    else:
        screen.views.take(message)


def _of_whoever_looks(
    screen: MainScreen, message: EndingsRead | InboxRead | KeysRead | Remembered | ScreenRead | StoreMeasured
) -> None:
    if isinstance(message, StoreMeasured):
        screen.saved = message.saved
        screen.show_headline()
    elif isinstance(message, InboxRead):
        _inbox_read(screen, message.waiting)
    elif isinstance(message, EndingsRead):
        day = screen.look.now.date()
        screen.remarks.warnings(agents.endings_text(message.endings, day))
    elif isinstance(message, Remembered):
        screen.selection.show_columns()  # those of before are known now
        screen.remarks.welcome()
    elif isinstance(message, ScreenRead):
        _screen_read(screen, message.settings)
    elif screen.keymap.take_store(message.settings):
        screen.show_hints()
        screen.remarks.problems([*screen.problems, *screen.keymap.problems])


def _columns_named(screen: MainScreen, message: ColumnsNamed) -> None:
    screen.selection.take_names(message)
    if screen.dialog:
        screen.dialog.columns_named()


def _screen_read(screen: MainScreen, settings: ScreenSettings) -> None:
    names, unknown = checked(settings.columns, settings.place)
    screen.selection.chosen.take_store(names)
    found = list(dict.fromkeys([*screen.problems, *settings.problems, *unknown]))
    if found != list(screen.problems):
        screen.problems = found
        screen.remarks.problems([*found, *screen.keymap.problems])


def _inbox_read(screen: MainScreen, waiting: tuple[Waiting, ...]) -> None:
    if waiting != screen.inbox:
        screen.inbox = waiting
        screen.show_headline()
        screen.show_hints()


def _of_a_change(screen: MainScreen, message: ForDialog) -> None:
    dialog = screen.dialog
    if isinstance(message, ChangeMade | ChangeFailed):
        _change_over(screen, message)
        return
    match message:
        case ProspectRead() | ProspectFailed() if dialog:
            dialog.take_prospect(message)
        case VersionsSought() if dialog:
            dialog.take_sought(message)
        case ChangeProgressed() if dialog:
            dialog.progressed(message)


def _change_over(screen: MainScreen, message: ChangeMade | ChangeFailed) -> None:
    dialog = screen.dialog
    awaited = dialog is not None and dialog.awaits(message.errand)
    if dialog and awaited and dialog.leaving:
        _left(screen, message)
    elif dialog and awaited and isinstance(message, ChangeFailed):
        dialog.failed(message)
    elif isinstance(message, ChangeFailed):  # its dialog was left while it hung
        screen.say(message.reason, "warning")
    else:
        if dialog and awaited:
            dialog.close()
        _change_made(screen, message)


def _left(screen: MainScreen, message: ChangeMade | ChangeFailed) -> None:
    """Leave the app, and tell on the terminal what came of what was under way."""
    from rich.text import Text

    told = message.made.sentence if isinstance(message, ChangeMade) else message.reason
    screen.app.exit(0, message=Text(visible(told, ascii_only=screen.ascii_only)))


def _change_made(screen: MainScreen, message: ChangeMade) -> None:
    made = message.made
    if made.version:
        screen.selection.go_to(made.version)
    if made.value:
        clipboard.copy(screen, made.value)
        return
    warned = f" {screen.signs.dot} ".join(made.notices)
    screen.say(f"{made.sentence}. {warned}" if warned else made.sentence, "warning" if warned else "accent")


def _mishap(screen: MainScreen, message: Mishap) -> None:
    from .mishap import MishapScreen

    screen.app.push_screen(MishapScreen(screen, message))


def _of_the_store(screen: MainScreen, message: StoreMissing | StoreTrouble | StoreWell) -> None:
    if isinstance(message, StoreWell):
        screen.warn("")
        screen.worker.refresh()
    elif isinstance(message, StoreMissing):
        screen.show_guide(lambda look, width: guide.no_store(message.reason, message.hint, look, width))
        screen.settled()
    elif screen.store is None:
        screen.show_guide(lambda look, width: guide.trouble(message.reason, message.hint, look, width))
        screen.settled()
    else:
        screen.warn(f"{message.reason}  {message.hint}")


def _models_listed(screen: MainScreen, message: ModelsListed) -> None:
    screen.store = message.summary
    if not message.models:
        screen.selection.list_models(message)
        key = "" if screen.situation.locked else screen.registry.key("version.register")
        screen.show_guide(lambda look, width: guide.empty_store(message.summary.path, key, look, width))
        screen.settled()
        return
    screen.show_guide(None)
    if message.damage:
        screen.warn(f"mvtui repair: {message.damage[0]}")
    if message.arrived:
        screen.tell_ages()  # else what arrived would come from the future
    screen.selection.list_models(message)
    if screen.dialog:
        screen.dialog.store_changed()
    if message.first:
        screen.settled()
    if message.arrived:
        screen.say(headline.arrival(message.arrived, screen.signs))
    elif message.asked:
        screen.say("read again")
