"""What is inside a version, as the view of it is given: a tree of files and tensors, or one of them alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from ....store import (
        Comparison,
        FileDiff,
        FileEntry,
        FileText,
        Health,
        Histogram,
        HostedStatus,
        InspectedFile,
        Inspection,
        MemberState,
        Share,
        Tensor,
        TensorDiff,
        WordDiff,
    )
    from ...tensor_tree import Row, TensorTree

Raw: TypeAlias = "Sequence[tuple[str, str]]"
"""A line of outside text in pieces, each with the name of its style; not safe to show yet."""


class Within(msgspec.Struct, frozen=True):
    """What is looked at inside: the keys of modules that are unfolded, what tensors are sought, the file or tensor that is open.

    As long as nobody unfolded or folded any, ``unfolded`` is None: then as much is unfolded as is taken in at a glance.
    With ``against``, a version's reference, it is how that file differs from the one there.
    """

    unfolded: tuple[str, ...] | None = None
    sought: str = ""
    file: str = ""
    tensor: Tensor | None = None
    against: str = ""

    @property
    def page(self) -> tuple[object, ...]:
        """The file or tensor that is open; the same for all that is seen on one page."""
        return (self.file, self.tensor, self.against)


class Limb(msgspec.Struct, frozen=True):
    """A member in the tree of a bundle: which version, ``about`` what it is, in outside text, and what a bundle in it has.

    ``status`` is there for a hosted model.
    """

    member: MemberState
    about: str = ""
    status: HostedStatus | None = None
    inner: tuple[Limb, ...] = ()


class Agent(msgspec.Struct, frozen=True):
    """What there is to see of a prompt, a hosted model or a bundle.

    ``facts`` are name and text of each, outside text; ``status`` is a hosted model's. ``base`` is the version it is compared with, the one in
    the ``role`` (``replaced``, ``production``, ``before``), empty without any; ``reason`` says why it replaces that. ``words`` tell how a
    prompt's texts differ from those of the base, ``comparison`` how all else does. ``params`` are those of a call.
    """

    facts: Sequence[tuple[str, str]] = ()
    status: HostedStatus | None = None
    base: str = ""
    role: str = ""
    reason: str = ""
    words: Sequence[WordDiff] = ()
    params: Mapping[str, Any] | None = None
    comparison: Comparison | None = None


class Inside(msgspec.Struct, frozen=True):
    """All that is inside a version.

    ``inspection`` is None where its files can't be looked into, for that ``problem``. ``shares`` say how many numbers are of
    which type. ``rows`` are those of the ``tree`` that
    are seen when those with the keys ``opened`` are unfolded, or the tensors that were ``sought``. ``health`` is there if all weights were read since mvtui began.
    ``text`` is that of a version that is one text, in lines. ``agent`` is there for a prompt, a hosted model or a bundle.
    ``members`` are a bundle's, ``own`` the files that it has beside theirs.
    """

    files: tuple[FileEntry, ...]
    inspection: Inspection | None = None
    problem: str = ""
    tree: TensorTree | None = None
    shares: tuple[Share, ...] = ()
    rows: Sequence[Row] = ()
    opened: frozenset[str] = frozenset()
    sought: str = ""
    health: Health | None = None
    text: Sequence[Raw] = ()
    agent: Agent | None = None
    members: tuple[Limb, ...] = ()
    own: tuple[FileEntry, ...] = ()


class FilePage(msgspec.Struct, frozen=True):
    """One file: what it says, in lines with colours, or what a reader found in it. ``note`` says how it is shown.

    ``weights`` is the bytes of all tensors of the version; None where it has none.
    """

    file: FileText
    lines: Sequence[Raw] = ()
    inspected: InspectedFile | None = None
    note: str = ""
    weights: int | None = None

    @property
    def name(self) -> str:
        """What the page is called."""
        return self.file.path


class TensorPage(msgspec.Struct, frozen=True):
    """One tensor, and how its numbers are spread if they were read. ``share`` is its part of all parameters."""

    tensor: Tensor
    share: float
    histogram: Histogram | None = None

    @property
    def name(self) -> str:
        """What the page is called."""
        return self.tensor.name


class DiffPage(msgspec.Struct, frozen=True):
    """How a file of two versions differs."""

    before: str
    after: str
    found: FileDiff

    @property
    def name(self) -> str:
        """What the page is called."""
        return self.found.path


class InsideDiff(msgspec.Struct, frozen=True):
    """How two versions differ inside: their tensors, as far as that is known, and the files that are text and differ.

    ``unlooked`` is how many files were left out.
    """

    tensors: TensorDiff | None = None
    files: Mapping[str, FileDiff] = {}
    unlooked: int = 0
    problem: str = ""
