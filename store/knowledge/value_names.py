"""The names of metrics, parameters and series, and the text that may stand in them."""

from __future__ import annotations

from ..errors import BadInputError

MAX_NAME = 512
"""Longest name of a value, in characters, those it is nested in included."""


def check_name(path: str, where: str) -> str:
    """Return the name of a value if it can be kept.

    Raises:
        BadInputError: it is empty, longer than ``MAX_NAME`` characters, or holds half a character.
    """
    if not path:
        raise BadInputError(f"{where}: a name is empty", hint="Give each value a name.")
    if len(path) > MAX_NAME:
        raise BadInputError(
            f"{where}: the name {path[:40] + '…'!r} has {len(path):,} characters; {MAX_NAME} is the most",
            hint="Shorten it.",
        )
    return encodable(path, f"{where}: a key")


def encodable(text: str, where: str) -> str:
    """Return a text if UTF-8 can hold it.

    Raises:
        BadInputError: it holds half a surrogate pair, which JSON can spell but no file or terminal can hold.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInputError(
            f"{where} holds half a character (a lone surrogate)", hint="Leave it out."
        ) from None
    return text
