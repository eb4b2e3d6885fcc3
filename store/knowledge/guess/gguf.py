"""The ``general.*`` metadata of a GGUF file: what it says it was made from.

Only the metadata are read (``formats.gguf_header``); the tensors after them are not looked at.
"""

from __future__ import annotations

from ...nouns.lineage import Link
from ..formats.gguf_header import Header
from . import names
from .files import opened

MAX_PARENTS = 64

Values = dict[str, object]


def model(location: str, said: str) -> list[Link]:
    """Return the parents and data sets that a GGUF file names.

    With ``general.source.*`` that is what was quantized, and ``base_model`` is what *it* was made from; without,
    converters write what was quantized into ``base_model``.

    Raises:
        UnreadableError: it is not a GGUF file of a version known here, or is damaged.
    """
    with opened(location) as source:
        values: Values = Header(source).metadata()
    return [
        *_parents(values, said),
        *(Link("trained-on", name, role="train", guess=said) for name in _datasets(values)),
    ]


def _parents(values: Values, said: str) -> list[Link]:
    is_adapter = values.get("general.type") == "adapter"
    source = _address(values, "general.source.")
    bases = [name for at in _numbers(values, "base_model") if (name := _described(values, "base_model", at))]
    links = []
    if source:
        links.append(Link("quantized-from", source, guess=said))
    if is_adapter:
        relation = "adapter-of"
    elif len(bases) > 1:
        relation = "merged-from"
    else:
        relation = "fine-tuned-from" if source else "quantized-from"
    return links + [Link(relation, name, guess=said) for name in bases]


def _datasets(values: Values) -> list[str]:
    listed = values.get("general.datasets")
    found = [_described(values, "dataset", at) for at in _numbers(values, "dataset")]
    found += [names.dataset(entry) for entry in (listed if isinstance(listed, list) else [listed])]
    return [name for name in found if name]


def _numbers(values: Values, what: str) -> range:
    count = values.get(f"general.{what}.count")
    return range(min(count, MAX_PARENTS)) if isinstance(count, int) and count > 0 else range(0)


def _described(values: Values, what: str, at: int) -> str:
    """Name a parent by its address on the Hub, else by its other address, else by organization and name."""
    prefix = f"general.{what}.{at}."
    if address := _address(values, prefix, data=what == "dataset"):
        return address
    told = [values.get(prefix + field) for field in ("organization", "name")]
    name = "/".join(part.strip() for part in told if isinstance(part, str) and part.strip())
    version = values.get(prefix + "version")
    if name and isinstance(version, str) and version.strip():
        name = f"{name}@{version.strip()}"
    return names.free(name)


def _address(values: Values, prefix: str, *, data: bool = False) -> str:
    """Return where something lies: an address on the Hub before any other, as homepages are often papers."""
    found = []
    for field in ("repo_url", "url"):
        text = values.get(prefix + field)
        if isinstance(text, str) and "://" in text:
            found.append(names.dataset(text) if data else names.model(text))
    return next((name for name in found if name.startswith("hf:")), next(filter(None, found), ""))
