"""``mvtui metrics``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..group import command as make_command
from ..options import (
    PATH,
    complete_metric_value,
    complete_series,
    json_option,
    ref_argument,
    store_option,
)
from ..plot import height_option, width_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Logged, Measurement, MetricChange, Store

_MOST_TOLD = 20
"""Values that are told one by one when they are added."""


@make_command(
    examples=[
        "mvtui metrics sentiment@1.4.0",
        "mvtui metrics sentiment@1.4.0 accuracy --history",
        "mvtui metrics sentiment@1.4.0 accuracy=0.95 loss=0.21",
        "mvtui metrics sentiment@1.4.0 accuracy=0.91 --dataset test --slice fr",
        "mvtui metrics sentiment@1.4.0 --file eval_results.json",
        "mvtui metrics sentiment@1.4.0 --series loss",
    ]
)
@ref_argument()
@click.argument("words", nargs=-1, metavar="[NAME|K=V]...", shell_complete=complete_metric_value)
@click.option(
    "--file",
    "files",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="Metrics in JSON, YAML, TOML or CSV, a trainer_state.json, a dvclive/; - is stdin. Repeatable.",
)
@click.option("--no-series", is_flag=True, help="Keep the last values of the files only, not every step.")
@click.option(
    "--dataset",
    default="",
    metavar="NAME",
    help="What it was measured on: a dataset of the store (by name or NAME@VERSION), or a word of your own.",
)
@click.option(
    "--slice", "part", default="", metavar="NAME", help="The part of the dataset, such as a language."
)
@click.option("--evaluation", default="", metavar="NAME", help="The run that measured.")
@click.option("--history", is_flag=True, help="Print every value that is kept, the oldest first.")
@click.option(
    "--series", "curve", metavar="NAME", shell_complete=complete_series, help="Draw a metric over the run."
)
@width_option
@height_option
@store_option
@json_option
def command(
    ref: str,
    words: tuple[str, ...],
    files: tuple[str, ...],
    no_series: bool,
    dataset: str,
    part: str,
    evaluation: str,
    history: bool,
    curve: str | None,
    width: int | None,
    height: int,
    as_json: bool,
) -> None:
    """Print a version's metrics, or add to them.

    Without anything to add: the latest values (of NAME only, if one is given), which way each is better, who
    measured it and when. A new value
    becomes the latest; the one before is kept, and --history prints it. The same values of the same evaluation
    are kept once. Measured on a dataset of the store, the version is linked to it: mvtui impact finds it there.
    """
    from ....store import errors

    if files or any("=" in word for word in words):
        if history or curve:
            raise errors.UsageError(
                "adding and --history or --series are two things", hint="Run the command twice."
            )
        _add(ref, words, files, not no_series, dataset, part, evaluation, as_json)
        return
    with open_store(read_only=True) as store:
        if curve is not None:
            if words:
                raise errors.UsageError(
                    "a metric's values and --series are two things", hint="Run the command twice."
                )
            _draw(store, ref, curve, width, height, as_json)
            return
        found = [
            one
            for one in _named(ref, words, store.measurements(ref))
            if dataset in ("", one.dataset, one.dataset.partition("@")[0])
            and (not part or one.slice == part)
            and (not evaluation or one.evaluation == evaluation)
        ]
        latest = found if history else list({one.key: one for one in found}.values())
        if as_json:
            output.print_json(_row(store, one) for one in latest)
        elif latest:
            _write(store, latest)
        else:
            output.talk(f"nothing was measured; add something: mvtui metrics {output.safe(ref)} NAME=VALUE")


def _named(ref: str, names: Sequence[str], measured: Sequence[Measurement]) -> Sequence[Measurement]:
    """Return the values of these metrics only, if any is named: ``accuracy`` on all datasets, ``accuracy[test]``."""
    known = {name for one in measured for name in (one.name, one.key)}
    for name in names:
        if name not in known:
            from difflib import get_close_matches

            from ....store import errors

            similar = get_close_matches(name[:200], known, n=3, cutoff=0.5)
            add = f"To add it, write its value: mvtui metrics {ref} {name}=VALUE"
            raise errors.NotFoundError(
                f"{ref} has no metric {name!r}",
                hint=f"Did you mean {similar[0]}?" if similar else add,
                candidates=similar,
            )
    return [one for one in measured if not {one.name, one.key}.isdisjoint(names)] if names else measured


def _row(store: Store, one: Measurement) -> dict[str, Any]:
    from ....store import rfc3339, to_stored

    return {
        "metric": one.name,
        "dataset": one.dataset,
        "slice": one.slice,
        "evaluation": one.evaluation,
        "value": to_stored(one.value),
        "direction": store.direction(one.key),
        "at": rfc3339(one.at),
        "by": one.by,
        "host": one.host,
        "seq": one.seq,
    }


def _write(store: Store, measured: Sequence[Measurement]) -> None:
    from datetime import UTC, datetime

    from ...words import age
    from .. import table
    from ..measured import direction_cell, on_the_point

    now = datetime.now(UTC)
    ways = {one.key: store.direction(one.key) for one in measured}
    numbers = on_the_point([one.value for one in measured])
    table.write(
        [
            table.Column("METRIC", style=("bold",)),
            table.Column("VALUE"),
            table.Column("BETTER"),
            table.Column("AGE", "right"),
            table.Column("BY", drop=2),
            table.Column("EVALUATION", drop=1),
        ],
        [
            [
                output.safe(one.key, 60),
                value,
                direction_cell(ways[one.key]),
                age(one.at, now),
                output.safe(one.by, 32),
                output.safe(one.evaluation, 40),
            ]
            for one, value in zip(measured, numbers, strict=True)
        ],
    )


def _add(
    ref: str,
    pairs: Sequence[str],
    files: Sequence[str],
    series: bool,
    dataset: str,
    part: str,
    evaluation: str,
    as_json: bool,
) -> None:
    from ..values import metrics_of

    given = metrics_of(files, pairs, series=series)
    with open_store() as store:
        done = store.log_metrics(
            ref, given.metrics, dataset=dataset, slice=part, evaluation=evaluation, series=given.series
        )
    if as_json:
        output.print_json(_done(done))
        return
    if not (done.changes or done.series or done.evaluated_on):
        output.talk(f"{done.version.ref} has these values already; nothing to add")
    # What has a value before comes first: a run may add thousands of new names.
    told = sorted(done.changes, key=lambda change: change.before is None)
    for change in told[:_MOST_TOLD]:
        output.talk(f"{done.version.ref}: {_sentence(change)}")
    if len(told) > _MOST_TOLD:
        output.talk(f"{done.version.ref}: {len(told) - _MOST_TOLD:,} more")
    if done.series:
        from ...words import plural

        output.talk(f"{done.version.ref}: the series of {plural(len(done.series), 'metric')}")
    if done.evaluated_on:
        output.talk(f"{done.version.ref}: evaluated-on {done.evaluated_on}")
    output.result(done.version.ref)


def _done(done: Logged) -> dict[str, Any]:
    from ....store import to_stored

    return {
        "model": done.version.model,
        "version": done.version.version,
        "added": [
            {
                "metric": change.name,
                "value": to_stored(change.after),
                "before": to_stored(change.before.value) if change.before else None,
                "direction": change.direction,
                "change": change.change,
            }
            for change in done.changes
        ],
        "series": list(done.series),
        "evaluated_on": done.evaluated_on or None,
    }


def _sentence(change: MetricChange) -> str:
    """Say what a value came to: ``accuracy 0.93 → 0.95 (▲ better; 0.93 by alice, 2 h ago, is kept)``."""
    from ...words import age, number

    name, after, before = output.safe(change.name, 200), number(change.after), change.before
    if before is None:
        return f"{name} {after}"
    arrow, old = "->" if output.ascii_only() else "→", number(before.value)
    ago = age(before.at)
    kept = f"{old} by {output.safe(before.by, 64)}, {ago if ago == 'now' else f'{ago} ago'}, is kept"
    outcome = f"{getattr(output.sign_set(), change.change)} {change.change}; " if change.change else ""
    return f"{name} {old} {arrow} {after} ({outcome}{kept})"


def _draw(store: Store, ref: str, name: str, width: int | None, height: int, as_json: bool) -> None:
    from ....store import errors, to_stored

    curves = store.series(ref)
    if name not in curves:
        from difflib import get_close_matches

        similar = get_close_matches(name, curves, n=3, cutoff=0.5)
        known = ", ".join(sorted(curves)[:10]) or "none"
        raise errors.NotFoundError(
            f"{ref} has no series of {name!r}",
            hint=f"Did you mean {similar[0]}?" if similar else f"It has: {known}.",
            candidates=similar,
        )
    curve = curves[name]
    if as_json:
        output.print_json({"step": list(curve.steps), "value": [to_stored(value) for value in curve.values]})
        return
    from ...words import direction_words, plural
    from .. import plot

    steps = [f"{step:g}" for step in curve.steps]
    last = len(steps) - 1
    way = direction_words(store.direction(name)) or "which way is better isn't known"
    output.data(f"{output.paint(output.safe(name), 'bold')} over {plural(len(steps), 'step')}, {way}")
    plot.write(
        list(zip(curve.steps, curve.values, strict=True)),
        labels={at: steps[at] for at in (last, 0, last // 2, last // 4, last * 3 // 4)},
        width=width,
        height=height,
    )
