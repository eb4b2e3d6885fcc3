"""SSH keys, made by the real ssh-keygen, and what goes around them: allowed_signers, ssh-agent, impostors of ssh-keygen."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed (apt install openssh-client)"
)


def make_key(directory: Path, name: str, kind: str = "ed25519", passphrase: str = "") -> Path:
    """Make a key; return its private half, beside which the public one lies."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    run(
        "-q", "-t", kind, *(("-b", "2048") if kind == "rsa" else ()), "-N", passphrase, "-C", name, "-f", path
    )
    return path


def public(key: Path) -> str:
    """Return type and key of the public half, without its comment."""
    return " ".join(Path(f"{key}.pub").read_text().split()[:2])


def line(names: str, key: Path, options: str = "") -> str:
    """Return a line of allowed_signers."""
    return " ".join([names, *([options] if options else []), public(key)]) + "\n"


def run(*words: object) -> None:
    """Run ssh-keygen, which must succeed."""
    subprocess.run(
        ["ssh-keygen", *map(str, words)], check=True, capture_output=True, stdin=subprocess.DEVNULL
    )


@contextlib.contextmanager
def agent(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let an ssh-agent without keys run, and be found."""
    socket = directory / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            assert process.poll() is None
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def unlock(key: Path, passphrase: str, directory: Path) -> None:
    """Give a key to the agent."""
    asked = directory / "askpass"
    asked.write_text(f"#!/bin/sh\necho '{passphrase}'\n")
    asked.chmod(0o700)
    environment = os.environ | {"SSH_ASKPASS": str(asked), "SSH_ASKPASS_REQUIRE": "force"}
    subprocess.run(["ssh-add", "-q", key], check=True, env=environment, stdin=subprocess.DEVNULL)


def impostor(directory: Path, monkeypatch: pytest.MonkeyPatch, script: str, mode: int = 0o755) -> None:
    """Put a program called ssh-keygen before the real one."""
    directory.mkdir(exist_ok=True)
    path = directory / "ssh-keygen"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(mode)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
