"""What a change of stages came to: one line, what a person should read besides, and how to take it back."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Literal

from .. import lifecycle, way_back
from ..lifecycle import displacing, overruled, tally
from . import output

if TYPE_CHECKING:
    from ...store import Moved, Store, Transition

_WAYS = {"undo": "undo with: mvtui undo", "redo": "do it again with: mvtui redo"}
_NAMES_MOST = 500


def tell(store: Store, moved: Moved) -> None:
    """Tell a change that was made: to the person, and for scripts the reference of the version."""
    output.talk(sentence(moved.transition, sys.stderr))
    notices(moved.notices)
    output.talk(way(store, "undo"))
    output.result(moved.version.ref)


def way(store: Store, mode: Literal["undo", "redo"]) -> str:
    """Say how a change is taken back that was made just now; where gates would stop that, what leads back instead."""
    error = way_back.stopped(store, mode)
    if error is None:
        return _WAYS[mode]
    told = f"mvtui {mode} would not take it back: {way_back.stops(error)} that"
    return f"{told}\n{output.safe(error.hint, _NAMES_MOST)}"


def sentence(change: Transition, stream: IO[str]) -> str:
    """Return a change in one line, painted for ``stream``."""
    plain = output.ascii_only()
    name = output.paint(change.ref, "bold", stream=stream)
    told = [f"{name}: {lifecycle.way(change.source, change.target, ascii_only=plain)}"]
    if left := displacing(change, ascii_only=plain):
        told.append(left)
    if change.gates and not change.overridden:
        told.append(tally(change.gates))
    if over := output.safe(overruled(change), _NAMES_MOST):
        told.append(output.paint(over, "bold", "red", stream=stream))
    return ", ".join(told)


def notices(sentences: Iterable[str]) -> None:
    """Tell what a person should read beside what was asked for."""
    for text in sentences:
        output.talk(f"{output.paint('note:', 'bold', 'yellow', stream=sys.stderr)} {output.safe(text, 2000)}")
