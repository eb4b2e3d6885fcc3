"""What an audit proves by the signatures of approvals: by the keys of their day, whoever holds the files now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store

from ...conftest import MakeFile
from ...keys import impostor, line, make_key, needs_ssh_keygen
from ...people import become
from .. import journals

pytestmark = needs_ssh_keygen

FOUR_EYES = '[[gate]]\nstage = "staging"\napprovals = 1\n'

As = Callable[[str], None]


@pytest.fixture
def act_as(monkeypatch: pytest.MonkeyPatch) -> As:
    return lambda user: become(monkeypatch, user)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    for name in ("ann", "eve"):
        make_key(directory, name)
    return directory


def allow(store: Store, *listed: str) -> None:
    (store.root / "allowed_signers").write_text("".join(listed))


@pytest.fixture
def signed(store: Store, make_file: MakeFile, keys: Path, act_as: As) -> Store:
    """A version of dan's that ann approved, signed: policy, register, signers, approval are events 2 to 5."""
    act_as("dan")
    (store.root / "config.toml").write_text(FOUR_EYES)
    store.register("m", make_file())
    allow(store, line("ann", keys / "ann"))
    act_as("ann")
    store.approve("m", "staging", reason="looks good", key=str(keys / "ann"))
    return store


def test_whose_keys_count_stands_in_the_journal_before_what_they_signed(signed: Store) -> None:
    assert [event.kind for event in signed.events()] == ["init", "policy", "register", "policy", "approval"]


def test_signatures_are_checked_by_the_keys_of_their_day(signed: Store, keys: Path) -> None:
    report = signed.audit()
    assert (report.ok, report.signatures, report.policies) == (True, 1, 2)
    allow(signed, line("eve", keys / "eve"))  # ann has left
    signed.approve("m", "staging", key=str(keys / "eve"))
    report = signed.audit()
    assert (report.ok, report.signatures, report.policies) == (True, 2, 3)
    (signed.root / "allowed_signers").unlink()
    assert signed.audit().ok


@pytest.mark.parametrize(
    ("where", "other"),
    [
        (("reason",), "looks bad"),
        (("data", "verdict"), "reject"),
        (("data", "version"), "2.0.0"),
        (("data", "stage"), "production"),
        (("data", "id"), "0" * 64),
        (("data", "gates"), "1" * 64),
    ],
)
def test_an_approval_that_was_rewritten_is_noticed(signed: Store, where: tuple[str, ...], other: str) -> None:
    def change(said: journals.Bodies) -> None:
        body = said[4][1]
        for name in where[:-1]:
            body = body[name]
        body[where[-1]] = other

    [problem] = journals.rewrite(signed, change).audit().problems
    assert (problem.kind, problem.seq) == ("signature", 5)
    assert "does not prove what event 5 says" in problem.sentence


def test_a_signature_used_twice_is_noticed(signed: Store) -> None:
    approval = list(signed.events())[-1]
    with signed._repository.writing():
        signed._repository.append(EventKind.APPROVAL, approval.data, approval.reason)
    [problem] = signed.audit().problems
    assert (problem.kind, problem.seq) == ("signature", 6)
    assert problem.sentence.endswith("is a copy of that of event 5")


def test_a_key_of_nobody_listed_proves_nobody(signed: Store, keys: Path, act_as: As) -> None:
    act_as("bob")
    signed.approve("m", "staging", key=str(keys / "eve"))
    [problem] = signed.audit().problems
    assert (problem.kind, problem.seq) == ("signature", 6)
    assert "proves nobody" in problem.sentence
    assert "is not in allowed_signers" in problem.sentence


def test_what_its_giver_has_replaced_is_told_only(signed: Store, keys: Path, act_as: As) -> None:
    act_as("bob")
    signed.approve("m", "staging", key=str(keys / "eve"))
    signed.reject("m", "staging", reason="no, after all", key=str(keys / "ann"))
    report = signed.audit()
    assert report.ok
    assert "bob has replaced it since" in report.notices[0]


def test_a_key_that_was_listed_later_is_told_only(signed: Store, keys: Path, act_as: As) -> None:
    act_as("eve")
    signed.approve("m", "staging", key=str(keys / "eve"))
    allow(signed, line("ann", keys / "ann"), line("eve", keys / "eve"))
    act_as("dan")
    signed.promote("m", "staging", reason="two approve")
    report = signed.audit()
    assert report.ok
    assert report.notices[0].endswith("was made before its key was listed, by event 7")


@pytest.mark.parametrize(
    ("options", "good"),
    [
        ('valid-before="20990101"', True),
        ('valid-before="20200101"', False),
        ('valid-after="20990101"', False),
    ],
)
def test_a_key_must_be_valid_on_the_day(
    store: Store, make_file: MakeFile, keys: Path, act_as: As, options: str, good: bool
) -> None:
    act_as("ann")
    store.register("m", make_file())
    allow(store, line("ann", keys / "ann", options))
    store.approve("m", "staging", key=str(keys / "ann"))
    assert store.audit().ok is good


def test_a_key_that_has_expired_since_was_valid_on_the_day(
    store: Store, make_file: MakeFile, keys: Path, act_as: As
) -> None:
    act_as("ann")
    store.register("m", make_file())
    allow(store, line("ann", keys / "ann", 'valid-before="20200101"'))
    store.approve("m", "staging", key=str(keys / "ann"))

    def long_ago(said: journals.Bodies) -> None:
        for _, body in said:
            body["at"] = body["at"].replace(body["at"][:4], "2019")

    assert journals.rewrite(store, long_ago).audit().ok


def test_whose_keys_counted_must_be_there(signed: Store) -> None:
    name = [event.data["new"] for event in signed.events() if event.kind == "policy"][-1]
    (signed.root / "objects" / name[:2] / name[2:]).unlink()
    report = open_store(signed.root).audit()
    [problem] = report.problems
    assert (problem.kind, problem.seq) == ("object", 4)
    assert "can't be checked" in report.notices[0]


def test_what_can_t_be_checked_is_not_passed(
    signed: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impostor(tmp_path / "bin", monkeypatch, "exit 255")
    assert [problem.kind for problem in signed.audit().problems] == ["signature"]
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert [problem.kind for problem in signed.audit().problems] == ["signature"]


def test_a_store_whose_name_was_lost_can_t_be_proven_nor_failed(signed: Store) -> None:
    store = journals.flip(signed, 1, b'"actor"')
    store.repair()
    report = store.audit()
    assert report.ok
    assert any("the ID that the store had then was lost" in notice for notice in report.notices)
