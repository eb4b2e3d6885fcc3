"""Who is at the keyboard, as far as this machine can tell."""

from __future__ import annotations

import functools
import os

from ..nouns.event import Actor
from . import platform


def current() -> Actor:
    """Return this process's actor.

    The user is the uid's name, never ``$USER``, which anyone can set. The SSH origin comes from
    ``$SSH_CONNECTION`` and is a hint, not proof.
    """
    uid = os.getuid() if hasattr(os, "getuid") else 0
    origin = os.environ.get("SSH_CONNECTION", "").partition(" ")[0].encode("ascii", "replace").decode()
    return Actor(platform.user_name(uid), uid, platform.host_name(), origin[:64], _tool())


@functools.cache
def _tool() -> str:
    from ... import __version__

    return f"mvtui {__version__}"
