"""``tokenizer.json`` of Hugging Face tokenizers: https://huggingface.co/docs/tokenizers.

A JSON object with ``model`` (``type``, ``vocab``, ``merges``), ``added_tokens`` and the steps around it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...errors import BadFileError
from ...nouns.inspection import InspectedFile, Tokenizer
from . import kept
from .limits import Cursor, Source

NAME = "tokenizer"
FILES = ("tokenizer.json",)

MAX_SIZE = 64 << 20
"""Largest file that is read, in bytes: of vocabularies of 260,000 tokens, with their merges, they have half of it."""
MAX_VALUES = 3_000_000
"""Most values in it, as far as signs tell."""
_MAX_SPECIAL = 64


class _Step(msgspec.Struct):
    type: str = ""


class _Truncation(msgspec.Struct):
    max_length: int = 0


class _Added(msgspec.Struct):
    content: str
    special: bool = False


class _Model(msgspec.Struct):
    vocab: msgspec.Raw
    type: str = ""
    merges: msgspec.Raw = msgspec.Raw(b"null")


class _File(msgspec.Struct):
    model: _Model
    added_tokens: list[_Added] = []
    truncation: _Truncation | None = None
    normalizer: _Step | None = None
    pre_tokenizer: _Step | None = None
    post_processor: _Step | None = None
    decoder: _Step | None = None


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """Whether a file looks like a tokenizer."""
    return (
        head.lstrip().startswith(b"{")
        and b'"truncation"' in head
        and b'"padding"' in head
        and b'"version"' in head
    )


def read(source: Source) -> InspectedFile:
    """Return what sort of tokenizer it is and how many tokens it knows.

    Raises:
        BadFileError: it is no such file.
    """
    cursor = Cursor(source, NAME)
    if source.size > MAX_SIZE:
        raise cursor.bad(f"it has {source.size:,} bytes, and {MAX_SIZE:,} are the most that is read")
    data = cursor.take(source.size, "it")
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        raise cursor.bad(f"it holds more than {MAX_VALUES:,} values")
    found = _decoded(data, _File)
    vocab = _vocabulary(found.model)
    added = {token.content for token in found.added_tokens}
    special = [token.content for token in found.added_tokens if token.special]
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        tokenizer=Tokenizer(
            _type(found.model),
            len(vocab | added),
            len(added),
            tuple(kept.printable(token[:100]) for token in special[:_MAX_SPECIAL]),
        ),
        metadata=_metadata(found),
    )


def _decoded(data: bytes | msgspec.Raw, into: Any) -> Any:
    try:
        return msgspec.json.decode(data, type=into)
    except RecursionError:
        problem = "its JSON is nested too deeply"
    except UnicodeDecodeError:
        problem = "it is not UTF-8"
    except (msgspec.DecodeError, ValueError) as error:
        problem = f"{str(error)[:200]}"
    raise BadFileError(problem, format=NAME)


def _vocabulary(model: _Model) -> set[str]:
    """Return the tokens: keys of an object, or the first of each pair in a list (Unigram)."""
    if _is_list(model.vocab):
        return {token for token, _ in _decoded(model.vocab, list[tuple[str, float]])}
    return set(_decoded(model.vocab, dict[str, int]))


def _is_list(value: msgspec.Raw) -> bool:
    return bytes(memoryview(value)[:1]) == b"["


def _type(model: _Model) -> str:
    """Return what it says, or what the parts it has make it; old files say nothing."""
    if model.type:
        return model.type[:40]
    if _is_list(model.merges):
        return "BPE"
    return "Unigram" if _is_list(model.vocab) else "WordPiece"


def _metadata(found: _File) -> dict[str, Any]:
    steps = {
        "normalizer": found.normalizer,
        "pre_tokenizer": found.pre_tokenizer,
        "post_processor": found.post_processor,
        "decoder": found.decoder,
    }
    said: dict[str, Any] = {name: step.type[:40] for name, step in steps.items() if step and step.type}
    if found.truncation:
        said["truncation"] = found.truncation.max_length
    return said
