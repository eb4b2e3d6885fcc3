"""Metrics and parameters as people and tools write them: ``k=v`` words, and files of many forms.

Whatever the form, the result is flat: name → scalar, nested names joined with ``/``. A metric may be NaN or
infinite, since that is what a run may come to. A parameter's dates become ISO text, lists become JSON text
and numbers that are not finite become the words ``NaN``, ``Infinity`` and ``-Infinity``, so that every one
is a value that the manifest can hold.
"""

from __future__ import annotations

from .flatten import flatten as flatten
from .found import MetricsFile as MetricsFile
from .metrics_file import read_metrics_file as read_metrics_file
from .params_file import read_tree as read_tree
from .params_file import read_values_file as read_values_file
from .words import parse_pairs as parse_pairs
