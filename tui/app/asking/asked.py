"""What a view asks of the store, and what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from ..keys.pane import Pane
from .inside import Within
from .known import Known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....store import (
        ABReport,
        ABTestInfo,
        Comparison,
        Direction,
        Ending,
        GateReport,
        HostedStatus,
        RollbackPlan,
        Stage,
        Transition,
        TreeRow,
        Trend,
        Version,
    )
    from .inside import DiffPage, FilePage, Inside, InsideDiff, TensorPage


class Asked(msgspec.Struct, frozen=True):
    """A view, and the references of the versions it is to show: one, or those that are compared.

    ``metric`` is the one to draw over versions, ``curve`` the one to draw over the steps of runs; empty for the most
    telling. ``unfolded`` are the nodes of a lineage
    from which all that hangs is wanted: those of the tree that goes up, and of the one that goes down. ``within`` says what
    is looked at inside a version, ``against`` the role of what one alone is compared with, empty for the usual one.
    """

    pane: Pane
    refs: tuple[str, ...]
    metric: str = ""
    curve: str = ""
    against: str = ""
    unfolded: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    within: Within = Within()

    @property
    def about(self) -> tuple[object, ...]:
        """What it is about, however much of it is unfolded, and whatever is drawn beside it."""
        return (self.pane, self.refs, self.against, self.within.page)


class Curve(msgspec.Struct, frozen=True):
    """A metric over a run, as ``curves.reduced`` leaves it: ``points`` are (step, value).

    ``step`` and ``last`` are those of its last point, ``count`` how many it has, ``bad`` how many are not finite.
    """

    points: tuple[tuple[float, float], ...]
    step: float
    last: float
    count: int
    bad: int = 0


class Curves(msgspec.Struct, frozen=True):
    """The metric ``name`` over the runs of versions: each one's number, stage and curve.

    ``names`` are all there are, the most telling first. ``problem`` says what can't be read.
    """

    names: tuple[str, ...]
    name: str
    lines: tuple[tuple[str, str | None, Curve], ...]
    direction: Direction | None = None
    problem: str = ""


class Measured(msgspec.Struct, frozen=True):
    """Versions compared, and a metric over the versions of the model.

    ``comparison`` is None where there is nothing to compare a version with, which ``problem`` says; ``trend`` is None
    where no metric has several values to draw. ``curves`` is None where no run was kept, or, if ``unread``, as long as
    nobody has read them. ``inside`` is how two versions differ inside; ``unlooked`` as long as nobody has looked.
    """

    comparison: Comparison | None
    problem: str = ""
    trend: Trend | None = None
    curves: Curves | None = None
    unread: bool = False
    inside: InsideDiff | None = None
    unlooked: bool = False


class Ancestry(msgspec.Struct, frozen=True):
    """What a version came from, and what came from it, as rows of two trees; ``cut`` says that there is more."""

    up: tuple[TreeRow, ...]
    down: tuple[TreeRow, ...]
    cut: bool = False


class Staged(msgspec.Struct, frozen=True):
    """Where a version stands, what the next stage asks, and what happened to the versions of its model.

    ``stages`` has the numbers in each stage, the last to enter first, and ``total`` counts all versions. ``report`` is
    what the gates of the next stage say; None where there is none, or where they can't be asked, which ``problem`` says.
    ``way_back`` is where a rollback would lead, ``no_way_back`` why nowhere; neither while nothing was ever in
    Production. ``history`` has the last changes, the last first; ``more`` says that there are older ones. ``endings`` tell which hosted
    models its Production stands on that end soon, or have; ``hosted`` is what is known of the version's own.
    """

    version: Version
    stages: Mapping[Stage, tuple[str, ...]]
    total: int
    report: GateReport | None = None
    problem: str = ""
    way_back: RollbackPlan | None = None
    no_way_back: str = ""
    history: tuple[Transition, ...] = ()
    more: bool = False
    endings: tuple[Ending, ...] = ()
    hosted: HostedStatus | None = None


class Tested(msgspec.Struct, frozen=True):
    """What is known of a model's A/B tests: of one all that was measured, and the ``others``; None where there is none.

    Where there is none ``control`` is what is in Production, and ``metric`` the one by which a test could decide (``accuracy:max``).
    """

    report: ABReport | None = None
    others: tuple[ABTestInfo, ...] = ()
    control: Version | None = None
    metric: str = ""


Content: TypeAlias = (
    "Known | Measured | Ancestry | Staged | Tested | Inside | FilePage | TensorPage | DiffPage"
)


def is_counting(content: Content) -> bool:
    """Say whether there will be more to read by itself: outcomes of a test that runs are no events."""
    return isinstance(content, Tested) and content.report is not None and content.report.test.running


def lacks_more(content: Content) -> bool:
    """Say whether there is more to be read of versions compared, which takes its time: curves, commits between."""
    return lacks_history(content) or (isinstance(content, Measured) and (content.unread or content.unlooked))


def lacks_history(content: Content) -> bool:
    """Say whether git could tell more about a comparison: the commits between the versions'."""
    compared = content.comparison if isinstance(content, Measured) else None
    if compared is None or compared.histories:
        return False
    base = compared.base.code
    return base is not None and any(
        version.code and version.code.commit != base.commit for version in compared.others
    )
