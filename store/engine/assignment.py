"""From keys to arms of an A/B test: the function that ``ABTestSpec`` describes, made fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blake3 import blake3

from ..errors import BadInputError
from ..nouns.buckets import BUCKETS

if TYPE_CHECKING:
    from ..nouns.ab_test import ABTestSpec

HASH_LENGTH = 16
"""Bytes of a key's hash that outcomes keep; the first 8 decide the bucket."""


class Assignment:
    """The arms of one state of a test. Pure, and safe between threads."""

    def __init__(self, spec: ABTestSpec) -> None:
        self._names = [spec.arms[place].name for place in spec.table()]
        self._start = blake3(f"{spec.id}\n".encode())

    def arm(self, key: str) -> str:
        """Return the name of the arm that a key belongs to.

        Raises:
            BadInputError: the key is no text, empty, or not UTF-8.
        """
        return self._names[bucket_of(self._hasher(key).digest(8))]

    def hash_of(self, key: str) -> bytes:
        """Return the hash of a key, of which ``arm_of`` tells the arm. Raises as ``arm``."""
        return self._hasher(key).digest(HASH_LENGTH)

    def arm_of(self, hashed: bytes) -> str:
        """Return the arm of a key by its hash."""
        return self._names[bucket_of(hashed)]

    def _hasher(self, key: str) -> blake3:
        hasher = self._start.copy()
        try:
            hasher.update(key.encode())
        except (AttributeError, UnicodeEncodeError):
            raise _refused(key) from None
        if not key:
            raise _refused(key)
        return hasher


def bucket_of(hashed: bytes) -> int:
    """Return the bucket that a key's hash falls into."""
    return int.from_bytes(hashed[:8]) * BUCKETS >> 64


def _refused(key: object) -> BadInputError:
    if isinstance(key, str):
        problem = "is not UTF-8 text" if key else "is empty"
        return BadInputError(f"the key {key[:40]!r} {problem}", hint="A key is text, such as a user's ID.")
    return BadInputError(
        f"a key is text, not {type(key).__name__}", hint="Write str(key), and always the same."
    )
