"""What ``register`` takes for prompts, for hosted models, and for what takes the place of another version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from ...store import TEMPLATE_LANGUAGES, errors
from .options import complete_reference

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--template",
        type=click.Choice(TEMPLATE_LANGUAGES),
        help="How a prompt writes its variables: {name} is format, {{ name }} jinja, text has none. Default: by what is in it.",
    ),
    click.option("--provider", metavar="NAME", help="A hosted model, in place of files: who runs it."),
    click.option(
        "--model",
        "hosted_model",
        metavar="ID",
        help="Its exact name there; --param has the parameters of a call.",
    ),
    click.option("--endpoint", metavar="URL", help="Where it is called, without a key."),
    click.option("--retires", metavar="DATE", help="The day of its end: the tag retires=2027-01-14."),
    click.option(
        "--replaces",
        metavar="REF",
        shell_complete=complete_reference,
        help="The version that this is to take the place of; with --reason.",
    ),
    click.option("--reason", default="", metavar="TEXT", help="Why it takes its place."),
    click.option(
        "--force",
        is_flag=True,
        help="Register a hosted model that was retired already, or an adapter that does not fit its base.",
    ),
)


def agent_options(function: F) -> F:
    """Add the options; the command gets their values as keyword arguments that ``arguments`` takes."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def arguments(
    given: Mapping[str, Any], shared: dict[str, Any], *, has_paths: bool, each: bool
) -> dict[str, Any]:
    """Return the arguments of ``Store.register``, of those that all kinds have and the values of these options.

    Raises:
        UsageError: they contradict each other, or there is nothing to register.
        BadInputError: parameters that a call can't have.
    """
    hosted = _hosted(given, shared)
    if hosted is None and not has_paths and shared["kind"] != "hosted":
        raise errors.UsageError(
            "there is nothing to register",
            hint="Name files, or a hosted model: --provider openai --model gpt-4o-2024-08-06.",
        )
    alone = {"--replaces": given["replaces"], "--provider": hosted, "--force": given["force"]}
    if each and (option := next((name for name, value in alone.items() if value), "")):
        raise errors.UsageError(f"--each and {option} contradict each other", hint="Leave one of them out.")
    if given["retires"] is not None:
        if hosted is None:
            raise errors.UsageError(
                "only a hosted model is retired", hint="Say which: --provider NAME --model ID."
            )
        shared = {**shared, "tags": {**shared["tags"], "retires": given["retires"]}}
    if hosted is not None:
        shared = {**shared, "hosted": hosted, "params": {}}
    shared["template"] = given["template"]
    if each:
        return shared
    return {**shared, **{name: given[name] for name in ("replaces", "reason", "force")}}


def _hosted(given: Mapping[str, Any], shared: Mapping[str, Any]) -> Any:
    provider, model = given["provider"], given["hosted_model"]
    if provider is None and model is None:
        if given["endpoint"] is not None:
            raise errors.UsageError(
                "an endpoint of what?", hint="Say which model: --provider NAME --model ID."
            )
        return None
    if provider is None or model is None:
        lacks = "--provider" if provider is None else "--model"
        raise errors.UsageError(f"{lacks} is missing", hint="Write both: --provider NAME --model ID.")
    from ...store import Hosted, nested_params

    return Hosted(provider, model, nested_params(shared["params"]), given["endpoint"] or "")
