"""How a step says what it lacks."""

from __future__ import annotations

from typing import Literal, Protocol


class Lacking(Protocol):
    """Takes note of something that is missing; see ``Lack`` for the arguments."""

    def __call__(  # noqa: D102 — the class says it
        self,
        message: str,
        fix: str = "",
        *,
        level: Literal["info", "warn", "bad"] = "warn",
        about: tuple[str, ...] = (),
    ) -> None: ...
