"""Names of what lies outside the store, as they may be kept: an edge is for ever, and so would be a password in it."""

from __future__ import annotations

import contextlib
import re

from ..errors import BadInputError
from . import secrets
from .datasets.url import without_secrets

_ADDRESS = re.compile(
    r"(?P<label>(?:name|url|dvc):)?(?P<url>[A-Za-z][\w.+-]*://[^#]*)(?P<fragment>#.*)?", re.DOTALL
)


def clean(name: str) -> str:
    """Return an outside name without user, password, signature or token.

    Two names that differ only in these are one name: both lead to the same thing.
    """
    if found := _ADDRESS.fullmatch(name):
        # What is no URL after all loses at least what is a secret by its form.
        with contextlib.suppress(BadInputError):
            name = f"{found['label'] or ''}{without_secrets(found['url'])}{found['fragment'] or ''}"
    return secrets.redact(name)[0]
