"""Doing something to a store as somebody, in this process or in one of its own, and saying what came of it.

``python -m tests.store.machine.acting ROOT`` takes orders on stdin, one JSON list a line, and answers likewise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import mvtui
from mvtui import open_store
from mvtui.store import Actor, Store
from mvtui.store.engine import actor, config, platform
from mvtui.store.errors import MvtuiError

Answer = tuple[str | None, Any]
"""The error's name, or None; and what the verb returned, in short."""

_TESTS = Path(__file__).parents[3]


def become(user: str) -> None:
    """Act as an account of that name from now on; ``root`` has its number."""
    uid = 0 if user == "root" else 2000 + zlib.crc32(user.encode()) % 1000
    who = Actor(user, uid, "box7", "", "mvtui test")
    actor.current = lambda: who


def _registered(done: Any) -> list[Any]:
    return [done.version.version, done.created, done.version.id]


def _tag(store: Store, ref: str, key: str, value: str | None) -> str:
    if value is None:
        return store.tag(ref, remove=[key]).ref
    return store.tag(ref, {key: value}).ref


def _verdict(store: Store, ref: str, verdict: str, stage: str) -> bool:
    say: dict[str, Callable[..., Any]] = {
        "approve": store.approve,
        "reject": store.reject,
        "withdraw": store.withdraw,
        "request": store.request,
    }
    return bool(say[verdict](ref, stage, reason="so").counts)


VERBS: Mapping[str, Callable[..., Any]] = {
    "register": lambda s, model, path, **how: _registered(s.register(model, path, **how)),
    "bundle": lambda s, model, add: _registered(s.bundle(model, add)),
    "note": lambda s, ref, text: s.note(ref, text).ref,
    "tag": _tag,
    "alias": lambda s, ref, name: s.alias(ref, name).version,
    "unalias": lambda s, model, name: s.unalias(model, name).version,
    "log": lambda s, ref, value: s.log_metrics(ref, {"accuracy": value}).version.ref,
    "link": lambda s, ref, to: s.link(ref, "replaces", to).ref,
    "delete": lambda s, ref: s.delete(ref, "reason").ref,
    "promote": lambda s, ref, to, override: s.promote(ref, to, reason="so", override=override).transition.seq,
    "rollback": lambda s, model, to, later: [
        (done := s.rollback(model, to, reason="so", verify_later=later)).version.version,
        done.verified,
    ],
    "verdict": _verdict,
    "undo": lambda s: s.undo().seq,
    "redo": lambda s: s.redo().seq,
    "accept": lambda s: s.accept_policy("so").digest,
    "gc": lambda s: len(s.gc(dry_run=False).items),
    "repair": lambda s: list(s.repair().actions),
    "verify": lambda s, ref: s.verify(ref).ok,
}


class Hand(Protocol):
    """One who does things to a store."""

    def __init__(self, root: Path) -> None: ...

    def do(self, who: str, verb: str, *words: Any, **more: Any) -> Answer:
        """Do it as a person."""

    def reopen(self) -> None:
        """Close the store and open it again."""

    def close(self) -> None:
        """Be done with it."""


def perform(store: Store, who: str, verb: str, words: list[Any], more: dict[str, Any]) -> Answer:
    """Do one thing as a person; a refusal is an answer, too."""
    become(who)
    try:
        return None, VERBS[verb](store, *words, **more)
    except MvtuiError as error:
        return type(error).__name__, None


class Here:
    """A Store object of this process."""

    def __init__(self, root: Path) -> None:
        self.store = open_store(root)

    def do(self, who: str, verb: str, *words: Any, **more: Any) -> Answer:
        error, value = perform(self.store, who, verb, list(words), more)
        return error, json.loads(json.dumps(value))

    def reopen(self) -> None:
        root = self.store.root
        self.store.close()
        self.store = open_store(root)

    def close(self) -> None:
        self.store.close()


class There:
    """A process of its own; a ``hasty`` one flushes nothing, and believes config.toml at once."""

    def __init__(self, root: Path, *, hasty: bool = True) -> None:
        environment = os.environ | {
            "PYTHONPATH": f"{Path(mvtui.__file__).parents[1]}:{_TESTS}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(root), *(["hasty"] if hasty else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=_TESTS,
        )

    def _ask(self, order: list[Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"it died of {order}"
        return json.loads(answer)

    def do(self, who: str, verb: str, *words: Any, **more: Any) -> Answer:
        error, value = self._ask([who, verb, words, more])
        return error, value

    def open(self, root: Path) -> None:
        """Go on with another store."""
        self._ask([str(root), "open", [], {}])

    def reopen(self) -> None:
        self._ask(["", "reopen", [], {}])

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0


def main(root: str, *how: str) -> None:
    """Take orders until there are no more."""
    if how:
        platform.sync_fd = lambda fd: None
        config._STILL_NS = 0
    hand = Here(Path(root))
    for line in sys.stdin:
        who, verb, words, more = json.loads(line)
        answer: Any = [None, None]
        if verb == "reopen":
            hand.reopen()
        elif verb == "open":
            hand.close()
            hand = Here(Path(who))
        else:
            answer = hand.do(who, verb, *words, **more)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
