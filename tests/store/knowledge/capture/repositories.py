"""Git repositories for tests: made by the real git, with a configuration of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from mvtui.store import Part
from mvtui.store.knowledge import capture
from mvtui.store.knowledge.capture import Limits, Taken

OWN = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


class Repo:
    """A repository at a path; ``git`` runs git in it."""

    def __init__(self, path: Path, *init: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *init)

    def git(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.path, env=os.environ | OWN, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, name: str, text: str | bytes = "x\n") -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def commit(self, name: str = "a.py", text: str | bytes = "x = 1\n") -> str:
        self.write(name, text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", name)
        return self.git("rev-parse", "HEAD")

    def take(self, *parts: Part, directory: str = "", **limits: Any) -> Taken:
        return capture.take(parts or ("git",), limits=Limits(cwd=str(self.path / directory), **limits))

    def facts(self, **limits: Any) -> dict[str, Any]:
        return self.take("git", **limits).capture.part("git")
