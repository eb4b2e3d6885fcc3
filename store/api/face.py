"""What every part of ``Store`` stands on: the open repository behind it."""

from __future__ import annotations

import os
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from ..engine.repository import Repository

StrPath: TypeAlias = str | os.PathLike[str]


class Face:
    """An open store; the parts of ``Store`` add the verbs."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.root)!r})"

    def close(self) -> None:
        """Give back the files held open. Closing twice is fine; a closed store opens again when used."""
        self._repository.close()

    @property
    def root(self) -> Path:
        """The store's directory."""
        from pathlib import Path

        return Path(self._repository.layout.root)

    @property
    def writable(self) -> bool:
        """Whether this user may change the store through this object."""
        return self._repository.writable

    @property
    def mended(self) -> tuple[str, ...]:
        """What this object's verbs found amiss in live/ by themselves, and put right or could not, a sentence each.

        So it is when another process died after it had written a change of stages and before serving code could see it.
        """
        return tuple(each.sentence for each in self._repository.mended)

    @property
    def config_problem(self) -> str:
        """What is wrong with config.toml, with its line; empty when nothing is. The defaults hold meanwhile.

        Verbs that depend on what it says raise ``BadConfigError``; those that move or delete versions go on by the gates
        and access rules agreed on before, if there are some.
        """
        problem = self._repository.config_problem
        return problem.message if problem is not None else ""

    @property
    def generation(self) -> int:
        """A number that grows whenever what this object has seen of the store changes."""
        return self._repository.index.generation

    def poll(self) -> bool:
        """Read what other processes have written since; say whether anything changed.

        Costs one ``fstat`` when nothing did.
        """
        return self._repository.refresh()
