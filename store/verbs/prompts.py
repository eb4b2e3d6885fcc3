"""Prompts: what a registration keeps of one besides its bytes, and reading one to use it."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from ..engine import durable
from ..engine.repository import Repository
from ..errors import BadInputError, FormatError, NotFoundError, StorageError, UsageError
from ..knowledge.prompts import Prompt, Source
from ..knowledge.prompts import source as reader
from ..knowledge.prompts.limits import MAX_SOURCE
from ..nouns.bundle import CARD as BUNDLE_CARD
from ..nouns.bundle import decode_members
from ..nouns.manifest import FileEntry, Manifest
from ..nouns.prompt import TEMPLATE, TEMPLATE_LANGUAGES, VARIABLES, TemplateLanguage, Variables
from . import checkout, look
from .number import compared_with
from .request import Request

_CARDS = ("version.json", "mvtui-version.json")
"""What live/ puts beside a version's files: see ``engine.live``."""


class _Card(msgspec.Struct):
    kind: str
    files: list[FileEntry]
    ref: str = ""
    id: str = ""
    params: dict[str, object] = {}


def described(repository: Repository, asked: Request, files: Sequence[FileEntry]) -> Request:
    """Return a request for a prompt with its template language and its variables among the parameters.

    ``files`` are stored. Of several, each whose name ends as a text's does is a template, all in one language.

    Raises:
        BadTemplateError: one does not parse; line and column are told.
        BadInputError: it is no text, or what its language is can't be told.
        MissingLibraryError: it is a Jinja template, and jinja2 is not installed.
    """
    if taken := [name for name in (TEMPLATE, VARIABLES) if name in asked.params]:
        raise BadInputError(
            f"{taken[0]} is no parameter of a prompt's: mvtui finds it out",
            hint="Say what the template is written in by --template (template= in Python).",
        )
    before = _language_before(repository, asked.model)
    sources = _sources(repository, files, asked.template, before)
    variables = Variables()
    for source in sources:
        variables = variables.joined(Prompt(source).variables)
    language = next((source.language for source in sources if source.language != "text"), "text")
    params = {**asked.params, TEMPLATE: asked.template or language, VARIABLES: str(variables)}
    return msgspec.structs.replace(asked, params=params)


def _sources(
    repository: Repository,
    files: Sequence[FileEntry],
    stated: str | None,
    before: TemplateLanguage | None,
) -> list[Source]:
    found = []
    for entry in _templates(files):
        if entry.size > MAX_SOURCE:
            raise reader.too_large(entry.path, entry.size)
        data = repository.objects.read(entry.digest)
        found.append(reader.read(data, entry.path, stated=stated, before=before))
    languages = {source.language: source for source in found if source.language != "text"}
    if len(languages) > 1:
        (one, first), (other, second) = sorted(languages.items())
        raise BadInputError(
            f"{first.file} is written in {one}, {second.file} in {other}: a prompt has one language",
            hint="Say which it is (--template jinja, format or text), or register two prompts.",
        )
    return found


def _templates(files: Sequence[FileEntry]) -> list[FileEntry]:
    return (
        list(files) if len(files) == 1 else [entry for entry in files if reader.may_be_template(entry.path)]
    )


def _language_before(repository: Repository, model: str) -> TemplateLanguage | None:
    with repository.reading() as index:
        latest = compared_with(index, model)
    if latest is None or latest["kind"] != "prompt":
        return None
    return _language(latest.get("params", {}).get(TEMPLATE))


def _language(said: object) -> TemplateLanguage | None:
    return next((language for language in TEMPLATE_LANGUAGES if language == said), None)


def continues(repository: Repository, model: str) -> bool:
    """Whether a model is a line of prompts so far."""
    with repository.reading() as index:
        latest = compared_with(index, model)
    return latest is not None and latest["kind"] == "prompt"


def of_version(repository: Repository, ref: str, file: str | None) -> Prompt:
    """Return a version's prompt; see ``Store.prompt``."""
    version = checkout.stored(repository, ref)
    if version.kind != "prompt":
        raise BadInputError(
            f"{version.ref} is no prompt but {version.kind}", hint=f"See what it is: mvtui show {version.ref}"
        )
    manifest = look.manifest(repository, version.id)
    entry = _chosen(manifest.files, file, version.ref)
    data = repository.objects.read(entry.digest)
    source = reader.read(data, entry.path, stated=_stated(manifest))
    return Prompt(source, ref=version.ref, identity=version.id)


def _stated(manifest: Manifest) -> TemplateLanguage | None:
    return _language(manifest.params.get(TEMPLATE))


def _chosen(files: Sequence[FileEntry], file: str | None, name: str) -> FileEntry:
    templates = _templates(files)
    if file is None and len(templates) == 1:
        return templates[0]
    names = [entry.path for entry in templates]
    if file is None:
        raise UsageError(
            f"{name} has {len(names)} templates",
            hint=f"Say which: file={names[0]!r} (--file {names[0]})." if names else "",
        )
    found = next((entry for entry in templates if entry.path == file), None)
    if found is None:
        raise NotFoundError(
            f"{name} has no template {file!r}", hint=f"It has: {', '.join(names[:20])}.", candidates=names
        )
    return found


def of_path(path: str | os.PathLike[str], file: str | None, template: str | None) -> Prompt:
    """Return the prompt at a path; see ``mvtui.store.load_prompt``."""
    target = durable.absolute(path)
    if not os.path.isdir(target):
        return Prompt(reader.read(_bytes(target), os.path.basename(target), stated=template))
    root = os.path.realpath(target)  # once: a live pointer may lead elsewhere the next moment
    card = _card(root) or _member_card(root)
    files = card.files if card else _below(root)
    entry = _chosen(files, file, card.ref if card else target)
    stated = template or (_language(card.params.get(TEMPLATE)) if card else None)
    source = reader.read(_bytes(os.path.join(root, entry.path)), entry.path, stated=stated)
    return Prompt(source, ref=card.ref if card else "", identity=card.id if card else "")


def _card(root: str) -> _Card | None:
    for name in _CARDS:
        try:
            with open(os.path.join(root, name), "rb") as file:
                card = msgspec.json.decode(file.read(), type=_Card)
        except (OSError, msgspec.DecodeError):
            continue
        if card.kind != "prompt":
            raise BadInputError(f"{card.ref} is no prompt but {card.kind}", hint="Name a prompt.")
        return card
    return None


def _member_card(root: str) -> _Card | None:
    """Return what a bundle says of the prompt that lies below one of its roles; None without."""
    above, role = os.path.split(root)
    try:
        with open(os.path.join(above, BUNDLE_CARD), "rb") as file:
            member = decode_members(file.read()).get(role)
    except (OSError, FormatError):
        return None
    if member is None:
        return None
    if member.kind != "prompt":
        raise BadInputError(f"{member.ref} is no prompt but {member.kind}", hint="Name a prompt.")
    return _Card(member.kind, _below(root), member.ref, member.id, {TEMPLATE: member.template})


def _below(root: str) -> list[FileEntry]:
    found = []
    for folder, _, names in os.walk(root):
        inside = os.path.relpath(folder, root)
        found += [FileEntry(name if inside == "." else f"{inside}/{name}", 0, "") for name in names]
    return sorted(found)


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_SOURCE + 1)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {path}", hint="Check the path.") from None
    except OSError as error:
        raise StorageError(f"could not read {path}: {error.strerror}", hint="Check its mode.") from error
