"""``mvtui ls``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

from .. import output
from ..options import json_option, store_option
from ..querywords import QueryCommand, complete_query_word
from ..session import open_store

if TYPE_CHECKING:
    from ....store import Answer, Store, Version

_NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:@[\w.-]+)?", re.ASCII)
"""What looks like a model or a reference."""

METRICS_SHOWN = 3
_SINCE_DROP = 2
_PICKLES_DROP = 3
"""Unless one is unsafe: that is never left out."""
_MODEL_DROP = 3
"""A hosted model's name; that it ends, or moves, is never left out."""
_METRIC_DROPS = (5, 4, 2)
"""When the terminal is narrow the third goes before the note, the others after it."""
_ASKED_DROP = 7
"""A metric that was asked for goes last."""


@click.command(
    cls=QueryCommand,
    examples=[
        "mvtui ls",
        "mvtui ls sentiment --limit 10",
        "mvtui ls sentiment 'metric.f1>0.9' sort:-metric.f1",
        "mvtui ls stage:production,staging -kind:prompt since:30d",
        "mvtui ls dataset:imdb 'tag:owner=\"Ann B\"'",
        "mvtui ls --json | jq '.[] | select(.metrics.accuracy > 0.9) | .version'",
    ],
)
@click.argument("query", nargs=-1, shell_complete=complete_query_word)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show only the first N.")
@store_option
@json_option
def command(query: tuple[str, ...], limit: int | None, as_json: bool) -> None:
    """List versions, the latest registered first.

    With QUERY only those that fit it: a model's name, words, conditions.
    """
    with open_store(read_only=True) as store:
        model = _only_model(store, query)
        answer = None if model or not query else _answer(store, query)
        found = store.versions(model) if answer is None else answer
        chosen: Sequence[Version] = found if limit is None else list(islice(found, limit))
        if as_json:
            from ..rows import rows

            output.print_json(rows(store, chosen))
            return
        if chosen:
            _write(store, chosen, model, answer)
        elif query:
            output.talk("no version matches")
        else:
            output.talk("no versions yet; register one: mvtui register MODEL PATH")
        if left := (answer.total if answer else len(found)) - len(chosen):
            output.talk(
                f"{left:,} more" + (f"; all of them: mvtui ls {model or ''}".rstrip() if not answer else "")
            )
        if answer is not None:
            _comment(answer, query)


def _only_model(store: Store, query: Sequence[str]) -> str | None:
    """Return the model that is meant, if the query is no more than its name."""
    if len(query) != 1:
        return None
    return next((model.name for model in store.models() if model.name == query[0]), None)


def _answer(store: Store, query: Sequence[str]) -> Answer:
    text = " ".join(query)
    answer = store.query(text)
    if not answer and _NAME.fullmatch(text):
        store.get(text)  # raises, and says what there is that is like it
    return answer


def _comment(answer: Answer, query: Sequence[str]) -> None:
    """Say what the table can't: names that no version has, and where there is more about a single version."""
    from ...missed import reasons

    for reason in reasons(answer):
        output.talk(output.safe(reason, 1000))
    if len(answer) == 1 and len(query) == 1 and "@" in query[0] and _NAME.fullmatch(query[0]):
        output.talk(f"all about it: mvtui show {answer[0].ref}")


def _note(version: Version) -> str:
    """Return the first line of the note, and that there are more; of a deleted version why it was."""
    text = f"deleted: {version.deleted_reason}" if version.deleted else version.note
    first, *more = text.strip().splitlines() or [""]
    left_out = "~" if output.ascii_only() else "…"
    return output.safe(f"{first}{left_out}" if more else first, 200)


def _write(store: Store, versions: Sequence[Version], model: str | None, answer: Answer | None) -> None:
    from datetime import UTC, datetime

    from ...words import age, direction_sign, size
    from .. import table
    from ..cells import (
        ends_style,
        flag_cell,
        hosted_cells,
        metric_columns,
        overridden_cell,
        pickles_cell,
        pickles_style,
        stage_style,
        standing_cell,
    )

    now = datetime.now(UTC)
    asked = answer.metrics if answer else ()
    one_model = model is not None or (answer is not None and len(answer.models) == 1)
    metrics = metric_columns(versions, METRICS_SHOWN if one_model else 0, asked, store.direction)
    signs = [direction_sign(store.direction(name), ascii_only=output.ascii_only()) for name, _ in metrics]
    drops = [_ASKED_DROP if name in asked else _METRIC_DROPS[i] for i, (name, _) in enumerate(metrics)]
    hosted = [hosted_cells(store, version) for version in versions]
    alarming = any(version.pickles == "unsafe" for version in versions)
    columns = [
        table.Column("VERSION", style=("bold",)),
        table.Column("ID", style=("yellow",)),
        table.Column("STAGE", style=stage_style),
        table.Column("SINCE", "right", drop=_SINCE_DROP),
        table.Column("", style=("bold", "red")),
        table.Column("PICKLES", drop=0 if alarming else _PICKLES_DROP, style=pickles_style),
        table.Column("", style=("bold", "yellow")),
        table.Column("ALIAS", style=("cyan",)),
        table.Column("MODEL", drop=_MODEL_DROP),
        table.Column("", style=ends_style),
        *(
            table.Column(f"{output.safe(name, 24)} {sign}".rstrip(), "right", drop=drop)
            for (name, _), sign, drop in zip(metrics, signs, drops, strict=True)
        ),
        table.Column("SIZE", "right", drop=6),
        table.Column("MADE", "right"),
        table.Column("AUTHOR", drop=1),
        table.Column("NOTE", elastic=True, least=20, drop=3, style=("dim",)),
    ]
    rows = [
        [
            version.version if model else version.ref,
            version.short_id,
            standing_cell(version),
            age(version.staged, now) if version.staged else "",
            overridden_cell(version),
            pickles_cell(version),
            flag_cell(store, version),
            ", ".join(version.aliases),
            *hosted[i],
            *(cells[i] for _, cells in metrics),
            size(version.size),
            age(version.created, now),
            output.safe(version.author, 32),
            _note(version),
        ]
        for i, version in enumerate(versions)
    ]
    table.write(columns, rows)
