"""Configurations in JSON that name a base: PEFT's ``adapter_config.json``, ``config.json`` and ``model_index.json``.

Fields: ``base_model_name_or_path`` and ``revision`` of peft.PeftConfig; ``_name_or_path`` of
transformers.PretrainedConfig and of diffusers' pipelines, which is what ``from_pretrained`` was given.
"""

from __future__ import annotations

from typing import Any

from ...nouns.lineage import Link
from ..formats.config import NAME, load
from . import names
from .files import opened


def adapter(location: str, said: str) -> list[Link]:
    """Return the base of an adapter. An adapter has one, so a local path is kept too, as ``name:…``.

    Raises:
        UnreadableError: it is not a JSON object of at most ``formats.config.MAX_SIZE`` bytes.
    """
    config = _object(location)
    base = config.get("base_model_name_or_path")
    found = names.model(base, config.get("revision")) or names.local_path(base)
    return [Link("adapter-of", found, guess=said)] if found else []


def model(location: str, said: str, own_name: str) -> list[Link]:
    """Return what a model was loaded from before it was trained or quantized.

    Only a name on the Hub or an address counts: a local path is as often the model's own checkpoint, and so
    is a name that is ``own_name``, the model's.

    Raises:
        UnreadableError: it is not a JSON object of at most ``formats.config.MAX_SIZE`` bytes.
    """
    config = _object(location)
    found = names.model(config.get("_name_or_path"))
    if not found or names.last_part(found) == own_name.casefold():
        return []
    quantized = isinstance(config.get("quantization_config"), dict)
    return [Link("quantized-from" if quantized else "fine-tuned-from", found, guess=said)]


def _object(location: str) -> dict[str, Any]:
    with opened(location) as source:
        return load(source, NAME)
