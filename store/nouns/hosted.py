"""A provider's model: no bytes of its own, but exactly which model, where, and with what parameters.

It is what the version's one file, ``hosted.json``, says, so that serving code has something to read; its manifest's
parameters say the same, flat, so that queries and comparisons see it. When a provider retires a model is announced
later, and no part of what it is: a tag ``retires=YYYY-MM-DD`` says it, or the list of known models.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

import msgspec

from ..errors import FormatError
from .manifest import Scalar

HOSTED_FILE = "hosted.json"
PROVIDER, MODEL, ENDPOINT = "provider", "model", "endpoint"
RESERVED = frozenset({PROVIDER, MODEL, ENDPOINT})
"""Names of a hosted version's parameters that are not the provider's."""
RETIRES = "retires"
"""The tag that says when the provider will retire, or has retired, the model."""
WARNED_DAYS = 90
"""How long before its end a model is warned of."""


class Hosted(msgspec.Struct, frozen=True):
    """Which model of which provider, and how it is called.

    ``provider`` is lower case (``openai``); ``model`` the provider's own, exact name of it (``gpt-4o-2024-08-06``).
    ``params`` are those of a call (``temperature``), of JSON's types, nested as the provider's API has them.
    ``endpoint`` is where it is called, if that does not go without saying; it never holds credentials.
    """

    provider: str
    model: str
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    endpoint: str = ""

    def encode(self) -> bytes:
        """Return the bytes of ``hosted.json``: equal for equal models, whatever the order of their parameters."""
        said = {
            "provider": self.provider,
            "model": self.model,
            "endpoint": self.endpoint or None,
            "params": self.params,
        }
        return msgspec.json.format(msgspec.json.encode(said, order="sorted"), indent=2) + b"\n"

    @classmethod
    def decode(cls, data: bytes) -> Hosted:
        """Read ``hosted.json``.

        Raises:
            FormatError: it is none.
        """
        try:
            said = msgspec.json.decode(data, type=_Said)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise FormatError(f"this is no {HOSTED_FILE}: {error}") from error
        return cls(said.provider, said.model, said.params, said.endpoint or "")


class _Said(msgspec.Struct):
    provider: str
    model: str
    endpoint: str | None = None
    params: dict[str, Any] = {}


class KnownModel(msgspec.Struct, frozen=True):
    """What is known of a provider's model.

    ``floating`` says that the name can come to mean another model; None when nobody said. ``retires`` is the day from which
    it can't be called any more, None when none was announced. ``successor`` is what the provider recommends instead, ``source``
    where all this is said: an address, or the file that says it.
    """

    provider: str
    model: str
    floating: bool | None = None
    retires: date | None = None
    successor: str = ""
    source: str = ""


Prospect = Literal["", "retiring", "retired"]
"""What is to be warned of: nothing, that it will be retired within ``WARNED_DAYS``, or that it was."""


class HostedStatus(msgspec.Struct, frozen=True):
    """What is known of the model behind a version.

    ``floating`` is None when nobody can tell. ``retires`` is the day of its end; ``said_by`` says who says so: ``tag``, or
    the list of known models, whose ``reviewed`` is the day when it was last looked through. ``problem`` says what is wrong with a tag.
    """

    provider: str
    model: str
    floating: bool | None = None
    retires: date | None = None
    said_by: str = ""
    successor: str = ""
    source: str = ""
    reviewed: date | None = None
    problem: str = ""

    def days_left(self, today: date) -> int | None:
        """Return how many days are left until its end: negative after it, None when no end is known."""
        return (self.retires - today).days if self.retires else None

    def prospect(self, today: date) -> Prospect:
        """Return what is to be warned of on a day."""
        left = self.days_left(today)
        if left is None or left > WARNED_DAYS:
            return ""
        return "retiring" if left > 0 else "retired"

    def as_dict(self, today: date) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "provider": self.provider,
            "model": self.model,
            "floating": self.floating,
            "retires": self.retires.isoformat() if self.retires else None,
            "days_left": self.days_left(today),
            "said_by": self.said_by or None,
            "successor": self.successor or None,
            "source": self.source or None,
            "reviewed": self.reviewed.isoformat() if self.reviewed else None,
            "problem": self.problem or None,
        }


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)  # Python reads more forms than that, and some that are none


def parse_day(text: str) -> date | None:
    """Read a day as ``YYYY-MM-DD``; None when it is none."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def flat_params(params: dict[str, Scalar], hosted: Hosted) -> dict[str, Scalar]:
    """Return the parameters of a hosted version's manifest: the flattened ``params``, and which model it is."""
    said: dict[str, Scalar] = {PROVIDER: hosted.provider, MODEL: hosted.model}
    if hosted.endpoint:
        said[ENDPOINT] = hosted.endpoint
    return said | params
