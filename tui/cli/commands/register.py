"""``mvtui register``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import click

from .. import output
from ..group import command as make_command
from ..options import (
    PATH,
    complete_dataset,
    complete_edge,
    complete_model,
    complete_reference,
    json_option,
    store_option,
)
from ..progress import meter
from ..session import open_store
from ..values import BUMP, KIND, edges_of, metrics_of, params_of, tags_of

if TYPE_CHECKING:
    from ....store import Bump, Kind, Registered

_GUESSES_TOLD = 2
"""Guessed edges that are told; a model card may name many data sets."""
_MOST_TOLD = 20
"""Things added to a known version that are told: a run may bring thousands of metrics."""


@make_command(
    examples=[
        "mvtui register sentiment model.safetensors --metric accuracy=0.931",
        "mvtui register sentiment out/ --metrics-file out/trainer_state.json",
        "mvtui register sentiment model.pt --dataset train=data/train.csv.dvc",
        'mvtui register sentiment model.onnx --bump major --note "new tokenizer"',
        "mvtui register sentiment out/ --parent sentiment@1.3.0 --edge replaces=old",
        "mvtui register sentiment checkpoints/*.pt --each --move",
    ]
)
@click.argument("model", shell_complete=complete_model)
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PATH...")
@click.option("--version", "number", metavar="V", help="The number to give, such as 2.0.0 or 2.0.0-rc.1.")
@click.option(
    "--bump", type=BUMP, metavar="PART", help="Raise major, minor or patch. Default: by what changed."
)
@click.option(
    "--kind",
    type=KIND,
    metavar="KIND",
    help="weights (default), adapter (if it has an adapter_config.json), prompt, hosted, bundle or dataset.",
)
@click.option("--metric", "metrics", multiple=True, metavar="K=V", help="A measured number. Repeatable.")
@click.option(
    "--metrics-file",
    "metrics_files",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="Metrics in JSON, YAML, TOML or CSV, a trainer_state.json, a dvclive/; - is stdin. Repeatable.",
)
@click.option("--no-series", is_flag=True, help="Keep the last values of the files only, not every step.")
@click.option("--param", "params", multiple=True, metavar="K=V", help="What made it. Repeatable.")
@click.option(
    "--params-file", type=PATH, metavar="FILE", help="Parameters in JSON, YAML or TOML; - is stdin."
)
@click.option(
    "--dataset",
    "datasets",
    multiple=True,
    metavar="ROLE=SOURCE",
    shell_complete=complete_dataset,
    help="Data: train=data/train.csv.dvc, eval=DIR, a dvc.lock:PATH, URL#sha256=…, hf:org/name@commit. Repeatable.",
)
@click.option("--store-data", is_flag=True, help="Keep the bytes of datasets that are paths.")
@click.option(
    "--parent",
    "parents",
    multiple=True,
    metavar="REF",
    shell_complete=complete_reference,
    help="What it was fine-tuned from (an adapter: its base); hf:org/name if outside the store. Repeatable.",
)
@click.option(
    "--edge",
    "edges",
    multiple=True,
    metavar="TYPE=REF",
    shell_complete=complete_edge,
    help="Any other origin: quantized-from=REF, distilled-from=REF, replaces=REF… Repeatable.",
)
@click.option("--tag", "tags", multiple=True, metavar="K=V", help="A label. Repeatable.")
@click.option("--note", default="", metavar="TEXT", help="Free text.")
@click.option("--move", is_flag=True, help="Remove the sources once they are stored.")
@click.option("--follow", is_flag=True, help="Follow symlinks to directories.")
@click.option(
    "--each", is_flag=True, help="One version a path, oldest first, dated by its modification time."
)
@click.option(
    "--capture",
    metavar="PARTS",
    help="What to record of the surroundings: all, none, or some of git,python,system,gpu,command,scheduler.",
)
@click.option("--no-capture", is_flag=True, help="Record nothing of the surroundings.")
@click.option("--command", "command_line", default="", metavar="TEXT", help="The command that trained it.")
@store_option
@json_option
def command(
    model: str,
    paths: tuple[str, ...],
    number: str | None,
    bump: str | None,
    kind: str | None,
    metrics: tuple[str, ...],
    metrics_files: tuple[str, ...],
    no_series: bool,
    params: tuple[str, ...],
    params_file: str | None,
    datasets: tuple[str, ...],
    store_data: bool,
    parents: tuple[str, ...],
    edges: tuple[str, ...],
    tags: tuple[str, ...],
    note: str,
    move: bool,
    follow: bool,
    each: bool,
    capture: str | None,
    no_capture: bool,
    command_line: str,
    as_json: bool,
) -> None:
    """Store files as a version of a model.

    PATH is a file or directory; several become one version. Content decides: the same files, kind and
    parameters are the same version, to which new metrics, tags and a note are added. The number grows by
    major when kind or file layout changed, minor when parameters changed, else patch.
    """
    from ....store import errors, parse_datasets

    if number is not None and (bump or each):
        other = "--bump" if bump else "--each"
        raise errors.UsageError(f"--version and {other} contradict each other", hint="Leave one of them out.")
    if [*metrics_files, params_file].count("-") > 1:
        raise errors.UsageError("standard input can't be read twice", hint="Use a file for one.")
    measured = metrics_of(metrics_files, metrics, series=not no_series)
    shared: dict[str, Any] = {
        "bump": cast("Bump | None", bump),
        "kind": cast("Kind | None", kind),
        "metrics": measured.metrics,
        "series": measured.series,
        "params": params_of(params_file, params),
        "datasets": parse_datasets(datasets),
        "store_data": store_data,
        "parents": parents,
        "edges": edges_of(edges),
        "tags": tags_of(tags),
        "note": note,
        "move": move,
        "follow": follow,
        "capture": _capture(capture, no_capture),
        "command": command_line,
    }
    with open_store() as store, meter() as progress:
        if each:
            done = store.register_each(model, paths, progress=progress, **shared)
        else:
            done = [store.register(model, paths, version=number, progress=progress, **shared)]
    if bump and not all(one.created for one in done):
        output.warn(
            "--bump changes nothing: this content has its number already", "mvtui alias gives it a name"
        )
    _tell(done, as_json, each)


def _capture(parts: str | None, off: bool) -> tuple[str, ...] | None:
    from ....store import errors, parse_parts

    if off and parts is not None:
        raise errors.UsageError("--capture and --no-capture contradict each other", hint="Leave one out.")
    return () if off else None if parts is None else parse_parts(parts, "--capture")


def _tell(done: list[Registered], as_json: bool, several: bool) -> None:
    for one in done:
        for path in one.left:
            output.warn(
                f"{path} stays where it is: it changed, or can't be removed", "its version is registered"
            )
    if done and done[0].redacted:
        output.warn(
            f"not kept, since they look like secrets: the values of {', '.join(done[0].redacted)}",
            "take them out of the parameters",
        )
    for sentence in done[0].datasets if done else ():
        output.talk(output.safe(f"dataset {sentence}", 500))
    if notices := next((one.notices for one in done if one.notices), ()):
        output.talk(output.safe(f"weak record: {'; '.join(notices)}", 500))
    if as_json:
        rows = [_row(one) for one in done]
        output.print_json(rows if several else rows[0])
        return
    for one in done:
        output.talk(_sentence(one))
        _tell_pickles(one)
        _tell_guesses(one)
        output.result(one.version.ref)


def _tell_pickles(one: Registered) -> None:
    if one.created and one.version.pickles == "unsafe":
        named = output.safe(", ".join(one.version.pickle_reasons), 300)
        output.warn(f"loading it could run {named}", f"mvtui inspect {one.version.ref} shows what")


def _tell_guesses(one: Registered) -> None:
    guesses = [edge for edge in one.version.edges if edge.guess] if one.created else []
    if guesses:
        told = ", ".join(f"{edge.type} {edge.to} ({edge.guess})" for edge in guesses[:_GUESSES_TOLD])
        left = len(guesses) - _GUESSES_TOLD
        more = f", and {left:,} more: mvtui link {one.version.ref}" if left > 0 else ""
        output.talk(f"guessed: {output.safe(told, 500)}{more}")
    for sentence in one.unread[:_MOST_TOLD]:
        output.talk(output.safe(f"no guess where it comes from by {sentence}", 500))


def _row(one: Registered) -> Mapping[str, Any]:
    return {
        **one.version.as_row(),
        "new": one.created,
        "added": list(one.added),
        "stored": one.stored,
        "bump": one.bump,
        "left": list(one.left),
        "redacted": list(one.redacted),
        "datasets": list(one.datasets),
        "unread": list(one.unread),
        "notices": list(one.notices),
    }


def _sentence(one: Registered) -> str:
    from ...words import plural, size

    version = one.version
    name = f"{version.ref} ({version.short_id})"
    if one.created:
        name += f" as {version.kind}," if version.kind != "weights" else ""
        facts = [size(version.size), plural(version.file_count, "file")]
        sentence = f"registered {name} {', '.join(facts)}"
        return f"{sentence}, {output.safe(one.bump)}" if one.bump else sentence
    if one.stored:
        return f"this is {name} already; {size(one.stored)} of its bytes were missing or damaged, and are good again"
    if one.added:
        told = ", ".join(output.safe(what, 200) for what in one.added[:_MOST_TOLD])
        more = f", and {len(one.added) - _MOST_TOLD:,} more" if len(one.added) > _MOST_TOLD else ""
        return f"this is {name} already; added {told}{more}"
    return f"this is {name} already; nothing to add"
