"""Builds the demo's store: lets the story happen in it, and leaves a directory to play in."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ...store import errors, init_store, open_store
from . import agent, stages, story
from .scene import Scene, Step

if TYPE_CHECKING:
    from ...store import Store

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
    by: str = "",
) -> Demo:
    """Return the demo in ``directory`` (default: ``default_directory()``), building it where needed.

    The models are trained here; the people and the weeks are a story, which ends at ``now`` (default: at this moment).
    ``by`` is the account that may overrule its gates beside bob (default: this one).
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
        moment = now or datetime.now(UTC).replace(microsecond=0)
        _build(work / "demo", say or (lambda _: None), moment, by)
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


def _build(directory: Path, say: Say, now: datetime, by: str) -> None:
    directory.mkdir()
    (directory / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
    steps: list[Step] = [
        *story.history(),
        *stages.acts(),
        *agent.steps(story.best_ranker, story.next_ranker),
    ]
    steps.sort(key=lambda step: -step.hours)
    began = now - timedelta(hours=steps[0].hours + 1)
    with (
        init_store(directory / _STORE, demo=began) as store,
        tempfile.TemporaryDirectory(prefix="mvtui-demo-") as scratch,
    ):
        _govern(store, by)
        scene = Scene(store, now, Path(scratch))
        for step in steps:
            if told := step.do(scene):
                say(f"  {told}")


def _govern(store: Store, by: str) -> None:
    """Let the demo's gates guard its stages."""
    file = store.root / "config.toml"
    is_root = not by and hasattr(os, "getuid") and os.getuid() == 0
    text = stages.config(file.read_text(encoding="utf-8"), by or store.summary().user, is_root=is_root)
    file.write_text(text, encoding="utf-8")
