"""Packages by the names of their directories, and the Python they belong to."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mvtui.store.knowledge.capture import packages, python

SOURCE = str(Path(__file__).parents[4] / ".src")


def test_it_finds_what_importlib_finds() -> None:
    expected: dict[str, str] = {}
    for found in importlib.metadata.distributions():
        expected.setdefault(packages.normalise(found.metadata["Name"]), found.version)
    assert {name: package.version for name, package in packages.installed(sys.path).items()} == expected


@pytest.mark.parametrize(
    ("entry", "name", "version"),
    [
        ("PyYAML-6.0.3.dist-info", "pyyaml", "6.0.3"),
        ("typing_extensions-4.12.2.dist-info", "typing-extensions", "4.12.2"),
        ("backports.zoneinfo-0.2.1.dist-info", "backports-zoneinfo", "0.2.1"),
        ("torch-2.5.1+cu121.dist-info", "torch", "2.5.1+cu121"),
        ("python-dateutil-2.8.2.dist-info", "python-dateutil", "2.8.2"),
        ("old_one-1.0-py3.8.egg-info", "old-one", "1.0"),
        ("sentencepiece-0.1.99-py3.11-linux-x86_64.egg-info", None, None),
        ("~umpy-1.26.0.dist-info", None, None),
        ("-1.0.dist-info", None, None),
        (".dist-info", None, None),
        ("empty.egg-info", None, None),
    ],
)
def test_names_of_directories(tmp_path: Path, entry: str, name: str | None, version: str | None) -> None:
    (tmp_path / entry).mkdir()
    found = packages.installed([str(tmp_path)])
    if name is None:
        assert not found or name not in found
    else:
        assert [(p.name, p.version, p.line) for p in found.values()] == [
            (name, version, f"{name}=={version}")
        ]


def test_a_directory_that_does_not_say_its_version_is_read(tmp_path: Path) -> None:
    (tmp_path / "my_pkg.egg-info").mkdir()
    (tmp_path / "my_pkg.egg-info/PKG-INFO").write_text(
        "Metadata-Version: 2.1\nName: My.Pkg\nVersion: 0.1\n\nName: x\n"
    )
    (tmp_path / "single.egg-info").write_text("Name: single\nVersion: 3\n")
    assert list(packages.installed([str(tmp_path)])) == ["my-pkg", "single"]


def test_the_first_on_the_path_wins(tmp_path: Path) -> None:
    for directory, version in (("a", "1"), ("b", "2")):
        (tmp_path / directory / f"x-{version}.dist-info").mkdir(parents=True)
    path = [str(tmp_path / name) for name in ("gone", "b", "a", "b")]
    assert packages.installed(path)["x"].version == "2"


@pytest.mark.parametrize(
    ("direct", "line"),
    [
        ({"url": "file:///src/x", "dir_info": {"editable": True}}, "x @ file:///src/x  # editable, 1"),
        ({"url": "file:///src/my x", "dir_info": {}}, "x @ file:///src/my%20x  # 1"),
        (
            {"url": "https://h/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "x @ git+https://h/x.git@abc  # 1",
        ),
        ({"url": "https://h/x.whl", "archive_info": {}}, "x @ https://h/x.whl  # 1"),
        ({"url": "file:///x\nevil==1", "dir_info": {}}, "x @ file:///x%0Aevil==1  # 1"),
        ([], "x==1"),
        ({"url": "h", "vcs_info": "no"}, "x==1"),
    ],
)
def test_what_came_from_elsewhere_says_so(tmp_path: Path, direct: Any, line: str) -> None:
    info = tmp_path / "x-1.dist-info"
    info.mkdir()
    (info / "direct_url.json").write_text(json.dumps(direct))
    assert packages.freeze(packages.installed([str(tmp_path)]).values()).decode() == f"{line}\n"


def test_unreadable_and_strange_paths_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK")
    assert packages.installed([str(tmp_path / "x.zip"), "nul\0", str(tmp_path / "gone")]) == {}


def test_this_pythons_facts() -> None:
    facts, found = python.facts()
    assert facts["version"].split("+")[0] == ".".join(map(str, sys.version_info[:3]))
    assert facts["executable"] == sys.executable
    assert facts["packages"] == len(found)
    assert "msgspec" in found


# Runs facts() under the name of the command, as if mvtui lived in an environment of its own.
ALONE = """
import json, sys
from mvtui.store.knowledge.capture import python
python.FRAMEWORKS = tuple(name for name in python.FRAMEWORKS if name in {"torch"})
print(json.dumps(python.facts()[0]))
"""


def as_command(tmp_path: Path, **environment: str) -> dict[str, Any]:
    """Look as the ``mvtui`` command does, in a process whose program has that name."""
    script = tmp_path / "mvtui"
    script.write_text(ALONE)
    own = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "CONDA_PREFIX"}}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True,
        env=own | {"PYTHONPATH": SOURCE, "PATH": ""} | environment,
    )  # fmt: skip
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def python_at(prefix: Path, *packages: str, version: str = "3.12") -> Path:
    """Lay out an environment as installers do, with an interpreter that must not be run."""
    site = prefix / f"lib/python{version}/site-packages"
    site.mkdir(parents=True)
    for package in packages:
        (site / f"{package}.dist-info").mkdir()
    (prefix / "bin").mkdir(exist_ok=True)
    interpreter = prefix / "bin" / f"python{version}"
    interpreter.write_text(f"#!/bin/sh\ntouch {prefix}/was-run\n")
    interpreter.chmod(0o755)
    for name in ("python", "python3"):
        (prefix / "bin" / name).symlink_to(interpreter.name)
    return prefix / "bin"


def test_the_command_describes_the_environment_that_is_activated(tmp_path: Path) -> None:
    environment = tmp_path / "training"
    site = environment / "lib/python3.12/site-packages"
    (site / "torch-2.5.1+cu121.dist-info").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.12.4.final.0\n")
    facts = as_command(tmp_path, VIRTUAL_ENV=str(environment))
    assert facts["activated"]
    assert (facts["version"], facts["frameworks"]) == ("3.12.4", {"torch": "2.5.1+cu121"})
    assert facts["environment"] == {"type": "venv", "path": str(environment), "name": "training"}
    assert "activated" not in as_command(tmp_path)
    assert "activated" not in as_command(tmp_path, VIRTUAL_ENV=sys.prefix)


def test_a_conda_environment(tmp_path: Path) -> None:
    (tmp_path / "env/conda-meta").mkdir(parents=True)
    facts = as_command(tmp_path, CONDA_PREFIX=str(tmp_path / "env"), CONDA_DEFAULT_ENV="train")
    assert facts["environment"] == {"type": "conda", "path": str(tmp_path / "env"), "name": "train"}
    assert facts["packages"] == 0


def test_a_conda_environment_that_is_only_on_the_path(tmp_path: Path) -> None:
    directory = python_at(tmp_path / "conda", "torch-2.5.1")
    (tmp_path / "conda/conda-meta").mkdir()
    (tmp_path / "conda/conda-meta/python-3.12.7-h5148396_0.json").touch()
    facts = as_command(tmp_path, PATH=f"/nowhere::{directory}", CONDA_DEFAULT_ENV="another")
    assert facts["environment"] == {"type": "conda", "path": str(tmp_path / "conda"), "name": "conda"}
    assert (facts["version"], facts["frameworks"]) == ("3.12.7", {"torch": "2.5.1"})
    assert "note" not in facts
    assert not (tmp_path / "conda/was-run").exists()


def test_a_venv_that_is_only_on_the_path(tmp_path: Path) -> None:
    """Its interpreter is a link to the one it was made with, whose packages it may see."""
    base = python_at(tmp_path / "base", "torch-2.4.0", "left_out-1", version="3.11")
    environment = tmp_path / "training"
    site = environment / "lib/python3.11/site-packages"
    (site / "mine-1.0.dist-info").mkdir(parents=True)
    (environment / "bin").mkdir()
    (environment / "bin/python3").symlink_to(base / "python3")
    settings = f"home = {base}\ninclude-system-site-packages = %s\nversion = 3.11.9\n"
    for seen, count, frameworks in (("false", 1, {}), ("true", 3, {"torch": "2.4.0"})):
        (environment / "pyvenv.cfg").write_text(settings % seen)
        facts = as_command(tmp_path, PATH=f"{environment}/bin{os.pathsep}{base}")
        assert facts["environment"] == {"type": "venv", "path": str(environment), "name": "training"}
        assert (facts["version"], facts["packages"], facts["frameworks"]) == ("3.11.9", count, frameworks)
        assert facts["executable"] == f"{environment}/bin/python3"
        assert "note" not in facts


@pytest.mark.parametrize(("package", "noted"), [("torch-2.5.1", False), ("requests-2.0", True)])
def test_a_python_of_no_environment_is_doubted_unless_it_trains(
    tmp_path: Path, package: str, noted: bool
) -> None:
    python_at(tmp_path / "opt", package, version="3.9")
    python_at(tmp_path / "opt2", version="3.10")
    links = tmp_path / "links"
    links.mkdir()
    (links / "python").symlink_to(tmp_path / "opt/bin/python")
    facts = as_command(tmp_path, PATH=f"{links}{os.pathsep}{tmp_path}/opt2/bin")
    assert facts["version"] == "3.9"
    assert facts["packages"] == 1
    assert ("note" in facts) == noted
    if noted:
        assert facts["note"].endswith(f"the packages are those of {links}/python")


def test_only_the_environment_of_mvtui_itself_is_left(tmp_path: Path) -> None:
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "python").write_text("#!/bin/sh\nexec nothing\n")
    (shims / "python").chmod(0o755)
    (shims / "python3").mkdir()
    for path in ("", str(shims), os.path.dirname(sys.executable), str(tmp_path / "gone")):
        facts = as_command(tmp_path, PATH=path)
        assert facts["environment"]["path"] == sys.prefix
        assert facts["note"].startswith("the packages are those of mvtui itself")
    assert "note" not in as_command(tmp_path, VIRTUAL_ENV=sys.prefix)


def test_a_shim_of_pyenv_is_what_it_would_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYENV_VERSION", raising=False)  # pyenv itself sets it for what it starts
    for version in ("3.10.1", "3.12.4"):
        python_at(tmp_path / "pyenv/versions" / version, f"torch-{version}", version=version[:4])
    shims = tmp_path / "pyenv/shims"
    shims.mkdir()
    (shims / "python").write_text("#!/bin/sh\nexit 1\n")
    (shims / "python").chmod(0o755)
    work = tmp_path / "work/deep"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    assert "note" in as_command(tmp_path, PATH=str(shims))
    (tmp_path / "pyenv/version").write_text("3.10.1\n")
    assert as_command(tmp_path, PATH=str(shims))["frameworks"] == {"torch": "3.10.1"}
    (tmp_path / "work/.python-version").write_text("3.12.4\n")
    assert as_command(tmp_path, PATH=str(shims))["frameworks"] == {"torch": "3.12.4"}
    assert as_command(tmp_path, PATH=str(shims), PYENV_VERSION="3.10.1")["version"] == "3.10"
    assert "note" in as_command(tmp_path, PATH=str(shims), PYENV_VERSION="system")


def test_an_environment_of_mvtui_that_holds_a_framework_is_the_one_that_trains(tmp_path: Path) -> None:
    other = python_at(tmp_path / "opt", "torch-1.0")
    site = tmp_path / "site"
    (site / "torch-2.5.1.dist-info").mkdir(parents=True)
    facts = as_command(tmp_path, PATH=str(other), PYTHONPATH=f"{SOURCE}{os.pathsep}{site}")
    assert facts["environment"]["path"] == sys.prefix
    assert facts["frameworks"] == {"torch": "2.5.1"}
    assert "note" not in facts


@pytest.mark.parametrize(
    "settings", [b"", b"version", b"version = \xff\n", b"version = 9.9.9\n", b"home = \0\n"]
)
def test_a_venv_whose_settings_say_nothing_good(tmp_path: Path, settings: bytes) -> None:
    python_at(tmp_path / "odd", "torch-2.5.1", version="3.13t")
    (tmp_path / "odd/pyvenv.cfg").write_bytes(settings)
    facts = as_command(tmp_path, VIRTUAL_ENV=str(tmp_path / "odd"))
    assert (facts["frameworks"], facts["environment"]["type"]) == ({"torch": "2.5.1"}, "venv")
