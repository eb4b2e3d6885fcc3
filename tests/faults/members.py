"""Users of their own at one store: ``python -m tests.faults.members ACT ROOT WORD…``, started with their IDs and umask.

They need no accounts, only that whoever runs the tests is root.
"""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mvtui
import pytest
from mvtui import Store, errors, init_store, open_store

_TESTS = Path(__file__).parents[2]
_READABLE = str(Path(mvtui.__file__).parents[1])
TEAM = 61500
OTHERS = 61600


@dataclass(frozen=True)
class User:
    """A user by IDs; ``groups`` are those beside the first."""

    uid: int
    umask: int
    groups: tuple[int, ...] = ()

    def start(self, act: str, *words: object, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start a process of this user that does one thing; ``before`` as in ``acts.start``."""
        environment = os.environ | {"PYTHONPATH": f"{_READABLE}:{_TESTS}", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [*before, sys.executable, "-m", __name__, act, *map(str, words)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            env=environment,
            cwd=_TESTS,
            user=self.uid,
            group=self.uid,
            extra_groups=self.groups,
            umask=self.umask,
        )

    def does(self, act: str, *words: object, before: tuple[str, ...] = ()) -> str:
        """Do one thing; return what was said on stdout. It must succeed."""
        process = self.start(act, *words, before=before)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, f"{act} of {self}: {err}"
        return out

    def fails(self, act: str, *words: object) -> tuple[int, str]:
        """Do one thing, which must fail with an error of mvtui's; return its exit code and what it said."""
        process = self.start(act, *words)
        _, err = process.communicate(timeout=120)
        assert process.returncode > 1, f"{act} of {self}: {err}"
        return process.returncode, err


ANN = User(61001, 0o077, (TEAM,))
BOB = User(61002, 0o022, (TEAM, OTHERS))
EVE = User(61003, 0o022, (OTHERS,))


@functools.cache
def _works() -> str:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "starting processes of other users needs root"
    tried = EVE.start("nothing", "nowhere")
    _, err = tried.communicate(timeout=60)
    return (
        "" if tried.returncode == 0 else f"other users can't read the code or the Python here: {err[-300:]}"
    )


def require() -> None:
    """Skip the test where other users can't be had."""
    if reason := _works():
        pytest.skip(reason)


# -- what they do, in their own processes ---------------------------------------------------------


def init(root: str, *group: str) -> None:
    """Make a store; with a group, share it."""
    init_store(root, group=group[0] if group else None).close()


def live(root: str, home: str, rounds: str) -> None:
    """Do everything there is to do, now and then to what others made; the content is this user's own."""
    source = Path(home, "model")
    Path(source, "deep").mkdir(parents=True, exist_ok=True)
    me = f"u{os.getuid()}"
    print("ready", flush=True)
    sys.stdin.readline()
    with open_store(root) as store:
        for _ in range(int(rounds)):
            Path(source, "weights").write_bytes(os.urandom(16) * 10_000)
            Path(source, "deep", "config").write_bytes(os.urandom(16))
            Path(home, "scratch").write_bytes(os.urandom(16) * 10_000)
            _patiently(lambda: _one_round(store, source, me))
        assert store.verify().ok
        assert store.damage() == ()


def _one_round(store: Store, source: Path, me: str) -> None:
    ref = store.register(me, source, tags={"by": me}).version.ref
    store.note(ref, f"{me} " * 2000)
    with contextlib.suppress(errors.ConflictError):  # a round that began anew had noted that before
        store.undo()
    for version in store.versions():  # everyone's
        store.tag(version.ref, {f"seen-{me}": "yes"})
        store.path(version.ref)
    scratch = store.register(f"{me}-scratch", source.parent / "scratch").version.ref
    store.path(scratch)
    store.delete(scratch, "of no use")
    with contextlib.suppress(errors.ConflictError):  # it is there already: the round began anew
        store.promote(ref, "production", reason="newest")
    for model in store.models():  # everyone's
        with contextlib.suppress(
            errors.ConflictError
        ):  # others moved it meanwhile, or there is none to go back to
            store.rollback(model.name, reason="to try")
    store.repair()
    store.gc(dry_run=False)


def _patiently(act: Callable[[], object]) -> None:
    """Try again what another's gc or delete came in between of, as the errors advise."""
    until = time.monotonic() + 60
    while True:
        try:
            act()
        except (errors.BusyError, errors.NotFoundError, errors.VerificationError):
            if time.monotonic() > until:
                raise
            continue
        return


def read(root: str) -> None:
    """Read all there is; every change must be refused, with the same words."""
    with open_store(root) as store:
        assert not store.writable
        assert store.verify().ok
        refs = [version.ref for version in store.versions()]
        assert refs
        for ref in refs:
            store.show(ref)
        store.events()
        store.models()
        store.summary()
        store.query("model:*")
        store.lineage(refs[0])
        store.gc()
        said = set()
        for change in (
            lambda: store.register("m", __file__),
            lambda: store.note(refs[0], "x"),
            lambda: store.tag(refs[0], {"a": "b"}),
            lambda: store.alias(refs[0], "champion"),
            lambda: store.log_metrics(refs[0], {"a": 1.0}),
            lambda: store.delete(refs[0], "x"),
            lambda: store.promote(refs[0], "production", reason="x"),
            lambda: store.rollback(store.models()[0].name, reason="x"),
            lambda: store.gc(dry_run=False),
            store.repair,
        ):
            try:
                change()
            except errors.ReadOnlyError as error:
                said.add(f"{error.message}\n{error.hint}")
            else:
                raise AssertionError(f"it was allowed: {change}")
        (words,) = said
        print(words)


def note(root: str, ref: str, text: str) -> None:
    """Change a note."""
    with open_store(root) as store:
        store.note(ref, text)


def register(root: str, model: str, path: str) -> None:
    """Register a path; print the reference, and a path to read it from."""
    with open_store(root) as store:
        ref = store.register(model, path).version.ref
        print(ref, store.path(ref))


def go_on(root: str, theirs: str, mine: str) -> None:
    """Register what another may have begun to, and something else; tidy up."""
    with open_store(root) as store:
        store.register("m", theirs)
        store.path(store.register("m", mine).version.ref)
        store.gc(dry_run=False)


def collect(root: str) -> None:
    """Collect garbage; print what went."""
    with open_store(root) as store:
        for item in store.gc(dry_run=False).items:
            print(item.what, item.name)


def doctor(root: str) -> None:
    """Print what doctor finds."""
    with open_store(root) as store:
        for finding in store.doctor():
            print(finding.level, finding.topic, finding.message, "->", finding.fix)


def checkout(root: str, ref: str, target: str) -> None:
    """Copy a version's files out."""
    with open_store(root) as store:
        store.checkout(ref, target)


def nothing(root: str) -> None:
    """Do nothing: it can be started."""


_ACTS: dict[str, Callable[..., None]] = {
    act.__name__: act for act in (init, live, read, note, register, go_on, collect, doctor, checkout, nothing)
}


def main(act: str, root: str, *words: str) -> int:
    """Do it; an error becomes its message and hint on stderr and its exit code."""
    os.environ["MVTUI_CAPTURE"] = "none"
    try:
        _ACTS[act](root, *words)
    except errors.MvtuiError as error:
        print(type(error).__name__, error.message, "->", error.hint, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
