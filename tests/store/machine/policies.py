"""What config.toml may say in a random history, in its own words and in plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

People = tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """Gates by stage, as tuples of what they ask, and who may do what; None means everyone."""

    toml: str = field(default="", compare=False)
    gates: Mapping[str, tuple[tuple[Any, ...], ...]] = field(default_factory=dict)
    promote: Mapping[str, People] = field(default_factory=dict)
    rollback: People | None = None
    delete: People | None = None
    override: People = ()
    config: People | None = None


def _gate(stage: str, *lines: str) -> str:
    return "\n".join(["[[gate]]", f'stage = "{stage}"', *lines, ""])


_MINIMUM = _gate("production", 'metric = "accuracy"', "min = 0.5")
_COMPARED = _gate("production", 'metric = "accuracy"', "within = 0")
_FOUR_EYES = _gate("staging", "approvals = 1")
_LISTED = _gate("production", "approvals = 2", 'by = ["bob", "eve", "ann"]', "four_eyes = false")
_GUARDED = '[access]\nconfig = ["ann"]\noverride = ["eve"]\n'

_ANYONE: tuple[Any, ...] = ("approvals", 1, (), True)

POLICIES = {
    "nothing": Policy(),
    "a minimum": Policy(
        _MINIMUM + '[access]\noverride = ["ann"]\n', {"production": (("min", 0.5),)}, override=("ann",)
    ),
    "no worse": Policy(_COMPARED, {"production": (("within", 0),)}),
    "four eyes": Policy(_FOUR_EYES + _COMPARED, {"staging": (_ANYONE,), "production": (("within", 0),)}),
    "two approvals": Policy(
        _LISTED + _gate("validation", 'verified = "now"'),
        {
            "production": (("approvals", 2, ("bob", "eve", "ann"), False),),
            "validation": (("verified",),),
        },
    ),
    "a way back": Policy(
        _gate("production", 'require = ["rollback-target"]') + '[access]\noverride = ["ann", "bob"]\n',
        {"production": (("target",),)},
        override=("ann", "bob"),
    ),
    "for some": Policy(
        '[access]\nrollback = ["ann", "eve"]\ndelete = ["bob", "ann"]\n'
        'promote = { production = ["ann", "bob"], archived = ["bob", "eve"] }\n',
        promote={"production": ("ann", "bob"), "archived": ("bob", "eve")},
        rollback=("ann", "eve"),
        delete=("bob", "ann"),
    ),
    "guarded": Policy(
        _MINIMUM + _FOUR_EYES + _GUARDED,
        {"production": (("min", 0.5),), "staging": (_ANYONE,)},
        override=("eve",),
        config=("ann",),
    ),
    "guarded, loosened": Policy(
        _FOUR_EYES + _GUARDED, {"staging": (_ANYONE,)}, override=("eve",), config=("ann",)
    ),
}
