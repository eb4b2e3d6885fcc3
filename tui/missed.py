"""Why a query found nothing, in sentences that both faces tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..store import Answer

_MOST = 8
"""Known values that are told."""

_SENTENCES = {
    "alias": "no alias is called {}",
    "author": "nobody called {} has registered any of these versions",
    "dataset": "none of these versions was trained or measured on {}",
    "git": "none of these versions was made by a commit or branch {}",
    "host": "none of these versions was registered on a host called {}",
    "kind": "none of these versions is of the kind {}",
    "model": "no model is called {}",
    "parent": "none of these versions came from {}",
    "stage": "none of these versions is in the stage {}",
}


def reasons(answer: Answer) -> Iterator[str]:
    """Yield what an answer could not find anything by, and what was perhaps meant. To be made safe by the caller."""
    for what, similar in answer.unknown.items():
        yield f"none of these versions has the {what[:100]}{_hint(similar, ())}"
    for one in answer.unmet:
        yield _SENTENCES[one.field].format(one.value[:100]) + _hint(one.similar, one.known)
    for word, condition in answer.meant.items():
        yield f"no text has {word[:100]} in it; did you mean {condition[:200]}?"


def _hint(similar: Iterable[str], known: Iterable[str]) -> str:
    if first := next(iter(similar), ""):
        return f"; did you mean {first[:100]}?"
    told = [text[:60] for text in known]
    more = f" and {len(told) - _MOST:,} more" if len(told) > _MOST else ""
    return f"; known: {', '.join(told[:_MOST])}{more}" if told else ""
