"""What ``undo`` and ``redo`` have in common: what was taken back, what came of it, and the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from . import moves, output, session
from .progress import meter

if TYPE_CHECKING:
    from ...store import Store, Undone


def run(mode: Literal["undo", "redo"], *, dry_run: bool, as_json: bool) -> None:
    """Undo or redo, and tell it."""
    with session.open_store(read_only=dry_run) as store:
        verb = store.undo if mode == "undo" else store.redo
        with meter() as progress:
            done = verb(dry_run=dry_run, progress=progress)
        if as_json:
            output.print_json(done.as_dict())
        else:
            _tell(store, mode, done)


def _tell(store: Store, mode: Literal["undo", "redo"], done: Undone) -> None:
    what, effect = output.safe(done.what, 1000), output.safe(done.effect, 1000)
    if done.dry_run:
        output.data(f"would {'undo' if mode == 'undo' else 'take back'} event {done.seq}: {what}")
        output.data(effect)
        return
    output.talk(f"{'undid' if mode == 'undo' else 'took back'} event {done.seq}: {what}")
    output.talk(effect)
    moves.notices(done.notices)
    output.talk(moves.way(store, "redo" if mode == "undo" else "undo"))
    output.result(str(done.written))
