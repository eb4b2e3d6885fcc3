"""live/ for those who serve from it: a model's pointer, and whether all is as the journal says; mended where this user may."""

from __future__ import annotations

import time
from pathlib import Path

from ..engine import durable, pointers
from ..engine.documents import MODELS, Document, ref_of
from ..engine.pointers import Mended
from ..engine.repository import Repository
from ..errors import JournalDamagedError, MvtuiError, ReadOnlyError, StorageError
from ..nouns import reference
from ..nouns.manifest import Manifest
from ..nouns.reports import ProgressCallback
from ..nouns.stage import PRODUCTION
from . import checkout, look, moving, resolve

_PAUSE = 0.1  # seconds that a reader leaves a writer between the event and the swap


def path(repository: Repository, ref: str, progress: ProgressCallback | None) -> Path:
    """Return where a version's files can be read; see ``Store.path``."""
    parsed = reference.parse(ref)
    if (parsed.selector, parsed.value, parsed.back) != ("stage", PRODUCTION, 0):
        return checkout.path(repository, ref, progress)
    repository.current_config()  # [live] copy may have been changed
    for _ in range(moving.TRIES):
        with repository.reading() as index:
            document = resolve.resolve(index, ref)
        manifest = moving.stored_manifest(repository, document)
        checkout.vouch(repository, manifest, progress)
        live, model = repository.live, document["model"]
        leads = live.is_settled(model, document) and live.is_whole(document, manifest)
        if leads or (repository.writable and _mended(repository, document, manifest)):
            return Path(live.pointer(model))
        if not repository.writable:
            time.sleep(_PAUSE)
    if not repository.writable:
        raise ReadOnlyError(
            f"{live.pointer(model)} does not lead to all of {ref_of(document)}, which is in production, and this store "
            "can't be written here",
            hint=f"Who can write it mends that: mvtui verify. Until then: mvtui checkout {ref_of(document)} DIR",
        )
    raise moving.keeps_changing(f"what {model} has in production")


def _mended(repository: Repository, document: Document, manifest: Manifest) -> bool:
    """Make a model's pointer lead to all of a version; False when another one is in Production by then."""
    moving.prepare_live(repository, document, manifest)  # before the lock: it may copy gigabytes
    with repository.writing() as index:
        now = pointers.wanted(index, document["model"])
        if now is None or now["id"] != document["id"]:
            return False
        if repository.live.is_settled(document["model"], now):
            return True
        if damage := repository.journal.damage():
            raise JournalDamagedError(
                f"{repository.live.pointer(document['model'])} does not lead where the journal says, which is damaged: "
                f"{damage[0]}",
                hint="Run mvtui repair.",
            )
        found = pointers.mend(repository, document["model"])
        if found is not None and not found.done:
            raise StorageError(found.sentence, hint="mvtui doctor tells what this disk and store can do.")
        repository.mended += [found] if found is not None else []
        return True


def settle(repository: Repository) -> list[Mended]:
    """Return what was amiss in live/, and mend it if the store can be written here: pointers, and what they lead to.

    Takes the writers' lock only when something is amiss. Never raises for what can't be mended.
    """
    return [*_settle_pointers(repository), *_make_whole(repository)]


def _make_whole(repository: Repository) -> list[Mended]:
    with repository.reading() as index:
        wanted = [pointers.wanted(index, model) for model in index.tables[MODELS]]
        wanted += [
            each
            for model, line in index.tables[MODELS].items()
            if "tests" in line
            for each in pointers.arms(index, model)
        ]
    found = []
    for document in wanted:
        if document is None or document.get("external") or not document["id"]:
            continue
        where = repository.live.tree(document)
        try:
            manifest = look.manifest(repository, document["id"])
            if repository.live.is_whole(document, manifest, rehash=True):
                continue
            repository.check_writable()
            with durable.explained("make files to serve"):
                repository.live.prepare(document, manifest)
        except MvtuiError as error:
            found.append(Mended(f"{where} lacks files of {ref_of(document)}: {error.message}", done=False))
        else:
            found.append(
                Mended(
                    f"{where} lacked files of {ref_of(document)}, or had others; now it is whole", done=True
                )
            )
    return found


def _settle_pointers(repository: Repository) -> list[Mended]:
    with repository.reading():
        models = pointers.unsettled(repository)
    if not models:
        return []
    known = len(repository.mended)
    try:
        with repository.writing():
            if damage := repository.journal.damage():
                return _left(repository, models, f"the journal is damaged ({damage[0]}): mvtui repair")
            return mend(repository, known)
    except MvtuiError as error:
        return _left(repository, models, error.message)


def mend(repository: Repository, known: int) -> list[Mended]:
    """Mend every live pointer; return what was amiss. Only in ``writing()``.

    ``known`` is how much was in ``repository.mended`` before that began: what came since is told here, and not again.
    """
    told = [each for each in repository.mended[known:] if each.done]
    del repository.mended[known:]
    return [*told, *pointers.mend_all(repository)]


def _left(repository: Repository, models: list[str], why: str) -> list[Mended]:
    return [
        Mended(
            f"{repository.live.pointer(model)} does not lead where the journal says, and stays so: {why}",
            done=False,
        )
        for model in models
    ]
