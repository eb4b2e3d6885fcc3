"""``mvtui completion``."""

from __future__ import annotations

import os

import click

from .. import completion as shells
from .. import output
from ..group import command as make_command


@make_command(
    examples=[
        'eval "$(mvtui completion bash)"',
        'eval "$(mvtui completion zsh)"',
        "mvtui completion fish > ~/.config/fish/completions/mvtui.fish",
    ]
)
@click.argument("shell", required=False, type=click.Choice(shells.SHELLS))
def command(shell: str | None) -> None:
    """Print what makes the shell complete commands and references.

    Without SHELL: how to install it for yours.
    """
    if shell is not None:
        output.data(shells.script(shell).rstrip("\n"))
        return
    own = os.path.basename(os.environ.get("SHELL", ""))
    for name, how in shells.INSTALL.items():
        if own not in shells.INSTALL or own == name:
            output.data(f"{name}: {how}")
