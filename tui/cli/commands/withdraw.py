"""``mvtui withdraw``."""

from __future__ import annotations

from .. import verdicts
from ..group import command as make_command
from ..options import json_option, reason_option, ref_argument, store_option, to_option


@make_command(
    examples=[
        "mvtui withdraw sentiment@1.4.0 --to production",
        'mvtui withdraw sentiment@1.4.0 --reason "the data were fine"',
    ]
)
@ref_argument()
@to_option(verdicts.STAGE_HELP)
@reason_option
@verdicts.signing_options
@store_option
@json_option
def command(ref: str, to: str | None, reason: str, sign: bool, key: str | None, as_json: bool) -> None:
    """Take back your approval or rejection of a version.

    The journal keeps that it was given.
    """
    verdicts.record("withdraw", ref, to, reason=reason, sign=sign, key=key, as_json=as_json)
