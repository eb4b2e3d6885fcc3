"""Datasets behind a URL, by the digest that is stated after ``#`` (as pip's requirements state it)."""

from __future__ import annotations

import re
import urllib.parse

from ...errors import BadInputError
from ...nouns.dataset import DataSource
from ...nouns.manifest import Scalar
from .asked import own_name

HEX_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128, "blake3": 64}
"""Algorithm → length of its digest in hex digits."""

_STATED = re.compile(r"([A-Za-z0-9]+)[=:]([0-9A-Fa-f]+)", re.ASCII)
_SECRET = re.compile(r"tok|sig|secret|passw|credential|key|auth|session|jwt", re.IGNORECASE)
_HINT = "State it after '#': URL#sha256=HEX (sha256sum FILE prints it)."


def parse(text: str) -> tuple[DataSource, dict[str, Scalar], str]:
    """Read ``URL#ALGORITHM=HEX``; return where it is, what identifies it, and its own name.

    User, password and parameters that look like a signature or token are left out of what is kept.

    Raises:
        BadInputError: no digest, not a digest, or not a URL.
    """
    address, _, fragment = text.partition("#")
    shown = without_secrets(address)
    if not fragment:
        raise BadInputError(
            f"{shown} has no digest, so nobody could tell whether its bytes are still the same", hint=_HINT
        )
    if (found := _STATED.fullmatch(fragment)) is None:
        raise BadInputError(f"{fragment[:80]!r} is not a digest", hint=_HINT)
    algorithm, digest = found[1].lower(), found[2].lower()
    if algorithm not in HEX_DIGITS:
        raise BadInputError(
            f"{algorithm!r} is not a digest mvtui knows", hint=f"Use one of {', '.join(HEX_DIGITS)}."
        )
    if len(digest) != HEX_DIGITS[algorithm]:
        raise BadInputError(
            f"a {algorithm} has {HEX_DIGITS[algorithm]} hex digits, not {len(digest)}", hint=_HINT
        )
    stated = f"{algorithm}:{digest}"
    name = own_name(urllib.parse.unquote(urllib.parse.urlsplit(shown).path), directory=False)
    return DataSource("url", shown, digest=stated), {"digest": stated}, name


def without_secrets(address: str) -> str:
    """Return a URL without user and password, and without parameters that are named like a secret.

    Raises:
        BadInputError: it is no URL.
    """
    try:
        parts = urllib.parse.urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        kept = [
            pair for pair in parts.query.split("&") if pair and not _SECRET.search(pair.partition("=")[0])
        ]
        cleaned = parts._replace(netloc=host, query="&".join(kept), fragment="")
    except ValueError as error:
        raise BadInputError(f"{address[:80]!r} is not a URL: {error}", hint="Check it.") from error
    if parts.scheme != "file" and not host:
        raise BadInputError(f"{address[:80]!r} is not a URL: it names no host", hint="Check it.")
    return urllib.parse.urlunsplit(cleaned)
