"""The reducer's part about A/B tests: start, shares, end, and the digests of closed segments of outcomes.

A test's document holds what the events said; its model's lists under ``tests`` those that run. A test ends, whatever else is said,
in the event that takes the version of an arm away: its control leaves the stage, or another arm is archived or deleted.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from ..nouns.event import Event
from ..nouns.version import rfc3339
from . import shapes
from .documents import MODELS, SEGMENTS, STORE, TESTS, VERSIONS, Document, Tables, changed, key

if TYPE_CHECKING:
    from ..nouns.ab_test import ABTestSpec

POINTED = "tests"
"""The document of table ``store`` that names the model whose tests were changed last: live/ may have to follow."""


def test(tables: Tables, event: Event) -> None:
    """A test starts, its shares change, or it ends."""
    data = event.data
    shapes.check_test(data)
    name, step = data["test"], data["step"]
    model = tables[MODELS].get(data["model"])
    document = tables[TESTS].get(name)
    if step == "start":
        if model is None or document is not None:
            return
        document = {field: data[field] for field in ("model", "id", "stage", "control", "arms", "metrics")}
        document |= {"name": name, "epochs": [_epoch(event)], "running": True}
        if data.get("gates"):
            document["gates"] = data["gates"]
        tables[TESTS][name] = document
        tables[MODELS][data["model"]] = changed(model, tests=[*model.get("tests", ()), name])
        _end_if_unseated(tables, document, event)
    elif document is None or not document["running"]:
        return
    elif step == "ramp":
        if data["buckets"].keys() != {arm["name"] for arm in document["arms"]}:
            raise ValueError("its shares are of other arms")
        tables[TESTS][name] = document | {"epochs": [*document["epochs"], _epoch(event)]}
    else:
        _end(tables, document, event, data["ending"], data.get("winner", ""))
    tables[STORE][POINTED] = {"model": data["model"], "seq": event.seq}


def _epoch(event: Event) -> Document:
    return {
        "seq": event.seq,
        "at": rfc3339(event.at),
        "by": event.actor.user,
        "reason": event.reason,
        "buckets": event.data["buckets"],
    }


def _end(tables: Tables, document: Document, event: Event, ending: str, winner: str) -> None:
    name, line = document["name"], document["model"]
    ended = {
        "seq": event.seq,
        "at": rfc3339(event.at),
        "by": event.actor.user,
        "reason": event.reason,
        "ending": ending,
        "winner": winner,
    }
    tables[TESTS][name] = document | {"running": False, "ended": ended}
    if (model := tables[MODELS].get(line)) is not None:
        tables[MODELS][line] = changed(model, tests=[each for each in model.get("tests", ()) if each != name])


def after_change(tables: Tables, line: str, event: Event) -> None:
    """End the tests of a model that an event took a version from; one that the event itself ends, with its winner."""
    model = tables[MODELS].get(line)
    if model is None or "tests" not in model:
        return
    ends = event.data.get("ends") or {}
    for name in model["tests"]:
        document = tables[TESTS][name]
        if ends.get("test") == name:
            _end(tables, document, event, "winner", str(ends.get("winner", "")))
        else:
            _end_if_unseated(tables, document, event)


def _end_if_unseated(tables: Tables, document: Document, event: Event) -> None:
    for arm in document["arms"]:
        version = tables[VERSIONS].get(key(document["model"], arm["version"]))
        if version is None:  # what was said of it is lost, or not at hand
            continue
        stage = version.get("stage")
        fits = stage == document["stage"] if arm["name"] == document["control"] else stage != "archived"
        if version.get("deleted") or not fits:
            _end(tables, document, event, "unseated", "")
            return


def segments(tables: Tables, event: Event) -> None:
    """Segments of outcomes were closed; from now on they are what their digests say."""
    data = event.data
    shapes.check_segments(data)
    if data["test"] not in tables[TESTS]:
        return
    for each in data["segments"]:
        where = f"{data['test']}/{each['name']}"
        if where not in tables[SEGMENTS]:
            tables[SEGMENTS][where] = {"test": data["test"], "seq": event.seq, **each}


def spec_of(document: Document) -> ABTestSpec:
    """Return what assigns keys in a test's document, as of its last change of shares."""
    return spec_at(document, len(document["epochs"]))


def spec_at(document: Document, epoch: int) -> ABTestSpec:
    """Return what assigned keys in an epoch of a test, counted from 1."""
    # Made when a store has tests: to list one without, none of the nouns need be imported.
    from ..nouns.ab_test import ABMetric, ABTestSpec, Arm

    said = document["epochs"][epoch - 1]
    name = document["name"]
    return ABTestSpec(
        name=name,
        id=document["id"],
        model=document["model"],
        stage=document["stage"],
        control=document["control"],
        arms=tuple(
            Arm(
                arm["name"],
                arm["version"],
                arm["id"],
                tuple((first, last) for first, last in said["buckets"][arm["name"]]),
                _path(document, arm["name"]),
            )
            for arm in document["arms"]
        ),
        metrics=msgspec.convert(document["metrics"], tuple[ABMetric, ...]),
        epoch=epoch,
        since=datetime.fromisoformat(said["at"]),
    )


def _path(document: Document, arm: str) -> str:
    """Return where an arm's files are read, relative to ``live/<model>/``: what is in Production has its pointer there already."""
    if document["stage"] == "production" and arm == document["control"]:
        return "production"
    return f"ab/{document['name']}/{arm}"


def running(tables: Tables, model: str) -> list[Document]:
    """Return the documents of a model's tests that run."""
    return [tables[TESTS][name] for name in (tables[MODELS].get(model) or {}).get("tests", ())]


def arms_of(tables: Tables, model: str) -> list[tuple[Document, dict[str, Any]]]:
    """Return each arm of a model's tests that run, beside its test."""
    return [(document, arm) for document in running(tables, model) for arm in document["arms"]]
