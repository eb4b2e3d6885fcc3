"""Datasets of Hugging Face: ``hf:org/name@revision``, and what its local cache says. Never online.

The cache's layout: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
"""

from __future__ import annotations

import os
import re

from ...errors import BadInputError
from ...nouns.dataset import DataSource
from ...nouns.manifest import Scalar

SCHEME = "hf:"
DEFAULT_REVISION = "main"

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_FORM = re.compile(
    rf"(?P<name>(?:{_PART}/)?{_PART})(?:@(?P<revision>[A-Za-z0-9._/-]{{1,200}}))?(?:\#(?P<config>[A-Za-z0-9._-]{{1,100}}))?",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


def parse(text: str) -> tuple[DataSource, dict[str, Scalar], str]:
    """Read ``hf:[org/]name[@revision][#config]``; return where it is, what identifies it, and its own name.

    A revision of 40 hex digits is a commit, which can't move. Anything else may be a branch: it floats. The
    revision is ``main`` when it isn't given. ``config`` (a subset, such as ``sst2`` of ``glue``) is part of the
    identity.

    Raises:
        BadInputError: it is not of this form.
    """
    found = _FORM.fullmatch(text.removeprefix(SCHEME))
    revision = (found["revision"] if found else None) or DEFAULT_REVISION
    if found is None or any(part in {"", ".", ".."} for part in revision.split("/")):
        raise BadInputError(
            f"{text!r} is not a dataset of Hugging Face",
            hint="Write hf:org/name@REVISION, with a commit of 40 hex digits to pin it.",
        )
    name, config = found["name"], found["config"]
    identity: dict[str, Scalar] = {"hf": name, "revision": revision}
    if config:
        identity["config"] = config
    source = DataSource("hf", name, rev=revision, floating=not is_commit(revision))
    return source, identity, name.rpartition("/")[2]


def is_commit(revision: str) -> bool:
    """Whether a revision is a full commit, which means the same for ever."""
    return _COMMIT.fullmatch(revision) is not None


def cache_directory(name: str) -> str:
    """Return where the local cache keeps a dataset, whether or not it is there.

    ``HF_HUB_CACHE`` says where the cache is, else ``HF_HOME``, else ``XDG_CACHE_HOME``, as huggingface_hub has it.
    """
    home = os.environ.get("HF_HOME") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache"), "huggingface"
    )
    cache = (
        os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE") or os.path.join(home, "hub")
    )
    return os.path.join(
        os.path.expanduser(os.path.expandvars(cache)), "--".join(["datasets", *name.split("/")])
    )


def commit_of(directory: str, revision: str) -> str:
    """Return the commit that a branch or tag was at when the cache last asked; empty when it never did."""
    try:
        with open(os.path.join(directory, "refs", revision), "rb") as file:
            said = file.read(64).decode("ascii", "replace").strip()
    except OSError:
        return ""
    return said if is_commit(said) else ""
