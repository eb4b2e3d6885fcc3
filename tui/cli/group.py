"""The command group: a table of names, so that ``mvtui ls`` imports ``ls`` and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

import click

from . import output, session

COMMANDS: dict[str, dict[str, str]] = {
    "Start": {
        "init": "Make a store.",
        "demo": "Build a store of small real models with history, and open it.",
    },
    "Versions": {
        "register": "Store files as a version of a model.",
        "bundle": "Make versions one that is released as one.",
        "ls": "List versions, the latest registered first.",
        "show": "Show one version: files, metrics, parameters, tags.",
        "diff": "Say how versions differ, and of what sort the change is.",
        "metrics": "Print a version's metrics, or add to them.",
        "trend": "Draw a metric over the versions of a model.",
        "lineage": "Draw what a version came from, and what came from it.",
        "impact": "List what was made from a data set, a base or a commit.",
        "reproduce": "Print the commands that would make a version again.",
        "link": "State, take back or print where a version comes from.",
        "note": "Print or replace a version's note.",
        "tag": "Set, remove or print a version's tags.",
        "alias": "Give a version a name that can move, such as champion.",
        "delete": "Delete a version; its number is never used again.",
    },
    "Lifecycle": {
        "promote": "Move a version to its next stage, or to the one named.",
        "gates": "Ask the gates of a stage about a version; changes nothing.",
        "request": "Ask for approval of a version for a stage.",
        "approve": "Approve a version for a stage.",
        "reject": "Object to a version entering a stage.",
        "withdraw": "Take back your approval or rejection of a version.",
        "inbox": "List the versions that wait for your approval.",
        "rollback": "Let production go back to the version before, in one step.",
        "undo": "Take back your last change, by a new event.",
        "redo": "Do again what you undid last.",
        "ab": "Test versions against each other on the same keys.",
        "config": "Show the gates and access rules in force, and what waits.",
    },
    "History": {
        "history": "Print what happened, who did it and why, the last event first.",
        "at": "Say what was in production at a moment, and who put it there.",
        "watch": "Print events as they land, until it is stopped.",
        "audit": "Prove the store's history, and keep its head elsewhere.",
    },
    "Bytes": {
        "checkout": "Copy a version's files into a directory.",
        "path": "Print a path to a version's files inside the store.",
        "prompt": "Print a prompt, or fill it in.",
        "inspect": "Look inside model files without loading them.",
        "health": "Read all weights and say whether they are sound.",
        "verify": "Hash stored bytes again and name what differs.",
        "data": "Say whether the data a version was made from still are the same.",
    },
    "Keeping house": {
        "du": "Measure what versions take, and what deleting each would free.",
        "prune": "Delete the versions of a model that no rule keeps.",
        "gc": "Free the space of what no version needs.",
        "repair": "Mend what a crash or a bad disk left.",
        "doctor": "Look at store, disk and terminal; say what to mend.",
        "completion": "Print what makes the shell complete commands and references.",
    },
}
"""Section → command → the first line of its help. Command ``x`` is ``command`` in ``commands/x.py``."""

_SUMMARIES = {name: text for section in COMMANDS.values() for name, text in section.items()}


class NoSuchCommandError(click.UsageError):
    """There is no command of that name; ``candidates`` are similar ones."""

    def __init__(self, name: str, ctx: click.Context, known: Iterable[str]) -> None:
        from difflib import get_close_matches

        super().__init__(f"there is no command {name!r}", ctx=ctx)
        self.candidates = get_close_matches(name, list(known), n=3, cutoff=0.5)


class Command(click.Command):
    """A command whose help ends in examples."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they are, one a line."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


class Group(click.Group):
    """The group behind ``mvtui``: commands load when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order of the help."""
        return list(_SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command; None when there is none of that name."""
        if cmd_name not in _SUMMARIES:
            return None
        module = import_module(f".commands.{cmd_name}", __package__)
        found: click.Command = module.command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or raise an error that lists similar ones."""
        name = args[0]
        if name not in _SUMMARIES and not name.startswith("-") and not ctx.resilient_parsing:
            raise NoSuchCommandError(name, ctx, _SUMMARIES)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands by section, from the table: no command is imported for it."""
        for section, commands in COMMANDS.items():
            with formatter.section(section):
                formatter.write_dl([(f"{name:10}", text) for name, text in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete command names from the table, and the group's own options."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=text)
            for name, text in _SUMMARIES.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


def command(*, examples: Sequence[str]) -> Callable[[Callable[..., None]], Command]:
    """Make a function a command. ``examples`` are whole command lines for its help."""

    def decorate(function: Callable[..., None]) -> Command:
        return click.command(cls=Command, examples=examples)(function)

    return decorate


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from ... import __version__

        output.data(f"mvtui {__version__}")
        ctx.exit()


class CommandGroup(Command, click.Group):
    """A command that has commands of its own; all of them are in its module."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or raise an error that lists similar ones."""
        name = args[0]
        if name not in self.commands and not name.startswith("-") and not ctx.resilient_parsing:
            raise NoSuchCommandError(name, ctx, self.commands)
        return super().resolve_command(ctx, args)


def subcommand(
    group: CommandGroup, *, examples: Sequence[str], name: str | None = None
) -> Callable[[Callable[..., None]], Command]:
    """Make a function a command of a group, by its own name unless that is one of Python's words."""

    def decorate(function: Callable[..., None]) -> Command:
        made = click.command(name, cls=Command, examples=examples)(function)
        group.add_command(made)
        return made

    return decorate


_EPILOG = """\b
Without a command the full screen opens.
A REF is a model (its latest version), model@1.4.0, model@latest,
model@champion (an alias), model@9f8a12e (of its hash ID) or id:9f8a12e.
The store is --store, else $MVTUI_STORE, else the nearest .mvtui upward.
"""


@click.group(
    cls=Group,
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@session.store_option
@click.option("--read-only", is_flag=True, help="Full screen: switch every change off.")
@click.option(
    "--ascii/--no-ascii", "ascii_only", default=None, help="Full screen: draw with ASCII signs only, or not."
)
@click.option(
    "--theme", metavar="NAME", help="Full screen: dark, light, ansi, or the name of one of Textual's."
)
@click.option("--mouse/--no-mouse", default=None, help="Full screen: take the mouse, or leave it be.")
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version.",
)
@click.pass_context
def cli(
    ctx: click.Context, read_only: bool, ascii_only: bool | None, theme: str | None, mouse: bool | None
) -> None:
    """Keep every version of every model, and what made it: lazygit for model versions."""
    if ctx.invoked_subcommand is None:
        from .screen import open_screen

        ctx.exit(
            open_screen(
                session.current().store,
                read_only=read_only,
                ascii_only=ascii_only,
                theme=theme,
                mouse=mouse,
            )
        )
