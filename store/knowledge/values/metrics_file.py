"""Files of metrics, whatever wrote them: the latest values, and the series where there are steps."""

from __future__ import annotations

import os

from ...errors import BadInputError
from . import reading
from .flatten import split_numbers
from .found import MetricsFile
from .params_file import as_mapping

MAX_TABLE = 64 * 1024 * 1024
"""Largest table or ``trainer_state.json`` that is read, in bytes: they hold every step of a run."""

_TABLES = {".csv", ".tsv"}
_STATE = "trainer_state.json"


def read_metrics_file(path: str | os.PathLike[str], *, series: bool = True) -> MetricsFile:
    """Read a file of metrics, or a directory of DVCLive; ``-`` is standard input.

    The ending says the form: ``.json``, ``.yaml``/``.yml``, ``.toml``, ``.csv``, ``.tsv``; any other is tried
    as JSON, as a table, then as YAML. Nested names are joined with ``/``, so DVC's ``metrics.json`` and the
    Hugging Face Trainer's ``all_results.json`` read as they are; its ``trainer_state.json`` is known by its
    ``log_history``. With ``series=False`` series are not kept.

    Raises:
        NotFoundError: there is no such file.
        StorageError: it can't be read.
        BadInputError: it is another directory, too large (``reading.MAX_FILE``, ``MAX_TABLE``), malformed (the message names the
            line), has a name twice, more points than can be kept, or no number at all.
    """
    name = reading.label(path)
    found = _read(path, name, series=series)
    if not found.metrics:
        told = f", only {', '.join(map(repr, found.skipped[:3]))}" if found.skipped else ""
        raise BadInputError(
            f"{name} holds no number{told}", hint="Metrics are numbers; text belongs in --params-file."
        )
    return found


def _read(path: str | os.PathLike[str], name: str, *, series: bool) -> MetricsFile:
    from . import dvclive, huggingface, tables

    if dvclive.is_directory_of(name):
        return dvclive.read(name, MAX_TABLE, series=series)
    form = reading.ending(path)
    long = form in _TABLES or os.path.basename(name) == _STATE
    text = reading.read_text(path, MAX_TABLE if long else reading.MAX_FILE)
    if form in _TABLES or (form not in reading.TREES and tables.looks_like_one(text)):
        return tables.read(text, name, tabs=form == ".tsv", series=series)
    tree = as_mapping(reading.parse(text, path), path)
    if huggingface.is_trainer_state(tree):
        return huggingface.read(tree, name, series=series)
    metrics, skipped = split_numbers(tree, name)
    return MetricsFile(metrics, skipped=skipped)
