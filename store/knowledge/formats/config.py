"""``config.json`` of Hugging Face transformers: how a model is built, under the names that its class chose.

Names differ between families (``hidden_size``, ``n_embd``, ``d_model``); a part of a multimodal model has its own object
(``text_config``). ``quantization_config`` is that of the library that quantised it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...nouns.inspection import Architecture, InspectedFile, Quantisation
from . import kept
from .json_text import parse_object, whole
from .limits import Cursor, Source

NAME = "model config"
FILES = ("config.json",)

MAX_SIZE = 4 << 20
"""Largest configuration that is read, in bytes: some list the names of twenty thousand classes."""

_NAMES = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers"),
    "hidden_size": ("hidden_size", "n_embd", "d_model", "dim", "hidden_dim"),
    "feed_forward": ("intermediate_size", "n_inner", "d_ff", "ffn_dim", "encoder_ffn_dim", "hidden_dim"),
    "heads": ("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads"),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv"),
    "vocabulary": ("vocab_size",),
    "context": (
        "max_position_embeddings",
        "n_positions",
        "n_ctx",
        "max_seq_len",
        "max_sequence_length",
        "seq_length",
        "max_source_positions",
    ),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts"),
    "experts_used": ("num_experts_per_tok", "num_experts_per_token"),
}
_PARTS = ("text_config", "language_config", "llm_config", "decoder", "encoder")
"""Objects that describe the language part of a model of several."""


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """Whether a file looks like the configuration of a model."""
    return head.lstrip().startswith(b"{") and (b'"model_type"' in head or b'"architectures"' in head)


def read(source: Source) -> InspectedFile:
    """Return how a model is built.

    Raises:
        BadFileError: it is not a JSON object, or too large for a configuration.
    """
    config = load(source, NAME)
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        metadata=kept.value(config),
        architecture=_architecture(config, source.path),
        quantisation=_quantisation(config),
    )


def load(source: Source, format: str) -> dict[str, Any]:  # noqa: A002
    """Return the object that a configuration is.

    Raises:
        BadFileError: as ``read``.
    """
    cursor = Cursor(source, format)
    if source.size > MAX_SIZE:
        raise cursor.bad(f"it is larger than {MAX_SIZE >> 10:,} KiB")
    return parse_object(cursor.take(source.size, "it"), format)


def _architecture(config: dict[str, Any], path: str) -> Architecture | None:
    family, classes = _text(config.get("model_type")), config.get("architectures")
    numbers = {field: _first(config, names) for field, names in _NAMES.items()}
    if not family and not classes and not any(numbers.values()):
        return None
    if numbers["hidden_size"] == numbers["feed_forward"]:
        numbers["feed_forward"] = None  # one name, of which nobody says what it means
    if numbers["kv_heads"] == numbers["heads"]:
        numbers["kv_heads"] = None
    return Architecture(
        family=family,
        classes=tuple(_text(each) for each in classes[:8]) if isinstance(classes, list) else (),
        dtype=_text(next(_values(config, ("dtype", "torch_dtype")), None)),
        said_by=path,
        **numbers,
    )


def _first(config: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((found for each in _values(config, names) if (found := whole(each))), None)


def _values(config: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    """Yield what is said under some names, the first name first, the whole model before its parts."""
    parts = [config, *(part for name in _PARTS if isinstance(part := config.get(name), dict))]
    for part in parts:
        for name in names:
            if name in part:
                yield part[name]


def _text(found: object) -> str:
    return kept.printable(found[:100]) if isinstance(found, str) else ""


def _quantisation(config: dict[str, Any]) -> Quantisation | None:
    said = config.get("quantization_config")
    if not isinstance(said, dict):
        return None
    method = _text(said.get("quant_method")) or "quantised"
    bits = whole(said.get("bits"))
    name = next(
        (
            found
            for key in ("bnb_4bit_quant_type", "fmt", "format", "version")
            if (found := _text(said.get(key)))
        ),
        "",
    )
    if said.get("load_in_4bit") is True:
        bits = 4
    elif said.get("load_in_8bit") is True:
        bits, name = 8, ""
    return Quantisation(method, name, bits, whole(said.get("group_size")) or whole(said.get("q_group_size")))
