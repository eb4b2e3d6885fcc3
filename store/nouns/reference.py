"""References: the words that name a version.

====================  ===================================================
``name@1.4.0``        a version number (``v1.4.0`` too)
``name@latest``       the highest version number; a bare ``name`` means it
``name@production``   what is in a stage
``name@champion``     an alias
``name@9f8a12e``      a unique prefix of the hash ID, four digits or more
``id:9f8a12e``        the same, without naming the model
``name@production~1`` one step before: what held the stage before, else the version registered before
``models:/name/3``…   MLflow's forms, read as ``name@…``
====================  ===================================================
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from ..errors import BadInputError
from . import names, semver

Selector = Literal["number", "latest", "stage", "alias", "id"]

_HEX = re.compile(r"[0-9a-f]{4,64}", re.ASCII)
_BACK = re.compile(r"(.*?)~(\d{0,4})", re.DOTALL)
_MLFLOW = "models:/"


class Reference(msgspec.Struct, frozen=True):
    """A parsed reference. ``model`` is None only for ``id:…``. ``back`` counts steps to an earlier version.

    A ``value`` of hex digits is kept as ``id``; whether an alias of that spelling is meant can't happen,
    since aliases that read as hash IDs are refused.
    """

    model: str | None
    selector: Selector
    value: str
    back: int = 0

    def __str__(self) -> str:
        head = f"id:{self.value}" if self.model is None else f"{self.model}@{self.value}"
        return f"{head}~{self.back}" if self.back else head


def parse(text: str) -> Reference:
    """Read a reference.

    Raises:
        BadInputError: it has no form listed above.
        BadNameError: the model's or alias's part breaks the rules for names.
    """
    if not isinstance(text, str):
        raise BadInputError(
            f"{text!r} is not a reference", hint="Write it as text, such as 'sentiment@1.4.0'."
        )
    body, back = text, 0
    if match := _BACK.fullmatch(text):
        body, steps = match.groups()
        back = int(steps) if steps else 1
    if body.startswith("id:"):
        value = body[3:].lower()
        if not _HEX.fullmatch(value):
            raise BadInputError(
                f"{text!r} is not a hash ID", hint="Write id: and 4 to 64 hex digits, such as id:9f8a12e."
            )
        return Reference(None, "id", value, back)
    if body.startswith(_MLFLOW):
        body = body[len(_MLFLOW) :]
        if "@" not in body:
            body = body.replace("/", "@", 1)
    model, at, value = body.partition("@")
    names.check_model(model)
    if not at:
        return Reference(model, "latest", names.LATEST, back)
    return Reference(model, *_select(value, text), back)


def _select(value: str, text: str) -> tuple[Selector, str]:
    if not value:
        raise BadInputError(
            f"{text!r} names no version",
            hint="Write a version after '@', such as sentiment@1.4.0 or sentiment@latest.",
        )
    if semver.is_valid(value):
        return "number", str(semver.SemVer.parse(value))
    lowered = value.lower()
    if lowered == names.LATEST:
        return "latest", lowered
    if lowered in names.STAGES:
        return "stage", lowered
    if _HEX.fullmatch(lowered):
        return "id", lowered
    return "alias", names.check_alias(value)
