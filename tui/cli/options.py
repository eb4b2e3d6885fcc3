"""Arguments and options that several commands have, and how the shell completes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from . import session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

PATH = session.PATH
store_option = session.store_option

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _complete(ctx: click.Context, incomplete: str) -> list[str]:
    # Whatever is raised here, ``completion.answer`` keeps it from the person who is typing.
    with session.current(ctx).open(read_only=True) as store:
        return store.complete(incomplete)


def complete_reference(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a reference: model names, then what may follow ``@``."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(found) for found in _complete(ctx, incomplete)]


def complete_model(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a model's name."""
    from click.shell_completion import CompletionItem

    found = _complete(ctx, incomplete.partition("@")[0])
    return [CompletionItem(name) for name in dict.fromkeys(ref.partition("@")[0] for ref in found)]


def complete_alias(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete ``model@alias``."""
    from click.shell_completion import CompletionItem

    with session.current(ctx).open(read_only=True) as store:
        refs = [f"{model.name}@{name}" for model in store.models() for name in model.aliases]
    return [CompletionItem(ref) for ref in refs if ref.startswith(incomplete)]


def _measured_names(ctx: click.Context) -> list[str]:
    """Return the metrics of the model, or of the reference's model, that was typed before."""
    with session.current(ctx).open(read_only=True) as store:
        model = ctx.params.get("model") or store.get(_typed_reference(ctx)).model
        return store.metric_names(model)


def _typed_reference(ctx: click.Context) -> str:
    """Return the reference that was typed before; click leaves it among the words while an option has no value."""
    return str(ctx.params.get("ref") or ctx.args[0])


def complete_metric(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a metric."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in _measured_names(ctx) if name.startswith(incomplete)]


def complete_metric_value(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of ``metric=value``; the value is the person's."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(f"{name}=") for name in _measured_names(ctx) if name.startswith(incomplete)]


def complete_series(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a series that the version has."""
    from click.shell_completion import CompletionItem

    with session.current(ctx).open(read_only=True) as store:
        names = sorted(store.series(_typed_reference(ctx)))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_dataset(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete ``role=path``: the usual roles, then the paths there are."""
    from click.shell_completion import CompletionItem

    role, equals, start = incomplete.partition("=")
    if not equals:
        return [CompletionItem(f"{name}=") for name in ("train", "eval", "test") if name.startswith(role)]
    return [CompletionItem(f"{role}={path}") for path in _paths(start)]


def _paths(start: str) -> list[str]:
    """Return the paths that begin so, directories with a slash behind."""
    import os

    directory, name = os.path.split(start)
    with os.scandir(os.path.expanduser(directory) or ".") as entries:
        found = sorted((each.name, each.is_dir()) for each in entries if each.name.startswith(name))
    shown = [(each, is_dir) for each, is_dir in found if name.startswith(".") or not each.startswith(".")]
    return [f"{os.path.join(directory, each)}{'/' if is_dir else ''}" for each, is_dir in shown]


def complete_file_or_reference(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete what may be a file or a version: references, where there is a store, then the paths there are."""
    from contextlib import suppress

    from click.shell_completion import CompletionItem

    from ...store import errors

    found: list[str] = []
    with suppress(errors.MvtuiError):
        found += _complete(ctx, incomplete)
    with suppress(OSError):
        found += _paths(incomplete)
    return [CompletionItem(each) for each in dict.fromkeys(found)]


def complete_module(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the path of a module, one level at a time, in the file or version that was typed before."""
    from click.shell_completion import CompletionItem

    from ...store import tensor_modules
    from .commands.inspect import look_into

    _, found = look_into(str(ctx.params.get("target") or ctx.args[0]))
    above = (
        incomplete[: max(incomplete.rfind(sign) for sign in "./:")] if set(incomplete) & set("./:") else ""
    )
    modules = tensor_modules(found.tensors, above.rstrip(":"))
    return [CompletionItem(module.path) for module in modules if module.path.startswith(incomplete)]


def complete_edge(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete ``type=reference``: the types of edges, then references."""
    from click.shell_completion import CompletionItem

    from ...store import EDGE_TYPES

    type_, equals, start = incomplete.partition("=")
    if not equals:
        stated = (name for name in EDGE_TYPES if name != "composed-of")  # that is what bundling states
        return [CompletionItem(f"{name}=") for name in stated if name.startswith(type_)]
    return [CompletionItem(f"{type_}={found}") for found in _complete(ctx, start)]


def complete_ab_test(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of an A/B test, those that run first."""
    from click.shell_completion import CompletionItem

    with session.current(ctx).open(read_only=True) as store:
        names = [test.name for test in store.ab_tests()]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


_STAGES = ("staging", "validation", "production", "archived", "none")


def complete_stage(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a stage, or ``none``."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(stage) for stage in _STAGES if stage.startswith(incomplete.lower())]


def complete_past_production(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the number of a version that production of the model typed before could go back to."""
    from click.shell_completion import CompletionItem

    model = str(ctx.params.get("model") or ctx.args[0])
    with session.current(ctx).open(read_only=True) as store:
        held = dict.fromkeys(move.version for move in store.transitions(model) if move.target == "production")
    return [CompletionItem(number) for number in held if number.startswith(incomplete)]


def to_option(help: str) -> Callable[[F], F]:  # noqa: A002 - click's word
    """Return the decorator of ``--to STAGE``."""
    return click.option("--to", metavar="STAGE", shell_complete=complete_stage, help=help)


# Not required by click: a verb that needs a reason says so itself, and how to give it.
reason_option = click.option("--reason", default="", metavar="TEXT", help="Why; kept in the journal.")


def ref_argument(**attrs: Any) -> Callable[[F], F]:
    """Return the decorator of a REF argument."""
    return click.argument("ref", shell_complete=complete_reference, **attrs)
