"""Metrics, parameters and tags from the command line's words and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from ...store import BUMPS, KINDS, errors, merge_series, parse_pairs, read_metrics_file, read_values_file
from . import output

if TYPE_CHECKING:
    from ...store import Scalar, Series

BUMP = click.Choice(BUMPS)
KIND = click.Choice(KINDS)


class Measured(NamedTuple):
    """What was measured: the values, and the series they are the end of."""

    metrics: dict[str, float]
    series: dict[str, Series]


def metrics_of(files: Sequence[str], words: Sequence[str], *, series: bool = True) -> Measured:
    """Return the metrics of files and of ``k=v`` words, which win; a later file wins over an earlier one, and adds its steps.

    Says on stderr what was left out because it is no number, and where two files differ.

    Raises:
        BadInputError, NotFoundError, StorageError: as ``read_metrics_file`` and ``parse_pairs``.
    """
    metrics: dict[str, float] = {}
    curves: list[dict[str, Series]] = []
    for file in files:
        found = read_metrics_file(file, series=series)
        _tell_skipped(file, found.skipped)
        # By their text: NaN is not equal to itself.
        both = [name for name in found.metrics if name in metrics]
        if differing := [name for name in both if repr(metrics[name]) != repr(found.metrics[name])]:
            output.warn(
                f"{_some(differing)}: the value of an earlier file is replaced by that of {file}",
                "leave one of the files out, or state the value after them, as NAME=VALUE",
            )
        metrics |= found.metrics
        curves.append(found.series)
    stated = parse_pairs(words, "metric")
    return Measured(
        metrics | {name: float(value) for name, value in stated.items() if value is not None},
        merge_series(curves) if any(curves) else {},
    )


def _tell_skipped(file: str, skipped: Sequence[str]) -> None:
    if skipped:
        are = "is no number" if len(skipped) == 1 else "are no numbers"
        output.talk(output.safe(f"skipped {len(skipped):,} of {file} that {are}: {_some(skipped)}", 500))


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:5])
    return f"{shown}, and {len(names) - 5:,} more" if len(names) > 5 else shown


def params_of(file: str | None, words: Sequence[str]) -> dict[str, Scalar]:
    """Return the parameters of a file and of ``k=v`` words, which win.

    Raises:
        BadInputError, NotFoundError, StorageError: as ``read_values_file`` and ``parse_pairs``.
    """
    read = read_values_file(file) if file is not None else {}
    return {**read, **parse_pairs(words, "param")}


def edges_of(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the edges of ``TYPE=REF`` words; whether they can be is the store's to say.

    Raises:
        BadInputError: a word without ``=``, or with nothing on one side of it.
    """
    pairs = []
    for word in words:
        type_, _, to = word.partition("=")
        if not type_ or not to:
            raise errors.BadInputError(
                f"{word!r} is not an edge",
                hint="Write TYPE=REF, such as fine-tuned-from=base@1.0.0 or trained-on=hf:datasets/squad.",
            )
        pairs.append((type_, to))
    return pairs


def tags_of(words: Sequence[str]) -> dict[str, str]:
    """Return the tags of ``k=v`` words.

    Raises:
        BadInputError: as ``parse_pairs``.
    """
    return {name: str(value) for name, value in parse_pairs(words, "tag").items()}
