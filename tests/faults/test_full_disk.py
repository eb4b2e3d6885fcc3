"""A file system that is really full, and ones that may not be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store
from mvtui.store.errors import ConflictError, MvtuiError, NoSpaceError, ReadOnlyError, StorageError

from tests.faults.power import served

MakeFile = Callable[..., Path]
NOBODY = 65534


def _mount(*words: str) -> None:
    if os.getuid() != 0:
        pytest.skip("mounting needs root")
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"may not mount here: {done.stderr.strip()}")


@pytest.fixture(params=["tmpfs", "ext4"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A file system of its own of 40 MB."""
    where = tmp_path / "small"
    where.mkdir()
    if request.param == "tmpfs":
        _mount("-t", "tmpfs", "-o", "size=40m", "tmpfs", str(where))
    else:
        image = tmp_path / "image"
        image.touch()
        os.truncate(image, 40 << 20)
        if shutil.which("mkfs.ext4") is None:
            pytest.skip("needs mkfs.ext4")
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True, capture_output=True)
        _mount("-o", "loop", str(image), str(where))
    yield where
    subprocess.run(["umount", where], check=True)


def _fill(where: Path) -> Path:
    ballast = where / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 512, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


def test_a_file_that_does_not_fit_is_refused_before_it_is_copied(small: Path, make_file: MakeFile) -> None:
    with init_store(small / "store") as store:
        big = make_file(bytes(35 << 20))
        before = shutil.disk_usage(small).used
        with pytest.raises(NoSpaceError) as caught:
            store.register("m", big)
        assert caught.value.exit_code == 7
        assert "gc" in caught.value.hint
        assert shutil.disk_usage(small).used - before < 1 << 20
        assert store.register("m", make_file(b"small")).created


def test_a_full_disk_refuses_changes_and_keeps_everything(small: Path, make_file: MakeFile) -> None:
    with init_store(small / "store") as store:
        store.register("m", make_file(b"one"), note="kept")
        doomed = store.register("m", make_file(b"two" * 100_000)).version
        store.delete(doomed.ref, "makes room")
        ballast = _fill(small)
        truth = Path(store.root, "journal", "events.jsonl").read_bytes()
        for change in (
            lambda: store.register("m", make_file(b"three")),
            lambda: store.note("m@1.0.0", "n" * 9000),
        ):
            with pytest.raises(StorageError) as caught:
                change()
            assert caught.value.exit_code == 7
            assert caught.value.hint
        for _ in range(60):  # small events fit what is left of the last block, then no more
            try:
                store.note("m@1.0.0", os.urandom(400).hex())
            except StorageError:
                break
        else:
            pytest.fail("a full disk took every event")
        assert Path(store.root, "journal", "events.jsonl").read_bytes().startswith(truth)
        assert store.verify().ok
        assert os.listdir(Path(store.root, "tmp")) == []

        Path(store.root, "config.toml").write_bytes(b"")
        store.gc(dry_run=False)  # the way out of a full disk is not shut
        ballast.unlink()
        store.note("m@1.0.0", "works again")
    with open_store(small / "store") as store:
        assert store.get("m@1.0.0").note == "works again"
        assert store.verify().ok


def test_a_full_disk_moves_nothing_or_all_of_it(small: Path, make_file: MakeFile) -> None:
    """Serving goes on; a rollback is there whole, or not at all; with room again everything works."""
    with init_store(small / "store") as store:
        for content in (b"1", b"2", b"3"):
            store.register("m", make_file(content * 5000))
        for number in ("1.0.0", "1.0.1"):
            store.promote(f"m@{number}", "production", reason="so")
        ballast = _fill(small)
        refused = 0
        for turn in range(60):  # small events fit what is left of the last block, then no more
            before = store.get("m@production").version
            try:
                if turn % 2:
                    store.rollback("m", "1.0.1" if before == "1.0.0" else "1.0.0", reason="r" * 1500)
                else:
                    store.promote("m@1.0.2", "staging" if turn % 4 else "none", reason="r" * 1500)
            except ConflictError:
                continue
            except StorageError:
                refused += 1
                assert store.get("m@production").version == before
            assert served(store) == store.get("m@production").version
        assert refused
        assert store.verify().ok
        with pytest.raises(StorageError):
            store.promote("m@1.0.2", "production", reason="which needs a tree of its own")
        ballast.unlink()
        store.promote("m@1.0.2", "production", reason="works again")
        assert served(store) == "1.0.2"
        assert store.verify().notices == ()
        assert os.listdir(Path(store.root, "tmp")) == []


def _unwritable(store: Store, make_file: MakeFile) -> None:
    """Everything can be read, every change is refused, nothing is made."""
    before = sorted(str(p) for p in Path(store.root).rglob("*"))
    with open_store(store.root) as reader:
        assert not reader.writable
        assert reader.get("m").version == "1.0.0"
        assert [model.name for model in reader.models()] == ["m"]
        assert reader.verify().ok
        reader.gc()
        reader.doctor()
        for change in (
            lambda: reader.register("m", make_file(b"new")),
            lambda: reader.note("m", "x"),
            lambda: reader.delete("m@1.0.0", "x"),
            lambda: reader.gc(dry_run=False),
            reader.repair,
        ):
            with pytest.raises(ReadOnlyError) as caught:
                change()
            assert caught.value.exit_code == 7
            assert caught.value.hint
    assert sorted(str(p) for p in Path(store.root).rglob("*")) == before


def test_a_store_on_a_read_only_file_system(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    store.close()
    root = str(store.root)
    _mount("--bind", root, root)
    try:
        _mount("-o", "remount,bind,ro", root)
        _unwritable(store, make_file)
        with open_store(root) as reader, pytest.raises(ReadOnlyError, match="mounted read-only"):
            reader.note("m", "x")
    finally:
        subprocess.run(["umount", root], check=True)


def _as_nobody(act: Callable[[], None]) -> None:
    """Do it in a child without root's powers; its failure is this test's."""
    if os.getuid() != 0:
        pytest.skip("dropping privileges needs root")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            act()
        except BaseException as error:  # noqa: BLE001 - handed to the parent, whatever it is
            os.write(write, f"{type(error).__name__}: {error}".encode()[:4000])
        finally:
            os._exit(0)
    os.close(write)
    said = b""
    while part := os.read(read, 4096):
        said += part
    os.close(read)
    os.waitpid(child, 0)
    assert not said, said.decode()


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that everyone can reach; pytest's own are for one user."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="mvtui-public-") as made:
        path = Path(made)
        path.chmod(0o755)
        yield path


def test_someone_elses_store_is_read_not_written(public: Path) -> None:
    source = public / "model.bin"
    source.write_bytes(b"weights")
    with init_store(public / "store") as store:
        store.register("m", source)
    _as_nobody(lambda: _unwritable(store, lambda content: source))


def test_an_unreadable_file_is_refused_and_named(public: Path) -> None:
    tree, shared = public / "tree", public / "shared"
    tree.mkdir()
    shared.mkdir()
    shared.chmod(0o777)
    (tree / "a").write_bytes(b"fine")
    (tree / "b").write_bytes(b"secret")
    (tree / "b").chmod(0)

    def act() -> None:
        with init_store(shared / "store") as store:
            with pytest.raises(MvtuiError, match="tree/b") as caught:
                store.register("m", tree)
            assert caught.value.exit_code == 7
            assert caught.value.hint
            assert len(store.versions()) == 0
            assert os.listdir(Path(store.root, "tmp")) == []

    _as_nobody(act)
