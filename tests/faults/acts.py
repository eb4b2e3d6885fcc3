"""A process of its own that does one thing to a store: ``python -m tests.faults.acts ACT ROOT WORD…``.

Every change is acknowledged on stdout once its verb has returned, so that who kills the process knows what
must have survived.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import mvtui
from mvtui import Store, errors, init_store, open_store

_TESTS = Path(__file__).parents[2]


def start(*words: object, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start the process; ``before`` are words such as those of strace, to run it under."""
    environment = os.environ | {
        "PYTHONPATH": f"{Path(mvtui.__file__).parents[1]}:{_TESTS}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [*before, sys.executable, "-m", __name__, *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, cwd=_TESTS
    )


def say(*words: object) -> None:
    """Acknowledge, at once and in one write."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def _ready() -> None:
    say("ready")
    sys.stdin.readline()


def register_many(store: Store, model: str, count: str, prefix: str) -> None:
    """Register ``count`` contents, when told to go; each begins with ``prefix``."""
    _ready()
    source = Path(f"{store.root}.source-{os.getpid()}", "model.bin")
    source.parent.mkdir()
    for number in range(int(count)):
        source.write_bytes(f"{prefix} {number}".encode() * 50)
        while True:
            try:
                ref = store.register(model, source, metrics={"number": number}).version.ref
            except errors.BusyError:  # gc without any grace took the bytes; trying again is the advice
                continue
            break
        say("version", ref)


def collect(store: Store) -> None:
    """Collect garbage again and again until stdin ends."""
    _ready()
    while True:
        store.gc(dry_run=False)
        if select.select([0], [], [], 0.01)[0]:  # the others want the lock, too
            return


def hold(store: Store) -> None:
    """Hold the writers' lock until told to stop."""
    with store._repository.writing():
        _ready()


def register(store: Store, model: str, path: str) -> None:
    """Register one file."""
    say("version", store.register(model, path, tags={"by": "acts"}).version.ref)


def delete(store: Store, ref: str) -> None:
    """Delete one version."""
    say("deleted", store.delete(ref, "no good").ref)


def gc(store: Store) -> None:
    """Collect garbage once."""
    say("collected", len(store.gc(dry_run=False).items))


def note(store: Store, ref: str, text: str) -> None:
    """Change a note."""
    store.note(ref, text)
    say("noted", text)


def promote(store: Store, ref: str) -> None:
    """Put a version in production."""
    say("promoted", store.promote(ref, "production", reason="by acts").version.ref)


def rollback(store: Store, model: str) -> None:
    """Let production go back."""
    say("promoted", store.rollback(model, reason="by acts").version.ref)


def archive(store: Store, ref: str) -> None:
    """Take a version out of production."""
    say("archived", store.promote(ref, "archived", reason="by acts").version.ref)


def repair(store: Store) -> None:
    """Repair."""
    say("repaired", len(store.repair().actions))


def undo(store: Store) -> None:
    """Take the last change back."""
    say("undone", store.undo().written)


def ab_start(store: Store) -> None:
    """Start an A/B test."""
    store.ab_start("t", {"a": ("m@1.0.0", 90), "b": ("m@1.0.1", 10)}, reason="by acts")
    say("started")


def ab_ramp(store: Store) -> None:
    """Change its shares."""
    store.ab_ramp("t", {"a": 50, "b": 50}, reason="by acts")
    say("ramped")


def ab_stop(store: Store) -> None:
    """End it."""
    store.ab_stop("t", reason="by acts")
    say("stopped")


def ab_record(store: Store, count: str, prefix: str) -> None:
    """Record outcomes of an A/B test, when told to go; acknowledge what was flushed, and every thousand that were not."""
    _ready()
    with store.ab_test("t") as test:
        for number in range(int(count)):
            test.record(f"{prefix}{number}", resolved=number % 2)
            if number % 1000 == 999:
                say("recorded", number + 1)
    say("closed", count)


def at_once(store: Store, act: str, *words: str) -> None:
    """Do another act, when told to go."""
    _ready()
    _ACTS[act](store, *words)


def rank(root: str, number: int, source: str) -> str:
    """Register as one rank of a job."""
    with open_store(root) as store:
        return store.register("m", source, metrics={f"rank-{number}": number}).version.ref


_ACTS: dict[str, Callable[..., None]] = {
    act.__name__: act
    for act in (
        *(register_many, collect, hold, register, delete, gc, note, promote, rollback, archive, repair),
        *(undo, at_once, ab_start, ab_ramp, ab_stop, ab_record),
    )
}


def main(act: str, root: str, *words: str) -> int:
    """Do it; an error becomes its name on stderr and its exit code."""
    try:
        if act == "init":
            init_store(root)
            say("made")
        else:
            _ACTS[act](open_store(root), *words)
    except errors.MvtuiError as error:
        print(type(error).__name__, error.message, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
