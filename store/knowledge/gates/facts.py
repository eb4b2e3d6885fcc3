"""What gates look at: gathered by a verb, so that judging needs nothing but this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from ...nouns.approval import Approval
from ...nouns.health import Health
from ...nouns.metric import Direction
from ...nouns.pickles import Pickles
from ...nouns.stage import Stage
from ...nouns.version import Version

Signature: TypeAlias = Literal["none", "good", "bad"]


class Voice(msgspec.Struct, frozen=True):
    """A verdict and whose it is: ``person`` is who signed it, where a good signature proves one, else the account.

    ``key`` is then the fingerprint of the key. ``note`` says what is wrong with a bad signature.
    """

    approval: Approval
    person: str
    signature: Signature = "none"
    note: str = ""
    key: str = ""


class Facts(msgspec.Struct, frozen=True):
    """A version at the door of ``stage``.

    ``production`` is what is in Production of its model (None: nothing, or the version itself). ``since`` is when it
    entered the stage it is in. ``verified`` is when its bytes were last hashed and found good, ``checked`` what hashing
    them just now came to: None when that was not done, an empty text when all is well, else the problem. ``target`` is
    the version that Production could go back to after this one, a number, or None. ``digest`` is that of the rules
    which guard the stage. ``weights`` is what reading all numbers of its files just now came to, None when that was
    not done. ``pickles`` is the verdict on the pickles in its files, None without any; it is looked for only where a gate
    asks. ``voices`` are all verdicts on the version, oldest first. ``direction`` tells which way a metric
    is better, ``member`` whether a person is one of those that a name means (``@group`` is a Unix group). ``shared``
    are accounts that several people use. ``called`` says what the other end of an edge is called. ``bases`` are the versions
    that an adapter is of; ``entering`` those of them, by reference, that someone asked into ``stage``.
    """

    version: Version
    stage: Stage
    now: datetime
    direction: Callable[[str], Direction | None]
    member: Callable[[str, str], bool]
    production: Version | None = None
    since: datetime | None = None
    verified: datetime | None = None
    checked: str | None = None
    weights: Health | None = None
    pickles: Pickles | None = None
    target: str | None = None
    digest: str = ""
    voices: tuple[Voice, ...] = ()
    shared: tuple[str, ...] = ()
    called: Callable[[str], str] = str
    bases: tuple[Version, ...] = ()
    entering: frozenset[str] = frozenset()
