"""``mvtui approve``."""

from __future__ import annotations

from .. import verdicts
from ..group import command as make_command
from ..options import json_option, reason_option, ref_argument, store_option, to_option


@make_command(
    examples=[
        'mvtui approve sentiment@1.4.0 --to production --reason "read the errors"',
        "mvtui approve sentiment@1.4.0 --sign",
        "mvtui approve sentiment@1.4.0 --key ~/.ssh/id_ed25519.pub",
    ]
)
@ref_argument()
@to_option(verdicts.STAGE_HELP)
@reason_option
@verdicts.signing_options
@store_option
@json_option
def command(ref: str, to: str | None, reason: str, sign: bool, key: str | None, as_json: bool) -> None:
    """Approve a version for a stage.

    It is bound to the version's content, the stage and what the gates ask: when one of them changes it no longer counts.
    What doesn't count from the start, such as an author's own, is recorded all the same, with a warning.
    """
    verdicts.record("approve", ref, to, reason=reason, sign=sign, key=key, as_json=as_json)
