"""``doctor REF``: what a version's record lacks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from mvtui.store import Capture, EventKind, Store
from mvtui.store.errors import NotFoundError

MakeFile = Callable[..., Path]

A = "a" * 64
COMMIT = "3fa9c1e" + "0" * 33


def append(store: Store, kind: EventKind, data: dict[str, Any]) -> None:
    with store._repository.writing():
        store._repository.append(kind, {"model": "m", "version": "1.0.0"} | data)


def put_in_production(store: Store, ref: str = "m@1.0.0") -> None:
    store.promote(ref, "production", reason="for the test")


GOOD: dict[str, dict[str, Any]] = {
    "git": {"repository": "/r", "remote": "https://h/r.git", "pushed": True, "dirty": False},
    "python": {"version": "3.11.7", "environment": {"type": "venv"}},
    "command": {"line": "python train.py", "argv": ["python", "train.py"], "cwd": "/r"},
}


def captured(store: Store, *, code: bool = True, dirty: bool = False, patch: str = "", **parts: Any) -> None:
    at = parts.pop("at", datetime.now(UTC))
    whole = GOOD | {name: GOOD.get(name, {}) | facts for name, facts in parts.items()}
    freeze = store._repository.objects.put_bytes(b"numpy==2.1.0\n")
    patch = store._repository.objects.put_bytes(b"diff") if patch else ""
    record = msgspec.json.encode(Capture(at, whole, patch=patch, packages=freeze))
    digest = store._repository.objects.put_bytes(record)
    data: dict[str, Any] = {"capture": digest, "objects": [digest]}
    if code:
        data["code"] = {"commit": COMMIT, "dirty": dirty}
    append(store, EventKind.ADD, data)


def told(store: Store) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in store.doctor("m@1.0.0"):
        found.setdefault(f"{finding.level} {finding.topic}", []).append(finding.message)
    return found


@pytest.fixture
def one(store: Store, make_file: MakeFile) -> Store:
    store.register("m", make_file())
    return store


def test_a_bare_version_lacks_everything(one: Store) -> None:
    assert set(told(one)) == {"warn capture", "warn code", "warn data", "warn metrics"}


def test_the_same_lacks_are_worse_in_production(one: Store) -> None:
    put_in_production(one)
    assert set(told(one)) == {"warn capture", "bad code", "bad data", "bad metrics", "bad rollback"}


def test_a_version_to_go_back_to_is_one_that_was_in_production(one: Store, make_file: MakeFile) -> None:
    one.register("m", make_file(b"other"))
    put_in_production(one)
    assert told(one)["bad rollback"] == [
        "there is no version to go back to: no other version ever was in production"
    ]
    put_in_production(one, "m@1.0.1")
    put_in_production(one)
    assert told(one)["ok rollback"] == ["production could go back to 1.0.1"]


def test_why_no_earlier_version_will_do_is_told(one: Store, make_file: MakeFile) -> None:
    one.register("m", make_file(b"other"))
    put_in_production(one)
    put_in_production(one, "m@1.0.1")
    one.rollback("m", reason="bad")
    assert told(one)["bad rollback"] == ["there is no version to go back to: 1.0.1 was rolled back from"]
    one.delete("m@1.0.1", "bad")
    assert told(one)["bad rollback"] == ["there is no version to go back to: 1.0.1 was deleted"]


def test_a_good_record_has_nothing_to_mend(store: Store, make_file: MakeFile) -> None:
    data = store.register("reviews", make_file(b"data", "data.csv"), kind="dataset").version
    store.register("m", make_file(), metrics={"accuracy": 0.9})
    append(store, EventKind.LINK, {"add": [{"type": "trained-on", "to": data.id, "role": "train"}]})
    captured(store)
    found = told(store)
    assert all(name.startswith("ok ") for name in found), found
    assert found["ok code"] == ["commit 3fa9c1e00000, nothing uncommitted"]
    assert found["ok data"] == ["train: reviews@1.0.0"]


@pytest.mark.parametrize(
    ("patch", "facts", "level", "says"),
    [
        ("", {}, "warn", "not kept"),
        (A, {}, "warn", "the changes are kept"),
        (A, {"git": {"redacted": 2}}, "warn", "lost 2 secrets"),
        (A, {"git": {"patch": {"problem": "it holds a merge that is not finished"}}}, "warn", "not finished"),
    ],
)
def test_uncommitted_changes(one: Store, patch: str, facts: dict[str, Any], level: str, says: str) -> None:
    captured(one, dirty=True, patch=patch, **facts)
    (message,) = told(one)[f"{level} code"]
    assert says in message
    assert ("are kept" in message) == (bool(patch) and not facts)


def test_what_could_not_be_captured_is_said(one: Store) -> None:
    captured(one, code=False, gpu={"problem": "the driver does not answer"})
    assert told(one)["warn capture"] == ["gpu: the driver does not answer"]
    assert told(one)["warn code"] == ["no commit is known: it was not made in a git repository"]


def test_a_record_made_long_after_the_files_may_not_describe_them(one: Store) -> None:
    captured(one, at=datetime.now(UTC) + timedelta(days=40))
    assert "40 days after" in told(one)["warn capture"][0]


def test_a_damaged_record_is_said_and_the_rest_is_still_looked_at(one: Store) -> None:
    captured(one)
    path = Path(one._repository.objects.path(one.get("m").capture))
    path.chmod(0o644)
    path.write_bytes(b"{}")
    found = told(one)
    assert "can't be read" in found["bad capture"][0]
    assert "warn data" in found


def test_data_and_bases_that_can_move_are_named(one: Store, make_file: MakeFile) -> None:
    source = {"type": "hf", "location": "hf:imdb@main", "rev": "main", "floating": True}
    here = {"model": "imdb", "version": "1.0.0", "id": A, "kind": "dataset", "size": 0, "files": 0}
    append(one, EventKind.REGISTER, here | {"source": source, "external": True})
    pinned = "hf:org/name@" + "0" * 40
    edges = [
        {"type": "trained-on", "to": A, "role": "train"},
        {"type": "fine-tuned-from", "to": "hf:roberta-base"},
        {"type": "distilled-from", "to": pinned},
    ]
    append(one, EventKind.LINK, {"add": edges})
    found = told(one)
    assert found["warn data"] == ["imdb@1.0.0 floats: its revision main can move"]
    assert "ok data" not in found
    assert found["warn lineage"] == ["hf:roberta-base floats: it names no revision"]
    assert any("imdb@main floats" in finding.message for finding in one.doctor("imdb"))


def test_guesses_and_parents_that_went_are_named(one: Store, make_file: MakeFile) -> None:
    parent = one.register("base", make_file(b"base")).version
    append(
        one,
        EventKind.LINK,
        {
            "add": [
                {"type": "fine-tuned-from", "to": parent.id},
                {"type": "adapter-of", "to": "name:x", "guess": "adapter_config.json"},
                {"type": "replaces", "to": "b" * 64},
            ]
        },
    )
    one.delete(parent.ref, "never trained properly")
    found = told(one)
    assert found["info lineage"] == ["adapter-of name:x is guessed from adapter_config.json"]
    assert found["warn lineage"] == [
        "base@1.0.0 was deleted: never trained properly",
        "adapter-of name:x: nothing tells how to get it",
        "replaces bbbbbbbbbbbb, which this store does not know",
    ]


def test_many_of_which_the_same_is_said_are_one_line(one: Store) -> None:
    edges = [
        {"type": "trained-on", "to": f"hf:d{n}", "role": "train", "guess": "README.md"} for n in range(1, 22)
    ]
    edges += [{"type": "evaluated-on", "to": f"name:d{n}", "role": "eval", "guess": "y"} for n in range(4)]
    edges += [{"type": "merged-from", "to": f"name:{n}", "guess": "mergekit.yml"} for n in range(3)]
    append(one, EventKind.LINK, {"add": edges})
    found = told(one)
    assert "ok data" not in found
    assert (
        found["warn data"][0]
        == "21 guessed datasets without a fixed revision: hf:d1, hf:d2, hf:d3 and 18 more"
    )
    assert (
        "evaluated-on name:d0, name:d1, name:d2 and 1 more: nothing tells how to get them"
        in found["warn data"]
    )
    assert found["info lineage"] == [
        "evaluated-on name:d0, name:d1, name:d2 and 1 more are guessed from y",
        *(f"merged-from name:{n} is guessed from mergekit.yml" for n in range(3)),
    ]
    fixes = [finding.fix for finding in one.doctor("m") if "guessed" in finding.message]
    assert fixes[0] == "mvtui link m@1.0.0 trained-on=hf:NAME@REVISION, a revision of 40 digits"
    assert fixes[2] == "confirm it: mvtui link m@1.0.0 merged-from=name:0"


def test_a_dataset_needs_no_training_data(store: Store, make_file: MakeFile) -> None:
    store.register("d", make_file(), kind="dataset")
    assert {finding.topic for finding in store.doctor("d")} == {"capture", "code"}


def test_a_reference_that_names_nothing(one: Store) -> None:
    with pytest.raises(NotFoundError):
        one.doctor("m@9.0.0")


FAULTS: list[dict[str, Any]] = [
    {"git": {"pushed": False}},
    {"git": {"untracked": {"count": 3, "names": ["a", "b", "c"]}}},
    {"git": {"patch": {"problem": "not kept: the changes are larger than 9 bytes"}}, "dirty": True},
    {"git": {"patch": {"problem": "it holds a merge that is not finished"}}, "dirty": True, "patch": A},
    {"command": {"line": "", "argv": ["mvtui"]}},
    {"command": {"redacted": 1}},
    {"python": {"note": "the packages are those of mvtui itself"}},
]


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_reproduce_misses_doctor_names_and_nothing_is_well_there(
    one: Store, fault: dict[str, Any]
) -> None:
    captured(one, **fault)
    missing = one.reproduce("m").missing
    assert missing
    found = {(finding.topic, finding.message): finding for finding in one.doctor("m")}
    for lack in missing:
        assert found[lack.step, lack.message].level in ("warn", "info")
    steps = {lack.step for lack in missing}
    assert not [topic for (topic, _), finding in found.items() if topic in steps and finding.level == "ok"]
    assert not any("changes are kept" in message for _, message in found)


def test_changes_that_were_not_kept_are_bad_in_production(one: Store) -> None:
    captured(one, dirty=True, git={"untracked": {"count": 1, "names": ["a"]}})
    put_in_production(one)
    found = told(one)
    assert len(found["bad code"]) == len(found["warn code"]) == 1


def test_changes_that_are_kept_are_said_to_be_so_beside_files_that_are_not(one: Store) -> None:
    captured(one, dirty=True, patch=A, git={"untracked": {"count": 1, "names": ["a"]}})
    said = told(one)["warn code"]
    assert len(said) == 2
    assert any("the changes are kept" in message for message in said)


def test_what_the_fix_for_a_floating_guess_says_cures_it(one: Store) -> None:
    edge = {"type": "fine-tuned-from", "to": "hf:org/base", "guess": "config.json"}
    append(one, EventKind.LINK, {"add": [edge]})
    assert "floats" in told(one)["warn lineage"][0]
    one.link("m", "fine-tuned-from", "hf:org/base@" + "0" * 40)
    assert not any(name.endswith("lineage") for name in told(one))
