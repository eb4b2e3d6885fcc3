"""Registering looks around: what was captured is an object that the event names, and never part of the identity."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui import init_store, open_store
from mvtui.store import PARTS, Series, Store
from mvtui.store.errors import BadInputError, VerificationError
from mvtui.store.knowledge import capture

MakeFile = Callable[..., Path]


def git(repo: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *identity, *words], cwd=repo, check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with one commit, and the working directory."""
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "train.py").write_text("print(1)\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def looking(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Registrations capture everything, as they do for users; the working directory is a repository."""
    monkeypatch.delenv("MVTUI_CAPTURE")


@pytest.mark.usefixtures("looking")
def test_what_was_captured_can_be_read_back(store: Store, make_file: MakeFile, repo: Path) -> None:
    (repo / "train.py").write_text("print(2)\n")
    version = store.register("m", make_file(), command="python train.py --lr 1e-4").version
    assert version.code is not None
    assert (version.code.commit, version.code.branch, version.code.dirty) == (
        git(repo, "rev-parse", "HEAD"),
        "main",
        True,
    )
    captured = store.capture("m")
    assert captured is not None
    assert tuple(part for part in PARTS if part in captured.parts) == PARTS
    assert captured.part("command")["line"] == "python train.py --lr 1e-4"
    assert "msgspec" in store.packages("m")
    git(repo, "checkout", "-q", "--", ".")
    subprocess.run(["git", "apply"], cwd=repo, input=store.patch("m"), check=True, timeout=60)
    assert (repo / "train.py").read_text() == "print(2)\n"


@pytest.mark.usefixtures("looking")
def test_it_is_no_part_of_the_identity(store: Store, make_file: MakeFile, repo: Path) -> None:
    with_capture = store.register("a", make_file()).version
    without = store.register("b", make_file(), capture=False).version
    assert with_capture.id == without.id
    assert with_capture.capture
    assert not without.capture
    assert store.capture("b") is None
    assert (store.packages("b"), store.patch("b")) == ({}, b"")


@pytest.mark.usefixtures("looking")
def test_known_content_gains_a_capture_once(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), capture=False)
    assert store.register("m", make_file()).added == ("capture",)
    first = store.get("m")
    assert first.code is not None
    events = len(list(store.events()))
    again = store.register("m", make_file())
    assert not again.added
    assert again.version == first
    assert len(list(store.events())) == events


@pytest.mark.usefixtures("looking")
def test_every_part_can_be_switched_off(tmp_path: Path, make_file: MakeFile) -> None:
    for number, part in enumerate(PARTS):
        with init_store(tmp_path / f"by-config-{number}") as store:
            names = ", ".join(f'"{other}"' for other in PARTS if other != part)
            (store.root / "config.toml").write_text(f"[capture]\nparts = [{names}]\n")
            with open_store(store.root) as opened:
                opened.register("m", make_file())
                captured = opened.capture("m")
                assert captured is not None
                assert set(captured.parts) == set(PARTS) - {part}


def test_who_says_what_to_capture(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    def parts(content: bytes, capture: object = None) -> set[str]:
        done = store.register("m", make_file(content), capture=capture)  # type: ignore[arg-type]
        captured = store.capture(done.version.ref)
        return set(captured.parts) if captured else set()

    assert parts(b"1") == set(), "the tests' own environment says none"
    assert parts(b"2", True) == set(PARTS)
    assert parts(b"3", ("python", "git")) == {"git", "python"}
    monkeypatch.setenv("MVTUI_CAPTURE", "system, python")
    assert parts(b"4") == {"system", "python"}
    assert parts(b"5", False) == set()
    monkeypatch.setenv("MVTUI_CAPTURE", "all")
    assert parts(b"6") == set(PARTS)


def test_a_command_that_was_stated_is_kept_whatever_else_is(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(), capture=False, command="make train")
    captured = store.capture("m")
    assert captured is not None
    assert set(captured.parts) == {"command"}
    assert captured.part("command")["line"] == "make train"


@pytest.mark.parametrize(("asked", "stated"), [(("wings",), ""), (None, "git,wings"), ("git", "")])
def test_parts_that_do_not_exist_are_refused_before_a_byte_is_copied(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch, asked: object, stated: str
) -> None:
    monkeypatch.setenv("MVTUI_CAPTURE", stated)
    with pytest.raises(BadInputError, match="can't be captured"):
        store.register("m", make_file(), capture=asked)  # type: ignore[arg-type]
    assert not list(store.root.glob("objects/*/*"))


@pytest.mark.usefixtures("looking")
def test_gc_keeps_what_events_name_and_verify_looks_at_it(
    store: Store, make_file: MakeFile, repo: Path
) -> None:
    (repo / "train.py").write_text("print(2)\n")
    series = {"loss": Series((1.0, 2.0), (0.5, 0.25))}
    version = store.register("m", make_file(), series=series).version
    store.register("m", make_file(b"other"), capture=False)
    store.delete(version.ref, "to see what stays")
    assert (
        store.gc(dry_run=False).kept_objects >= 7
    )  # two manifests, one file; capture, packages, patch, series
    captured = store._repository.objects
    for name in (version.capture, *version.series):
        assert captured.size(name) is not None
        assert store.why(name)
    path = Path(captured.path(version.capture))
    path.chmod(0o644)
    path.write_bytes(b"{}")
    (bad,) = store.verify().bad
    assert bad.digest == version.capture
    assert "event 2" in bad.hits[0]


@pytest.mark.usefixtures("looking")
def test_a_damaged_record_is_an_error_of_its_own(store: Store, make_file: MakeFile) -> None:
    version = store.register("m", make_file()).version
    path = Path(store._repository.objects.path(version.capture))
    path.chmod(0o644)
    path.write_bytes(b"not what it was")
    with pytest.raises(VerificationError):
        store.capture("m")
    assert store.get("m").capture == version.capture


@pytest.mark.usefixtures("looking")
def test_one_look_serves_versions_registered_together(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [make_file(b"%d" % number, f"{number}.pt") for number in range(3)]
    done = store.register_each("m", paths)
    assert len({one.version.capture for one in done}) == 1


@pytest.mark.usefixtures("looking")
def test_another_commit_is_a_minor_step(store: Store, make_file: MakeFile, repo: Path) -> None:
    store.register("m", make_file(b"1"))
    assert store.register("m", make_file(b"2")).version.version == "1.0.1"
    (repo / "train.py").write_text("print(3)\n")
    git(repo, "commit", "-q", "-am", "second")
    done = store.register("m", make_file(b"3"))
    assert (done.version.version, done.bump) == ("1.1.0", "minor: code changed")
    assert store.register("m", make_file(b"4"), capture=False).version.version == "1.1.1", (
        "nothing is claimed"
    )


@pytest.mark.usefixtures("looking")
def test_a_registration_says_what_it_could_not_keep_and_only_then(
    store: Store, make_file: MakeFile, repo: Path
) -> None:
    (repo / "train.py").write_text("print(2)\n")
    (repo / "config.yaml").write_text("lr: 1\n")
    (repo / "model.bin").write_bytes(b"weights")
    done = store.register("m", repo / "model.bin", capture=["git"])
    assert done.notices == (
        "uncommitted changes kept as a patch",
        "1 untracked file not kept: config.yaml",
    )
    assert store.register("m", repo / "model.bin", capture=["git"], tags={"a": "b"}).notices == ()
    assert store.register("n", make_file(), capture=False).notices == ()


@pytest.mark.usefixtures("looking")
@pytest.mark.parametrize("lost", ["capture", "packages", "patch"])
def test_what_is_damaged_of_a_record_is_missing_of_the_recipe(
    store: Store, make_file: MakeFile, repo: Path, lost: str
) -> None:
    (repo / "train.py").write_text("print(2)\n")
    version = store.register("m", make_file(), command="python train.py").version
    captured = store.capture("m")
    assert captured is not None
    digests = {"capture": version.capture, "packages": captured.packages, "patch": captured.patch}
    path = Path(store._repository.objects.path(digests[lost]))
    path.chmod(0o644)
    path.write_bytes(b"not what it was")
    recipe = store.reproduce("m")
    damaged = [lack.message for lack in recipe.missing if "can't be read" in lack.message]
    assert len(damaged) == 1
    assert damaged[0] in recipe.script
    assert any("can't be read" in finding.message for finding in store.doctor("m"))


@pytest.mark.usefixtures("looking")
def test_of_two_that_look_around_at_once_the_first_is_kept(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, take = make_file(), capture.take
    first: list[str] = []

    def slow(*args: Any, **words: Any) -> Any:
        if not first:
            first.append("")  # the other's own look is not held up
            with open_store(store.root) as other:
                first[0] = other.register("m", path).version.capture
        return take(*args, **words)

    monkeypatch.setattr(capture, "take", slow)
    done = store.register("m", path)
    assert not done.created
    assert done.added == ()
    assert done.version.capture == first[0] != ""
