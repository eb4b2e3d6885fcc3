"""A training script in two processes, as ``torchrun`` starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mvtui

ROOT = Path(__file__).resolve().parents[2]


def two(program: str, *words: str) -> None:
    """Run a program in two processes that train together on the CPU."""
    one(program, *words, runner=("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"))


def one(program: str, *words: str, runner: tuple[str, ...] = ()) -> None:
    """Run a program, which may start others itself, to its end."""
    sources = [str(ROOT), str(Path(mvtui.__file__).parents[1])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sources), "OMP_NUM_THREADS": "1"}
    Path("program.py").write_text(program)
    command = [sys.executable, *runner, "program.py", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
