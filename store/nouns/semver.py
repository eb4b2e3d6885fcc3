"""Version numbers: Semantic Versioning 2.0.0 (https://semver.org/spec/v2.0.0.html)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, TypeAlias

import msgspec

from ..errors import BadVersionError

Bump = Literal["major", "minor", "patch"]
BUMPS: tuple[Bump, ...] = ("major", "minor", "patch")

Precedence: TypeAlias = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]

_MAX_LENGTH = 64
_PATTERN = re.compile(
    r"v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?",
    re.ASCII,
)


class SemVer(msgspec.Struct, frozen=True):
    """``major.minor.patch[-pre]``, ordered by precedence (item 11 of the specification).

    Build metadata (``+…``) is refused: two numbers that differ only there have the same
    precedence, so they could not name two versions.
    """

    major: int
    minor: int
    patch: int
    pre: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> SemVer:
        """Read a version number; a leading ``v`` is dropped.

        Raises:
            BadVersionError: it is not ``major.minor.patch[-pre]`` or has build metadata.
        """
        if not isinstance(text, str):
            raise BadVersionError(
                f"{text!r} is not a version number", hint="Write it as text, such as '1.4.0'."
            )
        match = _PATTERN.fullmatch(text) if len(text) <= _MAX_LENGTH else None
        if match is None:
            shown = text if len(text) <= _MAX_LENGTH else text[:_MAX_LENGTH] + "…"
            raise BadVersionError(
                f"{shown!r} is not a version number",
                hint="Write major.minor.patch, such as 1.4.0 or 2.0.0-rc.1 (semver.org; no '+build').",
            )
        major, minor, patch, pre = match.groups()
        return cls(int(major), int(minor), int(patch), tuple(pre.split(".")) if pre else ())

    def bump(self, part: Bump) -> SemVer:
        """Return the next release; a pre-release's ``patch`` bump is the release it leads to."""
        if part == "major":
            return SemVer(self.major + 1, 0, 0)
        if part == "minor":
            return SemVer(self.major, self.minor + 1, 0)
        return SemVer(self.major, self.minor, self.patch if self.pre else self.patch + 1)

    def __str__(self) -> str:
        release = f"{self.major}.{self.minor}.{self.patch}"
        return f"{release}-{'.'.join(self.pre)}" if self.pre else release

    def __lt__(self, other: SemVer) -> bool:
        return self._key() < other._key()

    def __le__(self, other: SemVer) -> bool:
        return self._key() <= other._key()

    def __gt__(self, other: SemVer) -> bool:
        return self._key() > other._key()

    def __ge__(self, other: SemVer) -> bool:
        return self._key() >= other._key()

    def _key(self) -> Precedence:
        return (self.major, self.minor, self.patch, not self.pre, _of_pre(self.pre))


def _of_pre(identifiers: tuple[str, ...]) -> tuple[tuple[bool, int, str], ...]:
    # A pre-release sorts below its release; numeric identifiers below alphanumeric ones.
    return tuple((False, int(p), "") if p.isdigit() else (True, 0, p) for p in identifiers)


@lru_cache(maxsize=1 << 17)
def precedence(number: str) -> Precedence:
    """Return what orders a valid version number among others, quicker than ``SemVer.parse`` and kept for the next time.

    For lists of a hundred thousand; the number is not checked.
    """
    release, dash, pre = number.partition("-")
    major, minor, patch = release.split(".")
    return (int(major), int(minor), int(patch), not dash, _of_pre(tuple(pre.split("."))) if dash else ())


def is_valid(text: str) -> bool:
    """Say whether ``text`` is a version number."""
    return len(text) <= _MAX_LENGTH and _PATTERN.fullmatch(text) is not None
