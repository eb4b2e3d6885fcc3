"""Names that files give to what they came from, as names outside the store.

A Hugging Face model becomes ``hf:org/name@revision``, a data set ``hf:datasets/org/name``, as the Hub's own
addresses have it; another address stays one; free text becomes ``name:…``. What makes no name gives ``""``.
"""

from __future__ import annotations

import re

from .. import outside

MAX_NAME = 300
"""Longest name that is taken over, in characters. Longer ones are no names."""

# The rules of huggingface_hub's validate_repo_id: 96 characters, no "--", no "..", no ".git" at the end.
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_REPO = re.compile(rf"{_PART}(?:/{_PART})?", re.ASCII)
_MAX_REPO = 96
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]{0,99}", re.ASCII)
_HUB_URL = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?P<data>datasets/)?"
    r"(?!(?:api|blog|collections|datasets|docs|models|papers|spaces)(?:/|$))(?P<repo>[^/?#]+(?:/[^/?#]+)?)/?"
    r"(?:(?:tree|blob|resolve|commit)/(?P<revision>[^/?#]+)[^?#]*)?(?:[?#].*)?",
    re.IGNORECASE,
)
_HUB_CACHE = re.compile(
    r"(?:^|.*[/\\])(?P<what>models|datasets)--(?P<repo>[^/\\]+)(?:[/\\]snapshots[/\\](?P<revision>[0-9a-f]{40}))?(?:[/\\].*)?"
)
_ADDRESS = re.compile(r"(?:https?|s3|gs|az|oci)://[^\s/]+\S*", re.IGNORECASE)
_CHECKPOINT = re.compile(r"(?:checkpoint|step|epoch|global_step|iter)[-_]?\d+", re.IGNORECASE)
_FOLDERS = re.compile(
    r"checkpoints?|ckpts?|data|exp|experiments|(?:final|merged|saved|trained)_models?|home|local|logs?|mnt|models?|opt"
    r"|outputs?|out|results?|root|runs?|save[ds]?|scratch|tmp|weights|work|workspace",
    re.IGNORECASE,
)
"""First words of relative paths that training scripts write to: ``out/best`` has a Hub name's form, and is none."""


def model(text: object, revision: object = None) -> str:
    """Return the outside name of a model that a file names; ``""`` for a local path, and for no name at all.

    ``revision`` is a branch, tag or commit on the Hub. A path into the Hub's cache is the name it was
    downloaded under, revision included.
    """
    return _name(text, revision, data=False)


def dataset(text: object) -> str:
    """Return the outside name of a data set that a file names; ``""`` for no name at all.

    The names of the loaders of Hugging Face ``datasets``, which a Trainer writes into a card when it was not
    told a name (``generator``, ``json``), are no names.
    """
    if isinstance(text, str) and _NO_DATASETS.fullmatch(text.strip()):
        return ""
    return _name(text, None, data=True) or free(text)


_NO_DATASETS = re.compile(
    r"none|null|n/a|na|unknown|custom|private|proprietary|internal|datasets?|generator|json|csv|parquet|text|pandas"
    r"|arrow|xml|(?:image|audio|video)folder|webdataset",
    re.IGNORECASE,
)


def free(text: object) -> str:
    """Return any text on one line as ``name:…``: what it names can't be told, but equal text is one thing."""
    if not isinstance(text, str):
        return ""
    plain = " ".join(text.split())
    # Not printable: control characters, and half a surrogate pair, which JSON can spell and no journal can hold.
    return outside.clean(f"name:{plain}") if plain and len(plain) <= MAX_NAME and plain.isprintable() else ""


def local_path(text: object) -> str:
    """Return a local path as ``name:…``; ``""`` for what can't be one, or is a path to nowhere in particular."""
    if not isinstance(text, str) or not text.strip("./\\ \t\r\n"):
        return ""
    return free(text)


def stem(name: str) -> str:
    """Return an outside name without the revision behind its last ``@``: equal stems are one thing in two states."""
    head, at, _ = name.rpartition("@")
    return head if at and not head.endswith(":") else name


def last_part(name: str) -> str:
    """Return the last part of a name, in small letters: ``hf:org/RoBERTa@main`` gives ``roberta``."""
    return re.split(r"[/:]", stem(name))[-1].casefold()


def _name(text: object, revision: object, *, data: bool) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_NAME:
        return ""
    text = text.strip()
    if found := _HUB_URL.fullmatch(text):
        return _on_hub(found["repo"], found["revision"] or revision, data=data or bool(found["data"]))
    if found := _HUB_CACHE.fullmatch(text):
        repo = found["repo"].replace("--", "/", 1)
        return _on_hub(repo, found["revision"] or revision, data=found["what"] == "datasets")
    if _ADDRESS.fullmatch(text):
        return outside.clean(text) if text.isprintable() else ""
    if _looks_local(text):
        return ""
    return _on_hub(text, revision, data=data)


def _looks_local(text: str) -> bool:
    first, last = text.partition("/")[0], text.rpartition("/")[2]
    return bool(_FOLDERS.fullmatch(first) or _CHECKPOINT.fullmatch(last))


def _on_hub(repo: str, revision: object, *, data: bool) -> str:
    repo = repo.removesuffix(".git")
    if not _REPO.fullmatch(repo) or len(repo) > _MAX_REPO or "--" in repo or ".." in repo:
        return ""
    at = f"@{revision}" if isinstance(revision, str) and _REVISION.fullmatch(revision) else ""
    return f"hf:{'datasets/' if data else ''}{repo}{at}"
