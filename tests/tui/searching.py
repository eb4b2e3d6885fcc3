"""Searching versions that no store holds, as the store would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mvtui.store import Search, Version, rfc3339
from mvtui.store.verbs.look import Rows


def search(versions: Sequence[Version]) -> Search:
    """Return what finds versions of a made-up list; of names it knows nothing, so no query may ask for any."""
    nowhere: Any = None
    return Search(nowhere, Rows([_document(version) for version in versions]))


def _document(version: Version) -> dict[str, Any]:
    facts = {
        name: value
        for name in ("model", "version", "id", "kind", "seq", "author", "host", "size", "stage", "note", "metrics",
                     "params", "tags", "aliases")
        if (value := getattr(version, name)) or value == 0
    }  # fmt: skip
    facts["files"] = version.file_count
    return facts | {"created": rfc3339(version.created), "registered": rfc3339(version.registered)}
