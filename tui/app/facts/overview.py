"""The overview: everything known about a version, section by section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....store import scalar_text
from ..tables.columns import Look
from .files import files
from .identity import head, identity
from .lines import Lines, facts, heading, pairs
from .made_by import made_by
from .members import adapter, members
from .metrics import metrics

if TYPE_CHECKING:
    from ....store import Version
    from ..asking.known import Known


def overview(version: Version, known: Known | None, look: Look, columns: int, *, problem: str = "") -> Lines:
    """Return the overview, ``columns`` cells wide.

    Without ``known`` the rest is still being read, or can't be because of ``problem``.
    """
    lines = Lines([*head(version, look, columns), [], *identity(version, look, columns)])
    if known is not None and known.adapter is not None:
        lines.add(adapter(known.adapter, look, columns))
    if known is not None and known.hosted is not None:
        from .agent import hosted  # most versions are none

        lines.add([[], *hosted(version, known.hosted, look, columns)])
    if version.note:
        lines.add([[], *facts("note", version.note, look, columns)])
    if known is not None:
        lines.add(members(known.members, look, columns))
    lines.join(metrics(version, known, look, columns))
    lines.add(made_by(version, known, look, columns))
    params = {name: scalar_text(value) for name, value in version.params.items()}
    for title, values in (("Parameters", params), ("Tags", version.tags)):
        if values:
            lines.add(heading(title))
            lines.join(pairs(values, look, columns))
    lines.join(files(known, problem, look, columns))
    return lines
