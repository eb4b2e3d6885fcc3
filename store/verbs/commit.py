"""The last step of a registration: find the version of this content or make one, decided and written under the lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..engine.documents import Document
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError
from ..knowledge.guess import Guesses
from ..nouns.event import EventKind
from ..nouns.manifest import Manifest
from ..nouns.reports import Registered
from ..nouns.version import Version, rfc3339
from . import look, pickled, policy, resolve
from .circumstances import Circumstances, joined
from .interfaces import Inside
from .number import choose, compared_with
from .request import Request


def commit(
    repository: Repository, asked: Request, manifest: Manifest, around: Circumstances, guesses: Guesses
) -> Registered | None:
    """Make stored content a version, in one event; add what is new to the version that it already is.

    None when an object has gone (gc) since it was stored: store it again.

    Raises:
        ConflictError: the number asked for is taken, or this content has another one.
        NotFoundError: a member of a bundle was deleted meanwhile.
    """
    return _Commit(repository, asked, manifest, around, guesses).run()


class _Commit:
    def __init__(
        self,
        repository: Repository,
        asked: Request,
        manifest: Manifest,
        around: Circumstances,
        guesses: Guesses,
    ) -> None:
        self.repository, self.asked, self.manifest, self.around = repository, asked, manifest, around
        self.guesses = guesses

    def run(self) -> Registered | None:
        self.identity = self.repository.objects.put_bytes(self.manifest.encode())
        self.inside = Inside(self.repository, self.identity, self.manifest, self.asked.members)
        with self.repository.reading() as index:
            known = self._known(index)
            latest = compared_with(index, self.asked.model)
        # Looked around for before the lock, and not for what is known: nobody else waits for git.
        captured = self.around.captured if known is None or "capture" not in known else {}
        series = self.around.series
        pickles = self._pickles(known)
        if known is None and latest is not None and self._must_choose:
            self.inside(latest)  # not under the lock, unless there is another by then
        about = joined(captured, series, pickles)
        needed = {self.identity, *about.get("objects", ())}
        if not self.asked.external:
            needed |= {entry.digest for entry in self.manifest.files}
        with self.repository.writing() as index:
            policy.check(policy.settle(self.repository, index).policy, "register")
            for ref in self.asked.members.values():
                resolve.resolve(index, ref)  # raises for one that was deleted meanwhile
            if not all(map(self.repository.ensure_object, needed)):
                return None
            if (same := self._known(index)) is not None:
                return self._add(same, captured, series, pickles)
            return self._new(index, about)

    @property
    def _must_choose(self) -> bool:
        return self.asked.version is None and self.asked.bump is None

    def _pickles(self, known: Document | None) -> dict[str, Any]:
        """Return the verdict on pickles in files that were not here before."""
        if self.asked.external or (known is not None and not known.get("external")):
            return {}
        return pickled.fields(self.repository, self.manifest)

    def _known(self, index: Index) -> Document | None:
        return next(
            (
                document
                for document in index.with_id(self.identity)
                if document["model"] == self.asked.model and "deleted" not in document
            ),
            None,
        )

    def _new(self, index: Index, about: dict[str, Any]) -> Registered:
        asked, manifest = self.asked, self.manifest
        number, why = choose(
            self.repository,
            index,
            asked.model,
            manifest,
            asked=asked.version,
            bump=asked.bump,
            code=self.around.code if "code" in about else None,
            inside=self.inside,
        )
        data: dict[str, Any] = {
            "model": asked.model,
            "version": number,
            "id": self.identity,
            "kind": asked.kind,
            "size": manifest.size,
            "files": len(manifest.files),
        }
        if asked.source is not None:
            data["source"] = msgspec.to_builtins(asked.source)
            if asked.external:  # known by another's digest, it may have no files here to count
                data["size"] = manifest.size or asked.source.size or 0
                data["files"] = len(manifest.files) or asked.source.nfiles or 0
        if asked.external:
            data["external"] = True
        if asked.created is not None:
            data["created"] = rfc3339(asked.created)
        for name in ("metrics", "params", "tags", "note", "members", "mismatch"):
            if given := getattr(asked, name):
                data[name] = given
        if links := (*asked.links, *self.guesses.links):
            data["edges"] = [msgspec.to_builtins(link) for link in links]
        if self.guesses.unread:
            data["unread"] = list(self.guesses.unread)
        self.repository.append(EventKind.REGISTER, data | about, asked.reason)
        version = _version(index, asked.model, number)
        return Registered(version, created=True, bump=why, unread=self.guesses.unread)

    def _add(
        self, same: Document, captured: dict[str, Any], series: dict[str, Any], pickles: dict[str, Any]
    ) -> Registered:
        """Add what a registration of known content brings that is new."""
        asked, number = self.asked, same["version"]
        if asked.version not in (None, number):
            raise ConflictError(
                f"this content already is {asked.model}@{number}; one content has one number",
                hint=f"Leave out --version to add to it, or name it: mvtui alias {asked.model}@{number} NAME",
            )
        news = joined(self._news(same), {} if "capture" in same else captured)
        if series.get("series") not in same.get("series", ()):
            news = joined(news, series)
        if news.get("external") is False:
            news = joined(news, pickles)
        known = same.get("metrics", {})
        added = [_told(name, value, known) for name, value in news.get("metrics", {}).items()]
        added += [f"tag {name}={value}" for name, value in news.get("tags", {}).items()]
        added += [_ADDED[field] for field in _ADDED if field in news]
        if news:
            self.repository.append(EventKind.ADD, {"model": asked.model, "version": number} | news)
        version = _version(self.repository.index, asked.model, number)
        return Registered(version, created=False, added=tuple(added))

    def _news(self, same: Document) -> dict[str, Any]:
        asked = self.asked
        source = msgspec.to_builtins(asked.source) if asked.source else None
        found: dict[str, Any] = {
            "metrics": _differing(asked.metrics, same.get("metrics", {})),
            "tags": _differing(asked.tags, same.get("tags", {})),
            "note": asked.note if asked.note != same.get("note", "") else "",
            "source": source if source not in (same.get("source"), *same.get("elsewhere", ())) else None,
        }
        news = {name: value for name, value in found.items() if value}
        if same.get("external") and not asked.external:
            news["external"] = False
        return news


_ADDED = {
    "note": "note",
    "capture": "capture",
    "series": "series",
    "source": "where its data are",
    "external": "its bytes",
}
"""Field of an event → what to call it when it was added."""


def _differing(given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in known or known[name] != value}


def _told(name: str, value: Any, known: Mapping[str, Any]) -> str:
    def words(stored: Any) -> str:
        return stored if isinstance(stored, str) else f"{stored:g}"

    before = f" (was {words(known[name])}, which is kept)" if name in known else ""
    return f"metric {name}={words(value)}{before}"


def _version(index: Index, model: str, number: str) -> Version:
    document = index.version(model, number)
    assert document is not None, "the event just written made it"
    return look.as_version(document)
