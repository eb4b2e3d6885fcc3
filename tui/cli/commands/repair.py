"""``mvtui repair``."""

from __future__ import annotations

from .. import output
from ..group import command as make_command
from ..options import json_option, store_option
from ..session import open_store


@make_command(examples=["mvtui repair", "mvtui repair --store /srv/models"])
@store_option
@json_option
def command(as_json: bool) -> None:
    """Mend what a crash or a bad disk left.

    Sets a torn last line of the journal aside, quarantines damaged lines, rebuilds the index, points live/ where
    the journal says. Nothing is thrown away: what is taken out of the journal is kept beside it.
    """
    with open_store(warn=False) as store:
        report = store.repair()
    if as_json:
        output.print_json({"actions": list(report.actions)})
    elif report.actions:
        output.sentences(report.actions)
    else:
        output.talk("nothing to mend")
