"""Whether a provider's name for a model stays what it means, by the name alone.

===================================  ============================================================
a name that ends in, or has          is
===================================  ============================================================
``-latest``, ``:latest``             floating: an alias that moves
``-2024-08-06``, ``@20241022``…      a snapshot: dated by day, or by month (``08-2024``, ``2411``)
``-0613``                            a snapshot, of OpenAI's (month and day)
``-001``                             a snapshot, of Google's (numbered)
nothing of it, of OpenAI's           floating: "The undated model name will typically point to the latest
                                     dated version" (its page of deprecations)
nothing of it, of any other's        nobody can tell by the name
===================================  ============================================================

What the list of known models says comes before all of it.
"""

from __future__ import annotations

import re

_LATEST = re.compile(r"(?:.*[-:@/_.])?latest", re.IGNORECASE)
_DAY = re.compile(r".*[-@_.](?:20\d\d-[01]\d-[0-3]\d|20\d\d[01]\d[0-3]\d)(?!\d).*")
_MONTH = re.compile(r".*[-@](?:[01]\d-20\d\d|2[3-9][01]\d)(?!\d)(?:-.*)?")
_MONTH_AND_DAY = re.compile(r".*-[01]\d[0-3]\d(?:-.*)?")
_NUMBERED = re.compile(r".*-00\d")


def floating(provider: str, model: str) -> bool | None:
    """Return whether a name can come to mean another model; None when that can't be told."""
    if _LATEST.fullmatch(model):
        return True
    if _DAY.fullmatch(model) or _MONTH.fullmatch(model):
        return False
    if provider == "google" and _NUMBERED.fullmatch(model):
        return False
    if provider == "openai":
        return not _MONTH_AND_DAY.fullmatch(model)
    return None
