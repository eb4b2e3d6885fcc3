"""What is known of one version, gathered for comparing: from its document first, then from its objects."""

from __future__ import annotations

from typing import Any

import msgspec

from ..engine.documents import Document
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import MvtuiError
from ..knowledge.compare.facts import Facts, Target
from ..nouns.comparison import SectionName
from ..nouns.lineage import Link
from ..nouns.metric import key
from . import interfaces, look


def gather(index: Index, document: Document) -> Facts:
    """Return what the index knows of a version."""
    return Facts(
        look.as_version(document),
        targets=tuple(_target(index, link) for link in look.links(document)),
        evaluations=_evaluations(document),
    )


def _target(index: Index, link: Link) -> Target:
    if link.outside:
        from ..knowledge.guess import stem

        return Target(link, link.to, stem(link.to))
    documents = index.with_id(link.to)
    if not documents:
        return Target(link, f"id:{link.to[:12]}", link.to)
    found = min(documents, key=lambda document: ("deleted" in document, -document["seq"]))
    version = look.as_version(found)
    return Target(
        link,
        version.ref,
        version.model,
        version.kind,
        # Of data known by another's digest only, nobody may have said how much they are.
        size=version.size or None,
        files=version.file_count or None,
        source=version.source,
    )


def _evaluations(document: Document) -> dict[str, str]:
    """Return the name of the run that measured the latest value of each metric, where it had one."""
    found: dict[str, str] = {}
    for record in document.get("measured", ()):
        for name in record["metrics"]:
            measured = key(name, record.get("dataset", ""), record.get("slice", ""))
            found[measured] = record.get("evaluation", "")
    return {name: run for name, run in found.items() if run}


def finish(repository: Repository, facts: Facts) -> Facts:
    """Return the facts with what the version's objects say. What can't be read becomes a problem of its section."""
    from ..knowledge.capture.packages import normalise
    from . import records

    found: dict[str, Any] = {}
    problems: dict[SectionName, str] = {}
    try:
        manifest = look.manifest(repository, facts.version.id)
        found["files"] = manifest.files
        if manifest.kind in interfaces.KINDS and not facts.version.external:
            found["interface"] = interfaces.of(repository, facts.version.id, manifest)
    except MvtuiError as error:
        problems["files"] = f"the list of files can't be read: {error}"
    try:
        found["capture"] = captured = records.read(repository, facts.version.capture)
    except MvtuiError as error:
        captured = None
        problems["environment"] = problems["packages"] = f"the capture can't be read: {error}"
    if captured is not None and captured.packages:
        try:
            packages = records.read_packages(repository, captured)
            found["packages"] = {normalise(name): version for name, version in packages.items()}
        except MvtuiError as error:
            problems["packages"] = f"the list of packages can't be read: {error}"
    return msgspec.structs.replace(facts, problems=problems, **found)
