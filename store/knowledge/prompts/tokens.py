"""How many tokens a text has, by a ``tokenizer.json`` of Hugging Face's tokenizers: https://huggingface.co/docs/tokenizers.

Takes the tokenizers library, which is imported when the first text is counted (``pip install 'mvtui[tokens]'``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...errors import BadFileError, MissingLibraryError

TOKENIZER_FILE = "tokenizer.json"
MAX_TOKENIZER = 64 << 20
"""Largest tokenizer that is read, in bytes."""


class TokenCounter:
    """Counts tokens as one tokenizer does.

    Raises:
        BadFileError: it is no tokenizer.
        MissingLibraryError: the tokenizers library is not installed.
    """

    def __init__(self, data: bytes, file: str = TOKENIZER_FILE) -> None:
        try:
            import tokenizers
        except ImportError as error:
            raise MissingLibraryError(
                f"tokens are counted with the tokenizers library, which can't be imported: {error}",
                hint="Install it: pip install 'mvtui[tokens]'",
            ) from error
        if len(data) > MAX_TOKENIZER:
            raise BadFileError(f"it is larger than {MAX_TOKENIZER:,} bytes", format="tokenizer", file=file)
        try:
            self._tokenizer = tokenizers.Tokenizer.from_str(data.decode())
            self._tokenizer.no_truncation()
        except Exception as error:  # the library raises no other type than this
            raise BadFileError(str(error)[:200], format="tokenizer", file=file) from error

    def count(self, text: str | Iterable[Any]) -> int:
        """Return the number of tokens of a text, or of several: also of messages, whose contents' texts are counted.

        Without the signs that a model's own template puts around messages, and without special tokens.
        """
        texts = list(_texts(text))
        found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return sum(len(each.ids) for each in found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name in ("content", "text"):
            if name in value:
                yield from _texts(value[name])
    elif isinstance(value, Iterable):
        for each in value:
            yield from _texts(each)
