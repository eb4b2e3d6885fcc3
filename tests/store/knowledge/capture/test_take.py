"""A capture as a whole: it never fails, and no secret gets into it, whichever way it tries."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from mvtui.store import PARTS, Part
from mvtui.store.knowledge import capture
from mvtui.store.knowledge.capture import Limits, command, git, gpu, packages, python, scheduler, system

from ..test_secrets import AWS_SECRET, HEX40, TOKENS
from .repositories import Repo

SOURCE = str(Path(__file__).parents[4] / ".src")
PASSWORD = "correct-Horse7battery"


@pytest.mark.parametrize(
    "parts", [(), ("git",), ("python", "gpu"), PARTS, ("scheduler", "git", "no such part")]
)
def test_only_what_is_asked_for_is_looked_at(repo: Repo, parts: tuple[Part, ...]) -> None:
    repo.commit()
    taken = repo.take(*parts) if parts else capture.take(())
    assert list(taken.capture.parts) == [part for part in PARTS if part in parts]
    assert (taken.packages is None) == ("python" not in parts)
    assert (taken.code is None) == ("git" not in parts)
    msgspec.json.encode(taken.capture)


@pytest.mark.parametrize(
    ("module", "name", "part"),
    [
        (git, "GitLook", "git"),
        (gpu, "GpuLook", "gpu"),
        (python, "installed", "python"),
        (system, "facts", "system"),
        (scheduler, "facts", "scheduler"),
        (command, "facts", "command"),
    ],
)
def test_a_part_that_breaks_is_recorded_and_the_others_stand(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, part: Part
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("the disk is on fire, password=hunter2 \udcff")

    repo.commit()
    monkeypatch.setattr(module, name, broken)
    taken = repo.take(*PARTS)
    assert taken.capture.part(part) == {
        "problem": "LookupError: the disk is on fire, password=[redacted] \\udcff"
    }
    assert all("problem" not in facts for other, facts in taken.capture.parts.items() if other != part)
    msgspec.json.encode(taken.capture)


def test_an_interrupt_ends_git(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "bin"
    directory.mkdir()
    (directory / "git").write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/pids\nexec sleep 300\n")
    (directory / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")

    def interrupted() -> None:
        for _ in range(1000):  # until git runs
            if (tmp_path / "pids").exists():
                break
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(system, "facts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        repo.take("git", "system", seconds=60)
    for pid in (tmp_path / "pids").read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def everything(token: str) -> str:
    """A repository and a process that carry a secret wherever one may be carried."""
    return f"""
import os, subprocess, sys
token, has_form = {token!r}, {token in TOKENS.values()}
def git(*words):
    subprocess.run(["git", *words], check=True, capture_output=True)
git("init", "-q", "-b", "main")
open("a.py", "w").write("x = 1\\n")
git("add", "a.py")
git("commit", "-q", "-m", "x")
if has_form:  # nothing tells any other one from the name of a branch or a file
    git("checkout", "-q", "-b", "try-" + token)
    open("leak-" + token, "w").close()
git("remote", "add", "origin", f"https://user:{{token}}@example.com/r.git?access_token={{token}}")
open("a.py", "w").write(f'''x = 2
api_key = "{{token}}"
os.environ["HF_TOKEN"] = "{{token}}"
requests.get(url, headers={{{{"Authorization": "Bearer {{token}}"}}}})
config = {{{{"password": "{{token}}"}}}}
''')
os.environ.update(SLURM_JOB_ID="1", SLURM_JOB_NAME="run --token " + token, WANDB_API_KEY=token, CUDA_VISIBLE_DEVICES="0", WANDB_PROJECT="api_key=" + token)
sys.orig_argv = ["python", "train.py", "--hf-token", token, "--api-key=" + token, "db.password=" + token]
import msgspec
from mvtui.store.knowledge import capture
for command in (None, f"HF_TOKEN={{token}} python train.py --password {{token}}", ["x", "--token", token]):
    taken = capture.take(limits=capture.Limits(command=command, seconds=30))
    sys.stdout.buffer.write(msgspec.json.encode(taken.capture) + (taken.patch or b"no patch") + (taken.packages or b""))
assert taken.patch and b"+x = 2" in taken.patch
"""


@pytest.mark.parametrize("token", [*TOKENS.values(), HEX40, AWS_SECRET, PASSWORD])
def test_no_secret_gets_in_anywhere(tmp_path: Path, token: str) -> None:
    site = tmp_path / "site"
    info = site / "private-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "direct_url.json").write_text(
        f'{{"url": "https://u:{token}@h/x.git", "vcs_info": {{"vcs": "git", "commit_id": "abc"}}}}'
    )
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", everything(token)], cwd=work, capture_output=True, check=False,
        env=os.environ | {"PYTHONPATH": f"{SOURCE}{os.pathsep}{site}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    found = done.stdout.find(token.encode())
    assert found < 0, done.stdout[max(0, found - 100) : found + 100]
    assert done.stdout.count(b"[redacted]") > 10


def test_a_patch_that_lost_nothing_says_nothing_of_it(repo: Repo) -> None:
    repo.commit()
    repo.write("a.py", "tokenizer = 2\n")
    taken = repo.take("git")
    assert "redacted" not in taken.capture.part("git")
    assert taken.patch is not None
    assert b"+tokenizer = 2" in taken.patch


def test_packages_are_lines_that_pip_reads() -> None:
    taken = capture.take(["python"], limits=Limits())
    assert taken.packages is not None
    lines = taken.packages.decode().splitlines()
    assert lines == sorted(lines, key=lambda line: packages.normalise(line.replace("==", " ").split()[0]))
    assert any(line.startswith("msgspec==") for line in lines)


ODD = {
    "no standard streams": "os.close(0); os.close(2)",
    "children are not waited for": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "no arguments": "sys.argv = []; del sys.modules['__main__'].__file__",
    "no files left": "resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30)); opened = list(files())",
    "few files left": "resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)); [os.close(fd) for fd in list(files())[-5:]]",
    "text that is none": "os.environb[b'SLURM_JOB_ID'] = b'\\xff\\xfe'",
    "no processes": "import subprocess; subprocess.Popen = None",
    "no time": "limits = Limits(seconds=0, patch_bytes=0)",
    "a directory that is none": "limits = Limits(cwd='/nonexistent')",
    "a NUL": "limits = Limits(cwd='/tmp/\\0', command='x\\0y')",
    "no home, no path": "os.environ.clear()",
}


@pytest.mark.parametrize("state", ODD.values(), ids=ODD)
def test_no_state_of_a_process_makes_it_fail(repo: Repo, state: str) -> None:
    repo.commit()
    code = f"""
import os, resource, signal, sys, msgspec
from mvtui.store.knowledge import capture
from mvtui.store.knowledge.capture import Limits
def files():
    while True:
        try:
            yield os.open("/dev/null", os.O_RDONLY)
        except OSError:
            return
limits = Limits()
{state}
print(msgspec.json.encode(capture.take(limits=limits).capture).decode())
"""
    (repo.path / "odd.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-W", "error", "odd.py"], cwd=repo.path, capture_output=True, check=False,
        env=os.environ | {"PYTHONPATH": SOURCE},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert set(msgspec.json.decode(done.stdout)["parts"]) == set(PARTS)
