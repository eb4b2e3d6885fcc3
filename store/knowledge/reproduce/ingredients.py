"""What went in: datasets, and the versions it was made from."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Iterable, Iterator

import msgspec

from ...nouns.dataset import DataSource
from ...nouns.lineage import Link
from ...nouns.recipe import Step
from ...nouns.version import Version
from .shell import comment, inside, option_safe, place

_DATA = frozenset({"trained-on", "evaluated-on"})
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


class Tools(msgspec.Struct, frozen=True):
    """What the steps are made with: the path of the old repository, and how to call ``mvtui`` on the store."""

    repository: str
    mvtui: Callable[..., str]


def data(ingredients: list[Ingredient], tools: Tools, lack: Callable[[str], None], *, wanted: bool) -> Step:
    """Return the step that gets the datasets; ``wanted`` says that a version of this kind is made from some."""
    chosen = [each for each in ingredients if each.link.type in _DATA]
    if wanted and not any(each.link.type == "trained-on" for each in chosen):
        lack("no training data are named")
    lines = []
    for each in chosen:
        lines.append(comment(f"{each.link.role or 'data'}: {each.name}"))
        lines += _Dataset(each, each.version, tools, lack).lines() if each.version else _outside(each, lack)
    return Step("data", "the data", tuple(lines))


def parents(ingredients: list[Ingredient], tools: Tools, lack: Callable[[str], None]) -> Step:
    """Return the step that gets the versions it was made from: each into a directory, for where it was is not known."""
    chosen = [each for each in ingredients if each.link.type not in {*_DATA, "replaces"}]
    lines = []
    for each in chosen:
        lines.append(comment(f"{each.link.type} {each.name}"))
        target = inside("parents", each.directory)
        lines += _stored(each.version, target, tools, lack) if each.version else _outside(each, lack)
    return Step("parents", "what it was made from", tuple(lines))


class _Dataset:
    """How to get one dataset, by what its source says."""

    def __init__(self, each: Ingredient, version: Version, tools: Tools, lack: Callable[[str], None]) -> None:
        self._each, self._version, self._tools, self._lack = each, version, tools, lack
        self._target = inside("data", each.directory)

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
        self._lack(f"the bytes of {self._each.name} are not in the store; {where}")
        target, old = place(source.location, self._tools.repository), option_safe(source.location)
        if target != old:
            yield f'mkdir -p "$(dirname {target})"'
            yield f"[ -e {target} ] || cp -RL {old} {target}"
        yield f"[ -e {target} ] || {{ echo {shlex.quote(f'{source.location} is missing')} >&2; exit 1; }}"

    def _dvc(self, source: DataSource) -> Iterator[str]:
        if source.repo:
            if source.floating or not source.rev:
                self._lack(f"{self._each.name} floats: {source.repo} may have moved on")
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
            self._lack(f"nothing tells whether what {source.location} serves still is the same")

    def _hf(self, source: DataSource) -> Iterator[str]:
        if source.floating or not source.rev:
            self._lack(f"{self._each.name} floats: its revision {source.rev or 'is not stated'} can move")
        rev = f" --revision {shlex.quote(source.rev)}" if source.rev else ""
        yield f"hf download --repo-type dataset{rev} -- {shlex.quote(source.location)}"


def _stored(version: Version, target: str, tools: Tools, lack: Callable[[str], None]) -> list[str]:
    if version.deleted:
        lack(f"{version.ref} was deleted: {version.deleted_reason}")
        return []
    if version.external:
        lack(f"the bytes of {version.ref} are not in the store")
        return []
    return [tools.mvtui("checkout", version.ref, raw=target)]


def _outside(each: Ingredient, lack: Callable[[str], None]) -> list[str]:
    """Get what is not in the store, where its name says how."""
    scheme, _, rest = each.link.to.partition(":")
    if scheme == "hf":
        name, _, rev = rest.partition("#")[0].partition("@")
        if not rev:
            lack(f"{each.link.to} floats: it names no revision")
        kind = "--repo-type dataset " if each.link.type in _DATA else ""
        return [f"hf download {kind}{f'--revision {shlex.quote(rev)} ' if rev else ''}-- {shlex.quote(name)}"]
    if scheme in {"http", "https"}:
        lack(f"nothing tells whether what {each.link.to} serves still is the same")
        directory = inside("data" if each.link.type in _DATA else "parents")
        return [
            f"mkdir -p {directory}",
            f"curl -fL -o {directory}/{shlex.quote(each.directory)} -- {shlex.quote(each.link.to)}",
        ]
    known = "this store does not know it" if not each.link.outside else "nothing tells how to get it"
    lack(f"{each.link.type} {each.link.to}: {known}")
    return []
