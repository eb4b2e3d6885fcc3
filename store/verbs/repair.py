"""Repair: mend what a crash or a bad disk left in the journal, and rebuild what is derived from it."""

from __future__ import annotations

from typing import Any

from ..engine import durable
from ..engine.repository import Repository
from ..nouns.damage import Damage
from ..nouns.reports import RepairReport
from . import serving


def repair(repository: Repository) -> RepairReport:
    """Mend the store; see ``Store.repair``. Running it on a healthy store changes nothing but index.json.

    A damaged stretch stays where it is, is copied aside, and an event names it: from then on it is a known
    gap, and writing is possible again. Nothing is ever taken out of the journal. Then live/ is made to say what it says.
    """
    actions = []
    known = len(repository.mended)
    repository.check_writable()
    with durable.explained("repair the store"):
        made = durable.make_all(repository.layout.directories())
        actions += [f"made the missing directory {directory}" for directory in made]
    with repository.writing(), durable.explained("repair the store"):
        journal = repository.journal
        if doubt := journal.clear_doubt():
            actions.append(f"took note of a write in doubt ({doubt}); what the disk holds now counts")
        repository.rebuild()
        if damage := journal.damage():
            gaps = [journal.quarantine(stretch) for stretch in damage]
            repository.append_repair(gaps)
            actions += [_told(stretch, gap) for stretch, gap in zip(damage, gaps, strict=True)]
        if side := journal.set_torn_tail_aside():
            actions.append(f"set the beginning of a write that a crash cut short aside: {side}")
        actions += [each.sentence for each in serving.mend(repository, known)]
        repository.save_snapshot()
    return RepairReport(tuple(actions))


def _told(stretch: Damage, gap: dict[str, Any]) -> str:
    lost = ", ".join(f"{name}@{number}" for name, number in gap.get("numbers", ()))
    return f"quarantined {stretch}" + (f"; lost with it, perhaps: {lost} (register it again)" if lost else "")
