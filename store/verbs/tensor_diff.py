"""Compare the tensors of two versions: by name, type and shape, by digest, and where those differ by their numbers.

Digests of tensors, and what a whole comparison came to, are kept in the store's ``derived/``: asked again, no byte is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import msgspec

from ..engine import digest, durable
from ..engine.repository import Repository
from ..knowledge.meter import Meter
from ..knowledge.weights import distance, elements
from ..nouns.inspection import Tensor
from ..nouns.modules import tensor_path
from ..nouns.reports import ProgressCallback
from ..nouns.tensor_diff import Distance, TensorChange, TensorDiff, TensorOutcome, module_of_all
from . import checkout, health, inspect, look

_RULES = 1
"""Number of the rules by which a comparison is made; what was kept under another is not used."""
_DIGESTS, _DIFFS = "digests", "diff"
_NOT_ASKED = "its numbers were not compared yet"
_NOT_IN_A_ROW = "its bytes don't lie in a row in its file, or share more of it than is plausible"


def diff_tensors(
    repository: Repository, before: str, after: str, progress: ProgressCallback | None, *, read: bool = True
) -> TensorDiff:
    """Compare the tensors of two versions; see ``Store.diff_tensors``."""
    versions = [checkout.stored(repository, ref) for ref in (before, after)]
    told = f"{_RULES} {elements.has_numpy()} {' '.join(version.id for version in versions)}"
    key = digest.of_bytes(told.encode())
    found = _kept(repository, key)
    if found is None:
        with durable.explained(f"read the files of {before} and {after}"):
            comparison = _Comparison(repository, [version.ref for version in versions], progress)
            found = comparison.run() if read else comparison.glance()
        if not found.unread and read:
            repository.derived.put(_DIFFS, key, msgspec.msgpack.encode(found))
    return msgspec.structs.replace(found, before=versions[0].ref, after=versions[1].ref)


def _kept(repository: Repository, key: str) -> TensorDiff | None:
    data = repository.derived.get(_DIFFS, key)
    try:
        return msgspec.msgpack.decode(data, type=TensorDiff) if data is not None else None
    except msgspec.DecodeError:
        return None  # of another version of mvtui


class _Side:
    """One of the two versions: its tensors by their place in the tree, and where its files lie."""

    def __init__(self, repository: Repository, ref: str) -> None:
        self.ref = ref
        self.inspection = inspect.inspect_version(repository, ref)
        manifest = look.manifest(repository, checkout.stored(repository, ref).id)
        self.names = {entry.path: entry.digest for entry in manifest.files}
        self.places = {path: repository.objects.path(name) for path, name in self.names.items()}
        self.tensors: dict[str, Tensor] = {}
        for tensor in self.inspection.tensors:
            self.tensors.setdefault(tensor_path(tensor), tensor)
        self._room = 2 * self.inspection.size

    def has_room(self, tensor: Tensor) -> bool:
        """Whether a tensor's bytes may be read, too: tied weights share some; more than that is made to keep a reader busy."""
        self._room -= tensor.nbytes
        return self._room >= 0

    def span(self, tensor: Tensor) -> tuple[str, int, int] | None:
        """Return where a tensor's bytes lie: object, offset and size; None if not in a row, or not in the version."""
        name = self.names.get(tensor.file)
        if not tensor.nbytes:
            return ("", 0, 0)
        return None if name is None or tensor.offset is None else (name, tensor.offset, tensor.nbytes)


class _Pair(NamedTuple):
    path: str
    before: Tensor
    after: Tensor


class _Comparison:
    def __init__(
        self, repository: Repository, refs: Sequence[str], progress: ProgressCallback | None
    ) -> None:
        self.repository = repository
        self.before, self.after = (_Side(repository, ref) for ref in refs)
        self.meter = Meter("comparing", progress)
        self.changes: dict[str, TensorChange] = {}

    def run(self) -> TensorDiff:
        before, after = self.before, self.after
        pairs = self._pairs()
        alike = [pair for pair in pairs if not self._differs_openly(pair)]
        unequal, unsure = self._by_span(alike)
        measurable = [pair for pair in pairs if self._kind(pair) == "retyped" and self._measurable(pair)]
        work = sum(self._size(pair) for pair in unequal)
        self.meter.begin(2 * work + sum(self._size(pair) for pair in measurable))
        ones = self._digests(before, [pair.before for pair in unequal])
        others = self._digests(after, [pair.after for pair in unequal])
        changed = []
        for pair in unequal:
            one, other = ones[pair.before], others[pair.after]
            if one is None or other is None:
                unsure.append(pair)
            elif one != other:
                changed.append(pair)
                continue
            self.meter.on(pair.path)(self._size(pair))
        for pair in unsure:
            self._add(pair, "unknown", unmeasured=_NOT_IN_A_ROW)
        for pair in [*changed, *measurable]:
            self._measure(pair)
        self.meter.end()
        return self._told(len(alike) - len(changed) - len(unsure))

    def glance(self) -> TensorDiff:
        """Compare as far as headers and kept digests tell: no number is read."""
        pairs = self._pairs()
        alike = [pair for pair in pairs if not self._differs_openly(pair)]
        unequal, unsure = self._by_span(alike)
        for pair in unsure:
            self._add(pair, "unknown", unmeasured=_NOT_IN_A_ROW)
        known: dict[str, dict[tuple[int, int], str]] = {}

        def digest_of(side: _Side, tensor: Tensor) -> str | None:
            name = side.names[tensor.file]
            if name not in known:
                known[name] = self._known(name)
            return known[name].get(_span(tensor))

        changed, unread = 0, []
        for pair in unequal:
            one, other = digest_of(self.before, pair.before), digest_of(self.after, pair.after)
            if one is None or other is None:
                unread.append(pair)
            elif one != other:
                self._add(pair, "changed", unmeasured=_NOT_ASKED)
                changed += 1
        found = self._told(len(alike) - changed - len(unsure) - len(unread))
        return msgspec.structs.replace(found, unread=len(unread), unread_bytes=sum(map(self._size, unread)))

    def _pairs(self) -> list[_Pair]:
        """Return the tensors that both have, and note what only one side has."""
        self._strangers()
        before, after = self.before.tensors, self.after.tensors
        return [_Pair(path, before[path], tensor) for path, tensor in after.items() if path in before]

    def _told(self, identical: int) -> TensorDiff:
        paths = [*self.after.tensors, *(p for p in self.before.tensors if p not in self.after.tensors)]
        changes = tuple(self.changes[path] for path in paths if path in self.changes)
        problems = [
            f"{side.ref}: {problem}"
            for side in (self.before, self.after)
            for problem in side.inspection.problems
        ]
        lacking = not elements.has_numpy() and any(change.unmeasured for change in changes)
        notes = (f"{elements.NO_NUMPY}: digests only",) if lacking else ()
        module = module_of_all(changes, paths)
        return TensorDiff("", "", changes, identical, len(paths), module, notes, tuple(problems))

    def _strangers(self) -> None:
        """Note what only one side has."""
        before, after = self.before.tensors, self.after.tensors
        for path in after.keys() - before.keys():
            self.changes[path] = TensorChange(path, "added", after=after[path])
        for path in before.keys() - after.keys():
            self.changes[path] = TensorChange(path, "removed", before=before[path])

    @staticmethod
    def _kind(pair: _Pair) -> TensorOutcome:
        if pair.before.shape != pair.after.shape:
            return "reshaped"
        return "retyped" if pair.before.dtype != pair.after.dtype else "changed"

    def _differs_openly(self, pair: _Pair) -> bool:
        """Note what differs by its header already."""
        kind = self._kind(pair)
        if kind == "changed":
            return False
        self._add(pair, kind, unmeasured=self._why_not(pair) if kind == "retyped" else "")
        return True

    def _add(
        self, pair: _Pair, outcome: TensorOutcome, far: Distance | None = None, *, unmeasured: str = ""
    ) -> None:
        self.changes[pair.path] = TensorChange(pair.path, outcome, pair.before, pair.after, far, unmeasured)

    def _by_span(self, pairs: Sequence[_Pair]) -> tuple[list[_Pair], list[_Pair]]:
        """Return the pairs whose bytes must be looked at, and those whose bytes can't be; the same bytes of one object need no look."""
        unequal: list[_Pair] = []
        unsure: list[_Pair] = []
        for pair in pairs:
            one, other = self.before.span(pair.before), self.after.span(pair.after)
            same_file = self.before.names.get(pair.before.file) == self.after.names.get(pair.after.file)
            if (one is None or other is None) and not (same_file and pair.before == pair.after):
                unsure.append(pair)
            elif one != other:
                fits = self.before.has_room(pair.before) and self.after.has_room(pair.after)
                (unequal if fits else unsure).append(pair)
        return unequal, unsure

    @staticmethod
    def _size(pair: _Pair) -> int:
        return pair.before.nbytes + pair.after.nbytes

    def _digests(self, side: _Side, tensors: Sequence[Tensor]) -> dict[Tensor, str | None]:
        """Return the digest of each tensor's bytes, read only where they are not known; None where a file ends too early."""
        found: dict[Tensor, str | None] = {}
        files: dict[str, list[Tensor]] = {}
        for tensor in tensors:
            if tensor.nbytes:
                files.setdefault(tensor.file, []).append(tensor)
            else:
                found[tensor] = ""
        for file, inside in files.items():
            known = self._known(side.names[file])
            missing = [tensor for tensor in inside if _span(tensor) not in known]
            advance = self.meter.on(file)
            advance(sum(tensor.nbytes for tensor in inside) - sum(tensor.nbytes for tensor in missing))
            if missing:
                with health.opened(side.places[file]) as fd:
                    for tensor in sorted(missing, key=_span):
                        if (name := digest.of_span(fd, *_span(tensor), advance)) is not None:
                            known[_span(tensor)] = name
                self._keep(side.names[file], known)
            found |= {tensor: known.get(_span(tensor)) for tensor in inside}
        return found

    def _known(self, name: str) -> dict[tuple[int, int], str]:
        """Return the digests of an object's tensors that were kept: (offset, size) → digest."""
        data = self.repository.derived.get(_DIGESTS, name)
        try:
            rows = msgspec.msgpack.decode(data, type=list[tuple[int, int, str]]) if data else []
        except msgspec.DecodeError:
            rows = []
        return {(offset, size): told for offset, size, told in rows}

    def _keep(self, name: str, known: dict[tuple[int, int], str]) -> None:
        rows = [(offset, size, told) for (offset, size), told in known.items()]
        self.repository.derived.put(_DIGESTS, name, msgspec.msgpack.encode(rows))

    def _why_not(self, pair: _Pair) -> str:
        """Say why the numbers of a pair can't be compared; nothing if they can."""
        if not elements.has_numpy():
            return elements.NO_NUMPY
        for side, tensor in ((self.before, pair.before), (self.after, pair.after)):
            if why := elements.unreadable(tensor.dtype):
                return why
            if side.span(tensor) is None:
                return _NOT_IN_A_ROW
        return ""

    def _measurable(self, pair: _Pair) -> bool:
        return not self._why_not(pair)

    def _measure(self, pair: _Pair) -> None:
        kind, why = self._kind(pair), self._why_not(pair)
        advance = self.meter.on(pair.path)
        if why:
            self._add(pair, kind, unmeasured=why)
            advance(self._size(pair))
            return
        with ExitStack() as stack:
            one = stack.enter_context(_placed(self.before, pair.before))
            other = stack.enter_context(_placed(self.after, pair.after))
            far = distance.distance(one, other, advance)
        self._add(pair, kind, far, unmeasured="" if far else "a file ends before it does")


def _span(tensor: Tensor) -> tuple[int, int]:
    return tensor.offset or 0, tensor.nbytes


@contextmanager
def _placed(side: _Side, tensor: Tensor) -> Iterator[Any]:
    if not tensor.nbytes:
        yield distance.Place(-1, tensor)
        return
    with health.opened(side.places[tensor.file]) as fd:
        yield distance.Place(fd, tensor)
