"""Whether the data that versions were made from are still what they were."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ..engine.documents import Document
from ..engine.repository import Repository
from ..knowledge.datasets import check
from ..knowledge.datasets.check import Recorded
from ..nouns.dataset import DataState
from ..nouns.lineage import DATA_EDGES, Link
from ..nouns.reports import ProgressCallback
from . import look, resolve


def data(repository: Repository, ref: str, progress: ProgressCallback | None) -> tuple[DataState, ...]:
    """Check the datasets of a version, or the dataset itself; see ``Store.data``."""
    with repository.reading() as index:
        document = resolve.resolve(index, ref)
        made_by = look.code(document)
        behind: list[tuple[Link, Document | None]] = [(Link("", document["id"]), document)]
        if document["kind"] != "dataset":
            links = [link for link in look.links(document) if link.role and link.type in DATA_EDGES]
            behind = [(link, None if link.outside else _document(index.with_id(link.to))) for link in links]
    commit = made_by.commit if made_by and not made_by.dirty else ""
    return tuple(_state(repository, link, document, commit, progress) for link, document in behind)


def _document(same: list[Document]) -> Document | None:
    """Return the best of the versions that have one content: one that is not deleted, and says where its bytes are."""
    return max(same, key=lambda d: (not d.get("deleted"), "source" in d, d["seq"]), default=None)


def _state(
    repository: Repository,
    link: Link,
    document: Document | None,
    commit: str,
    progress: ProgressCallback | None,
) -> DataState:
    if document is None:
        why = "it is not in this store" if link.outside else "the store does not know this dataset any more"
        return DataState(link.role, link.to, None, "unknown", (why,))
    version = look.as_version(document)
    files = look.manifest(repository, version.id).files

    def hash_file(path: str, advance: Callable[[int], None]) -> str:
        return repository.objects.digest_file(path, advance)[0]

    states = []
    for place in (version.source, *version.elsewhere):  # unchanged anywhere is unchanged
        states.append(
            check.check(Recorded(link.role, version.ref, place, files, commit), hash_file, progress)
        )
        if states[-1].state == "unchanged":
            return states[-1]
    if files and not version.external and states[0].state != "unchanged":
        kept = f"the store has its bytes: mvtui checkout {version.ref} DIR"
        return msgspec.structs.replace(states[0], why=(*states[0].why, kept))
    return states[0]
