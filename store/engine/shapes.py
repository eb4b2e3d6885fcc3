"""The shapes of events' data: checked before the reducer believes them."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, Literal

import msgspec

from ..nouns.metric import from_stored

_FIELDS = frozenset(
    {"edges", "code", "source", "external", "capture", "series", "objects", "members", "mismatch"}
)
_EVALUATION = frozenset({"dataset", "slice", "evaluation"})


def check(data: dict[str, Any]) -> None:
    """Make sure that what an event says can be read back as nouns.

    Raises:
        ValueError: it can't (``msgspec.ValidationError`` is one).
    """
    for value in data.get("metrics", {}).values():
        from_stored(value)
    _check_pickles(data)
    if not (_FIELDS | _EVALUATION).isdisjoint(data):
        msgspec.convert(data, _said())


def _check_pickles(data: dict[str, Any]) -> None:
    # By hand: nearly every registration has them, and nothing need be imported to list a store.
    names = data.get("pickle_reasons", [])
    if (
        not isinstance(data.get("pickles", ""), str)
        or type(data.get("pickle_rules", 1)) is not int
        or not isinstance(names, list)
        or not all(isinstance(name, str) for name in names)
    ):
        raise ValueError("its verdict on pickles can't be read")


def check_link(data: dict[str, Any]) -> None:
    """Make sure that the edges of a link event can be read back.

    Raises:
        ValueError: they can't.
    """
    for field in ("add", "remove"):
        msgspec.convert({"edges": data.get(field, [])}, _said())


def check_annotation(kind: str, data: dict[str, Any]) -> None:
    """Make sure that a note, a tag, an alias, or a deletion and what takes it back, can be read back, and taken back.

    Raises:
        ValueError: it can't.
    """
    msgspec.convert(data, _annotation(kind))


def check_transition(data: dict[str, Any]) -> None:
    """Make sure that a transition event can be read back, agrees with itself, and leaves one version in Production.

    Raises:
        ValueError: it can't, or doesn't.
    """
    said = msgspec.convert(data, _transition())
    stages = {move.version: move.stage for move in said.moves}
    if said.version not in stages or stages[said.version] != said.to:
        raise ValueError("its moves are not what it says of itself")
    if list(stages.values()).count("production") > 1:
        raise ValueError("two versions in production")
    for move in (*said.moves, *said.before):
        if move.since and datetime.fromisoformat(move.since).tzinfo is None:
            raise ValueError(f"{move.since} is in no time zone")


def check_approval(data: dict[str, Any]) -> None:
    """Make sure that an approval event can be read back, and is about a stage that gates may guard.

    Raises:
        ValueError: it can't, or isn't.
    """
    if msgspec.convert(data, _approval()).stage == "archived":
        raise ValueError("nobody approves of an end")


def check_verified(data: dict[str, Any]) -> None:
    """Make sure that an event about hashed bytes can be read back.

    Raises:
        ValueError: it can't.
    """
    msgspec.convert(data, _verified())


def check_policy(data: dict[str, Any]) -> None:
    """Make sure that an event about gates, access rules or signers can be read back.

    Raises:
        ValueError: it can't.
    """
    msgspec.convert(data, _policy())


def check_test(data: dict[str, Any]) -> None:
    """Make sure that an event about an A/B test can be read back, and gives every key to one arm.

    Raises:
        ValueError: it can't, or doesn't.
    """
    from ..errors import BadNameError
    from ..nouns.ab_test import check_name

    said = msgspec.convert(data, _test())
    try:  # they become names of files
        for name in (said.test, said.winner or "none", *(arm.name for arm in said.arms)):
            check_name(name, "it")
    except BadNameError as error:
        raise ValueError(error.message) from None
    if said.step == "stop":
        return
    if said.step == "start":
        names = [arm.name for arm in said.arms]
        if len(set(names)) != len(names) or set(said.buckets) != set(names) or said.control not in names:
            raise ValueError("its arms don't fit its shares")
    taken = sorted((min(pair), max(pair)) for ranges in said.buckets.values() for pair in ranges)
    if [low for low, _ in taken] != [0, *(high + 1 for _, high in taken[:-1])] or taken[-1][
        1
    ] != _LAST_BUCKET:
        raise ValueError("a bucket is in no arm, or in two")


def check_segments(data: dict[str, Any]) -> None:
    """Make sure that an event about closed segments of outcomes can be read back.

    Raises:
        ValueError: it can't.
    """
    for each in msgspec.convert(data, _segments()).segments:
        if "/" in each.name or each.name.startswith("."):
            raise ValueError("a segment's name that leads elsewhere")


_LAST_BUCKET = 9_999


_ANNOTATIONS: dict[str, list[tuple[str, Any, Any]]] = {
    "note": [("note", str, ""), ("before", str, "")],
    "tag": [("add", dict[str, str], {}), ("remove", list[str], []), ("before", dict[str, str | None], {})],
    "alias": [("alias", str, ""), ("before", str | None, None)],
}


@cache
def _annotation(kind: str) -> Any:
    version: Any = str | None if kind == "alias" else str
    taken_back = [("undoes", int, 0), ("redoes", int, 0)]
    return msgspec.defstruct(
        "SaidOfVersion", [("model", str), ("version", version), *_ANNOTATIONS.get(kind, ()), *taken_back]
    )


@cache
def _verified() -> Any:
    return msgspec.defstruct(
        "SaidOfBytes", [("model", str), ("version", str), ("id", str), ("ok", bool), ("problem", str, "")]
    )


@cache
def _policy() -> Any:
    return msgspec.defstruct(
        "SaidOfPolicy", [("what", str), ("old", str), ("new", str), ("objects", list[str], [])]
    )


@cache
def _test() -> Any:
    from ..nouns.ab_test import ABMetric, Arm
    from ..nouns.gate import GateResult
    from ..nouns.stage import Stage

    return msgspec.defstruct(
        "SaidOfTest",
        [
            ("model", str),
            ("test", str),
            ("step", Literal["start", "ramp", "stop"]),
            ("buckets", dict[str, list[tuple[int, int]]], {}),
            ("id", str, ""),
            ("stage", Stage | None, None),
            ("control", str, ""),
            ("arms", list[Arm], []),
            ("metrics", list[ABMetric], []),
            ("gates", list[GateResult], []),
            ("ending", Literal["", "stopped", "winner"], ""),
            ("winner", str, ""),
        ],
    )


@cache
def _segments() -> Any:
    segment = msgspec.defstruct("Segment", [("name", str), ("size", int), ("digest", str), ("outcomes", int)])
    return msgspec.defstruct("SaidOfOutcomes", [("test", str), ("segments", list[segment])])  # type: ignore[valid-type]


@cache
def _transition() -> Any:
    from ..nouns.gate import GateResult
    from ..nouns.stage import Stage
    from ..nouns.transition import Bytes, How, Move

    return msgspec.defstruct(
        "SaidOfTransition",
        [
            ("model", str),
            ("version", str),
            ("id", str),
            ("moves", list[Move]),
            ("how", How),
            ("from_", Stage | None),
            ("to", Stage | None),
            ("before", list[Move], []),
            ("displaced", str | None, None),
            ("gates", list[GateResult], []),
            ("rules", str, ""),
            ("overridden", bool, False),
            ("bytes", Bytes, ""),
            ("undoes", int, 0),
            ("redoes", int, 0),
            ("ends", dict[str, str], {}),
            ("stops", list[str], []),
        ],
        rename={"from_": "from"},
    )


@cache
def _approval() -> Any:
    from ..nouns.approval import Verdict
    from ..nouns.stage import Stage

    return msgspec.defstruct(
        "SaidOfApproval",
        [
            ("model", str),
            ("version", str),
            ("id", str),
            ("stage", Stage),
            ("verdict", Verdict),
            ("gates", str, ""),
            ("signature", str, ""),
            ("nonce", str, ""),
        ],
    )


@cache
def _said() -> Any:
    # Made when an event has such a field: the nouns need not be imported to list a store without.
    from ..nouns.capture import Code
    from ..nouns.dataset import DataSource
    from ..nouns.lineage import Link

    return msgspec.defstruct(
        "Said",
        [
            ("edges", list[Link], []),
            ("code", Code | None, None),
            ("source", DataSource | None, None),
            ("external", bool, False),
            *((field, str, "") for field in ("capture", "series", *sorted(_EVALUATION))),
            ("objects", list[str], []),
            ("members", dict[str, str], {}),
            ("mismatch", list[str], []),
        ],
    )
