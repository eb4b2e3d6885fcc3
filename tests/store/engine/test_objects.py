"""Objects through the verbs: stored once, whole, and never what the source was not."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Progress, Store
from mvtui.store.engine.digest import of_bytes
from mvtui.store.errors import (
    BadInputError,
    BusyError,
    MvtuiError,
    NotFoundError,
    SourceChangedError,
    UnsupportedFileError,
)

MakeFile = Callable[..., Path]


def _object(store: Store, content: bytes) -> Path:
    name = of_bytes(content)
    return Path(store.root) / "objects" / name[:2] / name[2:]


def _objects(store: Store) -> set[str]:
    return {p.parent.name + p.name for p in (Path(store.root) / "objects").glob("??/*")}


def _leftovers(store: Store) -> list[str]:
    return os.listdir(os.path.join(store.root, "tmp"))


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(251)) * 5, bytes(range(256)) * (5 << 12)])
def test_an_object_is_named_by_its_bytes_and_read_only(
    store: Store, make_file: MakeFile, content: bytes
) -> None:
    version = store.register("m", make_file(content)).version
    stored = _object(store, content)
    assert stored.read_bytes() == content
    assert stat.S_IMODE(stored.stat().st_mode) == 0o444
    assert version.size == len(content)
    assert _leftovers(store) == []


def test_the_same_bytes_are_stored_once(store: Store, make_file: MakeFile, tmp_path: Path) -> None:
    for name in ("a/one.bin", "a/deep/two.bin", "a/deep/er/three.bin"):
        make_file(b"same", name)
    store.register("m", tmp_path / "source" / "a")
    store.register("other", make_file(b"same", "four.bin"))
    manifests = {version.id for version in store.versions()}
    assert _objects(store) == {of_bytes(b"same")} | manifests
    assert len(manifests) == 2


def test_directories_of_any_shape_come_back_as_they_were(
    store: Store, make_file: MakeFile, tmp_path: Path
) -> None:
    names = [
        "a",
        "z/é/ü 🎉/x.bin",
        "z/empty",
        "z/.hidden",
        "z/with space\nand newline",
        "q/" + "d/" * 40 + "deep",
    ]
    for number, name in enumerate(names):
        make_file(b"" if "empty" in name else b"%d" % number, f"tree/{name}")
    root = tmp_path / "source" / "tree"
    (root / "nothing here").mkdir()
    store.register("m", root)
    out = store.checkout("m@1.0.0", tmp_path / "out")
    found = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert found == {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    assert {entry.path for entry in store.show("m").files} == set(names)


def test_symlinked_files_are_stored_as_files(store: Store, make_file: MakeFile, tmp_path: Path) -> None:
    blob = make_file(b"blob", "blobs/abc")
    snapshot = tmp_path / "source" / "snapshot"
    snapshot.mkdir()
    (snapshot / "model.safetensors").symlink_to(blob)
    store.register("m", snapshot)
    out = store.checkout("m", tmp_path / "out")
    assert not (out / "model.safetensors").is_symlink()
    assert (out / "model.safetensors").read_bytes() == b"blob"


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(path.parent)  # the name of a socket can't be longer than some 100 bytes
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def _device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("making a device needs root")


SPECIAL: dict[str, Callable[[Path], None]] = {
    "socket": _socket,
    "FIFO": os.mkfifo,
    "device": _device,
    "nothing": lambda path: path.symlink_to("gone"),
    "loops": lambda path: path.symlink_to(path.name),
    "directory": lambda path: path.symlink_to("/usr/share"),
}


@pytest.mark.parametrize("what", SPECIAL)
def test_what_is_no_file_is_refused_and_named(
    store: Store, make_file: MakeFile, tmp_path: Path, what: str
) -> None:
    make_file(b"good", "tree/a.bin")
    SPECIAL[what](tmp_path / "source" / "tree" / "odd")
    before = (Path(store.root) / "journal" / "events.jsonl").read_bytes()
    with pytest.raises(UnsupportedFileError, match=what) as caught:
        store.register("m", tmp_path / "source" / "tree")
    assert "odd" in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 4
    assert (Path(store.root) / "journal" / "events.jsonl").read_bytes() == before
    assert _objects(store) == set()


def test_follow_goes_into_symlinked_directories_but_not_in_circles(
    store: Store, make_file: MakeFile, tmp_path: Path
) -> None:
    make_file(b"inside", "elsewhere/x.bin")
    tree = make_file(b"top", "tree/top.bin").parent
    (tree / "link").symlink_to(tmp_path / "source" / "elsewhere")
    store.register("m", tree, follow=True)
    assert [entry.path for entry in store.show("m").files] == ["link/x.bin", "top.bin"]
    (tree / "back").symlink_to(tree)
    with pytest.raises(UnsupportedFileError, match="back"):
        store.register("m", tree, follow=True)


def test_a_tree_too_deep_is_refused(store: Store, make_file: MakeFile, tmp_path: Path) -> None:
    top = tmp_path / "deep"
    top.mkdir()
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(top)
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)
        os.close(here)
    with pytest.raises(BadInputError, match="deep"):
        store.register("m", top)
    subprocess.run(["rm", "-rf", top], check=True)  # pytest's own clean-up recurses


def test_the_store_is_not_registered_into_itself(store: Store, make_file: MakeFile, tmp_path: Path) -> None:
    version = store.register("m", make_file(b"precious")).version
    for move in (False, True):
        with pytest.raises(BadInputError):
            store.register("all", tmp_path, move=move)
    store.close()
    with open_store(store.root) as fresh, pytest.raises(BadInputError):
        fresh.register("again", _object(store, b"precious"), move=True)
    assert store.verify().ok
    assert store.get("m") == version


@pytest.mark.parametrize(
    "change",
    [
        lambda path: os.truncate(path, 10),
        lambda path: os.truncate(path, 40 << 20),
        os.utime,
    ],
    ids=["truncate", "grow", "touch"],
)
def test_a_source_that_changes_while_it_is_read_is_refused(
    store: Store, make_file: MakeFile, change: Callable[[Path], object]
) -> None:
    path = make_file(b"w" * (20 << 20))
    calls: list[Progress] = []

    def meddle(progress: Progress) -> None:
        if not calls:
            change(path)
        calls.append(progress)

    with pytest.raises(SourceChangedError) as caught:
        store.register("m", path, progress=meddle)
    assert caught.value.exit_code == 6
    assert calls
    assert _leftovers(store) == []
    assert _objects(store) == set()
    assert list(store.events(since=1)) == []


class _StopError(Exception):
    pass


def test_cancelling_leaves_nothing(store: Store, make_file: MakeFile) -> None:
    def stop(progress: Progress) -> None:
        raise _StopError

    with pytest.raises(_StopError):
        store.register("m", make_file(b"x" * 100_000), progress=stop)
    assert _leftovers(store) == []
    assert _objects(store) == set()
    assert list(store.events(since=1)) == []
    assert store.register("m", make_file(b"x" * 100_000)).created


def test_progress_never_falls_and_ends_at_the_total(
    store: Store, make_file: MakeFile, tmp_path: Path
) -> None:
    for number in range(5):
        make_file(bytes([number]) * 10_000 * number, f"tree/{number}")
    for _ in range(2):  # the second time, everything is there already
        seen: list[Progress] = []
        store.register("m", tmp_path / "source" / "tree", progress=seen.append)
        assert [p.done for p in seen] == sorted(p.done for p in seen)
        assert {p.total for p in seen} == {100_000}
        assert seen[-1].done == 100_000


@pytest.mark.parametrize("harm", ["flip", "truncate", "empty", "remove"])
def test_a_damaged_object_is_noticed_and_replaced_by_the_good_bytes(
    store: Store, make_file: MakeFile, tmp_path: Path, harm: str
) -> None:
    content = bytes(range(250)) * 400
    store.register("m", make_file(content))
    stored = _object(store, content)
    os.chmod(stored, 0o644)
    times = (stored.stat().st_atime_ns, stored.stat().st_mtime_ns)
    if harm == "remove":
        stored.unlink()
    elif harm == "flip":
        with stored.open("r+b") as file:
            file.seek(500)
            byte = file.read(1)
            file.seek(500)
            file.write(bytes([byte[0] ^ 1]))
        os.utime(stored, ns=times)  # an mtime set back hides nothing: the ctime tells
    else:
        os.truncate(stored, 0 if harm == "empty" else 99_999)
    report = store.verify("m")
    assert [bad.digest for bad in report.bad] == [of_bytes(content)]
    assert report.bad[0].hits == ("m@1.0.0",)
    uses: list[Callable[[], Path]] = [lambda: store.checkout("m", tmp_path / "out"), lambda: store.path("m")]
    for use in uses:
        with pytest.raises(MvtuiError) as caught:
            use()
        assert caught.value.exit_code == 8
        assert caught.value.hint
    assert not (tmp_path / "out").exists()

    assert not store.register("m", make_file(content)).created
    assert store.verify("m").ok
    assert stored.read_bytes() == content
    assert stat.S_IMODE(stored.stat().st_mode) == 0o444


def test_move_takes_the_source_away_only_after_the_event(
    store: Store, make_file: MakeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = make_file(b"one", "tree/a/one").parent.parent
    make_file(b"two", "tree/b/two")

    def fail(*words: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("mvtui.store.engine.journal.durable.write_all", fail)
        with pytest.raises(MvtuiError):
            store.register("m", tree, move=True)
    assert sorted(p.name for p in tree.rglob("*") if p.is_file()) == ["one", "two"]
    store.register("m", tree, move=True)
    assert not tree.exists()
    assert (store.checkout("m", tmp_path / "out") / "a" / "one").read_bytes() == b"one"


def test_move_keeps_a_source_that_changed_after_it_was_stored(
    store: Store, make_file: MakeFile, tmp_path: Path
) -> None:
    tree = make_file(b"one", "tree/one").parent
    make_file(b"two", "tree/two")

    def meddle(progress: Progress) -> None:
        if progress.item == "two":
            (tree / "one").write_bytes(b"one, trained further")

    store.register("m", tree, move=True, progress=meddle)
    assert [p.name for p in tree.iterdir()] == ["one"]
    assert (tree / "one").read_bytes() == b"one, trained further"


def test_move_is_refused_for_a_file_open_for_writing(store: Store, make_file: MakeFile) -> None:
    path = make_file(b"still training")
    writer = subprocess.Popen(
        ["sh", "-c", 'exec 3>>"$1"; echo ready; read line', "sh", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    with writer:
        writer.stdout.readline()
        with pytest.raises(BusyError, match="open for writing"):
            store.register("m", path, move=True)
        writer.communicate(b"\n")
    assert path.exists()
    store.register("m", path, move=True)
    assert not path.exists()


def test_prefixes_of_objects_are_found(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"kept"))
    assert store.why(of_bytes(b"kept")[:8]) == ("model.bin of m@1.0.0",)
    with pytest.raises(NotFoundError):
        store.why("0" * 64)
    for unreadable in ("zz", "", "a", "0" * 65, "../.."):
        with pytest.raises(BadInputError):
            store.why(unreadable)
