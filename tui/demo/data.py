"""The corpora as files: tab-separated, one example a line, so that what a model learned from can be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .corpus import FEATURES, Phrase, Result, Review


@dataclass(frozen=True, slots=True)
class Corpus:
    """A dataset to be: the name to register it under, its one file, and what a person would note about it."""

    name: str
    file: str
    content: bytes
    note: str


def reviews(name: str, found: Iterable[Review], note: str) -> Corpus:
    """Return reviews as label (1 is praise) and text."""
    rows = ((str(label), " ".join(word for word in words if word)) for words, label in found)
    return Corpus(name, "reviews.tsv", _table(("label", "text"), rows), note)


def phrases(name: str, found: Iterable[Phrase], note: str) -> Corpus:
    """Return phrases as language and text."""
    return Corpus(
        name,
        "phrases.tsv",
        _table(("language", "text"), ((language, text) for text, language in found)),
        note,
    )


def clicks(name: str, pages: Sequence[Sequence[Result]], note: str) -> Corpus:
    """Return result lists as they were shown: search, rank, whether it was clicked, and the features."""
    rows = (
        (str(search), str(result.rank), str(result.clicked), *(f"{value:.4f}" for value in result.features))
        for search, page in enumerate(pages)
        for result in page
    )
    return Corpus(name, "clicks.tsv", _table(("search", "rank", "clicked", *FEATURES), rows), note)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return "".join("\t".join(row) + "\n" for row in (head, *rows)).encode()
