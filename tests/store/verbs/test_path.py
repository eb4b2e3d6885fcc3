"""``path`` of what is in production: the live pointer, once it leads to all of what the journal says."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Store, errors
from mvtui.store.engine import platform
from mvtui.store.engine.statcache import Stamp

from ...conftest import MakeFile

NUMBERS = ("1.0.0", "1.0.1")


def pointer(store: Store, model: str = "m") -> Path:
    return store.root / "live" / model / "production"


def object_of(store: Store, ref: str) -> Path:
    digest = store.show(ref).files[0].digest
    return store.root / "objects" / digest[:2] / digest[2:]


def serve(store: Store, tmp_path: Path, files: dict[str, bytes]) -> Path:
    """Register a version of these files, put it in production, and return its path."""
    source = tmp_path / "files"
    for name, content in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    ref = store.register("m", source).version.ref
    store.promote(ref, "production", reason="to serve it")
    return store.path("m@production")


@pytest.fixture
def served(store: Store, make_file: MakeFile) -> Store:
    """A model whose second version is in production; each is one file."""
    for number in NUMBERS:
        store.register("m", make_file(number.encode()))
        store.promote(f"m@{number}", "production", reason="first")
    return store


def test_it_is_the_pointer_and_any_other_reference_is_as_ever(served: Store) -> None:
    for ref in ("m@production", "m@Production", "models:/m@production", "models:/m/Production"):
        assert served.path(ref) == pointer(served)
    assert (pointer(served) / "model.bin").read_bytes() == b"1.0.1"
    for ref in ("m", "m@1.0.1", "m@latest", f"id:{served.get('m').id}"):
        assert served.path(ref).name == "model.bin"
        assert served.path(ref).read_bytes() == b"1.0.1"
    assert served.path("m@production~1").read_bytes() == b"1.0.0"
    served.alias("m@1.0.1", "champion")
    assert served.path("m@champion").name == "model.bin"
    served.rollback("m", reason="back")
    assert served.path("m@production") == pointer(served)
    assert (pointer(served) / "model.bin").read_bytes() == b"1.0.0"


def test_a_card_beside_the_files_says_what_they_are(served: Store) -> None:
    version = served.get("m@production")
    card = json.loads((pointer(served) / "version.json").read_text())
    assert card == {
        "model": "m",
        "version": "1.0.1",
        "ref": "m@1.0.1",
        "id": version.id,
        "kind": "weights",
        "author": version.author,
        "registered": card["registered"],
        "files": [{"path": "model.bin", "size": 5, "digest": served.show("m").files[0].digest}],
    }
    assert sorted(os.listdir(pointer(served))) == ["model.bin", "version.json"]


def test_with_nothing_in_production_there_is_no_path(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    with pytest.raises(errors.NotFoundError, match="m has nothing in production"):
        store.path("m@production")
    with pytest.raises(errors.NotFoundError, match="there is no model 'other'"):
        store.path("other@production")
    store.promote("m", "production", reason="so")
    store.promote("m", "archived", reason="so")
    with pytest.raises(errors.NotFoundError, match="m has nothing in production"):
        store.path("m@production")
    assert not os.path.lexists(pointer(store))


def test_nested_files_lie_as_they_were(store: Store, tmp_path: Path) -> None:
    files = {"config.json": b"{}", "tokenizer/vocab.txt": b"a b", "tokenizer/more/merges.txt": b"c d"}
    root = serve(store, tmp_path, files)
    for name, content in files.items():
        assert (root / name).read_bytes() == content
    assert (root / "version.json").is_file()


@pytest.mark.parametrize(
    ("taken", "card"),
    [
        (["version.json"], "mvtui-version.json"),
        (["VERSION.json"], "mvtui-version.json"),
        (["version.json/inside"], "mvtui-version.json"),
        (["version.json", "mvtui-version.json"], "????????????-version.json"),
    ],
)
def test_a_version_with_such_a_file_of_its_own_keeps_it(
    store: Store, tmp_path: Path, taken: list[str], card: str
) -> None:
    root = serve(store, tmp_path, dict.fromkeys(taken, b"its own"))
    for name in taken:
        assert (root / name).read_bytes() == b"its own"
    (found,) = root.glob(card)
    assert json.loads(found.read_text())["ref"] == "m@1.0.0"


def test_names_that_mean_something_elsewhere(store: Store, tmp_path: Path) -> None:
    names = [
        ".next", ".versions/production", "production", "-rf", " ", "a\nb", "\x1b]0;title\x07", "…/é☃", "$(id)", "'\"", "~",
        ".trees/x", "config.toml", "CON", "x" * 250, "/".join("d" * 60),
    ]  # fmt: skip
    root = serve(store, tmp_path, {name: name.encode() for name in names})
    for name in names:
        assert (root / name).read_bytes() == name.encode()
    assert store.verify().ok
    assert store.path("m@production") == root


@pytest.mark.parametrize("way", ["symlinks", "copies", "reflinks"])
def test_what_is_amiss_is_mended_before_the_path_is_given(
    served: Store, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    def clone(source: int, target: int) -> bool:
        os.sendfile(target, source, 0, os.fstat(source).st_size)
        return True

    if way == "reflinks":
        monkeypatch.setattr(platform, "clone", clone)
        shutil.rmtree(served.root / "live")
    if way == "copies":
        (served.root / "config.toml").write_text("[live]\ncopy = true\n")

    def is_whole() -> bool:
        assert served.path("m@production") == pointer(served)
        assert (pointer(served) / "model.bin").read_bytes() == b"1.0.1"
        assert (pointer(served) / "model.bin").is_symlink() == (way == "symlinks")
        return b'"1.0.1"' in (pointer(served) / "version.json").read_bytes()

    assert is_whole()
    link, tree = pointer(served), pointer(served).resolve()
    (old,) = (link.parent / ".versions").glob("1.0.0-*") if way != "reflinks" else (tree.parent / "nowhere",)
    for target in (old, "..", "/", "nowhere", "production"):
        link.unlink()
        link.symlink_to(target)
        assert is_whole(), target
    link.unlink()
    assert is_whole()
    (tree / "model.bin").unlink()
    assert is_whole()
    (tree / "model.bin").unlink()
    (tree / "model.bin").write_bytes(b"9.9.9")
    assert is_whole()
    (tree / "model.bin").unlink()
    (tree / "model.bin").symlink_to("/etc/passwd")
    assert is_whole()
    if way == "copies":
        (tree / "model.bin").unlink()
        (tree / "model.bin").symlink_to(object_of(served, "m@1.0.1"))  # the bytes, but not for every reader
        assert is_whole()
    (tree / "version.json").unlink()
    assert is_whole()
    (tree / "version.json").unlink()
    (tree / "version.json").write_text("{}")
    assert is_whole()
    shutil.rmtree(tree)
    assert is_whole()
    assert served.verify().ok


def test_what_was_mended_is_told(served: Store) -> None:
    pointer(served).unlink()
    with open_store(served.root) as fresh:
        fresh.path("m@production")
        assert fresh.mended == (
            f"{pointer(served)} did not lead where the journal says; now it leads to 1.0.1",
        )


def test_a_pointer_of_another_model_than_the_last_is_mended_too(served: Store, make_file: MakeFile) -> None:
    served.register("other", make_file(b"other"))
    served.promote("other", "production", reason="the last change of stages")
    pointer(served).unlink()
    assert served.path("m@production") == pointer(served)
    assert (pointer(served) / "model.bin").read_bytes() == b"1.0.1"
    assert len(served.mended) == 1


def test_damaged_bytes_have_no_path(served: Store) -> None:
    place = object_of(served, "m@production")
    place.chmod(0o644)
    place.write_bytes(b"9.9.9")
    with pytest.raises(errors.VerificationError, match="can't be trusted"):
        served.path("m@production")


def test_a_reader_gets_the_path_while_it_leads_right(served: Store) -> None:
    with open_store(served.root, read_only=True) as reader:
        assert reader.path("m@production") == pointer(served)
        (old,) = (pointer(served).parent / ".versions").glob("1.0.0-*")
        pointer(served).unlink()
        pointer(served).symlink_to(os.path.relpath(old, pointer(served).parent))
        with pytest.raises(errors.ReadOnlyError, match=r"does not lead to all of m@1\.0\.1") as caught:
            reader.path("m@production")
        assert "mvtui verify" in caught.value.hint
        assert pointer(served).resolve() == old


def test_a_reader_waits_for_a_writer_between_event_and_swap(
    served: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = os.readlink(pointer(served))
    pointer(served).unlink()
    waited = []

    def swap(seconds: float) -> None:
        waited.append(seconds)
        pointer(served).symlink_to(target)

    monkeypatch.setattr("mvtui.store.verbs.serving.time.sleep", swap)
    with open_store(served.root, read_only=True) as reader:
        assert reader.path("m@production") == pointer(served)
    assert len(waited) == 1


def test_a_promotion_while_the_path_is_made_is_followed(
    served: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is vouched for, and what is led to, are the same version in the end."""
    pointer(served).unlink()
    vouched = []

    def swap(*args: object, **_: object) -> None:
        vouched.append(args)
        if len(vouched) == 1:
            with open_store(served.root) as other:
                other.rollback("m", reason="just now")
                pointer(other).unlink()

    monkeypatch.setattr("mvtui.store.verbs.checkout.vouch", swap)
    assert served.path("m@production") == pointer(served)
    assert (pointer(served) / "model.bin").read_bytes() == b"1.0.0"
    assert len(vouched) > 2


def test_copies_that_went_bad_are_found_by_verify_and_made_again(served: Store) -> None:
    (served.root / "config.toml").write_text("[live]\ncopy = true\n")
    served.path("m@production")
    copy = pointer(served) / "model.bin"
    copy.chmod(0o644)
    copy.write_bytes(b"9.9.9")
    (told,) = served.verify().repaired
    assert "lacked files of m@1.0.1, or had others; now it is whole" in told
    assert copy.read_bytes() == b"1.0.1"
    assert served.verify().repaired == ()
    copy.unlink()
    with open_store(served.root, read_only=True) as reader:
        (notice,) = reader.verify().notices
        assert "lacks files of m@1.0.1" in notice


def test_copies_that_rot_in_silence_are_found_by_verify(store: Store, make_file: MakeFile) -> None:
    """Their state is as it was when they were written: only hashing tells."""
    (store.root / "config.toml").write_text("[live]\ncopy = true\n")
    good = b"x" * 100_000
    store.register("m", make_file(good))
    store.promote("m", "production", reason="so")
    copy = pointer(store) / "model.bin"
    copy.chmod(0o644)
    copy.write_bytes(b"y" + good[1:])
    stamp = Stamp.of(copy.stat())
    store._repository.objects.cache.put_own(stamp, store.show("m").files[0].digest)
    assert store.path("m@production") == pointer(store)  # the stat cache vouches for it
    assert len(store.verify().repaired) == 1
    assert copy.read_bytes() == good


def test_a_full_disk_is_told(served: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(pointer(served).parent)

    def full(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)

    monkeypatch.setattr("mvtui.store.engine.trees.os.symlink", full)
    with pytest.raises(errors.NoSpaceError, match="could not make files to serve"):
        served.path("m@production")
