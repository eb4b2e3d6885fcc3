"""Arguments and options that several commands have, and how the shell completes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from . import session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

store_option = session.store_option

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _complete(ctx: click.Context, incomplete: str) -> list[str]:
    # Completion runs on each press of tab: whatever goes wrong, it stays silent.
    try:
        with session.current(ctx).open(read_only=True) as store:
            return store.complete(incomplete)
    except Exception:  # noqa: BLE001
        return []


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

    try:
        with session.current(ctx).open(read_only=True) as store:
            return [
                CompletionItem(ref)
                for model in store.models()
                for name in model.aliases
                if (ref := f"{model.name}@{name}").startswith(incomplete)
            ]
    except Exception:  # noqa: BLE001
        return []


def ref_argument(**attrs: Any) -> Callable[[F], F]:
    """Return the decorator of a REF argument."""
    return click.argument("ref", shell_complete=complete_reference, **attrs)
