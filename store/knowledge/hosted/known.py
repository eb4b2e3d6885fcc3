"""The list of known models: the one that ships, then the store's, then a person's own, which come before it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from ...errors import BadConfigError, StorageError
from ...nouns.hosted import RETIRES, HostedStatus, KnownModel, parse_day
from .floating import floating

SHIPPED = os.path.join(os.path.dirname(__file__), "known.toml")
_FIELDS: dict[str, type] = {"retires": date, "floating": bool, "successor": str, "source": str}
_MAX_SIZE = 4 << 20
_FORM = 'Write it as: [openai.models] "gpt-4o" = { retires = 2027-01-14, floating = true }'


class Known(msgspec.Struct, frozen=True):
    """What is known of providers' models. ``reviewed`` is the day when the list that ships was last looked through.

    ``problem`` says what is wrong with a list of one's own, which then counts for nothing.
    """

    reviewed: date | None
    models: Mapping[tuple[str, str], KnownModel]
    problem: str = ""

    def status(self, provider: str, model: str, tags: Mapping[str, str]) -> HostedStatus:
        """Return what is known of a model; a tag ``retires`` comes before every list."""
        known = self.models.get((provider, model)) or KnownModel(provider, model)
        moves = known.floating if known.floating is not None else floating(provider, model)
        status = HostedStatus(
            provider,
            model,
            moves,
            known.retires,
            "known models" if known.retires else "",
            known.successor,
            known.source,
            self.reviewed if known.retires else None,
        )
        if RETIRES not in tags:
            return status
        day = parse_day(tags[RETIRES])
        if day is None:
            problem = f"the tag {RETIRES} is {tags[RETIRES]!r}, which is no day: write it as 2027-01-14"
            return msgspec.structs.replace(status, problem=problem)
        return msgspec.structs.replace(
            status,
            retires=day,
            said_by="tag",
            source=known.source if day == known.retires else "",
            reviewed=None,
        )


def read_known(*overrides: str) -> Known:
    """Read the list that ships, and files that change it, the last of which comes first. One that is not there says nothing.

    Raises:
        BadConfigError: a file is no such list; the message names it, and what is wrong.
        StorageError: one can't be read.
    """
    found = _read(SHIPPED)
    assert found is not None, "it is part of the package"
    for path in overrides:
        own = _read(path)
        if own is not None:
            found = Known(found.reviewed, {**found.models, **_merged(found.models, own.models)})
    return found


def _merged(
    before: Mapping[tuple[str, str], KnownModel], own: Mapping[tuple[str, str], KnownModel]
) -> dict[tuple[str, str], KnownModel]:
    """Return models with what an own list leaves out taken from before."""
    merged = {}
    for key, model in own.items():
        old = before.get(key)
        said = {name: value for name in _FIELDS if (value := getattr(model, name)) not in (None, "")}
        merged[key] = msgspec.structs.replace(old, **said) if old else model
    return merged


def _read(path: str) -> Known | None:
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_SIZE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"could not read {path}: {error.strerror}", hint="Check its mode.") from error
    if len(data) > _MAX_SIZE:
        raise BadConfigError(f"{path} is larger than {_MAX_SIZE:,} bytes", hint=_FORM)
    try:
        tables = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, or numbers that Python won't read
        raise BadConfigError(f"{path}: {error}", hint=_FORM) from error
    reviewed = tables.pop("reviewed", None)
    if reviewed is not None and type(reviewed) is not date:
        raise BadConfigError(f"{path}: reviewed is no day", hint="Write it as: reviewed = 2026-11-10")
    models: dict[tuple[str, str], KnownModel] = {}
    for provider, table in tables.items():
        models.update(_models(provider, table, path))
    return Known(reviewed, models)


def _models(provider: str, table: object, path: str) -> dict[tuple[str, str], KnownModel]:
    if not isinstance(table, dict) or not isinstance(table.get("models", {}), dict):
        raise BadConfigError(f"{path}: {provider} is no table with models", hint=_FORM)
    if unknown := sorted(set(table) - {"models", "source"}):
        raise BadConfigError(f"{path}: unknown key {provider}.{unknown[0]}", hint="Known: models, source.")
    source = table.get("source", "")
    if not isinstance(source, str):
        raise BadConfigError(f"{path}: {provider}.source is no text", hint=_FORM)
    found = {}
    for name, said in table.get("models", {}).items():
        own = path if path != SHIPPED and not source else source
        found[(provider.lower(), name)] = _model(provider.lower(), name, said, own, path)
    return found


def _model(provider: str, name: str, said: Any, source: str, path: str) -> KnownModel:
    where = f"{path}: {provider}.models.{name!r}"
    if not isinstance(said, dict):
        raise BadConfigError(f"{where} is no table", hint=_FORM)
    for field, value in said.items():
        if field not in _FIELDS:
            raise BadConfigError(f"{where}: unknown key {field}", hint=f"Known: {', '.join(_FIELDS)}.")
        if type(value) is not _FIELDS[field]:
            words = {date: "a day, such as 2027-01-14", bool: "true or false", str: "text"}
            raise BadConfigError(f"{where}: {field} is not {words[_FIELDS[field]]}", hint=_FORM)
    return KnownModel(provider, name, **{"source": source, **said})
