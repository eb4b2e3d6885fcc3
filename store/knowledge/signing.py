"""SSH signatures, made and checked offline by OpenSSH's own ``ssh-keygen -Y`` (ssh-keygen(1), PROTOCOL.sshsig).

Whose a key is stands in an ``allowed_signers`` file in the store, one line a key: names, options, key. Nothing of
ours parses keys or signatures.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime

import msgspec

from ..errors import BadInputError, MvtuiError, NotFoundError, StorageError

_CHECK_LIMIT = 10.0  # seconds; it asks nobody and reads two small files
_SIGN_LIMIT = 300.0  # a passphrase, or a touch of a hardware key, takes a person a while
_GRACE = 1.0  # until a program that was asked to end is killed
_PATTERN = re.compile(r"[*?!]")
_HEADER = "-----BEGIN SSH SIGNATURE-----"
_GOOD = re.compile(r"with \S+ key (\S+)\s*$")
_OF_A_KEY = re.compile(r"allowed_signers:(\d+): ((?:key (?:has|is)|certificate) .+)")
_KEYS = ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa")
_PUBLIC_MOST = 1 << 16
KEY_VARIABLE = "MVTUI_SSH_KEY"
MOST = 16_384
"""Longest signature that is kept, in characters; those of RSA keys of 16,384 bits have about 6,000."""


class Checked(msgspec.Struct, frozen=True):
    """What checking a signature came to: whose it is, or a ``problem``, a sentence without a full stop.

    ``key`` is the fingerprint of the key it was made with, empty when that can't be told.
    """

    person: str = ""
    problem: str = ""
    key: str = ""


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
        return os.path.abspath(path)
    home = os.path.join(os.path.expanduser("~"), ".ssh")
    for name in _KEYS:
        for path in (os.path.join(home, name), os.path.join(home, f"{name}.pub")):
            if os.path.isfile(path):
                return path
    raise NotFoundError(
        f"there is no SSH key in {home}",
        hint="Name one with --key, or make one: ssh-keygen -t ed25519. One that ssh-agent forwards is named by its "
        "public half: ssh-add -L > key.pub, then --key key.pub",
    )


def public_half(key: str) -> bytes:
    """Return the public half of a key as the files beside it and ``allowed_signers`` have it: base64; empty where it can't be read."""
    try:
        with open(key if key.endswith(".pub") else f"{key}.pub", "rb") as file:
            words = file.read(_PUBLIC_MOST).split()
    except OSError:
        return b""
    return words[1] if len(words) > 1 else b""


def sign(text: bytes, key: str, namespace: str) -> str:
    """Return the armoured signature of ``text``.

    ssh-keygen may ask for a passphrase, or to touch the key: on the terminal, unless that belongs to a full-screen
    program or there is none; then ssh-agent must hold the key, or ``$SSH_ASKPASS`` ask for it.

    Raises:
        NotFoundError: ssh-keygen is not installed, or too old.
        BadInputError: it refused, in its own words.
        StorageError: no temporary file could be made.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="mvtui-") as scratch:
            # Through a file: with the text on stdin ssh-keygen would not ask on a terminal where $DISPLAY is set.
            path = _write(scratch, "approval", text)
            words = ["-Y", "sign", "-q", "-f", key, "-n", namespace, path]
            done = _run(words, None, _SIGN_LIMIT, asks=_may_ask())
            if done.returncode:
                raise BadInputError(
                    f"ssh-keygen could not sign with {key}: {_last_line(done)}",
                    hint="Unlock the key first: ssh-add. Or try another one: --key PATH",
                )
            with open(f"{path}.sig", encoding="ascii", errors="replace") as file:
                armoured = file.read(MOST + 1)
    except OSError as error:
        raise StorageError(
            f"could not sign: {error}", hint="Is there room in the temporary directory?"
        ) from error
    if not armoured.startswith(_HEADER) or len(armoured) > MOST:
        raise BadInputError(f"ssh-keygen made no signature with {key}", hint="Try another key: --key PATH")
    return armoured


def check(
    text: bytes, signature: str, signers: bytes, namespace: str, *, likely: str, at: datetime | None = None
) -> Checked:
    """Say whose signature of ``text`` it is, by ``signers``, the bytes of an ``allowed_signers`` file.

    ``likely`` is whom to try first. ``at`` is when the key must have been valid; now without. Asks nobody for
    anything. Never raises for what a signature or that file may hold: then there is a problem.
    """
    if len(signature) > MOST or not signature.startswith(_HEADER):
        return Checked(problem="it is no SSH signature")
    try:
        with tempfile.TemporaryDirectory(prefix="mvtui-") as scratch:
            path = _write(scratch, "signature", signature.encode("utf-8", "replace"))
            made = _run(["-Y", "check-novalidate", "-n", namespace, "-s", path], text, _CHECK_LIMIT)
            if made.returncode:
                return Checked(problem=f"its signature is wrong: {_cause(made)}")
            key = match[1] if (match := _GOOD.search(made.stdout.decode("utf-8", "replace"))) else ""
            if not signers:
                return Checked(problem="the store has no allowed_signers file to check it with", key=key)
            allowed = _write(scratch, "allowed_signers", signers)
            common = ["-n", namespace, "-s", path, "-f", allowed]
            if (
                at is not None
            ):  # in local time, as the dates in the file are; OpenSSH before 9.1 knows no other
                common.append(f"-Overify-time={at.astimezone():%Y%m%d%H%M%S}")
            return _whose(text, common, likely, key)
    except (MvtuiError, OSError, ValueError) as error:  # a name with NUL in it is a ValueError
        return Checked(problem=f"it could not be checked: {error}")


def _whose(text: bytes, common: list[str], likely: str, key: str) -> Checked:
    """Say which of those that a key is listed for made a signature, which is good as such."""
    looked_up = _run(["-Y", "find-principals", *common], b"", _CHECK_LIMIT)
    said = looked_up.stderr
    # The likeliest first, perhaps listed by a pattern: whom that means, ssh-keygen decides.
    for person in dict.fromkeys([likely, *_people(looked_up)]):
        done = _run(["-Y", "verify", "-I", person, *common], text, _CHECK_LIMIT)
        if done.returncode == 0:
            return Checked(person, key=key)
        said += done.stderr
    match = _OF_A_KEY.search(said.decode("utf-8", "replace"))
    if match is None:
        return Checked(problem=f"its key {key} is not in allowed_signers", key=key)
    return Checked(problem=f"its key doesn't count: {match[2]} (line {match[1]} of allowed_signers)", key=key)


def _people(looked_up: subprocess.CompletedProcess[bytes]) -> list[str]:
    """Return whom a key is listed for, patterns left out; nobody when looking that up failed."""
    lines = [] if looked_up.returncode else looked_up.stdout.decode("utf-8", "replace").splitlines()
    names = dict.fromkeys(name for line in lines for name in line.split(","))  # a list, in OpenSSH before 8.4
    return [name for name in names if name and not _PATTERN.search(name)]


def _write(directory: str, name: str, data: bytes) -> str:
    path = os.path.join(directory, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def _may_ask() -> bool:
    """Whether there is a terminal on which a person can be asked: one that no full-screen program has taken over."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import termios

        if sys.stdin is not None and sys.stdin.isatty():
            return bool(termios.tcgetattr(sys.stdin.fileno())[3] & termios.ICANON)
    return False


def _run(
    words: Sequence[str], text: bytes | None, limit: float, *, asks: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run ssh-keygen with ``text`` on its stdin. Unless it ``asks`` on the terminal, it has none."""
    environment = os.environ | {"LC_ALL": "C"}
    if text is not None:
        environment["SSH_ASKPASS_REQUIRE"] = "never"
    nothing = None if asks else subprocess.DEVNULL
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell, words of our own
            ["ssh-keygen", *words],  # noqa: S607 - wherever the system has it
            stdin=subprocess.PIPE if text is not None else nothing,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=not asks,
        )
    except FileNotFoundError:
        raise NotFoundError(
            "ssh-keygen is not installed", hint="It comes with OpenSSH: apt install openssh-client"
        ) from None
    try:
        out, err = process.communicate(text, timeout=limit)
    except subprocess.TimeoutExpired:
        raise BadInputError(
            f"ssh-keygen did not answer within {limit:g} seconds", hint="Try again."
        ) from None
    finally:
        _end(process, alone=not asks)
    if process.returncode and b"option -- Y" in err:
        raise NotFoundError("the ssh-keygen here is too old to sign", hint="OpenSSH 8.2 or later is needed.")
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def _end(process: subprocess.Popen[bytes], *, alone: bool) -> None:
    """End a program, politely at first: killed at a prompt, it would leave the terminal without its echo."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if alone else os.kill)(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    text = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    return text.splitlines()[-1][:300] if text else f"it ended with {done.returncode}"


def _cause(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return why, in ssh-keygen's words after its own "could not verify: "."""
    first, colon, rest = _last_line(done).partition(": ")
    return rest if colon else first
