"""What a query could go on with, shown behind the cursor by Textual's text field."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.suggester import Suggester

if TYPE_CHECKING:
    from ....store import Completion


class Ghost(Suggester):
    """Suggests what the store's worker found for the text in the field; until then the field waits."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._waiting: tuple[str, Future[str | None]] | None = None
        self._offer = ("", "")

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text to suggest for ``value``, when it is known; None when there is none."""
        if self._waiting and not self._waiting[1].done():
            self._waiting[1].set_result(None)  # nobody asks any more
        if self._offer[0] == value:
            return self._offer[1] or None
        future: Future[str | None] = get_running_loop().create_future()
        self._waiting = (value, future)
        return await future

    def offer(self, value: str, completions: Sequence[Completion]) -> None:
        """Take the completions of ``value``: the first that goes on with the very text is suggested."""
        wholes = (completion.applied(value) for completion in completions)
        begins = value.lower()
        self._offer = (
            value,
            next((w for w in wholes if len(w) > len(value) and w.lower().startswith(begins)), ""),
        )
        if self._waiting and self._waiting[0] == value and not self._waiting[1].done():
            self._waiting[1].set_result(self._offer[1] or None)

    def knows(self, value: str) -> bool:
        """Say whether it was told how ``value`` could go on."""
        return self._offer[0] == value

    def offered(self, value: str) -> str:
        """Return the whole text that is suggested for ``value``, or nothing."""
        return self._offer[1] if self._offer[0] == value else ""
