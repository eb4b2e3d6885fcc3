"""Users living at one store, and what its paths must look like afterwards."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tests.faults.members import TEAM, User


def impatient(root: Path) -> None:
    (root / "config.toml").write_text('[gc]\ngrace = "0s"\n')


def walk(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    yield root, root.lstat()
    for path in sorted(root.rglob("*")):
        yield path, path.lstat()


def check_modes(root: Path, *, for_others: bool = True) -> None:
    """Every path is the team's, with exactly the bits it needs."""
    others = 0o005 if for_others else 0
    for path, status in walk(root):
        if path.is_symlink():
            continue
        assert status.st_gid == TEAM, path
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISDIR(status.st_mode):
            assert mode == 0o2770 | others, f"{path} {mode:o}"
        elif stat.S_ISREG(status.st_mode):
            immutable = {"objects", "trash", "live"} & set(path.relative_to(root).parts)
            assert mode == (0o440 if immutable else 0o660) | others & 0o004, f"{path} {mode:o}"


def home_of(place: Path, user: User) -> Path:
    return place / str(user.uid)


def live_at(place: Path, root: Path, rounds: int, *users: User) -> None:
    """Let users live at a store at once."""
    living = [user.start("live", root, home_of(place, user), rounds) for user in users]
    for process in living:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in living:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=300)[1] for process in living]
    assert [process.returncode for process in living] == [0] * len(users), said
