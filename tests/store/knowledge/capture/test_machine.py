"""The small parts: system, scheduler, command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mvtui.store.knowledge.capture import command, process, scheduler, system

SOURCE = str(Path(__file__).parents[4] / ".src")


def test_this_machine() -> None:
    facts = system.facts()
    assert facts["hostname"] == os.uname().nodename
    assert facts["cpus"] >= facts["cpus_usable"] > 0
    assert facts["memory"] > 2**20


def test_limits_of_a_container_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text("1073741824\n")
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/memory.max").write_text("max\n")
    (tmp_path / "a/b/memory.max").write_text("2147483648\n")
    monkeypatch.setattr(system, "_CGROUP", str(tmp_path))
    real = system._read
    monkeypatch.setattr(
        system, "_read", lambda path: "0::/a/b\n" if path == "/proc/self/cgroup" else real(path)
    )
    facts = system.facts()
    assert (facts["cpus_usable"], facts["memory_limit"]) == (0.5, 2**30)


@pytest.mark.parametrize("text", ["", "garbage", "max", "0::/../../etc\n", "\0"])
def test_strange_files_of_the_kernel_limit_nothing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(system, "_read", lambda path: text)
    facts = system.facts()
    assert "memory_limit" not in facts
    assert facts["memory"] > 0


def test_a_processor_that_has_only_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        system, "_read", lambda path: "CPU part\t: 0xd0c\n" if path == "/proc/cpuinfo" else ""
    )
    assert system.facts()["cpu"] == "part 0xd0c"


# -- schedulers ---------------------------------------------------------------------------------


def test_slurm_and_whoever_else_has_a_word() -> None:
    environment = {
        "SLURM_JOB_ID": "123", "SLURM_ARRAY_TASK_ID": "4", "SLURM_JOB_NODELIST": "n[1-2]", "SLURM_JOB_START_TIME": "1700000000",
        "WANDB_RUN_ID": "abc", "WANDB_API_KEY": "secret", "RANK": "0", "MLFLOW_TRACKING_PASSWORD": "hunter2", "JOB_NAME": "x",
        "MLFLOW_RUN_ID": "f" * 32, "SLURM_SECRET": "no",
    }  # fmt: skip
    facts = scheduler.facts(environment)
    assert facts["slurm"].pop("seconds") > 10**7
    assert facts == {
        "slurm": {"job": "123", "array_task": "4", "nodelist": "n[1-2]"},
        "wandb": {"run": "abc"},
        "mlflow": {"run": "f" * 32},
    }


@pytest.mark.parametrize("start", ["", "yesterday", "-1", "9" * 40, "١٢٣"])
def test_a_start_that_is_no_time_is_left_out(start: str) -> None:
    assert scheduler.facts({"SLURM_JOB_ID": "1", "SLURM_JOB_START_TIME": start}) == {"slurm": {"job": "1"}}


def test_a_pod_knows_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "namespace").write_text("ml-team\n")
    monkeypatch.setattr(scheduler, "_NAMESPACE", str(tmp_path / "namespace"))
    environment = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "HOSTNAME": "train-0", "NODE_NAME": "gpu-7"}
    assert scheduler.facts(environment) == {
        "kubernetes": {"pod": "train-0", "namespace": "ml-team", "node": "gpu-7"}
    }
    assert scheduler.facts({"POD_NAME": "not in a pod"}) == {}


def test_torchrun() -> None:
    environment = {"RANK": "3", "LOCAL_RANK": "1", "WORLD_SIZE": "8", "TORCHELASTIC_RUN_ID": "r"}
    assert scheduler.facts(environment)["torchrun"] == {
        "run": "r",
        "world_size": "8",
        "rank": "3",
        "local_rank": "1",
    }


# -- the command --------------------------------------------------------------------------------


def run(*words: str, cwd: Path, shell: str = "") -> dict[str, Any]:
    done = subprocess.run(
        [shell, "-c", " ".join(words)] if shell else words, cwd=cwd, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": SOURCE},
    )  # fmt: skip
    import json

    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


LOOK = "import json; from mvtui.store.knowledge.capture import command; print(json.dumps(command.facts(None, None)))"


def test_a_scripts_own_command_line(tmp_path: Path) -> None:
    (tmp_path / "train it.py").write_text(LOOK)
    facts = run(
        sys.executable, "train it.py", "--lr", "1e-4", "--api-key", "abc123def", "name=o'brien", cwd=tmp_path
    )
    assert facts["argv"][1:] == ["train it.py", "--lr", "1e-4", "--api-key", "[redacted]", "name=o'brien"]
    assert facts["line"].endswith("""'train it.py' --lr 1e-4 --api-key '[redacted]' 'name=o'"'"'brien'""")
    assert (facts["cwd"], facts["script"], facts["redacted"]) == (
        str(tmp_path),
        str(tmp_path / "train it.py"),
        1,
    )
    assert 0 <= facts["seconds"] < 3600


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="only /proc tells of other processes")
def test_mvtuis_own_command_line_is_not_what_made_the_version(tmp_path: Path) -> None:
    (tmp_path / "mvtui").write_text(LOOK)
    facts = run(sys.executable, "mvtui", "register", ";true", cwd=tmp_path, shell="/bin/sh")
    assert facts["line"] == ""
    assert facts["argv"][1:] == ["mvtui", "register"]
    assert facts["parent"][:2] == ["/bin/sh", "-c"]
    assert "script" not in facts


def test_what_the_user_states_is_kept_as_it_is() -> None:
    facts = command.facts("torchrun train.py --token abcdef1234 | tee log", "/somewhere")
    assert facts["line"] == "torchrun train.py --token [redacted] | tee log"
    assert (facts["stated"], facts["redacted"], facts["cwd"]) == (True, 1, "/somewhere")
    assert "argv" not in facts
    words = command.facts(["python", "a b.py", "--password", "x y"], None)
    assert words["line"] == "python 'a b.py' --password '[redacted]'"


def test_processes_that_are_not_there_tell_nothing() -> None:
    assert process.words_of(2**22 + 1) == []
    assert process.started(2**22 + 1) is None
