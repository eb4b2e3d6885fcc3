"""Reading what is inside versions. For the worker's thread, and the one that makes changes.

Versions never change, so what was looked into is kept for a while, by hash ID: a store that grows while somebody looks at a
model does not have its headers read again and again.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ....store import by_dtype
from ....store.errors import MvtuiError
from ...tensor_tree import TensorTree
from .inside import DiffPage, FilePage, Inside, InsideDiff, TensorPage, Within

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from ....store import (
        Comparison,
        FileDiff,
        FileEntry,
        Histogram,
        Inspection,
        Share,
        Store,
        Tensor,
        Version,
    )

AT_ONCE = 64 << 20
"""Bytes of a tensor whose numbers are read without being asked to: it takes no longer than a glance."""

STEPS = 48
"""Steps in which the numbers of a tensor are counted: small windows show two, three or four as one."""

_SHOWN_TEXT = 256 << 10
"""Bytes of a text that are shown: what is longer nobody reads here."""
_LONGEST_LINE = 400
"""Characters of a line of JSON from which on the file is shown with lines of its own."""
_GLANCE = 12
"""Rows of the tree that are unfolded at first, at most."""

_KEPT = 8
_LARGEST_COMPARED = 1 << 20
_MOST_FILES = 24
"""Files that are compared as texts; the page of one that is opened tells of it whatever its number."""

Found = TypeVar("Found")
_kept: dict[str, OrderedDict[Hashable, Any]] = {}


def keep(sort: str, key: Hashable, found: Found) -> Found:
    """Keep something of a sort, in place of what was kept longest ago."""
    there = _kept.setdefault(sort, OrderedDict())
    there[key] = found
    while len(there) > _KEPT:
        there.popitem(last=False)
    return found


def kept(sort: str, key: Hashable) -> Any | None:
    """Return what was kept; None if it wasn't."""
    there = _kept.get(sort)
    return there.get(key) if there else None


def read(store: Store, ref: str, within: Within) -> Inside | FilePage | TensorPage:
    """Return what is inside a version: all of it, or the file or tensor that is open.

    Raises:
        MvtuiError: it can't be read; the message says why.
    """
    version = store.get(ref)
    if within.file:
        return _file_page(store, version, within.file)
    if within.tensor is not None:
        return _tensor_page(store, version, within.tensor)
    return _READERS.get(version.kind, _weights)(store, version, within)


def _weights(store: Store, version: Version, within: Within) -> Inside:
    files = _files(store, version)
    inspection, tree, shares, problem = _looked_into(store, version)
    opened = frozenset(
        within.unfolded if within.unfolded is not None else tree.glance(_GLANCE) if tree else ()
    )
    rows = (tree.found(within.sought) if within.sought else tree.rows(opened)) if tree else []
    health = kept("health", version.id)
    return Inside(files, inspection, problem, tree, shares, rows, opened, within.sought, health)


def _prompt(store: Store, version: Version, _within: Within) -> Inside:
    from . import agents_inside

    return agents_inside.prompt(store, version, _files(store, version))


def _hosted(store: Store, version: Version, _within: Within) -> Inside:
    from . import agents_inside

    return agents_inside.hosted(store, version, _files(store, version))


def _bundle(store: Store, version: Version, within: Within) -> Inside:
    from . import bundle_inside

    return bundle_inside.bundle(store, version, _weights(store, version, within))


_READERS: dict[str, Callable[[Store, Version, Within], Inside]] = {
    "prompt": _prompt,
    "hosted": _hosted,
    "bundle": _bundle,
}
"""Kinds whose inside is another than that of weights."""


def _files(store: Store, version: Version) -> tuple[FileEntry, ...]:
    found = kept("files", version.id)
    return found if found is not None else keep("files", version.id, store.show(version.ref).files)


def _looked_into(
    store: Store, version: Version
) -> tuple[Inspection | None, TensorTree | None, tuple[Share, ...], str]:
    """Return what readers found in the files, the tree of their tensors, and what types those are of; or why that can't be."""
    if (found := kept("inside", version.id)) is not None:
        return (*found, "")
    try:
        inspection = store.inspect(version.ref)
    except MvtuiError as error:  # the list of its files is worth seeing, too
        return None, None, (), error.message
    tree = TensorTree(inspection.tensors) if inspection.tensors else None
    shares = by_dtype(inspection.tensors)
    keep("inside", version.id, (inspection, tree, shares))
    return inspection, tree, shares, ""


def _file_page(store: Store, version: Version, path: str) -> FilePage:
    from ... import syntax

    inspection, tree, *_ = _looked_into(store, version)
    weights = tree.total_bytes if tree else None
    inspected = next((each for each in inspection.files if each.path == path), None) if inspection else None
    file = store.read_text(version.ref, path, most=_SHOWN_TEXT)
    if file.text is None:
        return FilePage(file, (), inspected, weights=weights)
    text, note = file.text, ""
    if not file.cut and max(map(len, text.splitlines()), default=0) > _LONGEST_LINE:
        spread = syntax.spread(path, text)
        text, note = (spread, "shown with a line for each value") if spread else (text, "")
    return FilePage(file, syntax.coloured(path, text), inspected, note, weights)


def _tensor_page(store: Store, version: Version, tensor: Tensor) -> TensorPage:
    tree = _looked_into(store, version)[1]
    share = tensor.parameters / tree.total if tree and tree.total else 0.0
    found: Histogram | None = kept("histogram", (version.id, tensor))
    if found is None and tensor.nbytes <= AT_ONCE:
        found = keep("histogram", (version.id, tensor), store.histogram(version.ref, tensor, bins=STEPS))
    return TensorPage(tensor, share, found)


# -- two versions -----------------------------------------------------------------------------------


def is_compared(found: Comparison) -> bool:
    """Say whether it is known how versions differ inside, as far as that can be told without reading numbers."""
    return _pair(found) is None or kept("between", _pair(found)) is not None


def between(store: Store, found: Comparison) -> InsideDiff | None:
    """Return how two versions differ inside; None where there are more of them, or no files to look into."""
    pair = _pair(found)
    if pair is None:
        return None
    diff: InsideDiff | None = kept("between", pair)
    if diff is None:
        diff = keep("between", pair, _compared(store, found))
    # What was compared number by number since then is told in its stead.
    tensors = kept("tensors", pair)
    return msgspec.structs.replace(diff, tensors=tensors) if tensors is not None else diff


def diff_page(store: Store, before: str, after: str, path: str) -> DiffPage:
    """Return how a file of two versions differs, whole.

    Raises:
        MvtuiError: it can't be read; the message says why.
    """
    return DiffPage(before, after, store.diff_file(before, after, path))


def _pair(found: Comparison) -> tuple[str, str] | None:
    if len(found.versions) != 2 or found.same_content[0] or any(each.external for each in found.versions):
        return None
    return found.versions[0].id, found.versions[1].id


def _is_small(size: object) -> bool:
    """Whether a file of so many bytes is compared without being asked to."""
    return isinstance(size, int) and size <= _LARGEST_COMPARED


def _compared(store: Store, found: Comparison) -> InsideDiff:
    before, after = (version.ref for version in found.versions)
    rows = [row for row in found.section("files").rows if row.cells[1].outcome == "changed"]
    changed = [row.name for row in rows if all(_is_small(cell.value) for cell in row.cells)]
    files: dict[str, FileDiff] = {}
    problem = ""
    try:
        tensors = store.diff_tensors(before, after, read=False)
    except MvtuiError as error:  # such as a file that is no valid one: the others can still be compared
        tensors, problem = None, error.message
    try:
        for path in changed[:_MOST_FILES]:
            diff = store.diff_file(before, after, path)
            if diff.form != "bytes":
                files[path] = diff
    except MvtuiError as error:
        problem = problem or error.message
    return InsideDiff(tensors, files, max(len(changed) - _MOST_FILES, 0), problem)
