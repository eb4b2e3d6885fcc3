"""GGUF: models for llama.cpp and its kin, quantised mostly; see ``gguf_header`` for the format.

What the metadata mean: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#standardized-key-value-pairs
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from ...nouns.inspection import Architecture, Cut, InspectedFile, Quantisation, Tensor, Tokenizer
from . import dtypes
from .gguf_header import MAGIC, NAME, Described, Header
from .json_text import whole
from .limits import Source, elements, shown, spans_apart

FILES = ("*.gguf",)

_ALIGNMENT = 32
_TOKENIZERS = {"llama": "SentencePiece", "gpt2": "BPE", "bert": "WordPiece", "t5": "Unigram"}
_PLAIN = frozenset({"F64", "F32", "F16", "BF16", "I8", "I16", "I32", "I64"})


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """Whether a file begins with the magic of this format."""
    return head.startswith(MAGIC)


def read(source: Source) -> InspectedFile:
    """Return the tensors of a file, its metadata, and what they say about the model.

    Raises:
        BadFileError: it is not a valid file of this format, version 2 or 3, little endian.
    """
    header = Header(source)
    values = header.metadata()
    described = header.tensors()
    tensors = _tensors(header, described, _alignment(values, header), source.path)
    unknown = sorted({each.type for each in described} - dtypes.GGML.keys())
    notes = []
    if unknown:
        notes.append(
            f"GGML types that are not known here, sizes are up to the next tensor: {', '.join(map(str, unknown))}"
        )
    if (parts := whole(values.get("split.count"))) and parts > 1:
        notes.append(f"it is part {(whole(values.get('split.no')) or 0) + 1} of {parts}")
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        tensors=tuple(tensors),
        metadata={"GGUF.version": header.version, **values},
        architecture=_architecture(values, source.path),
        quantisation=_quantisation(values, tensors),
        tokenizer=_tokenizer(values),
        notes=tuple(notes),
    )


def _alignment(values: dict[str, Any], header: Header) -> int:
    found = values.get("general.alignment", _ALIGNMENT)
    if type(found) is not int or not 0 < found <= 1 << 20 or found & (found - 1):
        raise header.bad(f"its alignment {str(found)[:40]} is no power of two")
    return found


def _tensors(header: Header, described: list[Described], alignment: int, file: str) -> list[Tensor]:
    start = -(-header.at // alignment) * alignment
    order = sorted({each.offset for each in described})
    following = dict(pairwise([*order, max(header.end - start, 0)]))
    tensors, spans = [], []
    for name, dimensions, kind, offset in described:
        count = elements(dimensions, header, name)
        dtype, block, size = dtypes.GGML.get(kind, (f"GGML_{kind}", 1, 0))
        if dimensions and dimensions[0] % block:
            raise header.bad(f"the rows of {shown(name)} are no whole blocks of {block} {dtype}")
        if offset % alignment:
            raise header.bad(f"{shown(name)} lies at {offset:,}, which is no multiple of {alignment}")
        nbytes = count // block * size if size else max(following[offset] - offset, 0)
        if start + offset + nbytes > header.end:
            raise header.bad(
                f"{shown(name)} ends {start + offset + nbytes - header.end:,} bytes behind the file"
            )
        spans.append((offset, offset + nbytes, name))
        tensors.append(Tensor(name, dtype, dimensions[::-1], nbytes, start + offset, file))
    spans_apart(spans, header)
    return tensors


def _architecture(values: dict[str, Any], path: str) -> Architecture | None:
    family = values.get("general.architecture")
    if not isinstance(family, str) or not family:
        return None

    def number(key: str) -> int | None:
        """Return what is said, or what is said of every layer alike."""
        found = values.get(f"{family}.{key}")
        if isinstance(found, list) and found and all(each == found[0] for each in found):
            found = found[0]
        return whole(found)

    heads, kv_heads = number("attention.head_count"), number("attention.head_count_kv")
    tokens = values.get("tokenizer.ggml.tokens")
    listed = tokens.count if isinstance(tokens, Cut) else len(tokens) if isinstance(tokens, list) else None
    return Architecture(
        family=family,
        layers=number("block_count"),
        hidden_size=number("embedding_length"),
        feed_forward=number("feed_forward_length"),
        heads=heads,
        kv_heads=kv_heads if kv_heads != heads else None,
        vocabulary=number("vocab_size") or listed,
        context=number("context_length"),
        experts=number("expert_count") or None,
        experts_used=number("expert_used_count") or None,
        said_by=path,
    )


def _quantisation(values: dict[str, Any], tensors: list[Tensor]) -> Quantisation | None:
    """Return the mixture that the file names, else the quantised type that most bytes are of."""
    kind = values.get("general.file_type")
    sizes: Counter[str] = Counter()
    for tensor in tensors:
        if tensor.dtype not in _PLAIN:
            sizes[tensor.dtype] += tensor.nbytes
    if not sizes:
        return None
    if (
        isinstance(kind, int)
        and kind not in dtypes.UNQUANTISED_FILE_TYPES
        and kind in dtypes.LLAMA_FILE_TYPES
    ):
        return Quantisation(NAME, dtypes.LLAMA_FILE_TYPES[kind])
    return Quantisation(NAME, sizes.most_common(1)[0][0])


def _tokenizer(values: dict[str, Any]) -> Tokenizer | None:
    model, tokens = values.get("tokenizer.ggml.model"), values.get("tokenizer.ggml.tokens")
    if not isinstance(model, str) or not isinstance(tokens, Cut | list):
        return None
    count = tokens.count if isinstance(tokens, Cut) else len(tokens)
    return Tokenizer(_TOKENIZERS.get(model, model), count)
