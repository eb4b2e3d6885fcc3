"""The wheel and sdist hold what an installation needs, under the names it is imported by."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_the_wheel_holds_both_packages_the_styles_and_the_type_marker(built: Path) -> None:
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    assert {"mvtui/__init__.py", "mvtui/__main__.py", "mvtui/py.typed"} <= names
    assert {"mvtui/store/api/__init__.py", "mvtui/tui/entry.py"} <= names
    hooks = {"__init__", "lightning", "pytorch_lightning", "transformers"}
    assert {f"mvtui/hooks/{name}.py" for name in hooks} <= names
    for package in ("store", "tui"):
        source = {
            f"mvtui/{path.relative_to(ROOT)}"
            for path in (ROOT / package).rglob("*")
            if path.suffix in {".py", ".tcss"} and "__pycache__" not in path.parts
        }
        assert source <= names, source - names
    assert any(name.endswith(".tcss") for name in names)
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mvtui"}


def test_a_wheel_built_from_the_sdist_is_the_same(built: Path, tmp_path: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = next(tmp_path.iterdir())
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(unpacked),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    again = zipfile.ZipFile(next(tmp_path.glob("*.whl")))
    first = zipfile.ZipFile(next(built.glob("*.whl")))
    assert sorted(again.namelist()) == sorted(first.namelist())
    assert (unpacked / "tests").is_dir()
    assert (unpacked / "LICENSE").is_file()


def test_an_installed_wheel_runs_without_the_source(built: Path, tmp_path: Path) -> None:
    wheel = next(built.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path = [p for p in sys.path if not p.endswith('.src')]; "
        f"sys.path.insert(0, {str(tmp_path / 'site')!r}); "
        "import mvtui, mvtui.store, mvtui.tui; from mvtui.tui.entry import main; "
        "assert mvtui.__file__.startswith(sys.path[0]), mvtui.__file__; main(['--help'])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "register" in done.stdout
