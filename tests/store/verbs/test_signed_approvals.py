"""Signed approvals: what they prove through the public verbs, and what whoever can write the journal can't forge."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from mvtui import init_store
from mvtui.store import Approval, EventKind, Store, Voiced, errors
from mvtui.store.verbs import voices
from mvtui.store.verbs.signers import Signers

from ...conftest import MakeFile
from ...keys import agent, impostor, line, make_key, needs_ssh_keygen, unlock
from ...people import become

pytestmark = needs_ssh_keygen

SIGNED = '[[gate]]\nstage = "staging"\napprovals = {}\nsigned = true\n'
FOUR_EYES = '[[gate]]\nstage = "staging"\napprovals = {}\n'
As = Callable[..., None]


@pytest.fixture
def act_as(monkeypatch: pytest.MonkeyPatch) -> As:
    """Act as an account from now on: ``act_as("ann")``, ``act_as("root", 0)``."""
    return lambda user, uid=None: become(monkeypatch, user, uid)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with keys called ann, bob and eve."""
    directory = tmp_path_factory.mktemp("keys")
    for name in ("ann", "bob", "eve"):
        make_key(directory, name)
    return directory


@pytest.fixture
def by_dan(store: Store, make_file: MakeFile, keys: Path, act_as: As) -> Store:
    """A version that dan registered, whose stage wants one signed approval; ann's and bob's keys are listed."""
    act_as("dan")
    store.register("m", make_file())
    config(store, SIGNED.format(1))
    allow(store, line("ann", keys / "ann"), line("bob", keys / "bob"))
    return store


def config(store: Store, text: str) -> None:
    (store.root / "config.toml").write_text(text)


def allow(store: Store, *lines: str) -> None:
    (store.root / "allowed_signers").write_text("".join(lines))


def approve(store: Store, key: Path, ref: str = "m") -> Voiced:
    return store.approve(ref, "staging", key=str(key))


def forge(store: Store, approval: Approval, **changes: str) -> None:
    """Write an event as whoever can write the journal could: a copy of a verdict, with changes."""
    fields = ("model", "version", "id", "stage", "verdict", "gates", "signature", "nonce", "reason")
    data: dict[str, Any] = {field: getattr(approval, field) for field in fields} | changes
    reason = data.pop("reason")
    with store._repository.writing():
        store._repository.append(EventKind.APPROVAL, data, reason)


def counting(store: Store, ref: str = "m") -> list[str]:
    """Return who approves, as far as it counts."""
    standings = store.gates(ref, "staging").approvals
    return [s.person for s in standings if s.counts and s.approval.verdict == "approve"]


def is_open(store: Store, ref: str = "m") -> bool:
    return store.gates(ref, "staging").open


# -- where signatures are demanded ----------------------------------------------------------------


def test_an_approval_counts_when_it_is_signed(by_dan: Store, keys: Path, act_as: As) -> None:
    act_as("ann")
    unsigned = by_dan.approve("m", "staging")
    assert (unsigned.counts, unsigned.why) == (False, "it is not signed")
    with pytest.raises(errors.GateError):
        by_dan.promote("m", reason="too early")
    done = approve(by_dan, keys / "ann")
    assert (done.counts, done.why) == (True, "")
    [standing] = by_dan.gates("m").approvals
    assert (standing.person, standing.why) == ("ann", "signed by ann")
    assert standing.key.startswith("SHA256:")
    assert standing.as_dict()["key"] == standing.key
    assert by_dan.promote("m", reason="approved").version.stage == "staging"


def test_the_key_says_who_it_was_not_the_account(by_dan: Store, keys: Path, act_as: As) -> None:
    act_as("eve")
    done = approve(by_dan, keys / "bob")
    assert done.approval.by == "eve"
    assert counting(by_dan) == ["bob"]
    allow(by_dan, line("dan", keys / "bob"))
    assert not is_open(by_dan)  # the author's own, from another account
    assert by_dan.gates("m").approvals[0].why == "it is the author's own"


def test_a_key_of_nobody_listed_does_not_count(by_dan: Store, keys: Path, act_as: As) -> None:
    act_as("ann")
    done = approve(by_dan, keys / "eve")
    assert not done.counts
    assert done.why.endswith("is not in allowed_signers")
    (by_dan.root / "allowed_signers").unlink()
    assert approve(by_dan, keys / "ann").why == "the store has no allowed_signers file to check it with"
    assert not is_open(by_dan)


def test_a_signature_is_bound_to_all_it_was_given_for(
    by_dan: Store, keys: Path, act_as: As, make_file: MakeFile
) -> None:
    act_as("dan")
    other = by_dan.register("m", make_file(b"other")).version
    elsewhere = by_dan.register("n", make_file()).version
    act_as("ann")
    config(by_dan, SIGNED.format(1) + SIGNED.format(1).replace("staging", "validation"))
    given = approve(by_dan, keys / "ann", "m@1.0.0").approval
    said_no = by_dan.reject("m@1.0.0", "staging", reason="no", key=str(keys / "ann")).approval
    act_as("mallory")
    for changes in (
        {"version": other.version, "id": other.id},
        {"version": other.version},
        {"model": "n", "version": elsewhere.version},
        {"stage": "validation"},
        {"reason": "another reason"},
        {"nonce": "0" * 32},
        {"gates": "0" * 64},
    ):
        forge(by_dan, given, **changes)
        ref = f"{changes.get('model', 'm')}@{changes.get('version', '1.0.0')}"
        report = by_dan.gates(ref, changes.get("stage", "staging"))
        assert not report.open, changes
        forged = [s for s in report.approvals if s.approval.by == "mallory"]
        assert [(s.counts, s.person) for s in forged] == [(False, "mallory")], changes
    forge(by_dan, said_no, verdict="approve")
    assert not is_open(by_dan, "m@1.0.0")


@pytest.mark.parametrize("field", ["model", "version", "id", "stage", "verdict", "gates", "reason", "nonce"])
def test_a_signature_covers_each_field(by_dan: Store, keys: Path, act_as: As, field: str) -> None:
    act_as("ann")
    given = approve(by_dan, keys / "ann").approval
    listed = Signers((by_dan.root / "allowed_signers").read_bytes(), "")
    assert voices.check(by_dan._repository, given, listed).person == "ann"
    found = voices.check(by_dan._repository, replace(given, **{field: "another"}), listed)
    assert found.problem == "its signature is wrong: incorrect signature"


def test_a_signature_counts_in_its_own_store_only(
    by_dan: Store, keys: Path, act_as: As, make_file: MakeFile, tmp_path: Path
) -> None:
    act_as("ann")
    given = approve(by_dan, keys / "ann").approval
    act_as("dan")
    with init_store(tmp_path / "another") as another:
        assert another.register("m", make_file()).version.id == given.id
        config(another, SIGNED.format(1))
        allow(another, line("ann", keys / "ann"))
        act_as("ann")
        forge(another, given)
        [standing] = another.gates("m").approvals
        assert (standing.counts, standing.why) == (False, "its signature is wrong: incorrect signature")


def test_other_gates_void_it(by_dan: Store, keys: Path, act_as: As) -> None:
    act_as("ann")
    assert approve(by_dan, keys / "ann").counts
    config(by_dan, SIGNED.format(1) + 'metrics = ["f1"]\n')
    assert by_dan.gates("m").approvals[0].why == "the gates have changed since"


def test_what_was_taken_back_can_not_be_said_again_with_the_old_signature(
    by_dan: Store, keys: Path, act_as: As
) -> None:
    act_as("ann")
    given = approve(by_dan, keys / "ann").approval
    by_dan.withdraw("m", "staging", key=str(keys / "ann"))
    assert not is_open(by_dan)
    forge(by_dan, given)
    assert not is_open(by_dan)
    assert by_dan.gates("m").approvals[0].why == "its signature was used before"
    act_as("mallory")
    forge(by_dan, given)
    assert not is_open(by_dan)
    act_as("ann")
    assert approve(by_dan, keys / "ann").counts  # said anew, in the same words


def test_a_signed_objection_stands_until_it_is_taken_back_signed(
    by_dan: Store, keys: Path, act_as: As
) -> None:
    act_as("bob")
    objection = by_dan.reject("m", "staging", reason="it is biased", key=str(keys / "bob")).approval
    act_as("ann")
    approve(by_dan, keys / "ann")
    act_as("bob")
    with pytest.raises(errors.ConflictError, match="was signed, and is taken back the same way"):
        by_dan.withdraw("m", "staging")
    forge(by_dan, objection, verdict="withdraw", signature="", nonce="")
    assert not is_open(by_dan)
    done = by_dan.approve("m", "staging")
    assert (done.counts, done.why) == (False, "it is not signed, so what was signed before stands")
    assert not is_open(by_dan)
    by_dan.withdraw("m", "staging", key=str(keys / "bob"))
    assert is_open(by_dan)


def test_an_objection_and_what_takes_an_approval_back_need_no_key(
    by_dan: Store, keys: Path, act_as: As
) -> None:
    act_as("ann")
    given = approve(by_dan, keys / "ann").approval
    by_dan.reject("m", "staging", reason="I saw the errors")
    assert not is_open(by_dan)
    by_dan.withdraw("m", "staging")
    approve(by_dan, keys / "ann")
    assert is_open(by_dan)
    forge(by_dan, given, verdict="withdraw", signature="", nonce="")
    assert not is_open(by_dan)


@pytest.mark.parametrize(
    "signature",
    [
        "-----BEGIN SSH SIGNATURE-----\n" + "A" * 2**20 + "\n-----END SSH SIGNATURE-----\n",
        "\x1b]0;title\x07",
        "-----BEGIN SSH SIGNATURE-----\né☃\n-----END SSH SIGNATURE-----\n",
        "no signature",
    ],
)
def test_hostile_signatures_in_a_journal(by_dan: Store, keys: Path, act_as: As, signature: str) -> None:
    act_as("ann")
    given = approve(by_dan, keys / "ann").approval
    by_dan.withdraw("m", "staging", key=str(keys / "ann"))
    forge(by_dan, given, signature=signature, nonce="1")
    assert not is_open(by_dan)
    assert by_dan.gates("m").approvals[0].why
    assert by_dan.verify().ok


# -- who is who -----------------------------------------------------------------------------------


def test_root_is_as_many_people_as_keys_sign(by_dan: Store, keys: Path, act_as: As) -> None:
    config(by_dan, FOUR_EYES.format(2))
    act_as("root", 0)
    assert by_dan.approve("m", "staging").why == "root may be anyone: only a signed approval tells who it is"
    assert approve(by_dan, keys / "ann").counts
    assert approve(by_dan, keys / "ann").counts
    assert counting(by_dan) == ["ann"]
    assert not is_open(by_dan)
    assert approve(by_dan, keys / "bob").counts
    assert counting(by_dan) == ["ann", "bob"]
    assert by_dan.promote("m", reason="two people").version.stage == "staging"


def test_so_is_a_shared_account(by_dan: Store, keys: Path, act_as: As) -> None:
    config(by_dan, FOUR_EYES.format(2) + '[access]\nshared = ["train"]\n')
    act_as("train")
    assert not by_dan.approve("m", "staging").counts
    approve(by_dan, keys / "ann")
    approve(by_dan, keys / "bob")
    assert counting(by_dan) == ["ann", "bob"]


def test_one_account_is_one_person_whatever_its_keys_are_called(
    by_dan: Store, keys: Path, act_as: As
) -> None:
    config(by_dan, FOUR_EYES.format(2))
    allow(by_dan, line("ann@laptop", keys / "ann"), line("ann@box", keys / "eve"))
    act_as("ann")
    approve(by_dan, keys / "ann")
    approve(by_dan, keys / "eve")
    by_dan.approve("m", "staging")
    assert counting(by_dan) == ["ann"]
    approve(by_dan, keys / "ann")
    assert counting(by_dan) == ["ann@laptop"]
    by_dan.withdraw("m", "staging", key=str(keys / "eve"))
    assert counting(by_dan) == []


def test_one_key_is_one_person_whatever_it_is_listed_as(by_dan: Store, keys: Path, act_as: As) -> None:
    config(by_dan, SIGNED.format(2))
    allow(by_dan, line("ann,bob", keys / "ann"))
    for person in ("ann", "bob"):
        act_as(person)
        last = approve(by_dan, keys / "ann")
    assert (last.counts, last.why) == (False, "ann signed with the same key")
    assert counting(by_dan) == ["ann"]
    assert not is_open(by_dan)


def test_a_key_listed_by_a_pattern_is_the_account_that_signs(by_dan: Store, keys: Path, act_as: As) -> None:
    allow(by_dan, line("b*,!bert", keys / "bob"))
    act_as("bob")
    assert approve(by_dan, keys / "bob").counts
    assert counting(by_dan) == ["bob"]
    act_as("bert")
    assert not approve(by_dan, keys / "bob").counts


# -- which keys count -----------------------------------------------------------------------------


def signers_events(store: Store) -> list[tuple[str, str]]:
    return [
        (event.data["old"][:6], event.data["new"][:6])
        for event in store.events()
        if event.kind == "policy" and event.data["what"] == "signers"
    ]


def test_a_key_that_expires_stops_counting_and_says_so(by_dan: Store, keys: Path, act_as: As) -> None:
    act_as("ann")
    approve(by_dan, keys / "ann")
    assert is_open(by_dan)
    allow(by_dan, line("ann", keys / "ann", 'valid-before="20200101"'))
    report = by_dan.gates("m")
    assert not report.open
    assert "key has expired: verify time" in report.approvals[0].why
    assert "key has expired" in report.results[0].sentence
    with pytest.raises(errors.GateError, match="key has expired"):
        by_dan.promote("m", reason="with an expired key")


def test_what_is_wrong_with_a_signature_is_told_before_what_is_wrong_with_its_account(
    by_dan: Store, keys: Path, act_as: As
) -> None:
    config(by_dan, SIGNED.format(1) + 'by = ["ann"]\n')
    allow(by_dan, line("ann", keys / "ann", 'valid-before="20200101"'))
    for account, uid in (("root", 0), ("eve", None), ("dan", None)):
        act_as(account, uid)
        assert "key has expired" in approve(by_dan, keys / "ann").why


def test_another_allowed_signers_is_journaled_when_it_is_first_used(
    by_dan: Store, keys: Path, act_as: As
) -> None:
    act_as("ann")
    by_dan.gates("m")
    assert signers_events(by_dan) == []  # looking changes nothing
    approve(by_dan, keys / "ann")
    [(old, first)] = signers_events(by_dan)
    assert old == ""
    allow(by_dan, line("ann", keys / "ann"))
    by_dan.promote("m", reason="approved")
    assert [pair[0] for pair in signers_events(by_dan)] == ["", first]
    second = signers_events(by_dan)[-1][1]
    assert by_dan.policy().signers.startswith(second)
    (by_dan.root / "allowed_signers").unlink()
    by_dan.approve("m", "validation", key=str(keys / "ann"))
    assert signers_events(by_dan)[-1] == (second, "")
    assert by_dan.verify().ok


def test_an_undo_that_asks_the_gates_journals_whose_keys_it_went_by(
    by_dan: Store, keys: Path, act_as: As, make_file: MakeFile
) -> None:
    by_dan.register("m", make_file(b"second"))
    config(by_dan, SIGNED.format(1).replace("staging", "production"))
    act_as("ann")
    for number in ("1.0.0", "1.0.1"):
        by_dan.approve(f"m@{number}", "production", key=str(keys / "ann"))
        by_dan.promote(f"m@{number}", "production", reason="approved")
    by_dan.rollback("m", reason="back")
    allow(by_dan, line("ann", keys / "ann"))
    before = len(signers_events(by_dan))
    by_dan.undo()
    assert by_dan.get("m@production").version == "1.0.1"
    assert len(signers_events(by_dan)) == before + 1


def test_where_config_has_keepers_a_change_of_keys_waits_for_one_of_them(
    by_dan: Store, keys: Path, act_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = SIGNED.format(1) + '[access]\nconfig = ["kim"]\n'
    config(by_dan, guarded)
    act_as("kim")
    with pytest.raises(errors.GateError):
        by_dan.promote("m", reason="brings the policy into force")
    act_as("ann")
    done = approve(by_dan, keys / "ann")
    assert not done.counts
    assert done.why == (
        "the store has no allowed_signers file to check it with; a change of allowed_signers waits to be accepted: "
        "mvtui config --accept"
    )
    assert by_dan.policy().waiting == ("allowed_signers",)
    assert any("allowed_signers waits" in notice for notice in by_dan.gates("m").notices)
    with pytest.raises(errors.NotAllowedError):
        by_dan.accept_policy("I say so")
    act_as("kim")
    assert by_dan.accept_policy("ann's key, checked by phone").waiting == ()
    assert counting(by_dan) == ["ann"]
    act_as("eve")
    allow(by_dan, line("ann", keys / "ann"), line("eve", keys / "eve"))
    assert not approve(by_dan, keys / "eve").counts
    assert counting(by_dan) == ["ann"]
    (by_dan.root / "allowed_signers").unlink()
    monkeypatch.setattr("mvtui.store.verbs.voices._known", {})
    assert counting(by_dan) == ["ann"]  # the keys agreed on are kept
    assert by_dan.policy().waiting == ("allowed_signers",)


@pytest.mark.parametrize("what", ["directory", "fifo", "huge"])
def test_an_allowed_signers_that_is_no_such_file(by_dan: Store, keys: Path, act_as: As, what: str) -> None:
    path = by_dan.root / "allowed_signers"
    path.unlink()
    if what == "directory":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    else:
        path.write_bytes(b"# " + b"x" * 2**20)
    act_as("ann")
    before = len(list(by_dan.events()))
    with pytest.raises(errors.MvtuiError, match="allowed_signers") as caught:
        approve(by_dan, keys / "ann")
    assert caught.value.hint
    assert len(list(by_dan.events())) == before


# -- what never happens ---------------------------------------------------------------------------


def test_nothing_of_a_private_key_is_in_the_store(
    by_dan: Store, tmp_path: Path, act_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_key(tmp_path / "very-secret-place", "id_secret", passphrase="open sesame")
    allow(by_dan, line("ann", key))
    act_as("ann")
    with agent(tmp_path, monkeypatch):
        unlock(key, "open sesame", tmp_path)
        assert approve(by_dan, key).counts
    body = "".join(key.read_text().splitlines()[1:-1])
    for path in by_dan.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in ("very-secret-place", "id_secret", "open sesame", body[:40], body[-40:]):
                assert secret.encode() not in content, path


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "echo nonsense",
    ],
)
def test_when_nothing_can_be_signed_nothing_is_said(
    by_dan: Store, keys: Path, act_as: As, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    act_as("ann")
    approve(by_dan, keys / "ann")
    before = len(list(by_dan.events()))
    impostor(tmp_path / "bin", monkeypatch, script)
    with pytest.raises(errors.MvtuiError):
        approve(by_dan, keys / "ann")
    assert len(list(by_dan.events())) == before


def test_what_can_not_be_checked_does_not_count_and_stops_nothing_else(
    by_dan: Store, keys: Path, act_as: As, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act_as("ann")
    approve(by_dan, keys / "ann")
    monkeypatch.setattr("mvtui.store.verbs.voices._known", {})
    monkeypatch.setenv("PATH", str(tmp_path))
    report = by_dan.gates("m")
    assert not report.open
    assert report.approvals[0].why == "it could not be checked: ssh-keygen is not installed"
    with pytest.raises(errors.NotFoundError, match="ssh-keygen is not installed"):
        approve(by_dan, keys / "ann")
    assert by_dan.promote("m", "archived", reason="out of the way").version.stage == "archived"


def test_a_key_is_asked_for_nothing_that_would_be_refused(
    by_dan: Store, keys: Path, act_as: As, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act_as("ann")
    impostor(tmp_path / "bin", monkeypatch, f"touch {tmp_path}/asked; exit 1")
    with pytest.raises(errors.ConflictError, match="has said nothing"):
        by_dan.withdraw("m", "staging", key=str(keys / "ann"))
    assert not (tmp_path / "asked").exists()


# -- the key that one would sign with --------------------------------------------------------------


def test_the_key_to_sign_with_is_known_and_whether_it_counts(
    by_dan: Store, keys: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MVTUI_SSH_KEY", str(keys / "bob"))
    found = by_dan.signing_key()
    assert (found.path, found.listed, found.problem) == (str(keys / "bob"), True, "")
    assert found.signers == str(by_dan.root / "allowed_signers")
    monkeypatch.setenv("MVTUI_SSH_KEY", str(keys / "eve.pub"))
    assert by_dan.signing_key().listed is False
    allow(by_dan, "#" + line("eve", keys / "eve"))
    assert by_dan.signing_key().listed is False, "a comment lists nobody"
    allow(by_dan, "*@example.org cert-authority ssh-ed25519 AAAA\n")
    assert by_dan.signing_key().listed is None, "only ssh-keygen can tell"
    alone = tmp_path / "alone"
    alone.write_bytes((keys / "eve").read_bytes())
    monkeypatch.setenv("MVTUI_SSH_KEY", str(alone))
    assert by_dan.signing_key().listed is None, "its public half is nowhere"


def test_without_a_key_that_is_said(by_dan: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MVTUI_SSH_KEY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = by_dan.signing_key()
    assert (found.path, found.listed) == ("", None)
    assert found.problem == f"there is no SSH key in {tmp_path}/.ssh"
