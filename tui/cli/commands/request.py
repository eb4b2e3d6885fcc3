"""``mvtui request``."""

from __future__ import annotations

from .. import verdicts
from ..group import command as make_command
from ..options import json_option, reason_option, ref_argument, store_option, to_option


@make_command(
    examples=[
        "mvtui request sentiment@1.4.0",
        'mvtui request sentiment@1.4.0 --to production --reason "for the release"',
        "mvtui inbox --person bob",
    ]
)
@ref_argument()
@to_option(verdicts.STAGE_HELP)
@reason_option
@store_option
@json_option
def command(ref: str, to: str | None, reason: str, as_json: bool) -> None:
    """Ask for approval of a version for a stage.

    It stands in the inbox of those who could approve, until it is in that stage.
    """
    verdicts.record("request", ref, to, reason=reason, as_json=as_json)
