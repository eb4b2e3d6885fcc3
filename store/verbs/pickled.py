"""What loading a version's pickles would run: looked for when it is registered, kept with it, looked for anew where that is old."""

from __future__ import annotations

from typing import Any

from ..engine import objects
from ..engine.documents import Document
from ..engine.repository import Repository
from ..errors import MvtuiError, NotFoundError
from ..knowledge.formats import Source
from ..knowledge.formats.walk import Place, choose
from ..nouns.manifest import Manifest
from ..nouns.pickles import RULES, Pickles, prefixed, worst
from . import look

_REASONS = 8
"""How many reasons are kept with a version; inspecting it names all."""
_LONGEST = 120
_FAILED = Pickles("partial", unread=("it could not be looked into",))
_REMEMBERED = 256


def fields(repository: Repository, manifest: Manifest) -> dict[str, Any]:
    """Return the verdict on stored files as fields of an event. It reads headers only, and never fails: what it can't read it says."""
    try:
        found = _look(repository, manifest)
    except Exception:  # noqa: BLE001 — whatever is in a file, or wrong with a reader, registering it goes on
        found = _FAILED
    said: dict[str, Any] = {"pickles": found.verdict if found else "none"}
    if found is not None and found.reasons:
        said["pickle_reasons"] = [_short(reason) for reason in found.reasons[:_REASONS]]
    if RULES > 1:
        said["pickle_rules"] = RULES
    return said


def verdict(repository: Repository, document: Document) -> Pickles | None:
    """Return the verdict on a version's files: the one that is kept with it, or a new one if that was reached by older rules.

    None when its files hold no pickles. What keeps them from being looked into is told as ``partial``.
    """
    kept = document.get("pickles")
    if kept and document.get("pickle_rules", 1) >= RULES:
        return _kept(document)
    try:
        if document.get("external"):
            raise NotFoundError("its bytes are not in the store")
        return _looked_up(repository, document["id"])
    except (MvtuiError, OSError) as error:
        return Pickles("partial", unread=(str(error),))


def _kept(document: Document) -> Pickles | None:
    word, reasons = document["pickles"], tuple(document.get("pickle_reasons", ()))
    if word == "none":
        return None
    if word == "safe":
        return Pickles("safe")
    if word == "unsafe":
        return Pickles("unsafe", unsafe=reasons)
    return Pickles("unknown", unknown=reasons) if word == "unknown" else Pickles("partial", unread=reasons)


def _look(repository: Repository, manifest: Manifest) -> Pickles | None:
    """Look into stored files.

    Raises:
        OSError: one can't be read.
    """
    from ..knowledge.formats.pickled.search import search

    chosen = choose([Place(e.path, repository.objects.path(e.digest), e.size) for e in manifest.files])
    found: list[Pickles | None] = []
    for place in chosen.places:
        with open(objects.open_regular(place.location), "rb") as file:
            pickles = search(Source(file, place.size, place.path))
        found.append(prefixed(pickles, place.path if len(manifest.files) > 1 else ""))
    if not chosen.whole:
        found.append(Pickles("partial", unread=("there are too many files to look into all",)))
    return worst(found)


_looks: dict[tuple[str, str], Pickles | None] = {}


def _looked_up(repository: Repository, identity: str) -> Pickles | None:
    """Look into a version's files, once in this process: what has an ID stays what it is."""
    key = (repository.layout.root, identity)
    if key not in _looks:
        if len(_looks) >= _REMEMBERED:
            _looks.clear()
        _looks[key] = _look(repository, look.manifest(repository, identity))
    return _looks[key]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
