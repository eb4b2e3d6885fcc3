"""What may be a name. Names become file names and references, so they are kept plain."""

from __future__ import annotations

import re

import msgspec

from ..errors import BadInputError, BadNameError
from . import semver

MAX_LENGTH = 100
MAX_REASON = 2000
"""Longest reason, in bytes as the journal writes it."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_TAG_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?", re.ASCII)
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)

STAGES = ("staging", "validation", "production", "archived")
LATEST = "latest"
MIN_PREFIX = 4
"""Shortest prefix of a hash ID that is looked up, as in git."""


def check_model(name: str) -> str:
    """Return ``name`` if it may name a model.

    Letters, digits, dot, dash and underscore; begins and ends with a letter or digit; no ``..``;
    at most 100 characters.

    Raises:
        BadNameError: it breaks a rule; the message says which.
    """
    return _check(name, "model name", _NAME, "letters, digits, '.', '-' and '_'")


def check_tag_key(key: str) -> str:
    """Return ``key`` if it may be a tag's key: as a model name, with ``/`` allowed inside.

    Raises:
        BadNameError: it breaks a rule.
    """
    return _check(key, "tag", _TAG_KEY, "letters, digits, '.', '-', '_' and '/'")


def check_alias(alias: str) -> str:
    """Return ``alias`` if it may be an alias: a name that can't be read as anything else after ``@``.

    Raises:
        BadNameError: it breaks a rule, or is a version number, a stage, ``latest`` or could be a hash ID.
    """
    _check(alias, "alias", _NAME, "letters, digits, '.', '-' and '_'")
    lowered = alias.lower()  # stages and hash IDs are read in either case
    if lowered == LATEST or lowered in STAGES:
        raise BadNameError(
            f"{alias!r} can't be an alias: it already means something after '@'",
            hint="Choose another word, such as 'champion'.",
        )
    if semver.is_valid(alias) or (len(alias) >= MIN_PREFIX and _HEX.fullmatch(lowered)):
        raise BadNameError(
            f"{alias!r} can't be an alias: it reads as a version number or a hash ID",
            hint="Choose a word, such as 'champion'.",
        )
    return alias


def check_text(text: str, what: str) -> str:
    """Return free text if it can be kept: a ``str`` that UTF-8 can hold. ``what`` begins the complaint.

    Raises:
        BadInputError: it isn't.
    """
    if not isinstance(text, str):
        raise BadInputError(f"{what} is not text but {type(text).__name__}", hint="Write it as text.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInputError(f"{what} is not UTF-8", hint="Write it as UTF-8 text.") from None
    return text


def check_reason(reason: str) -> str:
    """Return the reason for a change, stripped. It stands in the event's own line, so it can't be long.

    Raises:
        BadInputError: not text, or more than ``MAX_REASON`` bytes as JSON.
    """
    reason = check_text(reason, "the reason").strip()
    if (size := len(msgspec.json.encode(reason))) > MAX_REASON:
        raise BadInputError(
            f"the reason has {size:,} bytes; {MAX_REASON:,} is the most",
            hint="Put the long form in a note: mvtui note REF TEXT.",
        )
    return reason


def _check(name: str, what: str, pattern: re.Pattern[str], allowed: str) -> str:
    if not isinstance(name, str):
        raise BadNameError(f"the {what} is not text but {type(name).__name__}")
    article = "an" if what[0] in "aeiou" else "a"
    if not name:
        raise BadNameError(f"the {what} is empty", hint=f"{article.title()} {what} is made of {allowed}.")
    if len(name) > MAX_LENGTH:
        raise BadNameError(
            f"the {what} has {len(name):,} characters; {MAX_LENGTH} is the most",
            hint="Put the long form in a note: --note TEXT.",
        )
    if ".." in name or not pattern.fullmatch(name):
        raise BadNameError(
            f"{name!r} can't be {article} {what}",
            hint=f"{article.title()} {what} is made of {allowed}, begins and ends with a letter or digit, "
            "and has no '..'.",
        )
    return name
