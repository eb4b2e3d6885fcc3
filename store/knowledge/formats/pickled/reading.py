"""Following one pickle for what it holds; what it would run is not asked here."""

from __future__ import annotations

from ..limits import Cursor, Source
from .judge import Judge
from .machine import Machine
from .stream import Budget, Stream


def follow(source: Source, cursor: Cursor, at: int = 0, *, joblib: bool = False) -> Machine:
    """Return the machine that followed the pickle at a place to its end, or as far as may be: ``cut`` says why not.

    Raises:
        BadFileError: of the cursor's format: no unpickler would come to its end.
    """
    machine = Machine(Stream(source, Budget(), at), Judge(), joblib=joblib).run()
    if machine.problem:
        raise cursor.bad(machine.problem)
    return machine
