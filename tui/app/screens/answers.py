"""What the store's answers change on the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import guide, headline
from ..messages import (
    Filtered,
    FromStore,
    ModelsListed,
    SearchIsSlow,
    StoreMissing,
    StoreTrouble,
    StoreWell,
    TabFailed,
    TabRead,
    VersionsListed,
)

if TYPE_CHECKING:
    from .main import MainScreen


def take(screen: MainScreen, message: FromStore) -> None:
    """Bring the screen up to date with one answer."""
    match message:
        case VersionsListed():
            if screen.selection.list_versions(message):
                screen.settled()
        case TabRead() | TabFailed():
            screen.details.take(message)
        case ModelsListed():
            _models_listed(screen, message)
        case Filtered():
            screen.selection.take_filtered(message)
        case SearchIsSlow(reason=reason):
            screen.say(f"filtering may be slow: {reason}", "warning")
        case StoreMissing(reason=reason):
            screen.show_guide(lambda look, width: guide.no_store(reason, look, width))
            screen.settled()
        case StoreTrouble():
            _trouble(screen, message)
        case StoreWell():
            screen.warn("")
            screen.worker.refresh()


def _trouble(screen: MainScreen, message: StoreTrouble) -> None:
    if screen.store is None:
        screen.show_guide(lambda look, width: guide.trouble(message.reason, message.hint, look, width))
        screen.settled()
    else:
        screen.warn(f"{message.reason}  {message.hint}")


def _models_listed(screen: MainScreen, message: ModelsListed) -> None:
    screen.store = message.summary
    if not message.models:
        screen.selection.list_models(message)
        screen.show_guide(lambda look, width: guide.empty_store(message.summary.path, look, width))
        screen.settled()
        return
    screen.show_guide(None)
    if message.damage:
        screen.warn(f"mvtui repair: {message.damage[0]}")
    if message.arrived:
        screen.tell_ages()  # else what arrived would come from the future
    screen.selection.list_models(message)
    if message.first:
        screen.settled()
    if message.arrived:
        screen.say(headline.arrival(message.arrived, screen.signs))
    elif message.asked:
        screen.say("read again")
