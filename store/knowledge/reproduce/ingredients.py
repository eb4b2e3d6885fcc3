"""What went in: datasets, and the versions it was made from."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from ...nouns.dataset import DataSource
from ...nouns.lineage import DATA_EDGES, Link
from ...nouns.recipe import Step
from ...nouns.version import Version
from .lacking import Lacking
from .shell import comment, inside, option_safe, place

_PINNED = re.compile(r"[0-9a-f]{40}", re.ASCII)
_NAMED = 3  # things of one sort that are named
_SUMS = {"md5": "md5sum", "sha1": "sha1sum", "sha256": "sha256sum", "sha512": "sha512sum", "blake3": "b3sum"}


class Ingredient(msgspec.Struct, frozen=True):
    """The other end of an edge: its version in the store, None outside; and the only file it has, if it has one."""

    link: Link
    version: Version | None = None
    only_file: str = ""

    @property
    def name(self) -> str:
        """What to call it."""
        return self.version.ref if self.version else self.link.to

    @property
    def directory(self) -> str:
        """A directory's name for it, unique among the ingredients as far as names are."""
        name = self.name
        return "".join(c if c.isalnum() or c in "._-" else "-" for c in name).lstrip(".-")[:100] or "outside"


def places(found: Sequence[Ingredient]) -> list[str]:
    """Return the paths at which datasets lay that another step brings back, or misses already."""
    sources = [each.version.source for each in found if each.version and each.version.source]
    return [source.location for source in sources if source.location.startswith("/")]


class Tools(msgspec.Struct, frozen=True):
    """What the steps are made with: the path of the old repository, and how to call ``mvtui`` on the store."""

    repository: str
    mvtui: Callable[..., str]


def data(ingredients: list[Ingredient], tools: Tools, lack: Lacking, *, wanted: bool) -> Step:
    """Return the step that gets the datasets; ``wanted`` says that a version of this kind is made from some."""
    chosen = [each for each in ingredients if each.link.type in DATA_EDGES]
    if wanted and not any(each.link.type == "trained-on" for each in chosen):
        lack(
            "no training data are named",
            "mvtui link REF trained-on=DATASET, or register with --dataset train=PATH",
            level="bad",
        )
    lines = []
    for each in chosen:
        lines.append(comment(f"{each.link.role or 'data'}: {each.name}"))
        lines += _Dataset(each, each.version, tools, lack).lines() if each.version else _outside(each, lack)
    _unpinned(chosen, lack)
    _unobtainable(chosen, lack)
    return Step("data", "the data", tuple(lines))


def parents(ingredients: list[Ingredient], tools: Tools, lack: Lacking) -> Step:
    """Return the step that gets the versions it was made from: each into a directory, for where it was is not known."""
    chosen = [each for each in ingredients if each.link.type not in {*DATA_EDGES, "replaces"}]
    lines = []
    for each in chosen:
        lines.append(comment(f"{each.link.type} {each.name}"))
        target = inside("parents", each.directory)
        lines += _stored(each.version, target, tools, lack) if each.version else _outside(each, lack)
    _unpinned(chosen, lack)
    _unobtainable(chosen, lack)
    return Step("parents", "what it was made from", tuple(lines))


class _Dataset:
    """How to get one dataset, by what its source says."""

    def __init__(self, each: Ingredient, version: Version, tools: Tools, lack: Lacking) -> None:
        self._each, self._version, self._tools, self._lack = each, version, tools, lack
        self._target = inside("data", each.directory)
        self._about = (each.link.to,)

    def lines(self) -> Iterable[str]:
        """Return the lines."""
        source = self._version.source
        if source is None or self._version.deleted:
            return _stored(self._version, self._target, self._tools, self._lack)
        if not self._version.external:
            return self._copied(source) if source.type == "path" else self._kept()
        return {"path": self._path, "dvc": self._dvc, "url": self._url, "hf": self._hf}[source.type](source)

    def _kept(self) -> list[str]:
        return _stored(self._version, self._target, self._tools, self._lack)

    def _copied(self, source: DataSource) -> Iterator[str]:
        """Put stored bytes where they were read."""
        target = place(source.location, self._tools.repository)
        stored = f'"$({self._tools.mvtui("path", self._version.ref)})"'
        if self._each.only_file and posixpath.basename(source.location) != self._each.only_file:
            yield f"mkdir -p {target}"  # a directory of one file, for which "mvtui path" names the file
            yield f"cp -L {stored} {target}/"
        else:
            yield f'mkdir -p "$(dirname {target})"'
            yield f"[ -e {target} ] || cp -RL {stored} {target}"

    def _path(self, source: DataSource) -> Iterator[str]:
        where = f"they were at {source.location} on {self._version.host}"
        self._lack(
            f"the bytes of {self._each.name} are not in the store; {where}",
            "--store-data keeps them",
            level="info",
        )
        target, old = place(source.location, self._tools.repository), option_safe(source.location)
        if target != old:
            yield f'mkdir -p "$(dirname {target})"'
            yield f"[ -e {target} ] || cp -RL {old} {target}"
        yield f"[ -e {target} ] || {{ echo {shlex.quote(f'{source.location} is missing')} >&2; exit 1; }}"

    def _dvc(self, source: DataSource) -> Iterator[str]:
        if source.repo:
            if source.floating or not source.rev:
                self._lack(f"{self._each.name} floats: {source.repo} may have moved on", about=self._about)
            rev = f"--rev {shlex.quote(source.rev)} " if source.rev else ""
            yield f"mkdir -p {inside('data')}"
            yield f"dvc get {rev}-o {self._target} -- {shlex.quote(source.repo)} {shlex.quote(source.path)}"
            return
        directory = posixpath.dirname(source.file)
        if place(directory, self._tools.repository) == option_safe(directory):
            where = f"{source.file}, which names {self._each.name}, lay outside the repository"
            self._lack(f"{where}, on {self._version.host}")
        wanted = posixpath.basename(source.file) if source.file.endswith(".dvc") else source.path
        yield f"(cd {place(directory, self._tools.repository)} && dvc pull -- {option_safe(wanted)})"

    def _url(self, source: DataSource) -> Iterator[str]:
        yield f"mkdir -p {inside('data')}"
        yield f"curl -fL -o {self._target} -- {shlex.quote(source.location)}"
        algorithm, _, digits = source.digest.partition(":")
        if algorithm in _SUMS and digits.isalnum():
            yield f"echo {shlex.quote(digits)}'  '{self._target} | {_SUMS[algorithm]} -c -"
        else:
            self._lack(
                f"nothing tells whether what {source.location} serves still is the same",
                "name its digest when you register: --dataset ROLE=URL#sha256=…",
                about=self._about,
            )

    def _hf(self, source: DataSource) -> Iterator[str]:
        if source.floating or not source.rev:
            self._lack(
                f"{self._each.name} floats: its revision {source.rev or 'is not stated'} can move",
                f"register with --dataset {self._each.link.role or 'train'}=hf:NAME@REVISION, a revision of 40 digits",
                about=self._about,
            )
        rev = f" --revision {shlex.quote(source.rev)}" if source.rev else ""
        yield f"hf download --repo-type dataset{rev} -- {shlex.quote(source.location)}"


def _stored(version: Version, target: str, tools: Tools, lack: Lacking) -> list[str]:
    if version.deleted:
        lack(f"{version.ref} was deleted: {version.deleted_reason}", about=(version.id,))
        return []
    if version.external:
        lack(
            f"the bytes of {version.ref} are not in the store", "--store-data keeps them", about=(version.id,)
        )
        return []
    return [tools.mvtui("checkout", version.ref, raw=target)]


def _outside(each: Ingredient, lack: Lacking) -> list[str]:
    """Get what is not in the store, where its name says how."""
    scheme = each.link.to.partition(":")[0]
    if scheme == "hf":
        name, rev = _on_hub(each.link)
        kind = "--repo-type dataset " if each.link.type in DATA_EDGES else ""
        return [f"hf download {kind}{f'--revision {shlex.quote(rev)} ' if rev else ''}-- {shlex.quote(name)}"]
    if scheme in {"http", "https"}:
        lack(f"nothing tells whether what {each.link.to} serves still is the same", about=(each.link.to,))
        directory = inside("data" if each.link.type in DATA_EDGES else "parents")
        return [
            f"mkdir -p {directory}",
            f"curl -fL -o {directory}/{shlex.quote(each.directory)} -- {shlex.quote(each.link.to)}",
        ]
    return []  # see _unobtainable


def _on_hub(link: Link) -> tuple[str, str]:
    """Return what to ask the Hugging Face hub for: a name, and a revision if one is named."""
    rest = link.to.partition(":")[2].partition("#")[0]
    name, _, rev = (rest.removeprefix("datasets/") if link.type in DATA_EDGES else rest).partition("@")
    return name, rev


def _unpinned(chosen: Sequence[Ingredient], lack: Lacking) -> None:
    """Name what is on the hub and can move: of each type those that are stated, then those that are guessed."""
    sorts: dict[tuple[str, bool], list[Link]] = {}
    for link in (each.link for each in chosen if each.version is None and each.link.to.startswith("hf:")):
        if not _PINNED.fullmatch(_on_hub(link)[1]):
            sorts.setdefault((link.type, bool(link.guess)), []).append(link)
    for (type_, guessed), links in sorts.items():
        own = all(not link.guess and not link.later for link in links)
        lack(
            _moves(links[0]) if len(links) == 1 else _move(links, guessed),
            f"register again with {type_} hf:NAME@REVISION, which makes another version"
            if own
            else f"mvtui link REF {type_}=hf:NAME@REVISION, a revision of 40 digits",
            about=tuple(link.to for link in links),
        )


def _unobtainable(chosen: Sequence[Ingredient], lack: Lacking) -> None:
    """Name what no command gets: of each type what no name tells how to get, then what the store does not know."""
    sorts: dict[tuple[str, bool], list[str]] = {}
    for link in (each.link for each in chosen if each.version is None):
        if link.to.partition(":")[0] not in {"hf", "http", "https"}:
            sorts.setdefault((link.type, link.outside), []).append(link.to)
    for (type_, outside), names in sorts.items():
        it = "it" if len(names) == 1 else "them"
        known = f"nothing tells how to get {it}" if outside else f"this store does not know {it}"
        lack(f"{type_} {_few(names)}: {known}", about=tuple(names))


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _moves(link: Link) -> str:
    rev = _on_hub(link)[1]
    why = f"its revision {rev} can move" if rev else "it names no revision"
    return f"{link.to} floats: {why}{f' (guessed from {link.guess})' if link.guess else ''}"


def _move(links: Sequence[Link], guessed: bool) -> str:
    what = "datasets" if links[0].type in DATA_EDGES else f"names ({links[0].type})"
    names = _few([link.to for link in links])
    return f"{len(links):,} {'guessed ' if guessed else ''}{what} without a fixed revision: {names}"
