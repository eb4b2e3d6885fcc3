"""What is asked for: ``ROLE[:NAME]=SOURCE``, and the names that datasets get when none is given."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping

import msgspec

from ...errors import BadInputError, BadNameError
from ...nouns import names

EXAMPLE = "train=data/train.csv.dvc"
MAX_ROLE = 40
"""Longest role, in characters."""

GENERIC = frozenset(
    {"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval", "evaluation"}
    | {"holdout", "data", "dataset", "datasets", "all", "full", "raw", "processed", "input", "inputs", "main"}
)
"""Names of files that say nothing about which dataset it is."""

_ROLE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+|\.{2,}", re.ASCII)


class Asked(msgspec.Struct, frozen=True):
    """A dataset a version is to be tied to.

    ``role`` is its part (``train``), ``name`` the model to keep it under (empty: by the source's own name),
    ``source`` a reference, path, URL or Hugging Face name as it was written.
    """

    role: str
    name: str
    source: str


def parse(word: str) -> Asked:
    """Read ``ROLE[:NAME]=SOURCE``.

    Raises:
        BadInputError: a part is missing, or can't be what it should be.
    """
    left, equals, source = word.partition("=")
    if not equals:
        raise BadInputError(
            f"{word!r} is not a dataset: it does not say which part it plays",
            hint=f"Write ROLE=SOURCE, such as {EXAMPLE}.",
        )
    return _asked(left, source)


def parse_datasets(words: Iterable[str]) -> dict[str, str]:
    """Read ``ROLE[:NAME]=SOURCE`` words into the mapping ``register`` takes; see ``from_mapping``.

    Raises:
        BadInputError: as ``parse``; or the same role and name are given twice.
    """
    found: dict[str, str] = {}
    for word in words:
        parse(word)
        left, _, source = word.partition("=")
        if left in found:
            raise BadInputError(
                f"the dataset {left!r} is given twice",
                hint=f"Name each: {left.partition(':')[0]}:NAME=SOURCE.",
            )
        found[left] = source
    return found


def from_mapping(datasets: Mapping[str, str | os.PathLike[str]]) -> tuple[Asked, ...]:
    """Read ``{"ROLE[:NAME]": SOURCE}``. A path object always means a path, never a reference.

    Raises:
        BadInputError: a part is missing, or can't be what it should be.
    """
    if not isinstance(datasets, Mapping):
        raise BadInputError("datasets are not a mapping", hint='Write {"train": "data/train.csv"}.')
    asked = []
    for key, source in datasets.items():
        if not isinstance(key, str):
            raise BadInputError(f"the role {key!r} is not text", hint='Write it as text, such as "train".')
        is_path = isinstance(source, os.PathLike)
        asked.append(_asked(key, os.path.abspath(os.fsdecode(source)) if is_path else source))
    return tuple(asked)


def _asked(left: str, source: object) -> Asked:
    role, colon, name = left.partition(":")
    if len(role) > MAX_ROLE or not _ROLE.fullmatch(role):
        raise BadNameError(
            f"{role[: MAX_ROLE + 1]!r} can't be the role of a dataset",
            hint=f"Use a short word of letters, digits, '.', '-' and '_', such as {EXAMPLE}.",
        )
    if colon:
        names.check_model(name)
    names.check_text(source, f"the source of the dataset {role!r}")  # type: ignore[arg-type]  # checked there
    if not source:
        raise BadInputError(
            f"the dataset {role!r} has no source", hint=f"Write ROLE=SOURCE, such as {EXAMPLE}."
        )
    return Asked(role, name, source)  # type: ignore[arg-type]  # text, as check_text made sure


def own_name(path: str, *, directory: bool) -> str:
    """Return what a path or URL is called: its last part, without the endings of a file (``a.csv.gz`` → ``a``)."""
    name = path.rstrip("/").rsplit("/", 1)[-1]
    if directory:
        return name
    stem, ending = os.path.splitext(name)
    return os.path.splitext(stem)[0] if ending.lower() in _PACKED else stem


def model_name(own: str, model: str, role: str) -> str:
    """Return the name to keep a dataset under, from the source's own name.

    A generic one (``train``) is put behind the name of the ``model`` that asks: ``sentiment-train``. Where nothing
    of the name can stand in a model's name, the role takes its place.
    """
    plain = unicodedata.normalize("NFKD", own).encode("ascii", "ignore").decode()
    fit = _UNFIT.sub("-", plain).strip("._-")
    if not fit:
        fit = role
    if fit.lower() in GENERIC or fit == role:
        fit = f"{model[: names.MAX_LENGTH - len(fit) - 1]}-{fit}"
    return names.check_model(fit[: names.MAX_LENGTH].strip("._-"))
