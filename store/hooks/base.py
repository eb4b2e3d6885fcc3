"""What a Hugging Face model was loaded from, as lineage names it.

``from_pretrained`` keeps in the model what it was given (``name_or_path``) and, for the Hub, the commit that it got
(``config._commit_hash``). Since ``transformers`` 5 the files that are saved no longer say so.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from .. import Store
from ..errors import NotFoundError

_HASH_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LIVE = re.compile(r".+-([0-9a-f]{12})(?:\.copy)?", re.ASCII)
_HUB = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


def base_of(model: object, store: Store) -> str:
    """Return the version (``id:…``) or the Hub's name and commit (``hf:org/name@commit``) a model came from.

    A version when the path it was loaded from is one that ``Store.path`` gave. Empty when it was made from scratch,
    or lies in another place on this machine.
    """
    name = str(getattr(model, "name_or_path", "") or "")
    if not name:
        return ""
    if os.path.exists(name):
        return _in_store(Path(name), store)
    if not _HUB.fullmatch(name) or ".." in name:
        return ""
    commit = str(getattr(getattr(model, "config", None), "_commit_hash", None) or "")
    return f"hf:{name}@{commit}" if _COMMIT.fullmatch(commit) else f"hf:{name}"


def _in_store(path: Path, store: Store) -> str:
    """``Store.path`` leads into a directory that is named by the version's hash ID, or by the beginning of it.

    A live pointer is taken for what it leads to now: training begins soon after the base was loaded.
    """
    directory = (path if path.is_dir() else path.parent).resolve()
    root = store.root.resolve()
    parts = directory.relative_to(root).parts if directory.is_relative_to(root) else ()
    match parts:
        case ("live", ".trees", name, *_) if _HASH_ID.fullmatch(name):
            ref = f"id:{name}"
        case ("live", model, ".versions", name, *_) if found := _LIVE.fullmatch(name):
            ref = f"{model}@{found[1]}"
        case _:
            return ""
    try:
        return f"id:{store.get(ref).id}"
    except NotFoundError:
        return ""
