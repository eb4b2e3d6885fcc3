"""Datasets that versions were made from: where the data are, and whether they still are what they were."""

from __future__ import annotations

from typing import Literal

import msgspec

SourceType = Literal["path", "dvc", "url", "hf"]


class DataSource(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a dataset's bytes are, as stated when it was registered. No part of the dataset's identity.

    ``location`` is what was named: an absolute path, a URL, or a Hugging Face name. ``digest`` is the stated one
    with its algorithm, such as ``md5:6a8f….dir`` or ``sha256:…`` (``blake3:…`` of the manifest for a path).
    ``size`` is in bytes and ``nfiles`` a count, None when nobody said. For DVC, ``file`` is the absolute path of
    the ``.dvc`` file or ``dvc.lock``, ``path`` the output's path beside it, ``hash`` the name of DVC's hash
    (``md5``, or ``md5-dos2unix`` of DVC 2), ``repo`` and ``rev`` what an import names; a path that DVC tracks has its
    ``file``, too. For Hugging Face, ``rev`` is
    the revision; ``floating`` says that it is a branch, which can move.
    """

    type: SourceType
    location: str
    digest: str = ""
    size: int | None = None
    nfiles: int | None = None
    file: str = ""
    path: str = ""
    hash: str = ""
    repo: str = ""
    rev: str = ""
    floating: bool = False


State = Literal["unchanged", "changed", "missing", "unknown"]


class DataState(msgspec.Struct, frozen=True):
    """Whether a dataset's bytes on disk still are what a version was made from.

    ``role`` is the part they played (``train``), ``ref`` the dataset's reference or outside name. ``unknown``
    means that it can't be told here; ``why`` says why, and for ``changed`` what differs, a sentence each.
    """

    role: str
    ref: str
    source: DataSource | None
    state: State
    why: tuple[str, ...] = ()
