"""An A/B test in the hands of serving code: which arm a key gets, and what came of it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..engine.assignment import Assignment
from ..errors import BadInputError, MvtuiError, NotFoundError, UsageError
from ..nouns.ab_test import MOST_TEXT, ABTestSpec

if TYPE_CHECKING:
    from ..engine.recorder import Recorder
    from ..engine.repository import Repository
    from .face import StrPath

_AGAIN = 1.0
"""Seconds between two looks whether a test was changed."""


class ABTest:
    """One A/B test: ``store.ab_test(name)``, or ``load_ab_test(path)`` where there is no store.

    ``assign`` is a pure function of the key and the test's shares; ``ABTestSpec`` states it for other languages. A test
    from a store, or from its file in ``live/``, looks once a second whether its shares were changed or it has ended, and follows;
    one from a copied file stays as it is. Once it has ended, every key gets control.

    Safe between threads and across ``fork``. Use as a context manager, or ``close`` it: outcomes are on disk a second after
    ``record`` returns, and all of them when ``close`` does (also at the end of the process).
    """

    def __init__(
        self, spec: ABTestSpec, *, repository: Repository | None = None, file: str | None = None
    ) -> None:
        self._repository, self._file = repository, file
        self._stamp = _stamp(file)
        self._recorder: Recorder | None = None
        self._begun: dict[str, Recorder] = {}
        self.running = True
        """Whether the test still ran when this last looked."""
        self._take(spec)
        self._due = time.monotonic() + _AGAIN if repository is not None or file is not None else float("inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ABTest({self.spec.name!r})"

    def _take(self, spec: ABTestSpec) -> None:
        # One after the other, the function last: a thread that assigns meanwhile has the old one or the new one.
        self.spec = spec
        """What the test is now: its model, arms, shares, control and epoch."""
        self._metrics = {metric.name: metric for metric in spec.metrics}
        self._state = spec, Assignment(spec)
        self._arm = self._state[1].arm if self.running else self._always_control

    def _always_control(self, key: str) -> str:
        self._state[1].arm(key)  # refuses what is no key
        return self.spec.control

    @property
    def name(self) -> str:
        """The test's name."""
        return self.spec.name

    def assign(self, key: str) -> str:
        """Return the name of the arm that a key gets: the same one every time, on every machine, as long as shares stay.

        Keys are compared as they are, byte by byte in UTF-8: nothing is trimmed, folded or normalised.

        Raises:
            BadInputError: the key is no text, or empty.
        """
        if time.monotonic() >= self._due:
            self._look()
        return self._arm(key)

    def version(self, arm: str) -> str:
        """Return the reference of an arm's version.

        Raises:
            BadInputError: there is no such arm.
        """
        return f"{self.spec.model}@{self.spec.arm(arm).version}"

    def path(self, arm: str) -> Path:
        """Return the directory of an arm's files: a symlink in ``live/``, to be resolved once and then read below.

        Raises:
            BadInputError: there is no such arm.
            UsageError: the test came from a copied file, which has no files beside it.
        """
        if self._repository is not None:
            return Path(self._repository.arms.path(self.spec, arm))
        if self._file is not None and _is_in_live(self._file):
            return Path(self._file).parent.parent.parent.joinpath(*self.spec.arm(arm).path.split("/"))
        raise UsageError(
            f"the A/B test {self.name} came from a copied file: its arms' files are elsewhere",
            hint="Check them out: mvtui checkout REF DIR",
        )

    def record(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        outcome: str = "",
        arm: str | None = None,
        **metrics: Any,
    ) -> None:
        """Say what came of serving a key: ``test.record("user-7", resolved=1, latency_ms=340)``.

        On disk within a second, and when ``flush`` or ``close`` returns. It counts for the arm that the key has now, so
        call it with ``arm`` if shares may have changed since it was served. A key may have many outcomes; what tells them
        apart is ``outcome``, such as a request's ID: the same metric of the same key and outcome counts once.

        Args:
            key: what was assigned.
            values: metrics whose names are no Python names.
            outcome: up to 200 characters, or empty for a key's only one.
            arm: the arm that served it, if it is known.
            metrics: what was measured: finite numbers; 0, 1 or bool for a rate.

        Raises:
            BadInputError: a value, metric, arm or key that can't be. Nothing was recorded.
            UsageError: the test came from a file, and has no store to record to.
            ReadOnlyError, StorageError: the store can't be written.
        """
        from ..engine import segments
        from ..verbs.ab_outcomes import checked_values

        if time.monotonic() >= self._due:
            self._look()
        spec, assignment = self._state
        given = checked_values(self._metrics, {**(values or {}), **metrics}, spec.name)
        hashed = assignment.hash_of(key)
        served = assignment.arm_of(hashed) if arm is None else spec.arm(arm).name
        if not isinstance(outcome, str) or len(outcome) > MOST_TEXT:
            raise BadInputError(
                f"an outcome's ID is text of at most {MOST_TEXT} characters", hint="Use a request's ID."
            )
        # What a test assigned was not before it, whatever a clock that is behind, or was set back, says.
        at = max(round(time.time(), 6), spec.since.timestamp())
        try:
            line = segments.encode(segments.Outcome(hashed.hex(), at, spec.epoch, served, outcome, given))
        except UnicodeEncodeError:
            raise BadInputError("an outcome's ID is UTF-8 text", hint="Use a request's ID.") from None
        (self._recorder or self._begin()).add(line)

    def _begin(self) -> Recorder:
        from ..engine.recorder import Recorder
        from ..verbs import ab_look
        from ..verbs.ab_outcomes import header

        if self._repository is None:
            raise UsageError(
                f"the A/B test {self.name} came from a file: there is no store to record to",
                hint="Open it from the store, or write outcomes to a file: mvtui ab import NAME FILE",
            )
        self._repository.check_writable()
        made = Recorder(ab_look.directory(self._repository, self.name), header(self.spec))
        # In one step, so that threads which begin at once take the same one: another would not be closed with the test.
        self._recorder = self._begun.setdefault("", made)
        return self._recorder

    def flush(self) -> None:
        """Put on disk what was recorded until now.

        Raises:
            StorageError: the disk refused. What was recorded waits, and is tried again.
        """
        if self._recorder is not None:
            self._recorder.flush()

    def close(self) -> None:
        """Put on disk what was recorded, and close the segment: its digest goes into the journal. It may be used again.

        Raises:
            StorageError: as ``flush``.
        """
        if self._recorder is not None:
            self._recorder.close()
            if self._repository is not None and self._recorder.wrote:
                from ..verbs.ab_outcomes import seal

                seal(self._repository, self.name)
                self._recorder.wrote = False

    def _look(self) -> None:
        """Refresh by itself: a store that is unmounted for a while, or damaged, stops nobody from serving as before."""
        with suppress(MvtuiError, OSError):
            self.refresh()

    def refresh(self) -> bool:
        """Look whether shares were changed or the test has ended; say whether it was. Done by itself once a second.

        Raises:
            StorageError, BadInputError: the store, or the test's file, can't be read. It stays as it is.
        """
        if self._due != float("inf"):
            self._due = time.monotonic() + _AGAIN
        spec = self._now()
        if spec is None:
            changed, self.running = self.running, False
            self._take(self.spec)
            return changed
        if spec.epoch == self.spec.epoch:
            return False
        self._take(spec)
        return True

    def _now(self) -> ABTestSpec | None:
        """Return what the test is now; None when it has ended."""
        if not self.running:
            return None
        if self._repository is not None:
            from ..verbs import ab_look

            test = ab_look.info(self._repository, self.name)
            return test.spec if test.running else None
        if self._file is None or (stamp := _stamp(self._file)) == self._stamp:
            return self.spec
        if stamp is None:
            return None if _is_in_live(self._file) else self.spec
        self._stamp = stamp
        with open(self._file, "rb") as file:
            spec = ABTestSpec.decode(file.read())
        return spec if spec.id == self.spec.id else None


def load_ab_test(path: StrPath) -> ABTest:
    """Load a test from its file: ``live/<model>/ab/<test>/test.json``, or a copy that ``mvtui ab export`` made.

    It assigns keys as the store does, without the store; it does not record.

    Raises:
        NotFoundError: there is no such file.
        BadInputError: it is no test file.
    """
    where = os.path.abspath(os.fspath(path))
    try:
        with open(where, "rb") as file:
            spec = ABTestSpec.decode(file.read())
    except OSError as error:
        raise NotFoundError(
            f"the A/B test file {os.fspath(path)} can't be read: {error.strerror}",
            hint="Make one: mvtui ab export NAME FILE",
        ) from None
    return ABTest(spec, file=where)


def _stamp(path: str | None) -> tuple[int, int] | None:
    try:
        status = os.stat(path or "")
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _is_in_live(path: str) -> bool:
    return Path(path).name == "test.json" and Path(path).parent.parent.name == "ab"
