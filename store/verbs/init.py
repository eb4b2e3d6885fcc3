"""Making a store."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime

from ..engine import actor, durable, events, journal, platform, sharing
from ..engine.config import TEMPLATE
from ..engine.layout import DIRECTORY, Layout
from ..engine.projection import FORMAT
from ..engine.repository import Repository
from ..errors import BadInputError, ConflictError, StorageError
from ..nouns.event import EventKind
from . import find


def init(
    path: str | os.PathLike[str] | None, group: str | int | None = None, demo: datetime | None = None
) -> Repository:
    """Make a store and open it; one that is there already is opened as it is; see ``find.place_to_make``.

    With ``group`` it is shared with that Unix group, also if it is there already. ``demo`` is when the story begins that
    a store made for a demo tells.

    Two processes may do this at once: the journal's first line is published in one step, and the one who
    comes second finds it.

    Raises:
        BadInputError: there is no such group.
        ConflictError: ``path`` is a file, or a directory that holds something else.
        StorageError: it can't be written, or not all of it given to the group.
    """
    gid = None if group is None else _group(group)
    root = find.place_to_make(path)
    layout = Layout(root)
    if os.path.exists(layout.events):
        if gid is not None:
            _share(root, gid)
        return Repository.open(root)
    if os.path.exists(root) and not os.path.isdir(root):
        raise ConflictError(f"{root} is a file", hint="Choose another place: mvtui init --store DIR")
    with durable.explained(f"make a store at {root}"):
        if os.path.isdir(root) and not set(os.listdir(root)) <= _OURS:
            raise ConflictError(
                f"{root} holds other files",
                hint=f"Choose an empty directory, such as {os.path.join(root, DIRECTORY)}",
            )
        is_new = not os.path.isdir(root)
        durable.make_dirs(root, inherit=False)
        if gid is not None:
            if is_new:
                os.chmod(root, _READABLE)
            _share(root, gid)  # while it is empty: what is made in it follows
        if os.path.isdir(layout.objects) and os.listdir(layout.objects):
            raise ConflictError(
                f"{root} holds objects, but its journal is gone",
                hint="Put journal/events.jsonl back from a backup; a new store goes elsewhere.",
            )
        durable.make_all(layout.directories())
        for name, text in ((".gitignore", "*\n"), ("config.toml", _config(root))):
            target = os.path.join(root, name)
            if not os.path.exists(target):
                durable.replace_file(target, text.encode(), temp_dir=layout.tmp)
        first = {"format": FORMAT, "store": os.urandom(16).hex()} | ({"demo": True} if demo else {})
        body = events.body(EventKind.INIT, first, "", actor.current(), demo or actor.now())
        # Some may have been made by a process that died before it could flush them.
        for directory in {root, *map(os.path.dirname, layout.directories())}:
            durable.sync_dir(directory)
        with contextlib.suppress(PermissionError):  # a parent that only root may list
            durable.sync_dir(os.path.dirname(root))
        journal.create(layout.journal, body, temp_dir=layout.tmp)
    return Repository.open(root)


def _group(group: str | int) -> int:
    try:
        gid = platform.group_id(group)
    except KeyError:
        raise BadInputError(
            f"there is no group {group!r} here", hint="getent group lists them; sudo groupadd NAME makes one."
        ) from None
    if not platform.is_mine(gid) and not platform.is_root():
        name, me = platform.group_name(gid), platform.user_name()
        raise StorageError(
            f"{me} is not in the group {name}, and can't give it a store",
            hint="Log in again if you were added just now (id -Gn says what you are in); else root can do it.",
        )
    return gid


def _share(root: str, gid: int) -> None:
    with durable.explained(f"share the store at {root}"):
        left = sharing.share(root, gid)
    if left:
        name = platform.group_name(gid)
        more = f" and {len(left) - 1:,} more, which belong to others" if len(left) > 1 else ""
        raise StorageError(
            f"not all of the store at {root} could be given to the group {name}: {left[0]}{more}",
            hint=f"Their owners or root can do the rest: sudo mvtui init --shared {name} {root}",
        )


def _config(root: str) -> str:
    if platform.is_network(platform.file_system_of(root)):
        host = platform.host_name()
        return f'{TEMPLATE}\n[store]\nwriting_host = "{host}"  # on a network file system one host writes\n'
    return TEMPLATE


_READABLE = 0o755

_OURS = {
    ".gitignore",
    "config.toml",
    "allowed_signers",
    "objects",
    "journal",
    "live",
    "tmp",
    "trash",
    "lock",
    "statcache",
    "index.json",
    "head.json",
}
