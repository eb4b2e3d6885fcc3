"""The whole state of a store, for saying that an undo restored it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from mvtui.store import Store

from tests.store.engine.test_index import tables

REMAINS = ("overridden", "verified", "approvals")
"""Facts about a version that no undo takes back."""


def state(store: Store) -> dict[str, Any]:
    """All that an undo must restore: the documents, but for what is history and what stays true; and live/."""
    found = tables(store)
    versions = {
        ref: {name: value for name, value in document.items() if name not in REMAINS}
        for ref, document in found["versions"].items()
    }
    links = sorted(Path(store.root, "live").glob("*/production"))
    live = {link.parent.name: os.readlink(link) for link in links}
    return {"models": found["models"], "versions": versions, "live": live}


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    """The same without when each holder of Production took it over: a redo takes it over anew."""
    models = {
        name: document | {"held": [entry["version"] for entry in document.get("held", ())]}
        for name, document in found["models"].items()
    }
    return found | {"models": models}
