"""Outcomes of A/B tests: segments closed with their digests in the journal, and files of outcomes taken in."""

from __future__ import annotations

import csv
import math
import os
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ..engine import abtests, durable, platform, segments
from ..engine.assignment import Assignment
from ..engine.documents import SEGMENTS, TESTS
from ..engine.index import Index
from ..engine.recorder import Recorder
from ..engine.repository import Repository
from ..errors import BadInputError, MvtuiError, NotFoundError
from ..nouns.ab_report import Imported
from ..nouns.ab_test import MOST_TEXT, ABMetric, ABTestSpec, check_metric
from ..nouns.event import EventKind
from . import ab_look, policy

_NAMED = 5  # problems of a file that are told one by one
_KNOWN = ("key", "arm", "outcome", "id", "time", "at", "timestamp")
_BATCH = 50_000


# -- closing ------------------------------------------------------------------------------------


def closed(repository: Repository, name: str) -> list[segments.Closed]:
    """Return the segments of a test that nobody writes any more and the journal does not know yet, hashed. Without the lock."""
    with repository.reading() as index:
        known = _known(index, name)
    return list(segments.unwritten(ab_look.directory(repository, name), known))


def _known(index: Index, name: str) -> frozenset[str]:
    return frozenset(
        where.partition("/")[2] for where in index.tables[SEGMENTS] if where.startswith(f"{name}/")
    )


def journal(repository: Repository, index: Index, name: str, found: list[segments.Closed]) -> None:
    """Journal the digests of closed segments. Only in ``writing()``."""
    known = _known(index, name)
    fresh = [each._asdict() for each in found if each.name not in known]
    if fresh and name in index.tables[TESTS]:
        data = {"model": index.tables[TESTS][name]["model"], "test": name, "segments": fresh}
        repository.append(EventKind.OUTCOMES, data)


def seal(repository: Repository, name: str) -> bool:
    """Journal the digests of a test's closed segments, if this user may; say whether all are journaled now."""
    try:
        if found := closed(repository, name):
            with repository.writing() as index:
                journal(repository, index, name, found)
    except (MvtuiError, OSError):
        return False  # nothing is lost: the next who changes the test does it
    return True


def problems(repository: Repository) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with closed segments: the event that has the digest, and a sentence."""
    with repository.reading() as index:
        known = [(where, dict(each)) for where, each in index.tables[SEGMENTS].items()]
    for where, each in known:
        test, _, name = where.partition("/")
        problem = segments.problem(ab_look.directory(repository, test), name, each["size"], each["digest"])
        if problem:
            yield each["seq"], f"the segment {name} of the A/B test {test} {problem}"


# -- what is recorded ---------------------------------------------------------------------------


def checked_values(metrics: Mapping[str, ABMetric], values: Mapping[str, Any], test: str) -> dict[str, float]:
    """Return what was measured as numbers.

    Raises:
        BadInputError: the test has no such metric; a value is no finite number; or it is a rate, and neither 0 nor 1.
        BadNameError: the test has whatever metrics are recorded, and this can't name one.
    """
    found: dict[str, float] = {}
    for name, value in values.items():
        metric = metrics.get(name)
        if metric is None and metrics:
            raise BadInputError(
                f"the A/B test {test} has no metric {name[:80]!r}", hint=f"It has: {', '.join(metrics)}."
            )
        if not metrics:
            check_metric(name)
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise BadInputError(
                f"{name[:80]} = {str(value)[:40]} is no finite number",
                hint="Leave out what was not measured.",
            )
        if metric is not None and metric.type == "rate" and number not in (0.0, 1.0):
            raise BadInputError(
                f"{name[:80]} = {number:g}, but it is a rate", hint="Each outcome of a rate is 0 or 1."
            )
        found[name] = int(number) if number.is_integer() and abs(number) < 2**53 else number
    if not found:
        raise BadInputError("an outcome without a value", hint="Say what was measured: resolved=1")
    return found


def header(spec: ABTestSpec) -> segments.Header:
    """Return the first line of a segment of a test."""
    uid = os.getuid() if hasattr(os, "getuid") else 0
    return segments.Header(
        spec.id, spec.name, platform.user_name(uid), platform.host_name(), os.getpid(), 0.0
    )


# -- files --------------------------------------------------------------------------------------


class _Row(NamedTuple):
    line: int
    values: dict[str, Any]
    problem: str = ""


class _Epoch(NamedTuple):
    since: float
    assignment: Assignment


def take(repository: Repository, name: str, path: str) -> Imported:
    """Take a file of outcomes; see ``Store.ab_import``."""
    repository.check_writable()
    with repository.reading() as index:
        policy.check(policy.in_force(repository, index).policy, "register")
        document = ab_look.document_of(index, name)
    spec = abtests.spec_of(document)
    epochs = [
        _Epoch(
            datetime.fromisoformat(each["at"]).timestamp(),
            Assignment(abtests.spec_at(document, number)),
        )
        for number, each in enumerate(document["epochs"], 1)
    ]
    recorder = Recorder(ab_look.directory(repository, name), header(spec))
    taken, skipped = 0, 0
    told: list[str] = []
    metrics = {metric.name: metric for metric in spec.metrics}
    try:
        for row in _rows(path):
            try:
                if row.problem:
                    raise BadInputError(row.problem)
                recorder.add(segments.encode(_outcome(row.values, spec, metrics, epochs)))
                taken += 1
            except BadInputError as error:
                skipped += 1
                if len(told) < _NAMED:
                    told.append(f"line {row.line}: {error.message}")
            if taken % _BATCH == _BATCH - 1:
                recorder.flush()
    finally:
        recorder.close()
    seal(repository, name)
    return Imported(taken, skipped, tuple(told))


def _outcome(
    row: dict[str, Any], spec: ABTestSpec, metrics: Mapping[str, ABMetric], epochs: list[_Epoch]
) -> segments.Outcome:
    key = row.get("key")
    if isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    if not isinstance(key, str) or not key:
        raise BadInputError("it has no key", hint="The column or field is called key.")
    at = _moment(next((row[field] for field in ("time", "at", "timestamp") if row.get(field)), None))
    number = max((n for n, each in enumerate(epochs, 1) if each.since <= at), default=1)
    assignment = epochs[number - 1].assignment
    hashed = assignment.hash_of(key)
    arm = row.get("arm") or assignment.arm_of(hashed)
    spec.arm(str(arm))
    identity = str(row.get("outcome") or row.get("id") or "")
    if len(identity) > MOST_TEXT:
        raise BadInputError(f"its outcome ID has more than {MOST_TEXT} characters")
    given = {
        field: value
        for field, value in row.items()
        if field not in _KNOWN and value not in (None, "") and (not metrics or field in metrics)
    }
    return segments.Outcome(
        hashed.hex(), at, number, str(arm), identity, checked_values(metrics, given, spec.name)
    )


def _moment(value: object) -> float:
    """Return a time as seconds since the epoch; now, if none was given."""
    if value is None:
        return time.time()
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise BadInputError(f"{str(value)[:40]!r} is no time") from None
        if moment.tzinfo is None:
            raise BadInputError(f"{str(value)[:40]} is in no time zone") from None
        number = moment.timestamp()
    if not 0 <= number < 1e11:
        raise BadInputError(f"{str(value)[:40]!r} is no time in seconds")
    return number


def _rows(path: str) -> Iterator[_Row]:
    """Yield the rows of a CSV file with a head line, or the objects of a JSONL file.

    Raises:
        BadInputError: it is neither.
        NotFoundError: there is no such file.
    """
    where = durable.absolute(path)
    if not os.path.isfile(where):
        raise NotFoundError(f"there is no file {path}", hint="A CSV or JSONL file, one outcome a line.")
    with durable.explained("read the outcomes"), open(where, encoding="utf-8-sig", newline="") as file:
        try:
            begin = file.read(4096).lstrip()
            file.seek(0)
            yield from _json_rows(file) if begin.startswith("{") else _csv_rows(file, path)
        except (UnicodeDecodeError, csv.Error) as error:
            raise BadInputError(
                f"{path} can't be read as outcomes: {error}", hint="Write CSV or JSONL, in UTF-8."
            ) from None


def _json_rows(file: Iterator[str]) -> Iterator[_Row]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            found = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError) as error:
            yield _Row(number, {}, f"it is no JSON object: {error}")
            continue
        nested = found.pop("values", None)
        yield _Row(number, found | nested if isinstance(nested, dict) else found)


def _csv_rows(file: Iterator[str], path: str) -> Iterator[_Row]:
    reader = csv.DictReader(file)
    if "key" not in (reader.fieldnames or ()):
        raise BadInputError(
            f"{path} has no column called key",
            hint="The first line names the columns: key, one for each metric, and if known arm, outcome and time.",
        )
    for found in reader:
        found.pop(None, None)  # more fields than the first line names
        yield _Row(reader.line_num, dict(found))
