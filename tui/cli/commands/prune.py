"""``mvtui prune``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import complete_model, json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import PruneReport


def _best(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """Read ``METRIC:K``. A metric may have a colon of its own, as in ``accuracy[test:fr]:3``."""
    found: dict[str, int] = {}
    for value in values:
        metric, _, count = value.rpartition(":")
        if not metric or not count.isascii() or not count.isdecimal() or not int(count):
            raise click.BadParameter(f"{value!r} is not METRIC:K, such as accuracy:3")
        found[metric] = max(found.get(metric, 0), int(count))
    return found


@make_command(
    examples=[
        "mvtui prune sentiment --keep-last 10",
        "mvtui prune sentiment --keep-last 5 --keep-best 'accuracy[test]:3'",
        "mvtui prune sentiment --keep-tag release --older-than 90d",
        'mvtui prune sentiment --keep-last 10 --yes --reason "old runs"',
    ]
)
@click.argument("model", shell_complete=complete_model)
@click.option(
    "--keep-last", type=click.IntRange(min=1), metavar="N", help="Keep the N that were registered last."
)
@click.option(
    "--keep-best",
    multiple=True,
    callback=_best,
    metavar="METRIC:K",
    help="Keep the K with the best values of a metric. May be given several times.",
)
@click.option(
    "--keep-tag",
    multiple=True,
    metavar="KEY[=VALUE]",
    help="Keep those with a tag. May be given several times.",
)
@click.option("--older-than", metavar="TIME", help="Only what was made so long ago, such as 90d.")
@click.option("--yes", is_flag=True, help="Do it. Without this it is only told.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with each deletion. Needed with --yes.")
@store_option
@json_option
def command(
    model: str,
    keep_last: int | None,
    keep_best: dict[str, int],
    keep_tag: tuple[str, ...],
    older_than: str | None,
    yes: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Delete the versions of a model that no rule keeps.

    A version that one rule wants stays, and so does what something holds: those in Staging, Validation or Production,
    those with an alias, those that Production could go back to, the base of an adapter. What the deletions free is there after "mvtui gc --yes"
    and the grace period; until then they can be undone.
    """
    with open_store(read_only=not yes) as store:
        report = store.prune(
            model,
            keep_last=keep_last,
            keep_best=keep_best,
            keep_tags=keep_tag,
            older_than=older_than,
            reason=reason,
            dry_run=not yes,
        )
    if as_json:
        output.print_json(report.as_dict())
        return
    _write(report)
    if report.pruned and report.dry_run:
        again = _words(model, keep_last, keep_best, keep_tag, older_than)
        output.talk(f'next: {output.safe(again, 2000)} --yes --reason "WHY"')
    elif report.pruned:
        output.talk("next: mvtui gc --yes")


def _words(
    model: str, last: int | None, best: dict[str, int], tags: tuple[str, ...], older_than: str | None
) -> str:
    """Return the command line that was given, for the next one to begin with."""
    import shlex

    words = ["mvtui", "prune", model]
    words += ["--keep-last", str(last)] if last else []
    for metric, count in best.items():
        words += ["--keep-best", f"{metric}:{count}"]
    for tag in tags:
        words += ["--keep-tag", tag]
    words += ["--older-than", older_than] if older_than else []
    return shlex.join(words)


def _write(report: PruneReport) -> None:
    from ...words import plural, size

    if report.pruned:
        _write_pruned(report)
    if report.kept:
        _write_kept(report)
    for notice in report.notices:
        output.talk(f"note: {output.safe(notice, 1000)}")
    stay = f"{plural(len(report.kept), 'version')} {'stays' if len(report.kept) == 1 else 'stay'}"
    if not report.pruned:
        output.talk(f"nothing to delete; {stay}")
        return
    gone = plural(len(report.pruned), "version")
    if report.dry_run:
        output.talk(f"would delete {gone} and free {size(report.frees)}; {stay}; nothing was changed")
    else:
        output.talk(f"deleted {gone}; {stay}; {size(report.frees)} can be freed")


def _write_pruned(report: PruneReport) -> None:
    from ...words import size
    from .. import table

    table.write(
        [
            table.Column("DELETED" if not report.dry_run else "DELETE", style=("bold",)),
            table.Column("ID", style=("yellow",)),
            table.Column("SIZE", "right"),
            table.Column("FREES", "right"),
        ],
        [[each.version, each.id[:7], size(each.size), size(each.frees)] for each in report.pruned],
    )


def _write_kept(report: PruneReport) -> None:
    from .. import table
    from ..cells import stage_cell, stage_style

    table.write(
        [
            table.Column("KEPT" if not report.dry_run else "KEEP", style=("bold",)),
            table.Column("STAGE", style=stage_style),
            table.Column("WHY", elastic=True, least=20),
        ],
        [
            [each.version, stage_cell(each.stage), output.safe("; ".join(each.reasons), 1000)]
            for each in report.kept
        ],
    )
