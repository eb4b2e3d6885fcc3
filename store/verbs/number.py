"""Which number a new version gets. Only under the lock: numbers are never given twice, nor used again."""

from __future__ import annotations

from collections.abc import Callable

from ..engine.documents import Document
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import ConflictError, VerificationError
from ..knowledge import bump as rule
from ..nouns import semver
from ..nouns.capture import Code
from ..nouns.manifest import Manifest
from ..nouns.semver import Bump, SemVer
from . import look


def choose(
    repository: Repository,
    index: Index,
    model: str,
    manifest: Manifest,
    *,
    asked: str | None,
    bump: Bump | None,
    code: Code | None,
    inside: Callable[[Document], rule.Inside | None] = lambda _: None,
) -> tuple[str, str]:
    """Return the number for a new version of ``model``, and in a few words how it was found.

    ``inside`` says what looking into the files of a version and of the new one came to.

    Raises:
        ConflictError: the number asked for is taken, was once, or differs from a model's name only in case.
    """
    _refuse_case_twin(index, model)
    line = index.model(model)
    if asked is not None:
        _check_free(index, model, asked)
        return asked, ""
    if line is None:
        return rule.FIRST, "first version"
    latest = line.get("latest") or line["highest"]
    if bump is not None:
        part, why = bump, ""
    else:
        document = index.version(model, latest) or {}
        before = _manifest_of(repository, document)
        found = inside(document) if document else None
        part, changed = rule.decide(before, manifest, look.code(document), code, inside=found)
        why = f"{part}: {changed}"
    return _next_free(index, model, SemVer.parse(latest).bump(part), part), why


def compared_with(index: Index, model: str) -> Document | None:
    """Return the version that the next one's number is reckoned from; None when there is none."""
    line = index.model(model)
    return index.version(model, line.get("latest") or line["highest"]) if line is not None else None


def check_possible(index: Index, model: str, asked: str | None, *, size: int, files: int) -> None:
    """Refuse, before a byte is read, a number that content of this size in so many files can't be given.

    Raises:
        ConflictError: as ``choose``. A number whose content may turn out to be the same passes.
    """
    _refuse_case_twin(index, model)
    taken = index.version(model, asked) if asked is not None else None
    if taken and (taken.get("deleted") or (taken["size"], taken["files"]) != (size, files)):
        _check_free(index, model, taken["version"])


def _check_free(index: Index, model: str, asked: str) -> None:
    taken = index.version(model, asked)
    if taken is not None:
        gone = taken.get("deleted")
        state = "was deleted; numbers are never used again" if gone else "is taken by other content"
        raise ConflictError(
            f"{model}@{asked} {state}",
            hint="Leave out --version to get the next free number, or choose another.",
        )


def _next_free(index: Index, model: str, number: SemVer, part: Bump) -> str:
    while index.version(model, str(number)) is not None:
        number = number.bump(part)
    if not semver.is_valid(str(number)):
        raise ConflictError(
            f"there is no number after {model}'s highest: it would be too long",
            hint="Give a free one: --version V.",
        )
    return str(number)


def _manifest_of(repository: Repository, document: Document) -> Manifest | None:
    try:
        return look.manifest(repository, document["id"]) if document else None
    except VerificationError:
        return None


def _refuse_case_twin(index: Index, model: str) -> None:
    """Refuse ``Sentiment`` beside ``sentiment``: on macOS both would be one directory under live/."""
    if index.model(model) is None:
        twin = next((known for known in index.tables["models"] if known.lower() == model.lower()), None)
        if twin is not None:
            raise ConflictError(
                f"there is a model {twin!r}; {model!r} differs only in case", hint=f"Register it as {twin}."
            )
