"""Bundles: versions that are released as one."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import Registered, Store
from mvtui.store.errors import (
    AmbiguousError,
    BadInputError,
    ConflictError,
    MvtuiError,
    NotFoundError,
    UsageError,
    VerificationError,
)

from tests.conftest import MakeFile


@pytest.fixture
def parts(store: Store, make_file: MakeFile) -> Store:
    """A store with a model, two wordings of a prompt, and a corpus of two files."""
    store.register("chat", make_file(b"weights", "chat.bin"), version="2.1.0")
    store.register("support", make_file(b"Hello", "p.md"), kind="prompt", version="3.0.0")
    store.register("support", make_file(b"Good day", "p.md"), kind="prompt")
    make_file(b"one", "corpus/a.txt")
    corpus = make_file(b"two", "corpus/sub/b.txt").parent.parent
    store.register("corpus", corpus, kind="dataset", version="1.2.0")
    return store


MEMBERS = {"model": "chat@2.1.0", "prompt": "support@3.0.0", "index": "corpus@1.2.0"}


def bundled(store: Store, add: dict[str, Any] | None = None, **more: Any) -> Registered:
    return store.bundle("agent", MEMBERS if add is None else add, **more)


def paths(store: Store, ref: str = "agent@latest") -> list[str]:
    return [entry.path for entry in store.show(ref).files]


def test_its_files_are_those_of_its_members_below_their_roles(parts: Store, make_file: MakeFile) -> None:
    objects = len(list((parts.root / "objects").rglob("*")))
    done = bundled(parts, MEMBERS | {"config": make_file(b"tools: []", "agent.yaml")}, note="first release")
    assert done.created
    version = done.version
    assert (version.ref, version.kind, version.note) == ("agent@1.0.0", "bundle", "first release")
    assert version.members == MEMBERS
    assert paths(parts) == [
        "bundle.json",
        "config/agent.yaml",
        "index/a.txt",
        "index/sub/b.txt",
        "model/chat.bin",
        "prompt/p.md",
    ]
    of = {entry.path: entry.digest for entry in parts.show("agent").files}
    assert of["model/chat.bin"] == parts.show("chat@2.1.0").files[0].digest
    # bundle.json, agent.yaml, the manifest; each may begin a directory of its own
    assert len(list((parts.root / "objects").rglob("*"))) <= objects + 6
    assert {(edge.type, edge.role, edge.to) for edge in version.edges} == {
        ("composed-of", role, parts.get(ref).id) for role, ref in MEMBERS.items()
    }
    assert parts.verify("agent").ok


def test_what_names_its_members_can_be_read_by_whoever_serves_it(parts: Store, tmp_path: Path) -> None:
    bundled(parts)
    there = parts.checkout("agent", tmp_path / "out")
    assert (there / "prompt" / "p.md").read_bytes() == b"Hello"
    said = json.loads((there / "bundle.json").read_text())
    assert said["members"]["prompt"] == {
        "model": "support",
        "version": "3.0.0",
        "id": parts.get("support@3.0.0").id,
        "kind": "prompt",
        "template": "text",
    }


def test_the_same_members_are_the_same_version(parts: Store) -> None:
    first = bundled(parts)
    again = bundled(parts, dict(reversed(MEMBERS.items())), tags={"owner": "bots"})
    assert (again.created, again.version.id) == (False, first.version.id)
    assert again.added == ("tag owner=bots",)


def test_it_pins_what_a_reference_meant_then(parts: Store, make_file: MakeFile) -> None:
    parts.promote("support@3.0.0", "production", reason="so")
    bundled(parts, {"model": "chat", "prompt": "support@production"})
    parts.promote("support@3.0.1", "production", reason="so")
    assert parts.get("agent").members == {"model": "chat@2.1.0", "prompt": "support@3.0.0"}


@pytest.mark.parametrize(
    ("add", "number", "bump"),
    [
        ({"prompt": "support@3.0.1"}, "1.0.1", "patch: prompt support@3.0.0 → support@3.0.1"),
        ({"model": "chat@2.2.0"}, "1.1.0", "minor: model chat@2.1.0 → chat@2.2.0"),
        (
            {"model": "chat@3.0.0", "prompt": "support@3.0.1"},
            "2.0.0",
            "major: model chat@2.1.0 → chat@3.0.0 and 1 more",
        ),
        ({"model": "other@9.0.0"}, "1.1.0", "minor: model chat@2.1.0 → other@9.0.0"),
        ({"guard": "chat@2.1.0"}, "2.0.0", "major: roles changed"),
    ],
)
def test_its_number_goes_by_its_members(
    parts: Store, make_file: MakeFile, add: dict[str, str], number: str, bump: str
) -> None:
    for model, each in (("chat", "2.2.0"), ("chat", "3.0.0"), ("other", "9.0.0")):
        # The files' names change: that is theirs to tell, by their own numbers.
        parts.register(model, make_file(each.encode(), f"{each}.bin"), version=each)
    bundled(parts)
    done = parts.bundle("agent", add, base="agent@1.0.0")
    assert (done.version.version, done.bump) == (number, bump)


def test_one_begins_with_another(parts: Store, make_file: MakeFile) -> None:
    bundled(parts, MEMBERS | {"config": make_file(b"1", "agent.yaml")})
    done = parts.bundle("agent", {"prompt": "support@3.0.1"}, base="agent@latest", drop=["index"])
    assert done.version.members == {"model": "chat@2.1.0", "prompt": "support@3.0.1"}
    assert paths(parts) == ["bundle.json", "config/agent.yaml", "model/chat.bin", "prompt/p.md"]
    parts.bundle("agent", {"config": make_file(b"2", "agent.toml")}, base="agent@latest")
    assert paths(parts)[:2] == ["bundle.json", "config/agent.toml"]
    parts.bundle("agent", {}, base="agent@latest", drop=["config"])
    assert paths(parts) == ["bundle.json", "model/chat.bin", "prompt/p.md"]


def test_it_is_promoted_served_and_rolled_back_as_one(parts: Store) -> None:
    bundled(parts)
    parts.bundle("agent", {"prompt": "support@3.0.1"}, base="agent@1.0.0")
    parts.promote("agent@1.0.0", "production", reason="first")
    parts.promote("agent@1.0.1", "production", reason="better")
    live = parts.path("agent@production")
    assert live == parts.root / "live" / "agent" / "production"
    assert (live / "prompt" / "p.md").read_bytes() == b"Good day"
    assert (live / "model" / "chat.bin").read_bytes() == b"weights"
    assert parts.rollback("agent", reason="worse").version.version == "1.0.0"
    assert (live / "prompt" / "p.md").read_bytes() == b"Hello"
    assert parts.get("chat@2.1.0").stage is None  # only the bundle moved


def test_members_can_not_be_deleted_while_it_is_there(parts: Store) -> None:
    bundled(parts)
    for ref in MEMBERS.values():
        with pytest.raises(ConflictError, match=r"is a member of agent@1\.0\.0"):
            parts.delete(ref, "tidy up")
    parts.delete("agent@1.0.0", "not needed")
    parts.delete("support@3.0.0", "tidy up")


def test_collecting_keeps_what_it_needs(parts: Store) -> None:
    bundled(parts)
    parts.gc(dry_run=False)
    assert parts.verify("agent").ok


def test_what_becomes_of_its_members_shows(parts: Store, make_file: MakeFile) -> None:
    bundled(parts)
    assert [each.trouble for each in parts.members("agent")] == ["", "", ""]
    parts.promote("support@3.0.0", "production", reason="so")
    parts.promote("support@3.0.1", "production", reason="better")
    (prompt,) = (each for each in parts.members("agent") if each.role == "prompt")
    assert (prompt.stage, prompt.trouble, prompt.current) == ("archived", "archived", "support@3.0.1")
    parts.rollback("support", reason="no")
    (prompt,) = (each for each in parts.members("agent") if each.role == "prompt")
    assert (prompt.stage, prompt.trouble, prompt.current) == ("production", "", "")
    parts.bundle("agent", {"prompt": "support@3.0.1"}, base="agent@1.0.0")
    (prompt,) = (each for each in parts.members("agent@latest") if each.role == "prompt")
    assert prompt.trouble == "rolled back"
    assert parts.members("chat@2.1.0") == ()


def test_a_member_whose_content_has_another_name_may_be_deleted_and_that_shows(
    parts: Store, make_file: MakeFile
) -> None:
    bundled(parts)
    parts.register("twin", make_file(b"weights", "chat.bin"))
    parts.delete("chat@2.1.0", "moved to another name")
    assert [each.trouble for each in parts.members("agent")] == ["", "deleted", ""]
    with pytest.raises(ConflictError, match=r"model chat@2\.1\.0 of agent@1\.0\.0 was deleted") as caught:
        parts.bundle("agent", {"prompt": "support@3.0.1"}, base="agent@1.0.0")
    assert "--add model=chat@latest" in caught.value.hint
    assert parts.verify("agent").ok


def test_one_may_be_a_member_of_another(parts: Store, tmp_path: Path) -> None:
    bundled(parts, {"model": "chat", "prompt": "support"})
    parts.bundle("suite", {"bot": "agent@1.0.0", "corpus": "corpus"})
    assert paths(parts, "suite") == [
        "bot/bundle.json",
        "bot/model/chat.bin",
        "bot/prompt/p.md",
        "bundle.json",
        "corpus/a.txt",
        "corpus/sub/b.txt",
    ]
    with pytest.raises(ConflictError, match="is a member of suite"):
        parts.delete("agent@1.0.0", "tidy up")


def test_data_that_stayed_where_they_were_are_pinned_by_their_digest_alone(
    parts: Store, make_file: MakeFile
) -> None:
    parts.register("m", make_file(b"x"), datasets={"index": make_file(b"far", "far.txt")})
    (edge,) = parts.get("m").edges
    (data,) = (version for version in parts.versions() if version.id == edge.to)
    done = parts.bundle("agent", {"model": "chat", "index": data.ref})
    assert paths(parts) == ["bundle.json", "model/chat.bin"]
    assert done.notices == (
        f"index {data.ref} is bundled by its digest alone: its bytes are not in the store",
    )
    assert parts.members("agent")[0].id == data.id


@pytest.mark.parametrize(
    ("add", "more", "error", "said"),
    [
        ({}, {}, BadInputError, "at least one version"),
        ({"config": "p.md"}, {}, BadInputError, "at least one version"),
        ({"": "chat"}, {}, BadInputError, "a role is empty"),
        ({"../x": "chat"}, {}, BadInputError, "can't be a role"),
        ({"bundle.json": "chat"}, {}, BadInputError, "can't be a role"),
        ({"Model": "chat"}, {}, BadInputError, "can't be a role"),
        ({"x" * 41: "chat"}, {}, BadInputError, "can't be a role"),
        ({"model": "chta@2.1.0"}, {}, NotFoundError, "neither a version nor a file"),
        ({"model": "chat@9.9.9"}, {}, NotFoundError, "neither a version nor a file"),
        ({"model": ""}, {}, NotFoundError, "neither a version nor a file"),
        ({"model": "no/such/file"}, {}, NotFoundError, "neither a version nor a file"),
        ({"model": "agent@1.0.0"}, {}, BadInputError, "can't be a member of agent itself"),
        ({"prompt": "support"}, {"base": "chat"}, BadInputError, "chat@2.1.0 is no bundle"),
        ({"prompt": "support"}, {"drop": ["x"]}, UsageError, "nothing to drop from"),
        ({}, {"base": "agent", "drop": ["x"]}, BadInputError, "has no 'x' to drop"),
        ({}, {"base": "agent", "drop": [*MEMBERS]}, BadInputError, "at least one version"),
        ({"model": "chat"}, {"version": "1.0.0"}, ConflictError, "taken by other content"),
        ({"model": "chat"}, {"bump": "huge"}, BadInputError, "is not a bump"),
    ],
)
def test_what_can_not_be_bundled(
    parts: Store,
    make_file: MakeFile,
    monkeypatch: pytest.MonkeyPatch,
    add: dict[str, str],
    more: dict[str, Any],
    error: type[MvtuiError],
    said: str,
) -> None:
    bundled(parts)
    monkeypatch.chdir(make_file(b"Hello", "p.md").parent)
    before = len(list(parts.events()))
    with pytest.raises(error, match=said):
        parts.bundle("agent", add, **more)
    assert len(list(parts.events())) == before


def test_a_file_called_like_a_reference_is_named_with_a_slash(
    parts: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_file(b"a file", "chat@2.1.0").parent)
    parts.bundle("agent", {"model": "chat@2.1.0", "config": "./chat@2.1.0"})
    assert paths(parts) == ["bundle.json", "config/chat@2.1.0", "model/chat.bin"]


def test_a_name_that_is_a_model_s_and_a_file_s_is_ambiguous(
    parts: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_file(b"a file", "chat").parent)
    with pytest.raises(AmbiguousError) as caught:
        parts.bundle("agent", {"model": "chat"})
    assert caught.value.candidates == ("chat@2.1.0", "./chat")
    parts.bundle("agent", {"model": "chat@latest", "config": "./chat"})
    assert paths(parts) == ["bundle.json", "config/chat", "model/chat.bin"]


def test_bytes_that_are_missing_are_said_to_be(parts: Store) -> None:
    (entry,) = parts.show("chat@2.1.0").files
    (parts.root / "objects" / entry.digest[:2] / entry.digest[2:]).unlink()
    with pytest.raises(VerificationError, match=r"model/chat\.bin: its object .* is missing"):
        bundled(parts)
    assert [model.name for model in parts.models()] == ["chat", "corpus", "support"]


def test_registering_files_as_a_bundle_says_how_it_is_done(parts: Store, make_file: MakeFile) -> None:
    with pytest.raises(BadInputError) as caught:
        parts.register("agent", make_file(b"x"), kind="bundle")
    assert "mvtui bundle" in caught.value.hint


def test_nobody_states_members_afterwards(parts: Store) -> None:
    with pytest.raises(BadInputError, match="composed-of leads from a bundle to its members"):
        parts.link("chat@2.1.0", "composed-of", "support@3.0.0")


def test_its_lineage_leads_to_its_members_and_back(parts: Store) -> None:
    bundled(parts)
    up = parts.lineage("agent", down=False)
    assert {arc.link.role for arc in up.parents(up.root)} == set(MEMBERS)
    down = parts.lineage("chat@2.1.0", up=False)
    assert [node.name for key, node in down.nodes.items() if key != down.root] == ["agent@1.0.0"]
    assert parts.data("agent") == ()


def test_what_the_journal_says_is_what_another_process_sees(parts: Store) -> None:
    bundled(parts)
    (parts.root / "index.json").unlink(missing_ok=True)
    with open_store(parts.root, read_only=True) as other:
        assert other.get("agent").members == MEMBERS
        assert other.members("agent") == parts.members("agent")


# What becomes of it


def test_it_is_put_together_again_by_its_members_and_its_own_files(
    parts: Store, make_file: MakeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bundled(parts, MEMBERS | {"config": make_file(b"1", "agent file.yaml")}).version
    recipe = parts.reproduce("agent")
    assert recipe.missing == ()
    script = recipe.script.replace("mvtui ", f"{shlex.quote(sys.executable)} -m mvtui ")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "MVTUI_CAPTURE": "none"}
    done = subprocess.run(
        ["sh", "-s", str(tmp_path / "again")],
        input=script,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stdout.endswith("agent@1.0.0\n")
    assert f"this is agent@1.0.0 ({made.short_id}) already" in done.stderr


def test_what_is_lost_of_it_is_missing_to_make_it_again(parts: Store, make_file: MakeFile) -> None:
    bundled(parts)
    parts.register("twin", make_file(b"weights", "chat.bin"))
    parts.delete("chat@2.1.0", "moved")
    (lack,) = parts.reproduce("agent").missing
    assert lack.message == "model chat@2.1.0 is deleted"


def test_doctor_says_what_became_of_its_members(parts: Store) -> None:
    def told(ref: str | None = None) -> list[tuple[str, str, str]]:
        topics = ("members", "service", "capture", "code")
        return [(f.level, f.topic, f.message) for f in parts.doctor(ref) if f.topic in topics]

    bundled(parts)
    parts.promote("agent@1.0.0", "production", reason="so")
    assert told("agent") == [("ok", "members", "3 members are as when it was made")]
    assert ("service" in {topic for _, topic, _ in told()}) is False
    parts.promote("support@3.0.0", "production", reason="so")
    parts.promote("support@3.0.1", "production", reason="better")
    assert told("agent") == [("bad", "members", "prompt support@3.0.0 is archived")]
    assert (
        "warn",
        "service",
        "agent@1.0.0 is in production, and its prompt support@3.0.0 is archived",
    ) in told()


def test_a_member_that_was_deleted_while_it_was_bundled(
    parts: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvtui.store.verbs import bundle as verb

    real = verb._manifest

    def deleting(*given: Any) -> Any:
        with open_store(parts.root) as other:
            other.delete("support@3.0.0", "meanwhile")
        return real(*given)

    monkeypatch.setattr(verb, "_manifest", deleting)
    with pytest.raises(NotFoundError, match=r"support@3\.0\.0 was deleted"):
        bundled(parts)
    assert "agent" not in {model.name for model in parts.models()}
