"""Model cards: a ``README.md`` with YAML before its text, as the Hugging Face Hub reads it.

https://huggingface.co/docs/hub/model-cards. Of the YAML only the fields that are asked for are parsed: the parser takes
seconds a megabyte, and cards hold long results.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from ...errors import BadFileError
from ...nouns.inspection import InspectedFile
from . import kept
from .limits import Source

NAME = "model card"
FILES = ("readme.md",)

MAX_FRONT_MATTER = 1 << 20
"""How far the end of the front matter is looked for, in bytes: evaluation results make it long."""
MAX_FIELDS = 64 << 10
"""Longest text of the fields that are asked for, in bytes."""
MAX_VALUES = 1000
"""Most values that YAML's merge keys may add up to."""

_SHOWN = (
    "license",
    "license_name",
    "language",
    "library_name",
    "pipeline_tag",
    "base_model",
    "base_model_relation",
    "datasets",
    "tags",
    "metrics",
)
_KEY = re.compile(r"[^\s#-][^:]*:(?:\s|$)")
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
_END = re.compile(rb"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_TITLE = re.compile(rb"^# +(\S.*?)[ \t#]*\r?$", re.MULTILINE)
_TITLE_WITHIN = 64 << 10


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """No content is that of a card alone: many files begin with YAML."""
    return False


def read(source: Source) -> InspectedFile:
    """Return what a card says in its front matter, and its title.

    Raises:
        BadFileError: the front matter does not end, is not UTF-8, or its fields are not YAML.
    """
    text, rest = front_matter(source)
    said = {key: value for key, value in kept.value(fields(text, _SHOWN)).items() if value is not None}
    if title := _TITLE.search(rest):
        said["title"] = kept.printable(title[1].decode(errors="replace")[:200])
    return InspectedFile(source.path, source.size, NAME, metadata=said)


def front_matter(source: Source) -> tuple[str, bytes]:
    """Return the text of the front matter, empty without one, and the beginning of what follows.

    Raises:
        BadFileError: it does not end, or is not UTF-8.
    """
    source.file.seek(0)
    data = source.file.read(_TITLE_WITHIN)
    begin = _BEGIN.match(data)
    if begin is None:
        return "", data
    data = data[begin.end() :] + source.file.read(MAX_FRONT_MATTER - _TITLE_WITHIN)
    end = _END.search(data)
    if end is None:
        where = (
            f"in its first {MAX_FRONT_MATTER >> 10:,} KiB"
            if source.size > MAX_FRONT_MATTER
            else "in the file"
        )
        raise BadFileError(f"its front matter does not end {where}", format=NAME)
    try:
        text = data[: end.start()].decode()
    except UnicodeDecodeError as error:
        raise BadFileError(f"it is not UTF-8 at byte {error.start:,}", format=NAME) from None
    return text, data[end.end() : end.end() + _TITLE_WITHIN]


def fields(text: str, wanted: Collection[str]) -> dict[str, Any]:
    """Return the fields of a front matter that are asked for; none when it is no mapping.

    Raises:
        BadFileError: they are too long, or not YAML.
    """
    chosen, taking = [], False
    for line in text.split("\n"):
        if _KEY.match(line):
            taking = line.partition(":")[0].strip().strip("\"'") in wanted
        if taking:
            chosen.append(line)
    if not chosen:
        return {}
    part = "\n".join(chosen)
    if len(part) > MAX_FIELDS:
        raise BadFileError(
            f"{chosen[0].partition(':')[0][:60]} and its like are longer than {MAX_FIELDS >> 10} KiB",
            format=NAME,
        )
    from ..values.yaml_values import YamlProblem, load

    try:
        found = load(part, limit=MAX_VALUES)
    except YamlProblem as error:
        raise BadFileError(f"its front matter: {error.problem}", format=NAME) from None
    except RecursionError:
        raise BadFileError("its front matter is nested too deeply", format=NAME) from None
    return found if isinstance(found, dict) else {}
