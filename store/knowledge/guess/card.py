"""Model cards: the YAML before the text of a ``README.md``, as the Hugging Face Hub reads it.

Fields: ``base_model`` (a name or a list), ``base_model_relation`` (``finetune``, ``adapter``, ``quantized`` or
``merge``; inferred where it is missing) and ``datasets``. https://huggingface.co/docs/hub/model-cards
"""

from __future__ import annotations

from typing import Any

from ...nouns.lineage import Link
from ..formats.card import fields, front_matter
from . import names
from .files import opened

_FIELDS = ("base_model", "base_model_relation", "datasets", "library_name")
_RELATIONS = {
    "finetune": "fine-tuned-from",
    "adapter": "adapter-of",
    "quantized": "quantized-from",
    "merge": "merged-from",
}
_ADAPTER_LIBRARIES = frozenset({"peft", "adapter-transformers", "adapters"})


def model(location: str, said: str) -> list[Link]:
    """Return the bases and data sets that a model card names. A file without front matter names none.

    Raises:
        UnreadableError: the front matter does not end, is not UTF-8, or its fields are not YAML.
    """
    with opened(location) as source:
        card = fields(front_matter(source)[0], _FIELDS)
    bases = [found for base in _several(card.get("base_model")) if (found := names.model(base))]
    relation = _relation(card, len(bases))
    data = [found for entry in _several(card.get("datasets")) if (found := names.dataset(entry))]
    return [
        *(Link(relation, found, guess=said) for found in bases),
        *(Link("trained-on", found, role="train", guess=said) for found in data),
    ]


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _relation(card: dict[str, Any], count: int) -> str:
    stated = card.get("base_model_relation")
    if isinstance(stated, str) and stated.strip().lower() in _RELATIONS:
        return _RELATIONS[stated.strip().lower()]
    if count > 1:
        return "merged-from"
    library = card.get("library_name")
    return "adapter-of" if isinstance(library, str) and library in _ADAPTER_LIBRARIES else "fine-tuned-from"
