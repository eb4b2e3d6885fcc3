"""``mvtui register``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from .. import output
from ..agent_options import agent_options, arguments
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
from ..registered import tell
from ..session import open_store
from ..values import BUMP, KIND, edges_of, metrics_of, params_of, tags_of

if TYPE_CHECKING:
    from ....store import Bump, Kind


@make_command(
    examples=[
        "mvtui register sentiment model.safetensors --metric accuracy=0.931",
        "mvtui register sentiment out/ --metrics-file out/trainer_state.json",
        "mvtui register sentiment model.pt --dataset train=data/train.csv.dvc",
        'mvtui register sentiment model.onnx --bump major --note "new tokenizer"',
        "mvtui register sentiment out/ --parent sentiment@1.3.0 --edge replaces=old",
        "mvtui register sentiment checkpoints/*.pt --each --move",
        "mvtui register support-bot prompt.md --kind prompt",
        "mvtui register chat --provider openai --model gpt-4o --param temperature=0.2",
        'mvtui register chat --provider acme --model x2 --replaces chat --reason "why"',
    ]
)
@click.argument("model", shell_complete=complete_model)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
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
@agent_options
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
    **agents: Any,
) -> None:
    """Store files as a version of a model.

    PATH is a file or directory; several become one version. Content decides: the same files, kind and
    parameters are the same version, to which new metrics, tags and a note are added. The number grows by
    major when kind, file layout, tensors or a prompt's variables changed, minor when parameters changed, else patch.

    A prompt is text, or messages in JSON or YAML. A hosted model has no files: --provider and --model say which it is.
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
    shared = arguments(agents, shared, has_paths=bool(paths), each=each)
    with open_store() as store, meter() as progress:
        if each:
            done = store.register_each(model, paths, progress=progress, **shared)
        else:
            done = [store.register(model, paths, version=number, progress=progress, **shared)]
    if bump and not all(one.created for one in done):
        output.warn(
            "--bump changes nothing: this content has its number already", "mvtui alias gives it a name"
        )
    tell(done, as_json, several=each)


def _capture(parts: str | None, off: bool) -> tuple[str, ...] | None:
    from ....store import errors, parse_parts

    if off and parts is not None:
        raise errors.UsageError("--capture and --no-capture contradict each other", hint="Leave one out.")
    return () if off else None if parts is None else parse_parts(parts, "--capture")
