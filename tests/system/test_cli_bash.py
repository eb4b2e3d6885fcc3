"""Completion in a real, interactive bash: what the person sees after tab."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mvtui import init_store
from mvtui.tui.cli.completion import script

BASH = shutil.which("bash")
DEADLINE = 30

# When it is asked it answers as mvtui does; when it is run it says what it was given.
STUB = """
mvtui() {
    if [ -n "$_MVTUI_COMPLETE" ]; then "$MVTUI_PYTHON" -m mvtui; else echo "RAN[$*]"; fi
}
"""


@pytest.mark.skipif(BASH is None, reason="no bash here")
@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("mvtui show senti\t", "show sentiment"),
        ("mvtui show sentiment@1.1\t", "show sentiment@1.1.0"),
        ("mvtui show sentiment@ch\t", "show sentiment@champion"),
        ("mvtui alias --remove sen\t", "alias --remove sentiment@champion"),
        ("mvtui register m x --kind=ad\t", "register m x --kind=adapter"),
        ("mvtui regi\tm my\t", "register m my-file"),
        ("mvtui register m x --dataset train=my\t", "register m x --dataset train=my-file"),
        ("mvtui register m x --dataset train=dat\tin\t", "register m x --dataset train=data/inside"),
        ("mvtui inspect senti\t", "inspect sentiment"),
        ("mvtui inspect sentiment@1.1\t", "inspect sentiment@1.1.0"),
        ("mvtui inspect dat\tin\t", "inspect data/inside"),
        ("mvtui ls senti\t", "ls sentiment"),
        ("mvtui ls sta\tpro\t", "ls stage:production"),
        ("mvtui ls -sta\tpro\t", "ls -stage:production"),
        ("mvtui ls stage:production,sta\t", "ls stage:production,staging"),
        ("mvtui ls metr\tacc\t", "ls metric.accuracy"),
        ("mvtui ls 'sentiment kind:wei\t", "ls sentiment kind:weights"),
        ("mvtui ls 'stage:none kind:wei\t", "ls stage:none kind:weights"),
        ("mvtui ls metr\tacc\t:1", "ls metric.accuracy:1"),
        ("mvtui ls siz\t1GB", "ls size>1GB"),
        ("mvtui ls tag:own\tAn\t", 'ls tag:owner="Ann B"'),
        ("mvtui ls sort:-metric.acc\t", "ls sort:-metric.accuracy"),
    ],
)
def test_tab_completes_what_is_typed(typed: str, given: str, tmp_path: Path) -> None:
    with init_store(tmp_path / "store") as store:
        for i in range(2):
            (tmp_path / "my-file").write_text(str(i))
            store.register(
                "sentiment",
                tmp_path / "my-file",
                params={"i": i},
                metrics={"accuracy": 0.9},
                tags={"owner": "Ann B"},
                capture=False,
            )
        store.alias("sentiment@1.0.0", "champion")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/inside").touch()
    (tmp_path / "rc").write_text(script("bash") + STUB + "PS1='$ '\nbind 'set bell-style none'\n")
    env = os.environ | {
        "MVTUI_STORE": str(tmp_path / "store"),
        "MVTUI_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "TERM": "dumb",
    }
    master, slave = os.openpty()
    assert BASH is not None
    shell = subprocess.Popen(
        [BASH, "--noprofile", "--rcfile", str(tmp_path / "rc"), "-i"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=env,
        cwd=tmp_path,
        start_new_session=True,
    )
    os.close(slave)
    try:
        seen = until(master, b"$ ", b"")
        os.write(master, typed.encode() + b"\n")
        seen = until(master, b"]\r\n", seen)
        assert f"RAN[{given}]" in seen.decode().replace(" ]", "]")
    finally:
        shell.kill()
        shell.wait()
        os.close(master)


def until(master: int, text: bytes, seen: bytes) -> bytes:
    end = time.monotonic() + DEADLINE
    while text not in seen:
        ready, _, _ = select.select([master], [], [], max(end - time.monotonic(), 0))
        assert ready, seen
        seen += os.read(master, 4096)
    return seen
