"""The GPU part, against a library and a program that play the driver's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mvtui.store.knowledge.capture import Limits, cuda, gpu, take
from mvtui.store.knowledge.capture.packages import Package

SOURCE = str(Path(__file__).parents[4] / ".src")
LIBRARY = r"""
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
typedef struct { unsigned long long total, free, used; } memory_t;
static int mode(void) { const char *m = getenv("FAKE_NVML"); return m ? atoi(m) : 0; }
int nvmlInit_v2(void) { if (mode() == 2) sleep(300); return mode() == 1 ? 18 : 0; }
int nvmlInitWithFlags(unsigned f) { return nvmlInit_v2(); }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int e) { return e == 18 ? "Driver/library version mismatch" : "error"; }
int nvmlSystemGetDriverVersion(char *v, unsigned n) { snprintf(v, n, "550.54.15"); return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *v) { *v = 12040; return 0; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **h) { *h = (void *)(long)(i + 1); return i == 1 && mode() == 3 ? 15 : 0; }
int nvmlDeviceGetName(void *h, char *v, unsigned n) { snprintf(v, n, "NVIDIA H100 80GB HBM3"); return 0; }
int nvmlDeviceGetUUID(void *h, char *v, unsigned n) { snprintf(v, n, "%s-%ld", (long)h > 9 ? "MIG" : "GPU", (long)h); return 0; }
int nvmlDeviceGetMemoryInfo(void *h, memory_t *m) { m->total = 85899345920ULL; return 0; }
int nvmlDeviceGetMigMode(void *h, unsigned *c, unsigned *p) { *c = *p = mode() == 4 && (long)h == 1; return (long)h == 1 ? 0 : 3; }
int nvmlDeviceGetMaxMigDeviceCount(void *h, unsigned *n) { *n = 3; return 0; }
int nvmlDeviceGetMigDeviceHandleByIndex(void *h, unsigned i, void **m) { *m = (void *)(long)(10 + i); return i == 1 ? 6 : 0; }
"""
H100 = {"name": "NVIDIA H100 80GB HBM3", "memory": 80 * 2**30}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("no C compiler to make a driver's library with")
    directory = tmp_path_factory.mktemp("nvml")
    (directory / "nvml.c").write_text(LIBRARY)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-w", "-o", directory / "libnvidia-ml.so.1", directory / "nvml.c"],
        check=True,
    )
    return directory


def by_library(library: Path, mode: int, timeout: float = 30.0) -> dict[str, Any]:
    """Look in a process of its own: a library can't be taken back."""
    code = f"import json; from mvtui.store.knowledge.capture.gpu import GpuLook; print(json.dumps(GpuLook({timeout}).facts()))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": SOURCE, "LD_LIBRARY_PATH": str(library), "FAKE_NVML": str(mode)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_drivers_library_is_asked(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,0")
    assert by_library(library, 0) == {
        "source": "nvml",
        "driver": "550.54.15",
        "cuda_driver": "12.4",
        "gpus": [{"index": 0, "uuid": "GPU-1", **H100}, {"index": 1, "uuid": "GPU-2", **H100}],
        "visible": {"CUDA_VISIBLE_DEVICES": "1,0"},
    }


def test_a_driver_that_does_not_fit_its_library_is_a_problem(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    found = by_library(library, 1)
    assert found["source"] == "none"
    assert found["problem"].startswith("NVML: ")


def test_a_driver_that_hangs_is_left_alone(library: Path) -> None:
    found = by_library(library, 2, timeout=0.3)
    assert found == {"source": "none", "problem": "the NVIDIA driver did not answer in 0.3 seconds"}


def test_a_gpu_that_is_lost_does_not_hide_the_others(library: Path) -> None:
    first, second = by_library(library, 3)["gpus"]
    assert first["uuid"] == "GPU-1"
    assert second["index"] == 1
    assert second["problem"]


def test_instances_of_a_gpu_cut_into_pieces(library: Path) -> None:
    first, second = by_library(library, 4)["gpus"]
    assert first["mig"] == ["MIG-10", "MIG-12"]
    assert "mig" not in second


# -- nvidia-smi ---------------------------------------------------------------------------------

BANNER = "| NVIDIA-SMI 535.161  Driver Version: 535.161  CUDA Version: 12.2  |"


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_LIBRARY", "libno-such-thing.so.1")


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    script = tmp_path / "nvidia-smi"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("no_library")
class TestProgram:
    def test_its_list_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = "0, NVIDIA A100-SXM4-40GB, GPU-aa, 40960, 535.161, Enabled\\n1, Tesla T4, GPU-bb, [N/A], 535.161, [N/A]\\n"
        fake(tmp_path, monkeypatch, f'[ -n "$1" ] && printf "{rows}" || echo "{BANNER}"')
        assert gpu.GpuLook(20).facts() == {
            "source": "nvidia-smi",
            "driver": "535.161",
            "cuda_driver": "12.2",
            "gpus": [
                {
                    "index": 0,
                    "name": "NVIDIA A100-SXM4-40GB",
                    "uuid": "GPU-aa",
                    "memory": 40 * 2**30,
                    "mig": [],
                },
                {"index": 1, "name": "Tesla T4", "uuid": "GPU-bb"},
            ],
        }

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ("sleep 300", "did not end in time"),
            ("echo total garbage", "no list of GPUs"),
            ("printf '\\377\\376,\\000'", "no list of GPUs"),
            ("echo 'NVIDIA-SMI has failed: no driver'; exit 9", "NVIDIA-SMI has failed"),
            ("exit 6", "status 6"),
        ],
    )
    def test_what_it_can_not_say_is_a_problem(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, says: str
    ) -> None:
        fake(tmp_path, monkeypatch, body)
        found = gpu.GpuLook(1).facts()
        assert found["source"] == "none"
        assert says in found["problem"]

    def test_none_is_none(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert gpu.GpuLook(20).facts() == {"source": "none"}


# -- CUDA and cuDNN -----------------------------------------------------------------------------


def packages(**versions: str) -> dict[str, Package]:
    return {
        name.replace("_", "-"): Package(name.replace("_", "-"), version) for name, version in versions.items()
    }


def test_versions_come_from_packages_first(tmp_path: Path) -> None:
    found = cuda.toolkit(
        packages(nvidia_cuda_runtime_cu12="12.4.127", nvidia_cudnn_cu12="9.1.0.70", torch="2.5.1+cu121"),
        str(tmp_path),
        on_machine=False,
    )
    assert found == {
        "cuda": {"version": "12.4.127", "from": "nvidia-cuda-runtime-cu12"},
        "cudnn": {"version": "9.1.0.70", "from": "nvidia-cudnn-cu12"},
    }


@pytest.mark.parametrize(
    ("version", "runtime"),
    [("2.5.1+cu121", "12.1"), ("2.9.0+cu130", "13.0"), ("1.5+cu92", "9.2"), ("2.5.1+cpu", None)],
)
def test_torch_says_what_it_was_built_for(tmp_path: Path, version: str, runtime: str | None) -> None:
    found = cuda.toolkit(packages(torch=version), str(tmp_path), on_machine=False)
    assert found.get("cuda", {}).get("version") == runtime


def test_conda_says_in_the_names_of_its_files(tmp_path: Path) -> None:
    meta = tmp_path / "conda-meta"
    meta.mkdir()
    for name in ("cudatoolkit-11.8.0-h6a678d5_0.json", "cudnn-8.9.2.26-cuda11_0.json", "history", "x.json"):
        (meta / name).touch()
    found = cuda.toolkit({}, str(tmp_path), on_machine=False)
    assert {what: fact["version"] for what, fact in found.items()} == {"cuda": "11.8.0", "cudnn": "8.9.2.26"}


@pytest.mark.parametrize("text", ['{"cuda": {"version": "12.3.1"}}', None])
def test_the_machine_is_asked_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    if text:
        (tmp_path / "version.json").write_text(text)
    else:
        (tmp_path / "version.json").write_text("{broken")
        (tmp_path / "version.txt").write_text("CUDA Version 12.3.1\n")
    (tmp_path / "libcudnn.so.8.9.7").touch()
    monkeypatch.setattr(cuda, "_HOME", str(tmp_path))
    monkeypatch.setattr(cuda, "_DIRECTORIES", (str(tmp_path), "/nonexistent"))
    monkeypatch.setattr(cuda, "_HEADERS", ("/nonexistent",))
    found = cuda.toolkit({}, str(tmp_path), on_machine=True)
    assert {what: fact["version"] for what, fact in found.items()} == {"cuda": "12.3.1", "cudnn": "8.9.7"}


def test_no_framework_is_ever_imported(tmp_path: Path) -> None:
    """Each framework is there, and says so if it is imported."""
    names = [
        "torch",
        "tensorflow",
        "jax",
        "numpy",
        "pandas",
        "sklearn",
        "transformers",
        "xgboost",
        "keras",
        "lightning",
    ]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('imported ' + __name__)")
        (tmp_path / f"{name}-1.2.3.dist-info").mkdir()
    code = (
        "import sys; from mvtui.store.knowledge import capture; taken = capture.take()\n"
        f"print(sorted(set(sys.modules) & set({names!r})), taken.capture.part('python')['frameworks']['torch'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": f"{SOURCE}{os.pathsep}{tmp_path}"},
    )  # fmt: skip
    assert done.stdout == "[] 1.2.3\n", done.stderr


def test_the_part_is_complete_without_the_others() -> None:
    taken = take(["gpu"], limits=Limits(seconds=20))
    assert list(taken.capture.parts) == ["gpu"]
    assert taken.capture.part("gpu")["source"] in {"none", "nvml", "nvidia-smi"}
