"""What every command shares: which store is meant, and whether output is JSON."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ...store import Store

_KEY = "mvtui.session"


class Session:
    """One run of the command line. ``store`` is the path given, None to look for it."""

    def __init__(self) -> None:
        self.store: str | None = None

    def open(self, *, read_only: bool = False) -> Store:
        """Open the store that is meant.

        Raises:
            NotFoundError: there is none; the hint names ``mvtui init``.
        """
        from ...store import open_store

        opened = open_store(self.store, read_only=read_only)
        # Start-up is over: what it loaded stays, so collections need not look at it again.
        gc.freeze()
        gc.enable()
        if opened.writable and (ctx := click.get_current_context(silent=True)):
            ctx.find_root().call_on_close(lambda: _tell_mended(opened))
        return opened


def _tell_mended(store: Store) -> None:
    if store.mended:
        from . import output

        for sentence in store.mended:
            output.talk(f"note: {output.safe(sentence, 2000)}")


def current(ctx: click.Context | None = None) -> Session:
    """Return the session of the running command."""
    meta = (ctx or click.get_current_context()).meta
    found: Session = meta.setdefault(_KEY, Session())
    return found


def open_store(*, read_only: bool = False, warn: bool = True) -> Store:
    """Open the store that the running command is about.

    A damaged journal is told on stderr, unless the command (``warn=False``) does so itself.
    """
    opened = current().open(read_only=read_only)
    if opened.config_problem:
        from . import output

        output.warn(opened.config_problem, "mend that line; until then the defaults hold")
    if warn and (damage := opened.damage()):
        from . import output

        output.warn(f"the journal is damaged: {damage[0]}", "mvtui repair")
    return opened


def _remember_store(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    # The option stands before and after the command's name; the one nearer to it wins.
    if value is not None:
        current(ctx).store = value


PATH = click.Path(readable=False)
"""A path, completed as one by the shell. Whether it can be read is the store's to say, with its own words."""

store_option = click.option(
    "--store",
    metavar="PATH",
    type=PATH,
    expose_value=False,
    is_eager=True,
    callback=_remember_store,
    help="The store's directory. Default: $MVTUI_STORE, else the nearest .mvtui upward.",
)
