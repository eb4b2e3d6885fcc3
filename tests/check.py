"""Set up and run every check: ``python3 tests/check.py``.

Makes ``.venv-dev`` beside the code (or uses the environment it is started from, with ``--here``), installs mvtui
with its development tools, and runs ruff, mypy, the import contracts and pytest, all to their end. Arguments
after ``--`` go to pytest, in place of the whole suite on every core. The exit code is 0 only if all passed; pytest's
summary comes last.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-dev"
_WHOLE = ["--quiet", "--numprocesses=auto", "--dist=worksteal"]
"""The whole suite, on every core: half of its time is waiting for processes, terminals and disks."""

_LEAST_OF_TUI = "--fail-under=90"


def main(words: list[str]) -> int:
    """Run the checks; return how many failed, at most 1 each."""
    extra = words[words.index("--") + 1 :] if "--" in words else []
    python = sys.executable if "--here" in words else _prepare()
    tools = Path(python).parent
    checks = [
        [str(tools / "ruff"), "check", "."],
        [str(tools / "ruff"), "format", "--check", "."],
        [str(tools / "mypy")],
        [str(tools / "lint-imports"), "--no-cache"],
        [python, "-m", "pytest", *(extra or _WHOLE)],
    ]
    if any(word.startswith("--cov") for word in extra):
        # The whole has its own line, in pyproject.toml, which pytest holds.
        checks.append(
            [python, "-m", "coverage", "report", "--include=tui/*", "--format=total", _LEAST_OF_TUI]
        )
    failed = []
    for check in checks:
        print(f"\n=== {Path(check[0]).name} {' '.join(check[1:])}", flush=True)
        if subprocess.run(check, cwd=ROOT, check=False).returncode:
            failed.append(Path(check[0]).name if check[0] != python else check[2])
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def _prepare() -> str:
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--editable", f"{ROOT}[dev]"]
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run(command, check=True, env=environment)
    return str(python)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
