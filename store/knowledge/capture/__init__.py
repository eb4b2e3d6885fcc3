"""Capture: what can be found out about the making of a version, without asking anyone and without getting in the way.

Nothing here raises, whatever the state of the machine: a part or a fact that can't be read is recorded with its
problem. No framework is imported, no program is run but git and nvidia-smi, both under a time limit.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from ...nouns.capture import PARTS, Capture, Code, Part
from ..secrets import redact_bytes, redact_tree
from .packages import Package, freeze, installed

__all__ = ["Limits", "Taken", "take"]

_Facts: TypeAlias = dict[str, Any]


class Limits(msgspec.Struct, frozen=True):
    """How far a capture may go, and what it starts from.

    ``seconds`` bounds all of git, and all of the GPU part beside it. ``patch_bytes`` is the largest patch that is
    kept. ``cwd`` stands for the process's working directory. ``command`` is what made the version, as one
    line or as words, where the user says so.
    """

    seconds: float = 5.0
    patch_bytes: int = 10**6
    cwd: str | None = None
    command: str | Sequence[str] | None = None


class Taken(msgspec.Struct, frozen=True):
    """What ``take`` found. The digests of ``capture`` are empty: whoever stores the two objects fills them in.

    ``packages`` is a requirements file, as ``pip freeze`` makes it. ``patch`` is a git patch against
    ``code.commit``. Either is None when there is none.
    """

    capture: Capture
    packages: bytes | None = None
    patch: bytes | None = None
    code: Code | None = None


def take(parts: Collection[Part] = PARTS, *, limits: Limits | None = None) -> Taken:
    """Look at the parts that are named. Never raises: what goes wrong is in the ``problem`` of the part.

    Secrets are taken out of everything (see ``knowledge.secrets``); the git part's ``redacted`` counts those that were
    in the patch, which then doesn't apply as it stands.
    """
    with contextlib.ExitStack() as stack:
        look = _Look(limits or Limits(), stack)
        # Git and the GPUs' driver take longest, and need no help: they begin first and are waited for last.
        begun = {
            part: look.begin(part)
            for part in ("git", "gpu", "python", "system", "command", "scheduler")
            if part in parts
        }
        found = {
            part: _safely(begun[part])
            for part in ("python", "system", "command", "scheduler", "git", "gpu")
            if part in begun
        }
    if look.patch is not None and "git" in found:
        found["git"] |= {"redacted": look.redacted} if look.redacted else {}
    return Taken(
        capture=Capture(at=look.at, parts={part: found[part] for part in PARTS if part in found}),
        packages=look.packages,
        patch=look.patch,
        code=_code(found.get("git", {})),
    )


class _Look:
    """One capture under way, and what its parts bring besides facts."""

    def __init__(self, limits: Limits, stack: contextlib.ExitStack) -> None:
        self.at = datetime.now(UTC)
        self.packages: bytes | None = None
        self.patch: bytes | None = None
        self.redacted = 0
        self._limits = limits
        self._stack = stack
        self._installed: Mapping[str, Package] | None = None
        self._prefix = sys.prefix

    def begin(self, part: Part) -> Callable[[], _Facts]:
        """Begin with a part; the function that is returned brings its facts, or raises."""
        beginnings: dict[Part, Callable[[], Callable[[], _Facts]]] = {
            "git": self._begin_git,
            "gpu": self._begin_gpu,
            "python": lambda: self._python,
            "system": lambda: _system,
            "command": lambda: self._command,
            "scheduler": lambda: _scheduler,
        }
        try:
            return beginnings[part]()
        except Exception as error:  # noqa: BLE001 — as in _safely: what failed is recorded there
            problem = error

            def fail() -> _Facts:
                raise problem

            return fail

    def _begin_git(self) -> Callable[[], _Facts]:
        from .git import GitLook

        look = GitLook(self._limits.cwd, self._limits.seconds, self._limits.patch_bytes)
        self._stack.callback(look.close)

        def facts() -> _Facts:
            found = look.facts()
            if look.patch is not None:
                self.patch, self.redacted = redact_bytes(look.patch)
            return found

        return facts

    def _begin_gpu(self) -> Callable[[], _Facts]:
        from .gpu import GpuLook

        look = GpuLook(self._limits.seconds)

        def facts() -> _Facts:
            from .cuda import toolkit

            found = look.facts()
            packages = self._installed if self._installed is not None else installed(sys.path)
            return found | toolkit(packages, self._prefix, on_machine=found["source"] != "none")

        return facts

    def _python(self) -> _Facts:
        from . import python

        found, packages = python.facts()
        self._installed, self._prefix = packages, found["environment"]["path"]
        self.packages = redact_bytes(freeze(packages.values()))[0]
        return found

    def _command(self) -> _Facts:
        from . import command

        return command.facts(self._limits.command, self._limits.cwd)


def _system() -> _Facts:
    from . import system

    return system.facts()


def _scheduler() -> _Facts:
    from . import scheduler

    return scheduler.facts()


def _safely(look: Callable[[], _Facts]) -> _Facts:
    """Return a part's facts without secrets, in text that JSON can hold.

    This is the one place where any error ends: a registration must not fail for the sake of its circumstances,
    and what failed is in the record, by type and message.
    """
    try:
        facts: _Facts = redact_tree(_plain(look()))[0]
    except Exception as error:  # noqa: BLE001 — see above
        return {"problem": redact_tree(_plain(f"{type(error).__name__}: {error}"))[0]}
    return facts


def _plain(value: Any) -> Any:
    """Return facts with texts that UTF-8 can hold: names of files need not be text."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _code(git: _Facts) -> Code | None:
    if not git.get("commit"):
        return None
    branch = git.get("branch") or git.get("rebasing", "")
    # When git could not say whether anything was changed, nobody may take the commit for the whole truth.
    return Code(git["commit"], branch=branch, dirty=git.get("dirty", True))
