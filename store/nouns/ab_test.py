"""An A/B test: arms with shares of the keys over versions of one model, and what is measured of them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from ..errors import BadInputError, BadNameError
from .buckets import BUCKETS, Ranges, percent
from .stage import Stage

FORM = "mvtui-ab-1"
"""The form of a test file, and of the function from keys to arms that it describes."""

MOST_ARMS, MOST_METRICS, MOST_TEXT = 20, 20, 200
"""Arms of a test, metrics of it, and characters in a metric's name or an outcome's ID."""

Goal: TypeAlias = Literal["max", "min"]
MetricType: TypeAlias = Literal["rate", "mean", ""]
Ending: TypeAlias = Literal["", "stopped", "winner", "unseated"]

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?", re.ASCII)
_LONGEST_NAME = 64


class Arm(msgspec.Struct, frozen=True):
    """One arm: a version (``id`` is its hash ID) and the buckets of keys that it serves."""

    name: str
    version: str
    id: str
    buckets: Ranges = ()
    path: str = ""
    """Where its files lie, relative to ``live/<model>/``."""

    @property
    def share(self) -> int:
        """How many of the 10,000 buckets it has."""
        return sum(abs(last - first) + 1 for first, last in self.buckets)


class ABMetric(msgspec.Struct, frozen=True):
    """What is measured of a test.

    ``goal`` says which way is better. ``type`` ``rate`` takes 0 and 1 only, ``mean`` any finite number; empty: a rate as long
    as nothing but 0 and 1 was recorded, once for each key.
    """

    name: str
    goal: Goal = "max"
    type: MetricType = ""


class ABTestSpec(msgspec.Struct, frozen=True, kw_only=True):
    r"""All that is needed to assign keys: the content of ``test.json`` in ``live/<model>/ab/<test>/``, and of an export.

    **The algorithm** (``mvtui-ab-1``), for implementations in other languages:

    1. The key is text, taken as it is in UTF-8: no trimming, no case folding, no Unicode normalisation ("é" composed and
       "é" decomposed are two keys). It is not empty.
    2. ``h`` = the first 8 bytes of BLAKE3(``id`` + "\n" + key), as an unsigned big-endian number; ``id`` is the test's, in ASCII.
    3. ``bucket`` = floor(h × 10000 / 2^64), from 0 to 9999.
    4. The arm is the one whose ``buckets`` hold it: a list of [first, last], both included; a pair with first > last
       runs downward, and holds the same buckets as its reverse. Every bucket is in exactly one arm.

    Vectors for the id ``0123456789abcdef``: "user-1" is in bucket 2426, "user-2" in 4431, "Zoë" (composed) in 6531, "鍵" in 7224.

    ``epoch`` counts the changes of shares from 1. ``control`` is the arm in ``stage``.
    """

    form: str = FORM
    name: str
    id: str
    model: str
    stage: Stage
    control: str
    arms: tuple[Arm, ...]
    metrics: tuple[ABMetric, ...] = ()
    epoch: int = 1
    since: datetime

    def arm(self, name: str) -> Arm:
        """Return the arm of a name.

        Raises:
            BadInputError: there is none.
        """
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise BadInputError(
            f"the A/B test {self.name} has no arm {name[:80]!r}",
            hint=f"It has: {', '.join(arm.name for arm in self.arms)}.",
        )

    def over(self) -> ABTestSpec:
        """Return what is left of it when it has ended: control gets every key."""
        everything: Ranges = ((0, BUCKETS - 1),)
        arms = tuple(
            msgspec.structs.replace(arm, buckets=everything if arm.name == self.control else ())
            for arm in self.arms
        )
        return msgspec.structs.replace(self, arms=arms)

    def encode(self) -> bytes:
        """Return it as a test file: JSON, UTF-8, two spaces an indentation."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def decode(cls, data: bytes) -> ABTestSpec:
        """Read a test file.

        Raises:
            BadInputError: it is none, or of another form, or its buckets are not each in one arm.
        """
        try:
            spec = msgspec.json.decode(data, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInputError(
                f"not an A/B test file: {error}", hint="Make one: mvtui ab export NAME FILE"
            ) from None
        if spec.form != FORM:
            raise BadInputError(
                f"the test file has the form {spec.form[:40]!r}; this mvtui knows {FORM}",
                hint="Update mvtui: pip install --upgrade mvtui",
            )
        spec.table()
        return spec

    def table(self) -> list[int]:
        """Return which arm, counted from 0, each bucket belongs to.

        Raises:
            BadInputError: a bucket is in none or in two.
        """
        found = [-1] * BUCKETS
        for place, arm in enumerate(self.arms):
            for first, last in arm.buckets:
                low, high = min(first, last), max(first, last)
                if low < 0 or high >= BUCKETS or any(owner >= 0 for owner in found[low : high + 1]):
                    raise BadInputError(
                        f"bucket {low} to {high} of arm {arm.name[:40]!r} is taken, or there is none",
                        hint="Make the test file again: mvtui ab export NAME FILE",
                    )
                found[low : high + 1] = [place] * (high + 1 - low)
        if -1 in found:
            raise BadInputError(
                f"bucket {found.index(-1)} belongs to no arm",
                hint="Make the test file again: mvtui ab export NAME FILE",
            )
        return found


class Epoch(msgspec.Struct, frozen=True):
    """Shares (buckets of 10,000, by arm) from a moment on: who set them, and why. ``seq`` is the event."""

    seq: int
    at: datetime
    by: str
    reason: str
    shares: dict[str, int]


class ABTestInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A test as the store knows it: what it is now, and how it came there.

    ``ending`` says how it ended: ``stopped`` by a person, ``winner`` when one arm was promoted, ``unseated`` when a change of
    stages took an arm's version away (``ended_by`` made it); empty while it runs. ``winner`` names the arm.
    """

    spec: ABTestSpec
    epochs: tuple[Epoch, ...]
    running: bool
    ending: Ending = ""
    ended: datetime | None = None
    ended_by: str = ""
    ended_seq: int = 0
    why: str = ""
    winner: str = ""

    @property
    def name(self) -> str:
        """Its name."""
        return self.spec.name

    def as_row(self) -> dict[str, object]:
        """Return it as plain values, for JSON."""
        spec, now = self.spec, self.epochs[-1]
        return {
            "name": spec.name,
            "model": spec.model,
            "stage": spec.stage,
            "control": spec.control,
            "running": self.running,
            "epoch": spec.epoch,
            "arms": [
                {
                    "name": arm.name,
                    "version": arm.version,
                    "id": arm.id,
                    "share": float(percent(now.shares[arm.name])),
                }
                for arm in spec.arms
            ],
            "metrics": [msgspec.to_builtins(metric) for metric in spec.metrics],
            "started": self.epochs[0].at.isoformat(),
            "by": self.epochs[0].by,
            "reason": self.epochs[0].reason,
            "ended": self.ended.isoformat() if self.ended is not None else None,
            "ending": self.ending or None,
            "ended_by": self.ended_by or None,
            "why": self.why or None,
            "winner": self.winner or None,
        }


def check_name(name: str, what: str) -> str:
    """Return the name of a test or an arm if it may be one: letters, digits, dash and underscore, at most 64 characters.

    Raises:
        BadNameError: it breaks a rule. ``what`` says what it is to name.
    """
    if not isinstance(name, str) or len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise BadNameError(
            f"{str(name)[:80]!r} can't name {what}",
            hint=f"It is made of letters, digits, '-' and '_', begins and ends with a letter or digit, and has at most {_LONGEST_NAME} characters.",
        )
    return name


def parse_metric(text: str) -> ABMetric:
    """Read ``NAME[:max|min][:rate|mean]``, in that order; without a goal more is better.

    Raises:
        BadInputError: it is nothing of the kind.
    """
    name, *words = text.split(":")
    goal: Goal = "max"
    kind: MetricType = ""
    if words and words[0] in ("max", "min"):
        goal = words.pop(0)  # type: ignore[assignment]
    if words and words[0] in ("rate", "mean"):
        kind = words.pop(0)  # type: ignore[assignment]
    if words:
        raise BadInputError(
            f"{text[:80]!r} is no metric of an A/B test: what is {words[0][:40]!r}?",
            hint="Write NAME, NAME:max or NAME:min, and :rate or :mean behind it if need be: resolved:max:rate",
        )
    return ABMetric(check_metric(name), goal, kind)


def check_metric(name: str) -> str:
    """Return a metric's name if outcomes may have it: printable text without ``:`` and ``=``, up to 200 characters.

    Raises:
        BadNameError: it breaks a rule.
    """
    if (
        not isinstance(name, str)
        or not name.strip()
        or len(name) > MOST_TEXT
        or not name.isprintable()
        or not {":", "="}.isdisjoint(name)
    ):
        raise BadNameError(
            f"{str(name)[:80]!r} can't name a metric",
            hint=f"It is printable text without ':' and '=', up to {MOST_TEXT} characters.",
        )
    return name
