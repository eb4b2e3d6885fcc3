"""SSH signatures, made and checked offline by OpenSSH's own ``ssh-keygen -Y`` (ssh-keygen(1), PROTOCOL.sshsig).

Whose a key is stands in an ``allowed_signers`` file in the store, one line a key: names, options, key. Nothing of
ours parses keys or signatures.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from ..errors import BadInputError, MvtuiError, NotFoundError

_TIME_LIMIT = 20.0  # seconds; a passphrase or a touch of a hardware key takes a person a while
_SIGN_LIMIT = 300.0
_PATTERN = re.compile(r"[*?!,]")
_HEADER = "-----BEGIN SSH SIGNATURE-----"
_KEYS = ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa")
KEY_VARIABLE = "MVTUI_SSH_KEY"
MOST = 16_384
"""Longest signature that is kept, in characters; those of RSA keys of 16,384 bits have about 6,000."""


class Checked(msgspec.Struct, frozen=True):
    """What checking a signature came to: whose it is, or a ``problem``, a sentence without a full stop."""

    person: str = ""
    problem: str = ""


def find_key(given: str | None) -> str:
    """Return the key to sign with: ``given``, else ``$MVTUI_SSH_KEY``, else the first usual one in ``~/.ssh``.

    A public key will do when ssh-agent holds its other half.

    Raises:
        NotFoundError: there is none.
    """
    if named := given or os.environ.get(KEY_VARIABLE):
        path = os.path.expanduser(named)
        if not os.path.isfile(path):
            raise NotFoundError(f"there is no SSH key {path}", hint="Name one: --key ~/.ssh/id_ed25519")
        return path
    home = os.path.join(os.path.expanduser("~"), ".ssh")
    for name in _KEYS:
        for path in (os.path.join(home, name), os.path.join(home, f"{name}.pub")):
            if os.path.isfile(path):
                return path
    raise NotFoundError(
        f"there is no SSH key in {home}", hint="Name one with --key, or make one: ssh-keygen -t ed25519"
    )


def sign(text: bytes, key: str, namespace: str) -> str:
    """Return the armoured signature of ``text``; ssh-keygen may ask for a passphrase on the terminal.

    Raises:
        NotFoundError: ssh-keygen is not installed.
        BadInputError: it refused, in its own words.
    """
    done = _run(["-Y", "sign", "-q", "-f", key, "-n", namespace], text, limit=_SIGN_LIMIT, terminal=True)
    armoured = done.stdout.decode("ascii", "replace")
    if done.returncode or not armoured.startswith(_HEADER):
        raise BadInputError(
            f"ssh-keygen could not sign with {key}: {_said(done)}", hint="Try another key: --key PATH"
        )
    if len(armoured) > MOST:
        raise BadInputError(f"the signature has {len(armoured):,} characters; {MOST:,} is the most")
    return armoured


def check(
    text: bytes, signature: str, signers: bytes, namespace: str, *, likely: str, at: datetime | None = None
) -> Checked:
    """Say whose signature of ``text`` it is, by ``signers``, the bytes of an ``allowed_signers`` file.

    ``likely`` is whom to try first. ``at`` is when the key must have been valid; now without. Never raises for
    what a signature or that file may hold: then there is a problem.
    """
    if not signers:
        return Checked(problem="the store has no allowed_signers file to check it with")
    if len(signature) > MOST or not signature.startswith(_HEADER):
        return Checked(problem="it is no SSH signature")
    try:
        with tempfile.TemporaryDirectory(prefix="mvtui-") as scratch:
            path = os.path.join(scratch, "signature")
            allowed = os.path.join(scratch, "allowed_signers")
            for name, content in ((path, signature.encode("utf-8", "replace")), (allowed, signers)):
                with open(name, "wb") as file:
                    file.write(content)
            moment = (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
            common = ["-f", allowed, "-n", namespace, "-s", path, f"-Overify-time={moment}"]
            said = ""
            for person in _people(likely, allowed, path, moment):
                done = _run(["-Y", "verify", "-I", person, *common], text)
                if done.returncode == 0:
                    return Checked(person=person)
                said = _said(done)
    except (MvtuiError, OSError) as error:
        return Checked(problem=f"it could not be checked: {error}")
    return Checked(problem=f"its signature is wrong: {said}" if said else "its key is not in allowed_signers")


def _people(likely: str, allowed: str, path: str, moment: str) -> Iterator[str]:
    done = _run(["-Y", "find-principals", "-f", allowed, "-s", path, f"-Overify-time={moment}"], b"")
    found = done.stdout.decode("utf-8", "replace").splitlines() if done.returncode == 0 else []
    names = [name for line in found for name in line.split(",") if name and not _PATTERN.search(name)]
    if found and _PATTERN.search("".join(found).replace(",", "")):
        names.insert(0, likely)  # listed by a pattern: whom it is meant to be, ssh-keygen decides
    yield from dict.fromkeys(sorted(names, key=lambda name: name != likely))


def _run(
    words: Sequence[str], text: bytes, *, limit: float = _TIME_LIMIT, terminal: bool = False
) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"LC_ALL": "C"}
    if not terminal:
        environment |= {"SSH_ASKPASS_REQUIRE": "never"}
    try:
        return subprocess.run(  # noqa: S603 - no shell, words of our own
            ["ssh-keygen", *words],  # noqa: S607 - wherever the system has it
            input=text,
            capture_output=True,
            timeout=limit,
            env=environment,
            check=False,
        )
    except FileNotFoundError:
        raise NotFoundError(
            "ssh-keygen is not installed", hint="It comes with OpenSSH: apt install openssh-client"
        ) from None
    except subprocess.TimeoutExpired:
        raise BadInputError(
            f"ssh-keygen did not answer within {limit:g} seconds", hint="Try again."
        ) from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    return text.splitlines()[-1][:300] if text else f"it ended with {done.returncode}"
