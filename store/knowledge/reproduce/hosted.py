"""How a hosted model is registered again: which one it is is all that there is to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from ...nouns.hosted import ENDPOINT, MODEL, PROVIDER, RESERVED, RETIRES
from ...nouns.manifest import Scalar, scalar_text
from ...nouns.recipe import Step
from ...nouns.version import Version
from ..values import parse_pairs
from .ingredients import Ingredient


def step(version: Version, found: Sequence[Ingredient], mvtui: Callable[..., str]) -> Step:
    """Return the step. Content decides: what comes of it is the same version."""
    words = ["register", version.model]
    for option, name in (("--provider", PROVIDER), ("--model", MODEL), ("--endpoint", ENDPOINT)):
        if value := version.params.get(name):
            words += [option, str(value)]
    for name, value in version.params.items():
        if name not in RESERVED:
            words += ["--param", f"{name}={_word(name, value)}"]
    if RETIRES in version.tags:
        words += ["--retires", version.tags[RETIRES]]
    for each in found:
        if not each.link.guess and not each.link.later and not each.link.role:
            words += _edge(each)
    return Step("command", "what registers it", (mvtui(*words, "--force"),))


def _edge(each: Ingredient) -> list[str]:
    to = each.version.ref if each.version and not each.version.deleted else each.link.to
    if not each.link.outside and to == each.link.to:
        to = f"id:{to}"
    if each.link.type == "replaces" and each.link.reason:
        return ["--replaces", to, "--reason", each.link.reason]
    return ["--edge", f"{each.link.type}={to}"]


def _word(name: str, value: Scalar) -> str:
    """Return a value as the command line reads it: text that would be read as another type stands in double quotes."""
    text = scalar_text(value)
    if isinstance(value, str) and parse_pairs([f"{name}={text}"], "param")[name] != value:
        return json.dumps(value, ensure_ascii=False)
    return text
