"""``mvtui inspect``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import output
from ..group import command as make_command
from ..options import complete_file_or_reference, complete_module, json_option, store_option
from ..progress import meter
from ..targets import is_path, store_of

if TYPE_CHECKING:
    from ....store import Inspection

NOT_WHOLE = 4
"""As for a file that can't be read at all."""


@make_command(
    examples=[
        "mvtui inspect model.safetensors",
        "mvtui inspect out/",
        "mvtui inspect sentiment@production",
        "mvtui inspect download.pt --json | jq .pickles",
        "mvtui inspect model.gguf --tensors --module blk.0",
        "mvtui inspect sentiment --json | jq .architecture",
        "mvtui inspect sentiment --histogram encoder.layer.0.output.dense.weight",
    ]
)
@click.argument("target", metavar="FILE|REF", shell_complete=complete_file_or_reference)
@click.option("--tensors", is_flag=True, help="List every tensor, in JSON too.")
@click.option(
    "--module",
    metavar="PREFIX",
    default="",
    shell_complete=complete_module,
    help="Only what lies in a module, such as encoder.layer.0.",
)
@click.option(
    "--histogram",
    "tensor",
    metavar="TENSOR",
    default="",
    shell_complete=complete_module,
    help="Read the numbers of one tensor, and show how they are spread.",
)
@store_option
@json_option
@click.pass_context
def command(ctx: click.Context, target: str, tensors: bool, module: str, tensor: str, as_json: bool) -> None:
    """Look inside model files without loading them.

    Tensors, parameters, architecture and metadata, as headers say them: a large file takes as long as a small one, nothing in
    it is run, and no framework is needed. safetensors (with shards), GGUF, ONNX, PyTorch, TorchScript, pickle, joblib, NumPy,
    tokenizer.json, config.json, adapter_config.json, model cards; of any other file what its first bytes suggest. What loading
    pickles would run is named. A directory, or a version of several files, is one model. A path that exists comes before a
    version of that name. Exits with 4 when a file is not what it claims to be, or one is missing. --histogram reads numbers, and
    nothing but those of its tensor; it needs NumPy (pip install 'mvtui[tensors]').
    """
    if tensor:
        _histogram(target, tensor, as_json)
        return
    name, found = look_into(target)
    if module:
        module, found = _within(found, module)
    if as_json:
        output.print_json(found.as_dict(tensors=tensors))
    else:
        from .. import inspect_report

        inspect_report.write(name, found, module=module, tensors=tensors)
        if not found.tensors and not is_path(target):
            _tell_kind(target)
    if found.problems:
        ctx.exit(NOT_WHOLE)


def _tell_kind(target: str) -> None:
    """Say of what holds no tensors where there is more to see of it."""
    from ... import agents

    with store_of(target) as store:
        version = store.get(target)
    if version.kind == "prompt":
        variables = output.safe(agents.variables_text(version), 300) or "unknown"
        output.talk(f"a prompt, its variables: {variables}; it is printed by: mvtui prompt {version.ref}")
    elif version.kind == "hosted":
        model = output.safe(agents.model_text(version), 300)
        output.talk(f"a hosted model: {model}; more of it: mvtui show {version.ref}")


def _histogram(target: str, tensor: str, as_json: bool) -> None:
    from ....store import histogram
    from .. import histogram_report

    with meter() as progress:
        if is_path(target):
            name, found = target, histogram(target, tensor, bins=histogram_report.STEPS, progress=progress)
        else:
            with store_of(target) as store:
                name = store.get(target).ref
                found = store.histogram(name, tensor, bins=histogram_report.STEPS, progress=progress)
    if as_json:
        output.print_json(found.as_dict())
    else:
        histogram_report.write(name, found)


def look_into(target: str) -> tuple[str, Inspection]:
    """Return what a path or a reference is called, and what is inside.

    Raises:
        NotFoundError: it is neither.
    """
    from ....store import inspect

    if is_path(target):
        with meter() as progress:
            return target, inspect(target, progress=progress)
    with store_of(target) as store:
        return store.get(target).ref, store.inspect(target)


def _within(found: Inspection, module: str) -> tuple[str, Inspection]:
    """Return a module's path and what is inside it alone."""
    import msgspec

    from ....store import errors, find_module, tensors_within, top_modules

    path = find_module(found.tensors, module)
    if path is None:
        raise errors.NotFoundError(
            f"no tensor lies in {module!r}",
            hint="See the modules: leave out --module.",
            candidates=[each.path for each in top_modules(found.tensors)][:8],
        )
    return path, msgspec.structs.replace(found, tensors=tensors_within(found.tensors, path))
