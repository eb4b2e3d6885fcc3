"""Events in words, as a ledger has them: what happened, to what. Who, when and why stand beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..nouns.buckets import count, percent
from ..nouns.event import Event, EventKind
from ..nouns.ledger import LedgerEntry
from ..nouns.stage import word

_NAMED = 4


def about(event: Event) -> str:
    """Return the reference, or the model, that an event is about; an empty text for the store itself."""
    model, number = event.data.get("model"), event.data.get("version")
    if not isinstance(model, str):
        return ""
    return f"{model}@{number}" if isinstance(number, str) else model


def entry(event: Event) -> LedgerEntry:
    """Return an event as a line of the ledger."""
    data = event.data
    model, _, version = about(event).partition("@")
    gates = _dicts(data.get("gates"))
    failed = tuple(str(gate.get("gate")) for gate in gates if gate.get("outcome") != "pass")
    overridden = bool(data.get("overridden"))
    return LedgerEntry(
        event,
        model,
        version,
        told(event),
        overridden=overridden,
        rollback=event.kind is EventKind.TRANSITION and _goes_back(data),
        overruled=failed if overridden else (),
        passed=len(gates) - len(failed),
        asked=len(gates),
        approved_by=tuple(dict.fromkeys(name for gate in gates for name in _approvers(gate))),
    )


def _goes_back(data: Mapping[str, Any]) -> bool:
    how = data.get("how")
    return how == "rollback" or (
        how == "redo" and any(m.get("rolled_back") for m in _dicts(data.get("moves")))
    )


def _approvers(gate: Mapping[str, Any]) -> list[str]:
    values = gate.get("values")
    by = values.get("by") if gate.get("gate") == "approvals" and isinstance(values, dict) else ""
    return by.split(", ") if isinstance(by, str) and by else []


def touched(event: Event) -> Iterator[tuple[str, str]]:
    """Yield model and number of each version that an event changed: also who was displaced, or lost an alias.

    Of a repair those whose events are lost, as far as their names could be read.
    """
    model = event.data.get("model")
    numbers = [event.data.get("version")]
    if event.kind is EventKind.TRANSITION:
        numbers += [move.get("version") for move in _dicts(event.data.get("moves"))]
    elif event.kind is EventKind.ALIAS:
        numbers.append(event.data.get("before"))
    elif event.kind is EventKind.REPAIR:
        for gap in _dicts(event.data.get("gaps")):
            yield from ((str(name), str(number)) for name, number in gap.get("numbers", ()))
    yield from dict.fromkeys((model, n) for n in numbers if isinstance(model, str) and isinstance(n, str))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def told(event: Event) -> str:
    """Return what happened, in words that go on after the actor's name: ``moved it from staging to validation``."""
    try:
        return _prefix(event.data) + _TOLD[event.kind](event.data)
    except (KeyError, TypeError, ValueError, AttributeError):
        return f"{event.kind} (its details are lost)"


def _prefix(data: Mapping[str, Any]) -> str:
    if data.get("undoes"):
        return f"undid event {data['undoes']}: "
    return f"redid event {data['redoes']}: " if data.get("redoes") else ""


def _registered(data: Mapping[str, Any]) -> str:
    metrics = ", ".join(f"{name} {value}" for name, value in list(data.get("metrics", {}).items())[:2])
    article = "an" if str(data["kind"]).startswith(("a", "e", "i", "o", "u")) else "a"
    return f"registered {article} {data['kind']} version{f' ({metrics})' if metrics else ''}"


def _added(data: Mapping[str, Any]) -> str:
    what = [*data.get("metrics", {}), *data.get("tags", {})]
    what += [field for field in ("note", "capture", "series", "source") if data.get(field)]
    return f"registered it again, adding {_few(what)}" if what else "registered it again"


def _measured(data: Mapping[str, Any]) -> str:
    on = "".join(f" on {data['dataset']}" if data.get("dataset") else "")
    return f"logged {_few([f'{name} {value}' for name, value in data.get('metrics', {}).items()] or ['series'])}{on}"


def _linked(data: Mapping[str, Any]) -> str:
    parts = [f"added {edge['type']} {edge['to'][:40]}" for edge in data.get("add", ())]
    parts += [f"took back {edge['type']} {edge['to'][:40]}" for edge in data.get("remove", ())]
    return _few(parts) or "changed its lineage"


def _noted(data: Mapping[str, Any]) -> str:
    text = str(data["note"])
    return f"noted: {text.splitlines()[0][:200]}" if text.strip() else "removed its note"


def _tagged(data: Mapping[str, Any]) -> str:
    parts = [f"{key}={value}" for key, value in data.get("add", {}).items()]
    parts += [f"-{key}" for key in data.get("remove", ())]
    return f"tagged {_few(parts)}"


def _aliased(data: Mapping[str, Any]) -> str:
    if data["version"] is None:
        return f"removed the alias {data['alias']} from {data['before']}"
    moved = f" (was {data['before']})" if data.get("before") else ""
    return f"gave it the alias {data['alias']}{moved}"


def _moved(data: Mapping[str, Any]) -> str:
    displaced = data.get("displaced")
    if data["how"] == "rollback":
        ended = f", ending the A/B test {_few(list(data['stops']))}" if data.get("stops") else ""
        return f"moved production back to it{f' from {displaced}' if displaced else ''}{ended}"
    over = ", overriding its gates" if data.get("overridden") else ""
    replacing = f", replacing {displaced}" if displaced else ""
    ends = _dicts([data.get("ends")])
    test = f", the winner of the A/B test {ends[0]['test']}" if ends and "test" in ends[0] else ""
    return f"moved it from {word(data['from'])} to {word(data['to'])}{replacing}{over}{test}"


_VERDICTS = {
    "request": "asked for approval to enter {}",
    "approve": "approved it for {}",
    "reject": "REJECTED it for {}",
    "withdraw": "withdrew the verdict on it for {}",
}


def _judged(data: Mapping[str, Any]) -> str:
    signed = ", signed" if data.get("signature") else ""
    return _VERDICTS[data["verdict"]].format(data["stage"]) + signed


def _checked(data: Mapping[str, Any]) -> str:
    return (
        "hashed its bytes: all as recorded"
        if data["ok"]
        else f"hashed its bytes: {data.get('problem', 'bad')}"
    )


def _governed(data: Mapping[str, Any]) -> str:
    what = "gates and access rules" if data["what"] == "policy" else "allowed signers"
    old, new = (str(data[field])[:12] or "none" for field in ("old", "new"))
    return f"acted on other {what} than before: {old} → {new}"


def _repaired(data: Mapping[str, Any]) -> str:
    gaps = len(data.get("gaps", ()))
    return f"quarantined {gaps} damaged {'stretch' if gaps == 1 else 'stretches'} of the journal"


def _tested(data: Mapping[str, Any]) -> str:
    name = data["test"]
    if data["step"] == "stop":
        won = f": arm {data['winner']} won" if data.get("winner") else ""
        return f"ended the A/B test {name}{won}"
    shares = {arm: percent(count(runs)) for arm, runs in data["buckets"].items()}
    told = _few([f"{arm}={share} %" for arm, share in shares.items()])
    if data["step"] == "ramp":
        return f"changed the shares of the A/B test {name}: {told}"
    versions = {arm["name"]: arm["version"] for arm in data["arms"]}
    arms = _few([f"{arm} {versions[arm]} {share} %" for arm, share in shares.items()])
    return f"started the A/B test {name} of {arms}"


def _closed(data: Mapping[str, Any]) -> str:
    outcomes = sum(each["outcomes"] for each in data["segments"])
    said = f"{outcomes:,} outcome{'s'[: outcomes != 1]}"
    return f"took down the digests of {said} of the A/B test {data['test']}"


def _few(parts: list[str]) -> str:
    more = f" and {len(parts) - _NAMED} more" if len(parts) > _NAMED else ""
    return ", ".join(parts[:_NAMED]) + more


_TOLD: dict[EventKind, Callable[[Mapping[str, Any]], str]] = {
    EventKind.INIT: lambda _: "made the store",
    EventKind.REGISTER: _registered,
    EventKind.ADD: _added,
    EventKind.METRICS: _measured,
    EventKind.LINK: _linked,
    EventKind.NOTE: _noted,
    EventKind.TAG: _tagged,
    EventKind.ALIAS: _aliased,
    EventKind.DELETE: lambda _: "deleted it",
    EventKind.RESTORE: lambda _: "brought it back",
    EventKind.TRANSITION: _moved,
    EventKind.APPROVAL: _judged,
    EventKind.VERIFIED: _checked,
    EventKind.POLICY: _governed,
    EventKind.AB_TEST: _tested,
    EventKind.OUTCOMES: _closed,
    EventKind.REPAIR: _repaired,
}
