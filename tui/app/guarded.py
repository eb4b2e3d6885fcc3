"""What keeps an error in one handler, or in drawing one widget, from ending the app."""

from __future__ import annotations

from textual.message import Message
from textual.message_pump import MessagePump


class Guarded(MessagePump):
    """A part of the screen that goes on after an error in one of its handlers.

    Textual tells the app of such an error and then leaves the message loop, so that the part would be dead for good.
    """

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # noqa: BLE001 - whatever it is
            self.app._handle_exception(error)  # noqa: SLF001 - as Textual does
