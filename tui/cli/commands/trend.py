"""``mvtui trend``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..group import command as make_command
from ..options import complete_metric, complete_model, json_option, store_option
from ..plot import height_option, width_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Trend, TrendPoint


@make_command(
    examples=[
        "mvtui trend sentiment accuracy",
        "mvtui trend sentiment 'accuracy[test:fr]' --last 20",
        "mvtui trend sentiment loss --json | jq '.points[].value'",
    ]
)
@click.argument("model", shell_complete=complete_model)
@click.argument("metric", shell_complete=complete_metric)
@click.option(
    "--last", type=click.IntRange(min=1), metavar="N", help="Only the last N versions that have it."
)
@width_option
@height_option
@store_option
@json_option
def command(model: str, metric: str, last: int | None, width: int | None, height: int, as_json: bool) -> None:
    """Draw a metric over the versions of a model.

    Versions stand in the order in which they were registered; the latest value of each counts.
    """
    import msgspec

    with open_store(read_only=True) as store:
        trend = store.trend(model, metric)
    if last is not None:
        trend = msgspec.structs.replace(trend, points=trend.points[-last:])
    if as_json:
        output.print_json(_row(trend))
    else:
        _write(trend, width, height)


def _row(trend: Trend) -> dict[str, Any]:
    from ....store import rfc3339, to_stored

    return {
        "model": trend.model,
        "metric": trend.metric,
        "direction": trend.direction,
        "best": trend.best.version if trend.best else None,
        "without": trend.without,
        "points": [
            {
                "version": point.version,
                "created": rfc3339(point.created),
                "stage": point.stage,
                "value": to_stored(point.value),
            }
            for point in trend.points
        ],
    }


def _write(trend: Trend, width: int | None, height: int) -> None:
    from ...trend import labels, marks
    from ...words import direction_words, plural
    from .. import plot

    way = direction_words(trend.direction) or "which way is better isn't known"
    over = f"over {plural(len(trend.points), 'version')}, {way}"
    output.data(f"{output.paint(output.safe(f'{trend.model} {trend.metric}'), 'bold')} {over}")
    if sum(math.isfinite(point.value) for point in trend.points) > 1:
        plot.write(
            [(float(at), point.value) for at, point in enumerate(trend.points)],
            labels=labels(trend.points, trend.best),
            marks=marks(trend.points, ascii_only=output.ascii_only()),
            width=width,
            height=height,
        )
    for line in _facts(trend):
        output.data(line)


def _facts(trend: Trend) -> list[str]:
    from ...words import plural, stage_label

    signs = output.sign_set()
    ends = list(dict.fromkeys([trend.points[0], trend.points[-1]]))
    facts = [f"from {_named(ends[0])} to {_named(ends[1])}" if len(ends) > 1 else _named(ends[0])]
    if trend.best and len(trend.points) > 1:
        facts.append(f"{signs.better} best: {_named(trend.best)}")
    facts += [
        f"{stage_label(point.stage, ascii_only=output.ascii_only())}: {_named(point)}"
        for point in trend.points
        if point.stage not in (None, "archived")
    ]
    if odd := [point for point in trend.points if not math.isfinite(point.value)]:
        shown = ", ".join(map(_named, odd[:5])) + (f", and {len(odd) - 5:,} more" if len(odd) > 5 else "")
        facts.append(f"not drawn, since not finite: {shown}")
    if trend.without:
        facts.append(f"left out: {plural(trend.without, 'version')} without it")
    return facts


def _named(point: TrendPoint) -> str:
    from ...words import number

    return f"{number(point.value)} ({point.version})"
