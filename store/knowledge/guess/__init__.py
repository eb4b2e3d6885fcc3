"""Guessing where a version comes from, by what its own files say.

Model files often name their base: an adapter's configuration, a model's, a GGUF header, a model card. Each such
edge is marked with the name of the file that says so. Nothing is executed, no file is read whole but small
configurations, and whatever a file holds, the worst is that nothing is guessed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ...nouns.lineage import Link
from ..sources import SourceFile
from . import card, configs, gguf, names
from .files import UnreadableError
from .names import stem as stem

MAX_FILES = 64
"""Most files of one sort that are looked into."""
MAX_EDGES = 200
"""Most edges that are guessed for one version."""

_KINDS = frozenset({"weights", "adapter"})


class Guesses(msgspec.Struct, frozen=True):
    """Edges that files state, and a sentence for each file that seemed to state one and could not be read."""

    links: tuple[Link, ...] = ()
    unread: tuple[str, ...] = ()


def guess(files: Sequence[SourceFile], *, model: str = "", kind: str = "weights") -> Guesses:
    """Return the edges that ``files``, those of one version, state.

    ``model`` is the name the version is registered under: a configuration that names the same is naming
    itself. Only versions made of weights have guesses. What was said by several files is there once, in the
    words of the one that knows best: adapter configuration, GGUF, model card, then the model's configuration.
    A name with a revision wins over the same name without. Never raises for anything a file holds.
    """
    if kind not in _KINDS:
        return Guesses()
    found: list[Link] = []
    unread: list[str] = []
    for source, read in _chosen(files, model):
        try:
            found += read(source.location, source.path)
        except UnreadableError as error:
            unread.append(f"{source.path}: {error}")
    links = _once(found)
    if len(links) > MAX_EDGES:
        unread.append(f"{len(links):,} edges are named; the first {MAX_EDGES} are kept")
    return Guesses(tuple(links[:MAX_EDGES]), tuple(unread))


_Read = Callable[[str, str], list[Link]]


def _chosen(files: Sequence[SourceFile], model: str) -> list[tuple[SourceFile, _Read]]:
    """Return the files to look into and how, best first.

    Of each sort only those nearest to the root count: below them lie parts (``text_encoder/config.json``) and
    checkpoints, which speak for themselves. The configuration beside an adapter's is its base's.
    """

    def plain(location: str, said: str) -> list[Link]:
        return configs.model(location, said, model)

    adapters = _nearest(files, "adapter_config.json")
    configurations = [] if adapters else _nearest(files, "config.json", "model_index.json")
    sorts: list[tuple[list[SourceFile], _Read]] = [
        (adapters, configs.adapter),
        ([source for source in files if source.path.lower().endswith(".gguf")], gguf.model),
        (_nearest(files, "readme.md"), card.model),
        (configurations, plain),
    ]
    return [(source, read) for sources, read in sorts for source in sources[:MAX_FILES]]


def _nearest(files: Sequence[SourceFile], *basenames: str) -> list[SourceFile]:
    named = [source for source in files if source.path.rpartition("/")[2].lower() in basenames]
    depth = min((source.path.count("/") for source in named), default=0)
    return [source for source in named if source.path.count("/") == depth]


def _once(links: list[Link]) -> list[Link]:
    """Keep one edge to each thing, parents before data sets: one name may be both."""
    kept: dict[tuple[bool, str], Link] = {}
    for link in links:
        key = (link.type == "trained-on", names.stem(link.to).casefold())
        first = kept.setdefault(key, link)
        if not _has_revision(first) and _has_revision(link):
            kept[key] = msgspec.structs.replace(first, to=link.to)
    return sorted(kept.values(), key=lambda link: link.type == "trained-on")


def _has_revision(link: Link) -> bool:
    return names.stem(link.to) != link.to
