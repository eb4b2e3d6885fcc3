"""Model cards: the YAML before the text of a ``README.md``, as the Hugging Face Hub reads it.

Fields: ``base_model`` (a name or a list), ``base_model_relation`` (``finetune``, ``adapter``, ``quantized`` or
``merge``; inferred where it is missing) and ``datasets``. https://huggingface.co/docs/hub/model-cards
"""

from __future__ import annotations

import re
from typing import Any

from ...nouns.lineage import Link
from . import names
from .files import UnreadableError, decoded, opened

MAX_FRONT_MATTER = 1 << 20
"""How far the end of the front matter is looked for, in bytes: evaluation results make it long."""
MAX_FIELDS = 64 << 10
"""Longest text of the fields that matter here, in bytes; only they are parsed."""

_FIELDS = ("base_model", "base_model_relation", "datasets", "library_name")
_KEY = re.compile(r"[^\s#-][^:]*:(?:\s|$)")
_END = re.compile(rb"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
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
    fields = _fields(_front_matter(location))
    bases = [found for base in _several(fields.get("base_model")) if (found := names.model(base))]
    relation = _relation(fields, len(bases))
    data = [found for entry in _several(fields.get("datasets")) if (found := names.dataset(entry))]
    return [
        *(Link(relation, found, guess=said) for found in bases),
        *(Link("trained-on", found, role="train", guess=said) for found in data),
    ]


def _front_matter(location: str) -> str:
    with opened(location) as file:
        first = file.readline(64).removeprefix(b"\xef\xbb\xbf")
        if first.rstrip() != b"---":
            return ""
        data = file.read(MAX_FRONT_MATTER + 1)
    end = _END.search(data)
    if end is None:
        where = (
            f"in its first {MAX_FRONT_MATTER >> 10:,} KiB" if len(data) > MAX_FRONT_MATTER else "in the file"
        )
        raise UnreadableError(f"its front matter does not end {where}")
    return decoded(data[: end.start()])


def _fields(text: str) -> dict[str, Any]:
    """Parse the few fields that matter: the parser takes seconds a megabyte, and cards hold long results."""
    kept, taking = [], False
    for line in text.split("\n"):
        if _KEY.match(line):
            taking = line.partition(":")[0].strip().strip("\"'") in _FIELDS
        if taking:
            kept.append(line)
    if not kept:
        return {}
    chosen = "\n".join(kept)
    if len(chosen) > MAX_FIELDS:
        raise UnreadableError(
            f"{kept[0].partition(':')[0]} and its like are longer than {MAX_FIELDS >> 10} KiB"
        )
    from ..values.yaml_values import YamlProblem, load

    try:
        found = load(chosen, limit=1000)
    except YamlProblem as error:
        raise UnreadableError(f"its front matter: {error.problem}") from None
    except RecursionError:
        raise UnreadableError("its front matter is nested too deeply") from None
    return found if isinstance(found, dict) else {}


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _relation(fields: dict[str, Any], count: int) -> str:
    stated = fields.get("base_model_relation")
    if isinstance(stated, str) and stated.strip().lower() in _RELATIONS:
        return _RELATIONS[stated.strip().lower()]
    if count > 1:
        return "merged-from"
    library = fields.get("library_name")
    return "adapter-of" if isinstance(library, str) and library in _ADAPTER_LIBRARIES else "fine-tuned-from"
