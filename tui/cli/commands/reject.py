"""``mvtui reject``."""

from __future__ import annotations

from .. import verdicts
from ..group import command as make_command
from ..options import json_option, reason_option, ref_argument, store_option, to_option


@make_command(
    examples=[
        'mvtui reject sentiment@1.4.0 --to production --reason "fails on French"',
        'mvtui reject sentiment@1.4.0 --reason "stale test set" --sign',
    ]
)
@ref_argument()
@to_option(verdicts.STAGE_HELP)
@reason_option
@verdicts.signing_options
@store_option
@json_option
def command(ref: str, to: str | None, reason: str, sign: bool, key: str | None, as_json: bool) -> None:
    """Object to a version entering a stage.

    By one whose approval is asked for it stops the version until it is withdrawn. A --reason is needed.
    """
    verdicts.record("reject", ref, to, reason=reason, sign=sign, key=key, as_json=as_json)
