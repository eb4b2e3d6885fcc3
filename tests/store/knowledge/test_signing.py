"""Signatures by the real ssh-keygen: what a good one proves, and that nothing else passes, or asks, or hangs."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mvtui.store import errors
from mvtui.store.knowledge import signing
from mvtui.store.knowledge.signing import Checked, check, sign

from tests.keys import agent, impostor, line, make_key, needs_ssh_keygen, public, run, unlock

pytestmark = needs_ssh_keygen

TEXT = b'{"store":"1","stage":"production"}'
SPACE = "approval@mvtui"
KINDS = ("ed25519", "ecdsa", "rsa")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a key of each kind, ``other``, and ``locked``, whose passphrase is ``secret``."""
    directory = tmp_path_factory.mktemp("keys")
    for kind in KINDS:
        make_key(directory, kind, kind)
    make_key(directory, "other")
    make_key(directory, "locked", passphrase="secret")
    return directory


def checked(
    signature: str, signers: str | bytes, *, text: bytes = TEXT, likely: str = "alice", **more: datetime
) -> Checked:
    content = signers if isinstance(signers, bytes) else signers.encode()
    return check(text, signature, content, SPACE, likely=likely, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_signature_proves_whose_it_is_and_of_what(keys: Path, kind: str) -> None:
    key = keys / kind
    signature = sign(TEXT, str(key), SPACE)
    found = checked(signature, line("alice", key))
    assert (found.person, found.problem) == ("alice", "")
    assert found.key.startswith("SHA256:")
    assert (
        checked(signature, line("alice", key), text=TEXT + b" ").problem
        == "its signature is wrong: incorrect signature"
    )
    elsewhere = sign(TEXT, str(key), "git")
    assert (
        checked(elsewhere, line("alice", key)).problem == "its signature is wrong: namespace does not match"
    )


def test_a_key_that_is_not_listed_is_named(keys: Path) -> None:
    found = checked(sign(TEXT, str(keys / "other"), SPACE), line("alice", keys / "ed25519"))
    assert found.problem == f"its key {found.key} is not in allowed_signers"
    assert found.key.startswith("SHA256:")
    assert (
        checked(sign(TEXT, str(keys / "other"), SPACE), "").problem
        == "the store has no allowed_signers file to check it with"
    )


@pytest.mark.parametrize(
    ("file", "person"),
    [
        ("alice {key}\n", "alice"),
        ("alice {key} alice@laptop\n", "alice"),
        ("alice {key}\r\n", "alice"),
        ("alice {key}", "alice"),
        ('"alice" {key}\n', "alice"),
        ('alice namespaces="approval@mvtui" {key}\n', "alice"),
        ('alice namespaces="git,approval@*" {key}\n', "alice"),
        ("bob,alice {key}\n", "alice"),
        ("bob,carol {key}\n", "bob"),
        ("al*,!alina {key}\n", "alice"),
        ("carol,* {key}\n", "alice"),
        (
            "# alice ssh-ed25519 AAAA\n\n  \ngarbage\nssh-ed25519\nalice ssh-ed25519 AAAAgarbage\nalice {key}\n",
            "alice",
        ),
        ("alice {other}\nalice {key}\n", "alice"),
        ('mallory namespaces="git" {key}\nalice {key}\n', "alice"),
        ('alice valid-after="20200101",valid-before="20990101" {key}\n', "alice"),
        ("zoé {key}\n", "zoé"),
    ],
)
def test_forms_of_allowed_signers(keys: Path, file: str, person: str) -> None:
    signature = sign(TEXT, str(keys / "ed25519"), SPACE)
    found = checked(signature, file.format(key=public(keys / "ed25519"), other=public(keys / "other")))
    assert (found.person, found.problem) == (person, "")


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ('alice valid-before="20200101" {key}\n', "key has expired: verify time "),
        (
            'garbage\nalice valid-before="20200101" {key}\nbob ssh-ed25519 AAAA\n',
            "(line 2 of allowed_signers)",
        ),
        ('alice valid-after="20990101" {key}\n', "key is not yet valid: verify time "),
        (
            'alice namespaces="git" {key}\n',
            'key is not permitted for use in signature namespace "approval@mvtui"',
        ),
        ('carol namespaces="git" {key}\n', "key is not permitted for use in signature namespace"),
        ('carol valid-before="20200101" {key}\n', "key has expired"),
        ("!alice,* {key}\n", "is not in allowed_signers"),
        ("bo* {key}\n", "is not in allowed_signers"),
        ("alice cert-authority {key}\n", "is not in allowed_signers"),
        ("alice no-such-option {key}\n", "is not in allowed_signers"),
        ("\x00\xff\x1b]0;hello\x07" * 100, "is not in allowed_signers"),
    ],
)
def test_a_key_that_does_not_count_says_why(keys: Path, file: str, why: str) -> None:
    signature = sign(TEXT, str(keys / "ed25519"), SPACE)
    found = checked(signature, file.format(key=public(keys / "ed25519")))
    assert found.person == ""
    assert why in found.problem


def test_a_key_counts_at_the_time_it_was_valid(keys: Path) -> None:
    signature = sign(TEXT, str(keys / "ed25519"), SPACE)
    signers = line("alice", keys / "ed25519", 'valid-after="20200101",valid-before="20210101"')
    assert checked(signature, signers, at=datetime(2020, 6, 1, tzinfo=UTC)).person == "alice"
    assert checked(signature, signers, at=datetime(2021, 6, 1, tzinfo=UTC)).person == ""
    assert checked(signature, signers).person == ""


def test_a_certificate_counts_while_it_is_valid_and_for_its_principals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, key = make_key(tmp_path, "authority"), make_key(tmp_path, "key")
    run("-q", "-s", authority, "-I", "alice's key", "-n", "alice", "-V", "-1h:+1h", f"{key}.pub")
    with agent(tmp_path, monkeypatch):
        run_agent = tmp_path / "key"
        unlock(run_agent, "", tmp_path)
        signature = sign(TEXT, f"{key}-cert.pub", SPACE)
    signers = line("alice", authority, "cert-authority")
    assert checked(signature, signers).person == "alice"
    assert checked(signature, line("*", authority, "cert-authority")).person == "alice"
    assert checked(signature, line("*", authority, "cert-authority"), likely="bob").person == "alice"
    assert checked(signature, line("bob", authority, "cert-authority"), likely="bob").person == ""
    assert checked(signature, line("alice", authority)).person == ""
    late = checked(signature, signers, at=datetime(2090, 1, 1, tzinfo=UTC))
    assert late.problem.startswith(
        "its key doesn't count: certificate not authorized: Certificate invalid: expired"
    )


def test_signatures_that_are_none(keys: Path) -> None:
    good, signers = sign(TEXT, str(keys / "ed25519"), SPACE), line("alice", keys / "ed25519")
    begin = "-----BEGIN SSH SIGNATURE-----\n"
    for signature in (
        "",
        "\x1b]52;c;AAAA\x07",
        good[1:],
        "A" * 2**20,
        begin + "A" * 2**20,
        begin,
        begin + "é☃\ud800\n-----END SSH SIGNATURE-----\n",
        begin + "\x00\n-----END SSH SIGNATURE-----\n",
        begin + "AAAA\n-----END SSH SIGNATURE-----\n",
        good[: len(good) // 2],
        good.replace("U1NIU0lH", "U1NIU0lI"),
        *(
            good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
            for at in range(40, 250, 13)
            if good[at] != "\n"
        ),
    ):
        found = checked(signature, signers)
        assert found.person == ""
        assert found.problem
        assert "\n" not in found.problem


@pytest.mark.parametrize(
    "name", ["", "-n", "--", "\0", "a\0b", "\ud800", "al ice", "*", "alice,bob", "x" * 100_000]
)
def test_an_account_may_have_any_name(keys: Path, name: str) -> None:
    signature = sign(TEXT, str(keys / "ed25519"), SPACE)
    found = checked(signature, line("alice", keys / "ed25519"), likely=name)
    assert found.person in ("", "alice")
    assert found.problem or found.person == "alice"


def test_a_locked_key_signs_through_the_agent_with_its_public_half(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = tmp_path / "locked.pub"
    alone.write_text((keys / "locked.pub").read_text())
    with agent(tmp_path, monkeypatch):
        with pytest.raises(errors.BadInputError, match="could not sign") as caught:
            sign(TEXT, str(alone), SPACE)
        assert "ssh-add" in caught.value.hint
        unlock(keys / "locked", "secret", tmp_path)
        for name in (alone, keys / "locked"):
            assert checked(sign(TEXT, str(name), SPACE), line("alice", keys / "locked")).person == "alice"


def test_a_locked_key_without_agent_or_terminal_is_refused_at_once(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(errors.BadInputError, match=r"could not sign with .*locked"):
        sign(TEXT, str(keys / "locked"), SPACE)


def test_without_ssh_keygen_nothing_is_signed_or_believed(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = sign(TEXT, str(keys / "ed25519"), SPACE)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.NotFoundError, match="ssh-keygen is not installed"):
        sign(TEXT, str(keys / "ed25519"), SPACE)
    assert (
        checked(signature, line("alice", keys / "ed25519")).problem
        == "it could not be checked: ssh-keygen is not installed"
    )


@pytest.mark.parametrize(
    ("script", "mode", "told"),
    [
        ("echo 'first' >&2; echo 'agent says: no \x1b[31m' >&2; exit 3", 0o755, "no "),
        ("exit 9", 0o755, "it ended with 9"),
        ("kill -9 $$", 0o755, "it ended with -9"),
        ("echo 'ssh-keygen: illegal option -- Y' >&2; exit 1", 0o755, "too old"),
        ("true", 0o644, ""),
    ],
)
def test_an_ssh_keygen_that_fails(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, mode: int, told: str
) -> None:
    signature = sign(TEXT, str(keys / "ed25519"), SPACE)
    if mode != 0o755:
        monkeypatch.setenv("PATH", "")
    impostor(tmp_path / "bin", monkeypatch, script, mode)
    with pytest.raises(errors.MvtuiError) as caught:
        sign(TEXT, str(keys / "ed25519"), SPACE)
    assert told in caught.value.message
    found = checked(signature, line("alice", keys / "ed25519"))
    assert found.person == ""
    assert told in found.problem


def test_an_ssh_keygen_that_makes_nothing(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for script in ("true", "for last; do true; done; echo nonsense > $last.sig"):
        impostor(tmp_path / "bin", monkeypatch, script)
        with pytest.raises(errors.MvtuiError):
            sign(TEXT, str(keys / "ed25519"), SPACE)


def test_an_ssh_keygen_that_hangs_is_ended_with_all_it_started(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = sign(TEXT, str(keys / "ed25519"), SPACE)
    monkeypatch.setattr(signing, "_CHECK_LIMIT", 0.2)
    monkeypatch.setattr(signing, "_SIGN_LIMIT", 0.2)
    monkeypatch.setattr(signing, "_GRACE", 0.2)
    started = tmp_path / "started"
    impostor(
        tmp_path / "bin",
        monkeypatch,
        f"trap '' TERM; sleep 1000 & echo $! >> {started}; wait; wait; sleep 1000",
    )
    assert "did not answer within 0.2 seconds" in checked(signature, line("alice", keys / "ed25519")).problem
    with pytest.raises(errors.BadInputError, match="did not answer"):
        sign(TEXT, str(keys / "ed25519"), SPACE)
    children = started.read_text().split()
    assert len(children) == 2
    for child in children:
        status = Path("/proc", child, "status")
        assert not status.exists() or "State:\tZ" in status.read_text(), "what hung is still there"


def test_checking_never_asks(keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signature = sign(TEXT, str(keys / "ed25519"), SPACE)
    asked = tmp_path / "asked"
    helper = tmp_path / "askpass"
    helper.write_text(f"#!/bin/sh\ntouch {asked}\n")
    helper.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(helper))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("DISPLAY", ":9")
    # An ssh-keygen that would ask by every way it has: the terminal, stdin after the text, the helper.
    impostor(
        tmp_path / "bin",
        monkeypatch,
        'cat > /dev/null; (read answer < /dev/tty) 2> /dev/null && exit 0; [ "$SSH_ASKPASS_REQUIRE" = never ] || $SSH_ASKPASS; exit 1',
    )
    assert checked(signature, line("alice", keys / "ed25519")).problem
    assert not asked.exists()


def test_nothing_is_left_in_the_temporary_directory(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    checked(sign(TEXT, str(keys / "ed25519"), SPACE), line("alice", keys / "ed25519"))
    assert os.listdir(tmp_path) in ([], ["home"])
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    with pytest.raises(errors.StorageError, match="could not sign"):
        sign(TEXT, str(keys / "ed25519"), SPACE)
    assert checked("-----BEGIN SSH SIGNATURE-----", "alice x").problem.startswith("it could not be checked")


def test_which_key_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(os.environ["HOME"], ".ssh")
    home.mkdir(parents=True)
    with pytest.raises(errors.NotFoundError, match="there is no SSH key in"):
        signing.find_key(None)
    (home / "id_rsa").touch()
    assert signing.find_key(None) == str(home / "id_rsa")
    (home / "id_ed25519.pub").touch()
    assert signing.find_key(None) == str(home / "id_ed25519.pub")
    (tmp_path / "mine").touch()
    monkeypatch.setenv(signing.KEY_VARIABLE, str(tmp_path / "mine"))
    assert signing.find_key(None) == str(tmp_path / "mine")
    assert signing.find_key("~/.ssh/id_rsa") == str(home / "id_rsa")
    with pytest.raises(errors.NotFoundError, match="no SSH key /nowhere"):
        signing.find_key("/nowhere")
