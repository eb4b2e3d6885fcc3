"""Measuring: values added to a version after it was registered, every value it ever had, and trends over versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ..engine.documents import Document, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import BadInputError, BusyError, NotFoundError, UsageError
from ..knowledge import directions
from ..nouns import names
from ..nouns.event import EventKind
from ..nouns.lineage import Link
from ..nouns.measured import Logged, MetricChange, Trend, TrendPoint
from ..nouns.metric import (
    Direction,
    Measurement,
    Series,
    StoredValue,
    all_stored,
    from_stored,
    key,
    split,
)
from . import evaluated, look, resolve

MAX_LABEL = 200
"""Longest name of a dataset, a slice or an evaluation, in characters."""

_TRIES = 3  # an object may be collected between its writing and the event; then it is written again


def log_metrics(
    repository: Repository,
    ref: str,
    metrics: Mapping[str, object],
    *,
    dataset: str = "",
    part: str = "",
    evaluation: str = "",
    series: Mapping[str, Series] | None = None,
) -> Logged:
    """Add values to a version, in one event; see ``Store.log_metrics``."""
    from ..knowledge import values

    flat: dict[str, float] = values.flatten(metrics, "metric", "metrics")  # type: ignore[assignment]  # numbers
    labels = _labels(dataset, part, evaluation)
    if not flat and not series:
        raise UsageError("there is nothing to add", hint="Name at least one metric: accuracy=0.93")
    repository.check_writable()
    with repository.reading() as index:  # what is wrong is said before anything is written
        _evaluated_on(index, resolve.resolve(index, ref), labels)
    data = _encoded(series)
    for _ in range(_TRIES):
        digest = repository.objects.put_bytes(data) if data else ""
        with repository.writing() as index:
            if digest and not repository.ensure_object(digest):
                continue
            document = resolve.resolve(index, ref)
            on, edges = _evaluated_on(index, document, labels)
            changes = tuple(_news(repository, document, flat, on))
            event: dict[str, Any] = {"model": document["model"], "version": document["version"]}
            if changes:
                brought = {change.name for change in changes}
                stored = all_stored(flat)
                event |= on | {"metrics": {n: stored[n] for n in flat if _key(n, on) in brought}}
            if new_series := bool(digest) and digest not in document.get("series", ()):
                event |= {"series": digest, "objects": [digest]}
            if edges:
                event["edges"] = [msgspec.to_builtins(edge) for edge in edges]
            if changes or new_series or edges:
                repository.append(EventKind.METRICS, event)
            now = index.version(document["model"], document["version"])
            assert now is not None, "it was there a moment ago, under the same lock"
            told = tuple(series or ()) if new_series else ()
            return Logged(look.as_version(now), changes, told, on["dataset"] if edges else "")
    raise BusyError("the series were removed while they were being added", hint="Try again when gc is done.")


def measurements(repository: Repository, ref: str, metric: str | None) -> list[Measurement]:
    """Return every value a version's metrics ever had, oldest first; see ``Store.measurements``."""
    with repository.reading() as index:
        found = list(_measurements(resolve.even_deleted(index, ref)))
    return [one for one in found if metric is None or metric in (one.name, one.key)]


def series(repository: Repository, ref: str) -> dict[str, Series]:
    """Return the series of a version; see ``Store.series``."""
    with repository.reading() as index:
        digests = resolve.even_deleted(index, ref).get("series", ())
    if not digests:
        return {}
    from ..knowledge import series as form

    return form.merge_series(form.decode(repository.objects.read(digest)) for digest in digests)


def direction(repository: Repository, metric: str) -> Direction | None:
    """Return which way a metric is better; see ``Store.direction``."""
    config = repository.config
    return directions.direction(metric, config.metrics_higher, config.metrics_lower)


def metric_names(repository: Repository, model: str) -> list[str]:
    """Return the metrics that a model's versions have, sorted; see ``Store.metric_names``."""
    with repository.reading() as index:
        resolve.model(index, names.check_model(model))
        found = {name for document in _alive(index.of_model(model)) for name in document.get("metrics", {})}
    return sorted(found)


def trend(repository: Repository, model: str, metric: str) -> Trend:
    """Return a metric over the versions of a model; see ``Store.trend``."""
    with repository.reading() as index:
        resolve.model(index, names.check_model(model))
        documents = list(_alive(index.of_model(model)))
    points = tuple(_point(d, metric) for d in documents if metric in d.get("metrics", {}))
    if not points:
        known = metric_names(repository, model)
        similar = resolve.close(metric, known)
        some = ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
        raise NotFoundError(
            f"no version of {model} has the metric {metric!r}",
            hint=f"Did you mean {similar[0]}?" if similar else f"It has: {some or 'none'}.",
            candidates=similar,
        )
    return Trend(model, metric, direction(repository, metric), points, len(documents) - len(points))


def _labels(dataset: str, part: str, evaluation: str) -> dict[str, str]:
    """Return what was told of an evaluation, by the field of its event."""
    names.check_text(dataset, "the dataset")
    divides = "[]" if evaluated.is_reference(dataset) else ":[]"
    labels = {
        "dataset": _label(dataset, "dataset", divides),
        "slice": _label(part, "slice", "[]"),
        "evaluation": _label(evaluation, "evaluation", ""),
    }
    return {field: text for field, text in labels.items() if text}


def _evaluated_on(
    index: Index, document: Document, labels: dict[str, str]
) -> tuple[dict[str, str], list[Link]]:
    """Return the labels with a dataset of the store by its number, and the edge to it unless that is stated already."""
    if not (text := labels.get("dataset", "")) or (found := evaluated.dataset(index, text)) is None:
        return labels, []
    from .link import unstated  # lineage need not be loaded to read what was measured

    edge = evaluated.edge(document, found)
    named = labels | {"dataset": ref_of(found)}
    return named, unstated(index, document, [edge] if edge else [])


def _label(text: str, what: str, never: str) -> str:
    """Return the name of a dataset, slice or evaluation, which stands in the name of a metric."""
    names.check_text(text, f"the {what}")
    if len(text) > MAX_LABEL:
        raise BadInputError(
            f"the {what} has {len(text):,} characters; {MAX_LABEL} is the most", hint="Shorten it."
        )
    if wrong := next((sign for sign in never if sign in text), ""):
        raise BadInputError(
            f"the {what} {text!r} has {wrong!r} in it, which divides names in accuracy[dataset:slice]",
            hint="Write it with another sign.",
        )
    return text


def _encoded(series: Mapping[str, Series] | None) -> bytes:
    if not series:
        return b""
    from ..knowledge import series as form

    return form.encode(form.checked(series))


def _key(name: str, on: Mapping[str, str]) -> str:
    return key(name, on.get("dataset", ""), on.get("slice", ""))


def _news(
    repository: Repository, document: Document, flat: Mapping[str, float], on: Mapping[str, str]
) -> Iterator[MetricChange]:
    """Yield what is not known yet: an evaluation that is run again, or told twice, brings nothing new."""
    records = _records(document)
    for name, value in flat.items():
        full = _key(name, on)
        known = _last(records, full, on.get("evaluation", ""))
        if known is not None and repr(known.value) == repr(value):  # NaN is not equal to itself
            continue
        way, before = direction(repository, full), _last(records, full)
        change = directions.improved(way, before.value, value) if before else None
        yield MetricChange(full, value, before, way, change)


def _last(records: Sequence[Document], full: str, evaluation: str | None = None) -> Measurement | None:
    """Return the newest value of a metric, of one evaluation or of any.

    From the end, since what is measured again and again stands there: a thousandth value costs what the second did.
    """
    name, dataset, part = split(full)
    for record in reversed(records):
        on = record.get("dataset", ""), record.get("slice", "")
        if on not in {(dataset, part), ("", "")}:
            continue
        said = name if on == (dataset, part) else full
        if said in record["metrics"] and evaluation in (None, record.get("evaluation", "")):
            return _measurement(record, said, record["metrics"][said])
    return None


def _measurements(document: Document) -> Iterator[Measurement]:
    for record in _records(document):
        for said, value in record["metrics"].items():
            yield _measurement(record, said, value)


def _records(document: Document) -> Sequence[Document]:
    """Return what was measured at a time, the registration's own values first."""
    if (history := document.get("measured")) is not None:
        return history  # type: ignore[no-any-return]  # a list of records, by the reducer
    first = {"seq": document["seq"], "host": document["host"], "metrics": document.get("metrics", {})}
    return [first | {"at": document["registered"], "by": document["author"]}]


def _measurement(record: Document, said: str, value: StoredValue) -> Measurement:
    on = {field: record.get(field, "") for field in ("dataset", "slice", "evaluation")}
    name = said
    if not (on["dataset"] or on["slice"]):
        name, on["dataset"], on["slice"] = split(said)
    at = datetime.fromisoformat(record["at"])
    return Measurement(name, float(from_stored(value)), at, record["by"], record["host"], record["seq"], **on)


def _alive(documents: list[Document]) -> Iterator[Document]:
    return (document for document in documents if not document.get("deleted"))


def _point(document: Document, metric: str) -> TrendPoint:
    version = look.as_version(document)
    return TrendPoint(version.version, version.created, version.stage, version.metrics[metric])
