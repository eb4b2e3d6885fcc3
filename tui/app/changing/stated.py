"""What is typed in one line of metrics or parameters: ``name=value`` words, and files that have some."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal, NamedTuple

from ....store.errors import MvtuiError
from .prospects import said

if TYPE_CHECKING:
    from ....store import Scalar


class Stated(NamedTuple):
    """Values by name, files that have more, which those win over; or the ``problem`` that makes it neither."""

    values: dict[str, Scalar]
    files: tuple[str, ...] = ()
    problem: str = ""


def read_stated(typed: str, what: Literal["metric", "param"]) -> Stated:
    """Read words such as ``accuracy=0.93 out/trainer_state.json``. Opens no file."""
    from ....store import parse_pairs

    words, problem = split(typed)
    if problem:
        return Stated({}, problem=problem)
    try:
        values = parse_pairs([word for word in words if "=" in word], what)
    except MvtuiError as error:
        return Stated({}, problem=said(error))
    return Stated(values, tuple(word for word in words if "=" not in word))


def read_datasets(typed: str) -> tuple[dict[str, str], str]:
    """Read words such as ``train=data/train.csv``: sources by role, or a problem. Opens no file."""
    from ....store import parse_datasets

    words, problem = split(typed)
    try:
        return (parse_datasets(words), "") if not problem else ({}, problem)
    except MvtuiError as error:
        return {}, said(error)


def split(typed: str) -> tuple[list[str], str]:
    """Return the words of a line, or a problem; quotes hold blanks together."""
    try:
        return shlex.split(typed), ""
    except ValueError:
        return [], "a quotation mark is not closed"
