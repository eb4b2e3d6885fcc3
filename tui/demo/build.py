"""Builds the demo's store: trains each release, registers it, and leaves a directory to play in."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ...store import Series, errors, init_store, open_store
from . import stages, story

if TYPE_CHECKING:
    from ...store import Part, Store
    from .data import Corpus
    from .train import Trained

MARKER = ".mvtui-demo"
"""Marks a directory that a demo made: only such a one is ever removed."""
_MARKER_TEXT = "Made by `mvtui demo`. `mvtui demo --fresh` removes this directory and builds it again.\n"
_STORE = ".mvtui"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that stands. ``built`` says whether it was made now, or was there already."""

    directory: Path
    store: Path
    built: bool
    models: int
    versions: int


def default_directory() -> Path:
    """Return where the demo lives when no directory is named: below the user's data directory."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return Path(data) / "mvtui" / "demo"


def demo(
    directory: str | os.PathLike[str] | None = None,
    *,
    fresh: bool = False,
    say: Say | None = None,
    now: datetime | None = None,
) -> Demo:
    """Return the demo in ``directory`` (default: ``default_directory()``), building it where needed.

    The models are trained here; the people and the weeks are a story, which ends at ``now`` (default: at this moment).
    It appears whole or not at all. ``fresh`` replaces one that is there, with all that was registered in it
    since; other files beside the store stop it.

    Raises:
        ConflictError: the directory holds something that no demo made. Nothing was touched.
        StorageError: it can't be written.
    """
    target = Path(os.path.realpath(directory)) if directory is not None else default_directory()
    there = _is_demo(target)
    if there and not fresh:
        return _describe(target, built=False)
    _refuse_others(target, {MARKER, _STORE} if there else set())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _storage(target, error) from None
    try:
        _build(work / "demo", say or (lambda _: None), now or datetime.now(UTC).replace(microsecond=0))
        if there:
            os.rename(target, work / "old")
        try:
            os.rename(work / "demo", target)  # onto an empty directory, or nothing
        except OSError as error:
            if not _is_demo(target):  # else another process was faster, with the same history
                raise _storage(target, error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _describe(target, built=True)


def _is_demo(target: Path) -> bool:
    return (target / MARKER).is_file() and (target / _STORE).is_dir()


def _refuse_others(target: Path, own: set[str]) -> None:
    try:
        entries = sorted(set(os.listdir(target)) - own)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise errors.ConflictError(f"{target} is a file", hint="Name a directory for the demo.") from None
    except OSError as error:
        raise _storage(target, error) from None
    if entries:
        raise errors.ConflictError(
            f"{target} holds something that no demo made ({entries[0]})",
            hint="Name a directory that is empty or does not exist: mvtui demo DIR",
        )


def _storage(target: Path, error: OSError) -> errors.StorageError:
    return errors.StorageError(
        f"the demo can't be built in {target}: {error.strerror}", hint="Name another place: mvtui demo DIR"
    )


def _describe(target: Path, *, built: bool) -> Demo:
    with open_store(target / _STORE, read_only=True) as store:
        summary = store.summary()
    return Demo(target, target / _STORE, built, summary.models, summary.versions)


def _build(directory: Path, say: Say, now: datetime) -> None:
    directory.mkdir()
    (directory / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
    releases = story.history()
    with (
        init_store(directory / _STORE, demo=now - timedelta(hours=releases[0].hours + 1)) as store,
        tempfile.TemporaryDirectory(prefix="mvtui-demo-") as scratch,
    ):
        user = store.summary().user
        _govern(store, user)
        acts = deque(stages.acts())
        for number, release in enumerate(releases):
            _do(store, acts, release.hours, now)
            trained = release.make()
            ref = _release(store, release, trained, now, Path(scratch) / str(number))
            shown = "  ".join(f"{name} {value}" for name, value in list(trained.metrics.items())[:2])
            say(f"  {ref:24} {shown}".rstrip())
        _do(store, acts, 0, now)


def _govern(store: Store, user: str) -> None:
    """Let the demo's gates guard its stages."""
    file = store.root / "config.toml"
    file.write_text(stages.config(file.read_text(encoding="utf-8"), user), encoding="utf-8")


def _do(store: Store, acts: deque[stages.Act], until: float, now: datetime) -> None:
    """Do what the story has further back than ``until`` hours."""
    while acts and acts[0].hours > until:
        acts.popleft().do(store, now)


_EVALUATED = timedelta(minutes=6)
"""How long after a model is made an evaluation has looked closer."""

_GATHERED = timedelta(minutes=20)
"""How long before a model is made the data that it learns from are registered."""

_CAPTURED: tuple[Part, ...] = ("python", "system", "gpu")
"""What of this machine is true of the demo's models: the code is mvtui's own, and the command is the demo."""


def _release(store: Store, release: story.Release, trained: Trained, now: datetime, scratch: Path) -> str:
    """Register a trained model and the data it learned from, and evaluate it; return its reference."""
    by, created = story.AUTHORS[release.model], now - timedelta(hours=release.hours)
    with store.playing(by, created - _GATHERED, host=stages.HOST):
        datasets = {role: _dataset(store, corpus, scratch / role) for role, corpus in trained.data.items()}
    with store.playing(by, created, host=stages.HOST):
        registered = store.register(
            release.model,
            _written(scratch / "model", trained.files),
            version=release.version,
            bump=release.bump,
            kind=release.kind,
            metrics=trained.metrics,
            series=_series(trained.curves),
            params=release.params,
            tags=release.tags,
            note=release.note,
            parents=release.parents,
            datasets=datasets,
            capture=_CAPTURED,
        )
    ref = registered.version.ref
    with store.playing(by, created + _EVALUATED, host=stages.HOST):
        for alias in release.aliases:
            store.alias(ref, alias)
        _look_closer(store, ref, trained)
    return ref


def _dataset(store: Store, corpus: Corpus, scratch: Path) -> str:
    """Register a corpus, unless it is there already; return its reference."""
    path = _written(scratch, {corpus.file: corpus.content})
    registered = store.register(corpus.name, path, kind="dataset", note=corpus.note, capture=False)
    return registered.version.ref


def _look_closer(store: Store, ref: str, trained: Trained) -> None:
    """Log what was measured on parts of the held-out data, as an evaluation that came later."""
    held_out = next((edge.to for edge in store.get(ref).edges if edge.role == "test"), "")
    for part, values in trained.slices.items():
        on = store.get(f"id:{held_out}").ref
        store.log_metrics(ref, values, dataset=on, slice=part, evaluation="error-analysis")


def _series(curves: Mapping[str, Sequence[tuple[int, float]]]) -> dict[str, Series]:
    return {
        name: Series(tuple(float(step) for step, _ in points), tuple(value for _, value in points))
        for name, points in curves.items()
    }


def _written(directory: Path, files: Mapping[str, bytes]) -> Path:
    """Write files and return what to register: one as that file, several as the directory they are in."""
    directory.mkdir(parents=True)
    for name, content in files.items():
        (directory / name).write_bytes(content)
    return directory / next(iter(files)) if len(files) == 1 else directory
