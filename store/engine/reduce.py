"""The reducer: what each event does to the index's documents. Pure, and the only code that changes them.

An event that names something unknown (lost in a damaged stretch), or whose long part was in an object that is
lost, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..errors import BadVersionError, FormatError
from ..nouns.event import Event, EventKind
from ..nouns.metric import key as metric_key
from ..nouns.semver import SemVer, is_valid
from ..nouns.version import rfc3339
from . import abtests, shapes, stages
from .documents import MODELS, PICKLES, VERSIONS, Document, Tables, changed, held, key, production

_AS_STATED = (
    "created",
    "note",
    "tags",
    "metrics",
    "params",
    "edges",
    "code",
    "capture",
    "source",
    "external",
    "members",
    "mismatch",
    *PICKLES,
)
"""Fields of a registering event that its document has as they are."""


_PLACES = 7
"""Places where a dataset was seen before that are remembered; copies on scratch disks come and go."""


def apply(tables: Tables, event: Event) -> None:
    """Let one event take effect.

    Raises:
        FormatError: the event lacks what its kind needs, so no mvtui known to this one wrote it.
    """
    try:
        _STEPS[event.kind](tables, event)
    except (KeyError, TypeError, ValueError, AttributeError, BadVersionError) as error:
        if event.partial:
            return  # what its kind needs was in the object that is lost
        raise FormatError(
            f"event {event.seq} ({event.kind}) is not of a form this mvtui knows: {error!r}",
            hint="Update mvtui: pip install --upgrade mvtui",
        ) from error


def _nothing(tables: Tables, event: Event) -> None:
    """Take note of events that leave the documents as they are."""


def _register(tables: Tables, event: Event) -> None:
    data = event.data
    shapes.check(data)
    name, number = data["model"], data["version"]
    at = rfc3339(event.at)
    document: Document = {
        "model": name,
        "version": number,
        "id": data["id"],
        "kind": data["kind"],
        "seq": event.seq,
        "registered": at,
        "author": event.actor.user,
        "host": event.actor.host,
        "size": data["size"],
        "files": data["files"],
    }
    for field in _AS_STATED:
        if data.get(field):
            document[field] = data[field]
    if data.get("series"):
        document["series"] = [data["series"]]
    tables[VERSIONS][key(name, number)] = document
    model = tables[MODELS].get(name)
    if model is None:
        model = {"name": name, "count": 0, "size": 0, "highest": number}
    model = model | {"count": model["count"] + 1, "size": model["size"] + held(document), "updated": at}
    if SemVer.parse(number) > SemVer.parse(model["highest"]):
        model["highest"] = number
    model["latest"] = _higher(model.get("latest"), number)
    tables[MODELS][name] = model


def _higher(old: str | None, new: str) -> str:
    """Return which of two numbers ``latest`` means: the higher one, releases before pre-releases."""
    if old is None:
        return new
    first, second = SemVer.parse(old), SemVer.parse(new)
    return max((not first.pre, first, old), (not second.pre, second, new))[2]


def _add(tables: Tables, event: Event) -> None:
    """Registering known content again adds what it brings: all in one event, or nothing."""
    data = event.data
    shapes.check(data)
    where = key(data["model"], data["version"])
    if (document := tables[VERSIONS].get(where)) is None:
        return
    document = changed(document, tags=document.get("tags", {}) | data.get("tags", {}))
    for field in ("note", "capture", "code"):
        if value := data.get(field):
            document = changed(document, **{field: value})
    if (source := data.get("source")) and source != document.get("source"):
        known = [document["source"]] if "source" in document else []
        known += [place for place in document.get("elsewhere", ()) if place != source]
        document = changed(document | {"source": source}, elsewhere=known[:_PLACES])
    if document.get("external") and data.get("external") is False:
        document = changed(document, external=None, **{field: data.get(field) for field in PICKLES})
        model = tables[MODELS][data["model"]]
        tables[MODELS][data["model"]] = model | {"size": model["size"] + document["size"]}
    tables[VERSIONS][where] = _measured(document, event)


def _metrics(tables: Tables, event: Event) -> None:
    shapes.check(event.data)
    where = key(event.data["model"], event.data["version"])
    if (document := tables[VERSIONS].get(where)) is not None:
        document = _linked(document, event.data.get("edges", ()))
        tables[VERSIONS][where] = _measured(document, event)


def _measured(document: Document, event: Event) -> Document:
    """Return the document with what an event measured: the latest value of each metric, and every one before."""
    data = event.data
    if data.get("series"):
        document = changed(document, series=[*document.get("series", ()), data["series"]])
    values = data.get("metrics", {})
    if not values:
        return document
    history = document.get("measured") or []
    if not history and "metrics" in document:
        # Until now the registration's own values were the latest ones, and stood nowhere else.
        first = {field: document[field] for field in ("seq", "host", "metrics")}
        history = [first | {"at": document["registered"], "by": document["author"]}]
    on = {field: data[field] for field in ("dataset", "slice", "evaluation") if data.get(field)}
    record = {"seq": event.seq, "at": rfc3339(event.at), "by": event.actor.user, "host": event.actor.host}
    latest = {metric_key(name, on.get("dataset", ""), on.get("slice", "")): v for name, v in values.items()}
    document = changed(document, measured=[*history, record | on | {"metrics": values}])
    return changed(document, metrics=document.get("metrics", {}) | latest)


def _link(tables: Tables, event: Event) -> None:
    data = event.data
    shapes.check_link(data)
    where = key(data["model"], data["version"])
    if (document := tables[VERSIONS].get(where)) is not None:
        tables[VERSIONS][where] = _linked(document, data.get("add", ()), data.get("remove", ()))


def _linked(document: Document, add: Iterable[Document], remove: Iterable[Document] = ()) -> Document:
    """Edges stated, or taken back, after registering: no part of the version's identity."""
    touched = {(edge["type"], edge["to"]) for edge in (*add, *remove)}
    if not touched:
        return document
    kept = [edge for edge in document.get("edges", ()) if (edge["type"], edge["to"]) not in touched]
    return changed(document, edges=kept + [edge | {"later": True} for edge in add])


def _tag(tables: Tables, event: Event) -> None:
    shapes.check_annotation(event.kind, event.data)
    _merge(tables, event, "tags", event.data.get("add", {}), event.data.get("remove", ()))


def _merge(tables: Tables, event: Event, field: str, add: Document, remove: Any) -> None:
    where = key(event.data["model"], event.data["version"])
    if (document := tables[VERSIONS].get(where)) is None:
        return
    merged = {k: v for k, v in (document.get(field, {}) | add).items() if k not in remove}
    tables[VERSIONS][where] = changed(document, **{field: merged})


def _note(tables: Tables, event: Event) -> None:
    shapes.check_annotation(event.kind, event.data)
    where = key(event.data["model"], event.data["version"])
    if (document := tables[VERSIONS].get(where)) and "note" in event.data:
        tables[VERSIONS][where] = changed(document, note=event.data["note"])


def _alias(tables: Tables, event: Event) -> None:
    shapes.check_annotation(event.kind, event.data)
    name, alias, number = event.data["model"], event.data["alias"], event.data["version"]
    if (model := tables[MODELS].get(name)) is None:
        return
    if number is not None and key(name, number) not in tables[VERSIONS]:
        return  # else whatever is given that number next would have the alias
    aliases = dict(model.get("aliases", {}))
    before = aliases.pop(alias, None)
    if number is not None:
        aliases[alias] = number
    tables[MODELS][name] = changed(model, aliases=aliases)
    for touched in {before, number} - {None}:
        where = key(name, touched)
        if document := tables[VERSIONS].get(where):
            names = sorted(a for a, v in aliases.items() if v == touched)
            tables[VERSIONS][where] = changed(document, aliases=names)


def _delete(tables: Tables, event: Event) -> None:
    shapes.check_annotation(event.kind, event.data)
    name, number = event.data["model"], event.data["version"]
    where = key(name, number)
    document = tables[VERSIONS].get(where)
    if document is None or document.get("deleted"):
        return
    tables[VERSIONS][where] = document | {"deleted": True, "reason": event.reason}
    model = stages.placed(tables[MODELS][name], number, None, 0)
    model = model | {"count": model["count"] - 1, "size": model["size"] - held(document)}
    if model.get("latest") == number:
        model = changed(model, latest=_latest_left(tables, name))
    tables[MODELS][name] = model
    abtests.after_change(tables, name, event)


def _restore(tables: Tables, event: Event) -> None:
    """A deletion is taken back: the version is what it was."""
    shapes.check_annotation(event.kind, event.data)
    name, number = event.data["model"], event.data["version"]
    where = key(name, number)
    document = tables[VERSIONS].get(where)
    if document is None or not document.get("deleted") or not document["id"]:
        return
    document = {field: value for field, value in document.items() if field not in ("deleted", "reason")}
    tables[VERSIONS][where] = document
    model = tables[MODELS][name]
    model = model | {"count": model["count"] + 1, "size": model["size"] + held(document)}
    model["latest"] = _higher(model.get("latest"), number)
    if stage := document.get("stage"):
        if stage == "production" and production(model):  # somebody else's by now
            tables[VERSIONS][where] = changed(document, stage=(stage := "archived"))
        model = stages.placed(model, number, stage, document["staged_seq"])
    tables[MODELS][name] = model


def _repair(tables: Tables, event: Event) -> None:
    """Keep numbers whose events were lost from being used again: what they named is not known any more."""
    for gap in event.data.get("gaps", ()):
        for name, number in gap.get("numbers", ()):
            if key(name, number) in tables[VERSIONS] or not is_valid(number):
                continue
            at = rfc3339(event.at)
            tables[VERSIONS][key(name, number)] = {
                "model": name,
                "version": number,
                "id": "",
                "kind": "weights",
                "seq": event.seq,
                "registered": at,
                "author": "",
                "host": "",
                "size": 0,
                "files": 0,
                "deleted": True,
                "reason": "its event was damaged, and quarantined by repair",
            }
            nothing = {"name": name, "count": 0, "size": 0, "highest": number, "updated": at}
            tables[MODELS].setdefault(name, nothing)


def _latest_left(tables: Tables, name: str) -> str | None:
    latest = None
    for document in tables[VERSIONS].values():
        if document["model"] == name and not document.get("deleted"):
            latest = _higher(latest, document["version"])
    return latest


_STEPS: dict[EventKind, Callable[[Tables, Event], None]] = {
    EventKind.INIT: _nothing,
    EventKind.REGISTER: _register,
    EventKind.ADD: _add,
    EventKind.METRICS: _metrics,
    EventKind.LINK: _link,
    EventKind.NOTE: _note,
    EventKind.TAG: _tag,
    EventKind.ALIAS: _alias,
    EventKind.DELETE: _delete,
    EventKind.RESTORE: _restore,
    EventKind.TRANSITION: stages.transition,
    EventKind.APPROVAL: stages.approval,
    EventKind.VERIFIED: stages.verified,
    EventKind.POLICY: stages.policy,
    EventKind.AB_TEST: abtests.test,
    EventKind.OUTCOMES: abtests.segments,
    EventKind.REPAIR: _repair,
}
