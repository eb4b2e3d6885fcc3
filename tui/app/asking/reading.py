"""Reading what a view shows. For the worker's thread: it opens files and may take a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ....store.errors import MvtuiError, NotFoundError
from ...metric_order import worth_a_column
from ..keys.pane import Pane
from .asked import Ancestry, Asked, Content, Measured, Staged, Tested
from .known import Known

if TYPE_CHECKING:
    from ....store import Capture, Direction, GateReport, Node, RollbackPlan, Store, Trend, Version

_FANOUT = 12
"""As many nodes are drawn at each node of a lineage until it is unfolded; the rest is counted."""

_DEPTH = 6
"""As many levels of a lineage are drawn; those that hang from deeper nodes are counted until they are unfolded."""

_CHANGES = 500
"""As many changes of stages are listed; mvtui history has the rest."""


def read(store: Store, asked: Asked) -> Content:
    """Return what a view shows.

    Raises:
        MvtuiError: it can't be read; the message says why.
    """
    if asked.pane is Pane.OVERVIEW:
        return known(store, asked.refs[0])
    if asked.pane is Pane.METRICS and asked.within.file:
        from . import inspecting

        return inspecting.diff_page(store, asked.within.against, asked.refs[-1], asked.within.file)
    if asked.pane is Pane.METRICS:
        return measured(store, asked)
    if asked.pane is Pane.STAGES:
        return _staged(store, asked.refs[0])
    if asked.pane is Pane.INSPECT:
        from . import inspecting

        return inspecting.read(store, asked.refs[0], asked.within)
    if asked.pane is Pane.TESTS:
        return _tested(store, store.get(asked.refs[0]))
    return _ancestry(store, asked)


def _tested(store: Store, version: Version) -> Tested:
    """Return the test that runs, else the last one that the version was in, else the last one."""
    tests = store.ab_tests(version.model)
    if not tests:
        control = in_production(store, version.model)
        return Tested(
            control=control, metric=deciding_metric(store, [control, version] if control else [version])
        )
    of_version = [t for t in tests if any(arm.version == version.version for arm in t.spec.arms)]
    shown = tests[0] if tests[0].running else next(iter(of_version), tests[0])
    return Tested(store.ab_report(shown.name), tuple(test for test in tests if test is not shown))


def deciding_metric(store: Store, versions: Iterable[Version]) -> str:
    """Return the metric that tells most of versions, as an A/B test takes it: ``accuracy:max``; empty where none would do."""
    names = dict.fromkeys((name for version in versions for name in version.metrics), 1)
    for name in worth_a_column(names, store.direction):
        way = store.direction(name)
        if way and {":", "="}.isdisjoint(name):
            return f"{name}:{'max' if way == 'higher' else 'min'}"
    return ""


def measured(store: Store, asked: Asked, *, more: bool = False, history: bool = False) -> Measured:
    """Return what the view of metrics shows.

    With ``more`` also training curves and what differs inside, which are else only there if they were read before; with ``history`` also the
    commits between, which git is asked for.

    Raises:
        MvtuiError: the versions can't be compared, though there is something to compare.
    """
    from . import inspecting, runs

    version = store.get(asked.refs[-1])
    trend = _trend(store, version, asked.metric)
    problem = ""
    try:
        compared = store.diff(*asked.refs, against=asked.against or None, history=history)
    except NotFoundError as error:
        if len(asked.refs) > 1:
            raise
        compared, problem = None, error.message
    versions = compared.versions if compared else (version,)
    unread = not (more or runs.known(versions))
    curves = None if unread else runs.curves(store, versions, asked.curve)
    unlooked = compared is not None and not (more or inspecting.is_compared(compared))
    inside = inspecting.between(store, compared) if compared and not unlooked else None
    return Measured(compared, problem, trend, curves, unread, inside, unlooked)


def _trend(store: Store, version: Version, metric: str) -> Trend | None:
    if metric not in version.metrics:
        told = worth_a_column(dict.fromkeys(version.metrics, 1), store.direction)
        metric = next(iter(told), "")
    found = store.trend(version.model, metric) if metric else None
    return found if found and len(found.points) > 1 else None


def why_nothing(store: Store, model: str, query: str) -> str:
    """Return why a query finds none of a model's versions, as far as that is known; in words of outside text."""
    from ... import missed

    try:
        return "; ".join(missed.reasons(store.query(f"model:{model} {query}")))
    except MvtuiError:  # such as a query that is already of another model
        return ""


def known(store: Store, ref: str) -> Known:
    """Return what the overview shows of a version."""
    detail = store.show(ref)
    version = detail.version
    ways = directions(store, version.metrics)
    production = in_production(store, version.model)
    capture, problem = _capture(store, version)
    members = store.members(ref) if version.members else ()
    return Known(
        detail,
        ways,
        production,
        _recorded(store, version),
        _sources(store, version),
        capture,
        problem,
        members,
        store.adapter(ref) if version.kind == "adapter" and not version.deleted else None,
        store.hosted_status(version) if version.kind == "hosted" else None,
    )


def directions(store: Store, metrics: Iterable[str]) -> dict[str, Direction]:
    """Return which way metrics are better, of those where that is known."""
    ways = ((name, store.direction(name)) for name in metrics)
    return {name: way for name, way in ways if way}


def in_production(store: Store, model: str) -> Version | None:
    """Return the version of a model that is in Production."""
    number = next((found.production for found in store.models() if found.name == model), None)
    return store.get(f"{model}@{number}") if number else None


def _recorded(store: Store, version: Version) -> dict[str, int]:
    if not version.metrics:
        return {}
    counts = Counter(one.key for one in store.measurements(version.ref))
    return {name: count for name, count in counts.items() if count > 1}


def _sources(store: Store, version: Version) -> dict[str, Node]:
    if not version.edges:
        return {}
    return store.lineage(version.ref, down=False, depth=1).nodes


def _capture(store: Store, version: Version) -> tuple[Capture | None, str]:
    if not version.capture:
        return None, ""
    try:
        return store.capture(version.ref), ""
    except MvtuiError as error:
        return None, error.message  # files and edges can still be shown


def _ancestry(store: Store, asked: Asked) -> Ancestry:
    from ....store import tree_rows

    lineage = store.lineage(asked.refs[0])
    up, down = asked.unfolded
    return Ancestry(
        tuple(tree_rows(lineage, "up", depth=_DEPTH, fanout=_FANOUT, unfolded=frozenset(up))),
        tuple(tree_rows(lineage, "down", depth=_DEPTH, fanout=_FANOUT, unfolded=frozenset(down))),
        lineage.cut,
    )


def _staged(store: Store, ref: str) -> Staged:
    version = store.get(ref)
    history = store.transitions(version.model, limit=_CHANGES + 1)
    total = next((model.version_count for model in store.models() if model.name == version.model), 0)
    report, problem = _gates(store, version)
    stages = store.stages(version.model)
    way_back, no_way_back = _way_back(store, version.model) if history else (None, "")
    return Staged(
        version,
        stages,
        total,
        report,
        problem,
        way_back,
        no_way_back,
        history[:_CHANGES],
        len(history) > _CHANGES,
        tuple(each for each in store.endings() if each.version.model == version.model),
        store.hosted_status(version) if version.kind == "hosted" else None,
    )


def _gates(store: Store, version: Version) -> tuple[GateReport | None, str]:
    """Return what the next stage asks, or why that can't be told; neither where no stage comes next."""
    if version.deleted or version.stage in ("production", "archived"):
        return None, ""
    try:
        return store.gates(version.ref, verify=False), ""
    except MvtuiError as error:  # such as a mistake in config.toml: the rest can still be shown
        return None, f"{error.message} {error.hint}".strip()


def _way_back(store: Store, model: str) -> tuple[RollbackPlan | None, str]:
    try:
        return store.rollback_plan(model), ""
    except MvtuiError as error:
        return None, error.message
