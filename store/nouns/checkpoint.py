"""Checkpoints: what a journal's head was at a moment, small enough to be kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from ..errors import BadInputError
from .version import rfc3339

NAMESPACE = "checkpoint@mvtui"
"""The namespace of their signatures (``ssh-keygen -Y sign -n``)."""

FORM = 1

_encoder = msgspec.json.Encoder(order="sorted")


class Checkpoint(msgspec.Struct, frozen=True):
    """The head of a store's journal: event ``seq`` had ``hash``, and through the chain so had all before it.

    ``store`` is the store's own ID. ``at`` is when the checkpoint was made (UTC), by ``user`` (of number ``uid``) on ``host``
    with ``tool``. ``signature`` is armoured SSH over ``text``, empty without.
    """

    store: str
    seq: int
    hash: str
    at: datetime
    user: str
    uid: int
    host: str
    tool: str
    signature: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types; ``checkpoint`` is the number of this form."""
        said = {"checkpoint": FORM, **msgspec.structs.asdict(self), "at": rfc3339(self.at)}
        return (
            said if self.signature else {name: value for name, value in said.items() if name != "signature"}
        )

    def line(self) -> str:
        """Return it as one line of JSON in ASCII, as it is printed and kept."""
        import json

        return json.dumps(self.as_dict())

    def text(self) -> bytes:
        """Return the bytes that a signature covers: canonical JSON of everything else."""
        said = self.as_dict()
        said.pop("signature", None)
        return _encoder.encode(said)


class _Said(msgspec.Struct, frozen=True):
    checkpoint: Literal[1]
    store: str
    seq: int
    hash: str
    at: datetime
    user: str
    uid: int
    host: str
    tool: str
    signature: str = ""


def read_checkpoints(text: str) -> list[Checkpoint]:
    """Read one checkpoint or several, one after the other, as ``line`` writes them.

    Raises:
        BadInputError: there is none, or something else among them.
    """
    found = [_read(part) for part in _parts(text)]
    if not found:
        raise BadInputError("there is no checkpoint in it", hint="Make one: mvtui audit checkpoint")
    return found


def read_lines(text: str) -> list[Checkpoint]:
    """Read the checkpoints that stand in a text, each on a line of its own; what is none is passed over."""
    found = []
    for line in text.splitlines():
        try:
            found += [_read(part) for part in _parts(line)]
        except BadInputError:
            continue
    return found


def _parts(text: str) -> Iterator[Any]:
    import json

    decoder, at = json.JSONDecoder(), 0
    text = text.strip()
    while at < len(text):
        try:
            part, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            raise _none() from None
        yield part
        at = end + len(text[end:]) - len(text[end:].lstrip())


def _read(part: Any) -> Checkpoint:
    try:
        said = msgspec.convert(part, _Said)
    except msgspec.ValidationError as error:
        raise _none(str(error)) from None
    if said.at.tzinfo is None or said.seq < 1:
        raise _none()
    fields = msgspec.structs.asdict(said)
    del fields["checkpoint"]
    return Checkpoint(**fields)


def _none(why: str = "") -> BadInputError:
    return BadInputError(
        "it is no checkpoint of this form" + (f": {why}" if why else ""),
        hint="Give what mvtui audit checkpoint printed, unchanged.",
    )
