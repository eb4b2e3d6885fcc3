"""Read a file of a version to look at it, and compare it with that of another version."""

from __future__ import annotations

import os

import msgspec

from ..engine import durable
from ..engine.repository import Repository
from ..errors import NotFoundError
from ..knowledge.compare import texts, words
from ..knowledge.formats import unknown
from ..knowledge.formats.walk import Place
from ..nouns.file_diff import FileDiff
from ..nouns.file_text import FileText
from ..nouns.manifest import FileEntry
from ..nouns.word_diff import WordDiff
from . import checkout, health, inspect, look

MOST_TEXT = 1 << 20
"""Bytes of a file that are read to be shown."""
MOST_COMPARED = 8 << 20
"""Bytes of a file that are read to be compared: a tokenizer.json may have as many."""

_START = 256
_ODD = 0.02
"""Share of bytes that may be no UTF-8 in what is taken for text: names in old encodings."""


def read_text(repository: Repository, ref: str, path: str, most: int) -> FileText:
    """Read a file of a version; see ``Store.read_text``."""
    entry = _entries(repository, ref).get(path)
    if entry is None:
        raise _missing(repository, ref, path)
    return _read(repository, entry, most)


def diff_file(repository: Repository, before: str, after: str, path: str) -> FileDiff:
    """Compare a file of two versions; see ``Store.diff_file``."""
    entries = [_entries(repository, ref).get(path) for ref in (before, after)]
    one, other = entries
    sizes = (one.size if one else None, other.size if other else None)
    if one is None and other is None:
        raise _missing(repository, after, path)
    if one is not None and other is not None and one.digest == other.digest:
        return FileDiff(path, "lines", one.size, other.size)
    if not all(_is_text(repository, entry) for entry in (one, other) if entry is not None):
        return FileDiff(path, "bytes", sizes[0], sizes[1], note="it is not text")
    if max(size or 0 for size in sizes) > MOST_COMPARED:
        note = f"more than {MOST_COMPARED >> 20} MiB are not compared line by line"
        return FileDiff(path, "bytes", sizes[0], sizes[1], note=note)
    found = [_read(repository, entry, MOST_COMPARED).text if entry else "" for entry in entries]
    if found[0] is None or found[1] is None:
        return FileDiff(path, "bytes", sizes[0], sizes[1], note="it is not text")
    whole = one is not None and other is not None  # of one that came or went no value stands beside another
    compare = texts.compare if whole else texts.by_lines
    return msgspec.structs.replace(compare(path, found[0], found[1]), before=sizes[0], after=sizes[1])


def diff_words(repository: Repository, before: str, after: str, path: str) -> WordDiff:
    """Compare a text file of two versions word by word; see ``Store.diff_words``."""
    one, other = (_entries(repository, ref).get(path) for ref in (before, after))
    if one is None and other is None:
        raise _missing(repository, after, path)
    if one is not None and other is not None and one.digest == other.digest:
        return WordDiff(path)
    if max(entry.size for entry in (one, other) if entry is not None) > MOST_COMPARED:
        return WordDiff(path, note=f"more than {MOST_COMPARED >> 20} MiB are not compared word by word")
    old, new = (_read(repository, entry, MOST_COMPARED).text if entry else "" for entry in (one, other))
    if old is None or new is None:
        return WordDiff(path, note="it is not text")
    return words.by_words(path, old, new)


def _entries(repository: Repository, ref: str) -> dict[str, FileEntry]:
    files = look.manifest(repository, checkout.stored(repository, ref).id).files
    return {entry.path: entry for entry in files}


def _missing(repository: Repository, ref: str, path: str) -> NotFoundError:
    name = os.path.basename(path)
    there = _entries(repository, ref)
    return NotFoundError(
        f"{ref} has no file {path[:200]!r}",
        hint=f"mvtui show {ref} lists its files.",
        candidates=[each for each in there if os.path.basename(each) == name][:8] or list(there)[:8],
    )


def _is_text(repository: Repository, entry: FileEntry) -> bool:
    """Whether a large file begins as text does: what is none need not be read to the end."""
    return entry.size <= MOST_COMPARED or _read(repository, entry, 64 << 10).text is not None


def _read(repository: Repository, entry: FileEntry, most: int) -> FileText:
    if entry.size <= most:
        data = repository.objects.read(entry.digest)
    else:
        place = Place(entry.path, repository.objects.path(entry.digest), entry.size)
        inspect.check_object(place, entry.digest)
        with durable.explained(f"read {entry.path}"), health.opened(place.location) as fd:
            data = os.pread(fd, most, 0)
    cut = entry.size > len(data)
    start = data[:_START]
    return FileText(entry.path, entry.size, _decoded(data, cut), start, cut, unknown.suggests(data[:4096]))


def _decoded(data: bytes, cut: bool) -> str | None:
    """Return bytes as text; None if they are something else."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data[: len(data) - len(data) % 2].decode("utf-16")
        except UnicodeDecodeError:
            return None
        return None if "\0" in text else text
    if b"\0" in data:
        return None
    text = data.decode("utf-8-sig", "replace")
    if cut:  # the last character may be cut in two
        text = text.rstrip("\ufffd")
    odd = text.count("\ufffd") + sum(map(text.count, _CONTROLS))
    return text if odd <= _ODD * len(data) else None


_CONTROLS = "".join(map(chr, (*range(7), *range(14, 27), *range(28, 32))))
"""Characters that text doesn't hold; the escape that colours it is not among them."""
