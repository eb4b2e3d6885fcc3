"""The part of ``Store`` about A/B tests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .face import Face, StrPath

if TYPE_CHECKING:
    from pathlib import Path

    from ..nouns.ab_report import ABChange, ABReport, Imported
    from ..nouns.ab_test import ABTestInfo
    from ..nouns.reports import ProgressCallback
    from .ab_test import ABTest


class ABTesting(Face):
    """A/B tests: arms with shares of the keys, over versions of one model.

    The arm in the test's stage is *control*; in Production that is the version there, which stays the only one. The others
    lie in ``live/<model>/ab/<test>/<arm>`` while the test runs. A rollback, or any other change that takes an arm's version
    away, ends the test in the same event. A name is used once. Starting, changing and ending one is for those who may move
    versions into its stage.
    """

    def ab_start(
        self,
        name: str,
        arms: Mapping[str, tuple[str, float | str]],
        *,
        metrics: Iterable[str] = (),
        stage: str = "production",
        reason: str,
        override: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ABChange:
        """Start a test.

        Args:
            name: letters, digits, ``-`` and ``_``, up to 64 characters; arms likewise.
            arms: name → (reference of a version, share in percent): ``{"a": ("chat@1.0.0", 90), "b": ("chat@1.1.0", 10)}``.
                Shares have at most two decimals and add up to 100.
            metrics: what will be recorded, each ``NAME[:max|min][:rate|mean]``. The first decides the test, the others are
                guard rails. None: whatever is recorded.
            stage: where it serves; one arm's version must be there.
            reason: why; kept with the event.
            override: let in an arm although a gate of the stage stops it, if the access rules let this person.
            progress: called while bytes are hashed.

        Raises:
            BadInputError: shares that don't add up, names that can't be, arms of different models.
            UsageError: one arm alone, or no reason.
            ConflictError: the name was used before, the model is in another test, an arm is archived, or none is in the stage.
            GateError: a gate of the stage stops an arm that was not let into it. ``results`` has every answer.
            NotFoundError, NotAllowedError, VerificationError: as ``promote``.
        """
        from ..nouns.ab_test import parse_metric
        from ..nouns.buckets import share
        from ..verbs import ab_tests

        return ab_tests.start(
            self._repository,
            name,
            [ab_tests.ArmAsked(arm, ref, share(part)) for arm, (ref, part) in arms.items()],
            [parse_metric(text) for text in metrics],
            stage,
            reason,
            override=override,
            progress=progress,
        )

    def ab_test(self, name: str) -> ABTest:
        """Return a test, to assign keys and record outcomes with.

        Raises:
            NotFoundError: there is none of that name; ``candidates`` are similar ones.
        """
        from ..verbs import ab_look
        from .ab_test import ABTest

        test = ab_look.info(self._repository, name)
        found = ABTest(test.spec, repository=self._repository)
        if not test.running:
            found.refresh()
        return found

    def ab_tests(self, model: str | None = None) -> tuple[ABTestInfo, ...]:
        """Return every test, or a model's: those that run first, then the last to end.

        Raises:
            NotFoundError: there is no such model.
        """
        from ..verbs import ab_look

        return ab_look.tests(self._repository, model)

    def ab_report(self, name: str) -> ABReport:
        """Count what was recorded of a test and say what it proves. Reads every outcome there is.

        Raises:
            NotFoundError: there is no such test.
        """
        from ..verbs import ab_look

        return ab_look.report(self._repository, name)

    def ab_import(self, name: str, path: StrPath) -> Imported:
        """Take outcomes from a CSV file with a head line, or a JSONL file: a ``key``, and a column or field for each metric.

        ``arm``, ``outcome`` (an ID) and ``time`` (seconds since the epoch, or ISO 8601 with its zone) are heeded where they are
        given; without a time it is now, without an arm the one that the key had then. Rows that can't be read are
        counted and told, the others taken. Taking a file twice counts nothing twice.

        Raises:
            NotFoundError: there is no such test or file.
            BadInputError: the file as a whole can't be read.
            NotAllowedError: ``[access] register`` lists others.
        """
        from ..verbs import ab_outcomes

        return ab_outcomes.take(self._repository, name, os.fspath(path))

    def ab_export(self, name: str, path: StrPath) -> Path:
        """Write a test's file, from which keys are assigned without the store (``load_ab_test``); return where.

        By that of a test that has ended every key gets control.

        Raises:
            NotFoundError: there is no such test.
            StorageError: it can't be written.
        """
        from pathlib import Path

        from ..engine import durable
        from ..verbs import ab_look

        where = durable.absolute(path)
        test = ab_look.info(self._repository, name)
        data = (test.spec if test.running else test.spec.over()).encode()
        with durable.explained("write the test's file"):
            durable.replace_file(where, data, temp_dir=os.path.dirname(where))
        return Path(where)

    def ab_ramp(self, name: str, shares: Mapping[str, float | str], *, reason: str) -> ABChange:
        """Change the shares of a test, in percent. An arm left out keeps its share, or gets what is left if it is the only one.

        As few keys as possible change arms, and going back to the shares before brings each back.

        Raises:
            BadInputError: they don't add up to 100, or an arm is unknown.
            ConflictError: the test has ended, or has these shares.
            NotFoundError, NotAllowedError, UsageError: as ``ab_start``.
        """
        from ..nouns.buckets import share
        from ..verbs import ab_tests

        return ab_tests.ramp(
            self._repository, name, {arm: share(part) for arm, part in shares.items()}, reason
        )

    def ab_stop(self, name: str, *, reason: str) -> ABChange:
        """End a test without a winner: every key gets control, and no version changes its stage.

        Raises:
            ConflictError: it has ended.
            NotFoundError, NotAllowedError, UsageError: as ``ab_start``.
        """
        from ..verbs import ab_tests

        return ab_tests.stop(self._repository, name, reason)

    def ab_promote_winner(
        self,
        name: str,
        *,
        reason: str,
        arm: str | None = None,
        override: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ABChange:
        """End a test with its winner: promoted to the test's stage through its gates, the others archived, in one event.

        The numbers are put behind the reason. When control won it stays, and the others are archived.

        Args:
            name: the test.
            reason: why; the numbers are put behind it.
            arm: the winner, whatever the figures say; None takes the one that they name.
            override: as ``promote``.
            progress: called while bytes are hashed.

        Raises:
            ConflictError: the figures name none, or the test has ended.
            GateError, NotAllowedError, VerificationError: as ``promote``.
        """
        from ..verbs import ab_winner

        return ab_winner.promote_winner(
            self._repository, name, reason, arm=arm, override=override, progress=progress
        )
