"""Run other programs so that none can hold up what asked: time limit, size limit, own process group.

At the limit the group is ended; a child that left it (``setsid``) may live on, but nothing waits for it.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import IO

_CHUNK = 1 << 16
_MOST_ERROR = 1 << 14  # bytes of standard error that are kept
_PATIENCE = 1.0  # seconds to wait for a program that was killed


class Program:
    """A program that was started, and what came of it once ``finish`` has waited for it.

    ``output`` holds at most ``limit`` bytes; more, and the program is ended and ``too_long`` set. ``problem`` is
    a sentence when it could not be started, did not end in time, or wrote too much; ``code`` is its exit status,
    None when it was ended from here. Standard input is empty, and there is no terminal to ask a password on.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        cwd: str | None = None,
        environment: Mapping[str, str] | None = None,
        limit: int = 1 << 22,
    ) -> None:
        self.name = os.path.basename(words[0])
        self.limit = limit
        self.code: int | None = None
        self.problem = ""
        self.too_long = False
        self._output = bytearray()
        self._error = bytearray()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(  # noqa: S603 — git, nvidia-smi, sysctl: words from this package
                words,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except FileNotFoundError:
            gone = cwd is not None and not os.path.isdir(cwd)
            self.problem = f"there is no directory {cwd}" if gone else f"{self.name} is not installed"
        except (OSError, ValueError) as error:  # ValueError: a NUL in a word
            self.problem = f"{self.name} can't be run: {error}"

    @property
    def output(self) -> bytes:
        """What it wrote to standard output."""
        return bytes(self._output)

    @property
    def error(self) -> str:
        """The start of what it wrote to standard error."""
        return self._error.decode("utf-8", "replace").strip()

    @property
    def ok(self) -> bool:
        """Whether it ran to its end and was content."""
        return not self.problem and self.code == 0

    @property
    def why(self) -> str:
        """Why it is not ``ok``, in a sentence."""
        if self.problem:
            return self.problem
        lines = self.error.splitlines()
        said = lines[0] if lines else f"it ended with status {self.code}"
        return f"{self.name}: {said}"

    def streams(self) -> list[IO[bytes]]:
        """The pipes it writes to; none when it was not started, or has been waited for."""
        process = self._process
        return [pipe for pipe in (process.stdout, process.stderr) if pipe] if process else []

    def read(self, pipe: IO[bytes]) -> bool:
        """Take what is there to read; False when the pipe is closed, or no more is wanted of it."""
        data = os.read(pipe.fileno(), _CHUNK)
        if self._process is not None and pipe is self._process.stderr:
            self._error += data[: _MOST_ERROR - len(self._error)]
            return bool(data)
        self._output += data
        if len(self._output) > self.limit:
            del self._output[self.limit :]
            self.too_long = True
            self.problem = f"{self.name} wrote more than {self.limit:,} bytes"
        return bool(data) and not self.too_long

    def end(self, deadline: float) -> None:
        """Wait for its end until ``deadline`` (``time.monotonic()``), then end it and all it has started."""
        process = self._process
        if process is None:
            return
        if not self.problem:
            try:
                self.code = process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.problem = f"{self.name} did not end in time"
        if self.problem:
            # The group, by its leader's number: it is there for as long as one of it lives, or waits to be reaped.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:  # stuck in the kernel, on a dead network disk
                self.problem += " and can't be stopped"
        for pipe in self.streams():
            pipe.close()
        self._process = None


def finish(programs: Sequence[Program], deadline: float) -> None:
    """Read what programs write until all have ended or ``deadline`` (``time.monotonic()``) is past; end the others."""
    wait_until = 0.0  # no waiting when this is left by an exception: someone pressed ctrl-c
    try:
        _read_all(programs, deadline)
        wait_until = deadline
    finally:
        for program in programs:
            program.end(wait_until)


def _read_all(programs: Sequence[Program], deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        for program in programs:
            for pipe in program.streams():
                selector.register(pipe, selectors.EVENT_READ, (program, pipe))
        while selector.get_map():
            left = deadline - time.monotonic()
            ready = selector.select(left) if left > 0 else []
            if not ready and deadline <= time.monotonic():
                for key in selector.get_map().values():
                    key.data[0].problem = f"{key.data[0].name} did not end in time"
                return
            for key, _ in ready:
                program, pipe = key.data
                if not program.read(pipe):
                    selector.unregister(pipe)
                    if program.too_long:
                        _forget(selector, program)


def _forget(selector: selectors.BaseSelector, program: Program) -> None:
    for key in list(selector.get_map().values()):
        if key.data[0] is program:
            selector.unregister(key.fileobj)
