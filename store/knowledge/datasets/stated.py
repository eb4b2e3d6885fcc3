"""A source, as written, becomes what it says: what identifies the dataset, and where its bytes are."""

from __future__ import annotations

import os
import re

import msgspec

from ...errors import BadInputError, BadNameError, MvtuiError, NotFoundError
from ...nouns import names, reference
from ...nouns.dataset import DataSource
from ...nouns.manifest import Scalar
from . import dvc_file, hub, url
from .asked import own_name
from .dvc_file import Output

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Stated(msgspec.Struct, frozen=True):
    """A dataset as its source states it.

    ``identity`` are the parameters of its manifest: what was stated about the content. Empty for a path, whose
    files say it. ``name`` is what the source itself is called.
    """

    source: DataSource
    identity: dict[str, Scalar]
    name: str


class Referred(msgspec.Struct, frozen=True):
    """A source that can only mean a dataset version the store already has."""

    ref: str


def state(source: str) -> Stated | Referred:
    """Read a source. Data files are not opened, only ``.dvc`` files and ``dvc.lock``.

    ======================================  ==========================================================
    ``data/train``                          a file or directory, by the bytes it has now; whether DVC
                                            tracks it, ``tracked`` says
    ``data/train.csv.dvc``                  what DVC recorded of it; the data needn't be here
    ``dvc.lock:data/features``              an output, or else a dependency, of a pipeline of DVC
    ``https://host/a.tgz#sha256=4f2c…``     a file behind a URL, by a stated digest (md5, sha1, sha256,
                                            sha512 or blake3)
    ``hf:org/name@4f2c…``                   a dataset of Hugging Face; without a full commit it floats
    ``reviews@1.2.0``, ``id:9f8a12e``       a dataset version of this store; so does a bare ``reviews``
    ======================================  ==========================================================

    What exists as a path is one; a scheme (``hf:``, ``id:``, ``https://``) comes first.

    Raises:
        NotFoundError: neither a path that exists, nor of another form.
        BadInputError: of one of the forms, but not rightly; a file of DVC that makes no sense; or a path that is not
            UTF-8 once it is absolute.
        StorageError: a file of DVC can't be read.
    """
    if source.startswith("id:"):
        return Referred(source)
    if source.startswith(hub.SCHEME):
        return Stated(*hub.parse(source))
    if _SCHEME.match(source):
        return Stated(*url.parse(source))
    if "\0" in source:
        raise BadInputError(f"{source!r} can't be a path", hint="A path has no NUL character.")
    file, wanted = _parted(source)
    if dvc_file.is_one(file):
        return _of_dvc(file, wanted)
    if os.path.lexists(source):
        location = names.check_text(os.path.abspath(source), "the path of a dataset")
        if os.path.basename(location) == dvc_file.ENDING:
            raise BadInputError(
                f"{source} is where DVC keeps itself, and no data", hint="Name a .dvc file, or the data."
            )
        beside = location + dvc_file.ENDING
        found = DataSource("path", location, file=beside if os.path.isfile(beside) else "")
        return Stated(found, {}, own_name(location, directory=os.path.isdir(location)))
    return _referred(source)


def _parted(source: str) -> tuple[str, str]:
    """Part ``dvc.lock:PATH`` and ``FILE.dvc:PATH``."""
    for ending in (dvc_file.LOCK, dvc_file.ENDING):
        head, colon, wanted = source.partition(f"{ending}:")
        if colon:
            return head + ending, wanted
    return source, ""


def _of_dvc(file: str, wanted: str) -> Stated:
    return of_output(dvc_file.pick(file, wanted))


def of_output(output: Output) -> Stated:
    """Return the dataset that DVC recorded as an output.

    Raises:
        BadInputError: the path of its file is not UTF-8.
    """
    names.check_text(output.file, "the path of a file of DVC")
    return Stated(
        output.source(), output.identity(), own_name(output.path, directory=output.digest.endswith(".dir"))
    )


def _referred(source: str) -> Referred:
    try:
        reference.parse(source)
    except BadNameError:
        raise NotFoundError(
            f"there is no file or directory {source}",
            hint="Check the path; a dataset of this store is named as NAME@VERSION.",
        ) from None
    except MvtuiError as error:
        raise BadInputError(
            f"{source!r} is neither a path that exists nor a dataset: {error.message}",
            hint=error.hint or "Check the path.",
        ) from error
    return Referred(source)
