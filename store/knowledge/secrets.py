"""The secrets filter: keys, tokens and passwords are taken out of a text before anything is written.

Two nets: what is a secret by its form wherever it stands (``ghp_…``, ``AKIA…``, a private key, a URL's password),
and what is one by the name it is given to (``--password X``, ``HF_TOKEN=…``, ``"apiKey": "…"``). Git hashes, digests,
UUIDs, paths and a tokenizer's special tokens stay. No filter of this kind is complete: a secret without a form
under a name that says nothing passes.

Time is linear in the length of the text, whatever it holds.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any

from .secret_forms import ASSIGNMENT, FORMS, HINT, NameKind, name_kind

REDACTED = "[redacted]"
"""What stands in a secret's place."""

_SHORT = 2000  # characters
_LONGEST_KEY = 1 << 16  # characters from the first to the last line of a private key
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_RUN = re.compile(r"[A-Za-z0-9+/=\\]*[\"',+ \t]{0,8}(?:\r?\n|\Z)?")
_KEY_LINE = re.compile(
    r"[ +-]?[ \t\"']{0,40}(?:[A-Za-z0-9+/=\\]{1,100}|[A-Za-z-]{1,20}: [^\r\n]{1,80})?[\"',+ \t]{0,8}(?:\r?\n|\Z)"
)
_SETTERS = frozenset({"", "-", "ENV", "ARG", "set -x", "set -gx", "set -Ux", "setx"})
_LONGEST_NAME = 80
_LONGEST_VALUE = 512  # as far as ASSIGNMENT looks
_NAME_CHARACTERS = string.ascii_letters + string.digits + "_.-$"
_TO_SPACE, _TO_QUOTE = re.compile(r"[^\s\"'`]*"), re.compile(r"[^\r\n\"'`]*")
_STATED_END, _LOOSE_END = re.compile(r"[;&<]"), re.compile(r"[;&<,]")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_REFERENCE = re.compile(r"\$\{?\w.*|\$\(.*|\{.*|<[^>]*>?|\[.*|%\(.*|%\w+%|[.*xX…]+|\(.*")
_CODE = re.compile(
    r"[A-Za-z_][\w.]*[(\[].*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+[),\]:]*|[A-Z][a-z]+(?:[A-Z][a-z]+)+"
)
_PLAIN = re.compile(
    r"(?:none|null|nil|true|false|yes|no|str|string|bytes|int|bool|any|optional|secretstr|undefined|required|[-+]?[\d.]+"
    r"(?:e[-+]?\d+)?)[),;:\]}]*",
    re.IGNORECASE,
)
_SECRET_WORD = re.compile(r"passw|secret|token|key|\bpw\b|\bpass\b|auth|cred", re.IGNORECASE)
_PATH = re.compile(
    r"(?:~|\.{0,2})/[\w.-]+(?:/[\w.-]+)*/?|[A-Za-z]:\\.*|[\w.-]+\.(?:json|ya?ml|toml|txt|pem|key|pub|env|ini)"
)
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_DIGEST = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})", re.IGNORECASE
)
_TURN = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])")
_MIXED = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])")
_FLAG = re.compile(r"(?P<name>--?[A-Za-z][\w.-]{0,80})(?:=(?P<value>.*))?", re.DOTALL)
_LOGIN = re.compile(r"-u|--(?:[\w-]{0,40}-)?(?:user|auth|login|creds?|credentials?)", re.IGNORECASE)
_SHORT_NAME = re.compile(r"--(?:[\w-]{0,40}-)?(?:pw|pat)", re.IGNORECASE)
_USER_AND_PASSWORD = re.compile(r"[^:/\s]{1,80}:(?!//|\d{1,5}\Z)\S{3,}")
_PAIR = re.compile(r"(?P<name>[+~]{0,2}[A-Za-z_][\w./@-]{0,80})=(?P<value>.*)", re.DOTALL)


def redact(text: str) -> tuple[str, int]:
    """Return a text without its secrets, and how many were taken out. Lines stay lines, so a patch keeps its shape."""
    text, count = _redact_private_keys(text)
    if len(text) > _SHORT or HINT.search(text):  # in a long text each literal is found faster by itself
        for form in FORMS:
            if any(literal in text for literal in form.literals):
                text, found = form.pattern.subn(_without_group, text)
                count += found
    text, found = _redact_assignments(text)
    return text, count + found


def redact_words(words: Sequence[str]) -> tuple[list[str], int]:
    """Return the words of a command line without their secrets, and how many were taken out.

    A flag's value counts as named by the flag, in one word (``--token=X``) or in two (``--token X``).
    """
    result: list[str] = []
    count, kind = 0, ""
    for word in words:
        if kind and not word.startswith("--") and _gives_away(kind, word):
            result.append(REDACTED)
            count, kind = count + 1, ""
            continue
        kind = ""
        if (joined := _FLAG.fullmatch(word) or _PAIR.fullmatch(word)) and joined["value"]:
            if _gives_away(_stated_kind(joined["name"]), joined["value"]):
                result.append(word[: joined.start("value")] + REDACTED)
                count += 1
                continue
        elif joined:
            kind = _stated_kind(joined["name"])
        clean, found = redact(word)
        result.append(clean)
        count += found
    return result, count


def redact_tree(value: Any, name: str = "") -> tuple[Any, int]:
    """Return nested mappings and sequences without the secrets in their texts and names, and how many there were.

    ``name`` is what the value is called: a text under ``api_key`` goes whole.
    """
    if isinstance(value, str):
        if name and _gives_away(name_kind(name), value):
            return REDACTED, 1
        return redact(value)
    if isinstance(value, Mapping):
        pairs, count = {}, 0
        for key, item in value.items():
            label, found = redact(key) if isinstance(key, str) else (key, 0)
            clean, more = redact_tree(item, key if isinstance(key, str) else "")
            pairs[label] = clean
            count += found + more
        return pairs, count
    if isinstance(value, list | tuple):
        cleaned = [redact_tree(item, name) for item in value]
        items = [item for item, _ in cleaned]
        return items if isinstance(value, list) else tuple(items), sum(found for _, found in cleaned)
    return value, 0


def redact_bytes(data: bytes) -> tuple[bytes, int]:
    """Return bytes that are mostly text (a patch) without their secrets, and how many were taken out."""
    text, count = redact(data.decode("utf-8", "surrogateescape"))
    return (text.encode("utf-8", "surrogateescape"), count) if count else (data, 0)


def _without_group(match: re.Match[str]) -> str:
    whole, start = match.group(), match.start()
    return whole[: match.start(1) - start] + REDACTED + whole[match.end(1) - start :]


def _redact_private_keys(text: str) -> tuple[str, int]:
    """Take out the bodies of PEM and OpenPGP private keys, line by line, behind whatever a diff puts before them."""
    if "PRIVATE KEY" not in text:
        return text, 0
    pieces: list[str] = []
    count = position = 0
    begin, end = _BEGIN.search(text), _END.search(text)
    while begin:
        start = begin.end()
        # The end is looked for again only when it was passed: so time stays linear in the text.
        if end and end.start() < start:
            end = _END.search(text, start)
        following = _BEGIN.search(text, start)
        limit = min(start + _LONGEST_KEY, following.start() if following else len(text))
        stop = end.start() if end and end.start() <= limit else _end_of_key_lines(text, start)
        body = text[start:stop]
        pieces += (text[position:start], _blank_lines(body))
        count += bool(body.strip())
        position, begin = stop, following
    return "".join([*pieces, text[position:]]), count


def _end_of_key_lines(text: str, position: int) -> int:
    """Return where a key ends that nothing ends (a diff shows pieces): the rest of its line, and lines like a key's."""
    limit = position + _LONGEST_KEY
    run = _KEY_RUN.match(text, position, limit)
    position = run.end() if run else position
    while text[position - 1] == "\n" and position < limit and (line := _KEY_LINE.match(text, position)):
        if line.end() == position:
            break
        position = line.end()
    return position


def _blank_lines(body: str) -> str:
    """Put the sign for a secret in place of each line, keeping a diff's first column and the line breaks."""
    lines = body.split("\n")
    return "\n".join(
        line if not line.strip(" +-\r\t\"'") else (line[:1] if n and line[:1] in " +-" else "") + REDACTED
        for n, line in enumerate(lines)
    )


def _redact_assignments(text: str) -> tuple[str, int]:
    pieces: list[str] = []
    count = position = 0
    while match := ASSIGNMENT.search(text, position):
        span = _secret_span(text, match)
        if span is None:
            # On from behind the name, not behind the value: the value may be a name itself.
            pieces.append(text[position : match.start("sep")])
            position = match.start("sep")
            continue
        pieces += (text[position : span[0]], REDACTED)
        position = span[1]
        count += 1
    return "".join([*pieces, text[position:]]), count


def _secret_span(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    """Return where the secret stands that a name is given in running text, or None when it is none."""
    before = text[max(0, match.start() - _LONGEST_NAME) : match.start()]
    before = before[len(before.rstrip(_NAME_CHARACTERS)) :]
    name = before + text[match.start() : match.end("digits")]
    kind = name_kind(name)
    if not kind or not _is_given(text, match, match.start() - len(before), name):
        return None
    if match["quote"]:
        value = _quoted_value(match["quoted"], match["quote"])
        given = _gives_away(kind, value) and (not match["sep"].startswith(",") or _is_mixed(value))
        return _span(text, match.start("quoted"), value, match["quote"]) if given else None
    stated = name.startswith("--") or (name.isupper() and match["sep"] in {"=", ":", ": ", " "})
    value = _bare_value(match["bare"], stated=stated)
    if stated:
        given = _gives_away(_stated_kind(name), value)
    else:
        given = not _is_code(value) and (kind != "token" or _is_mixed(value)) and _gives_away(kind, value)
    return _span(text, match.start("bare"), value, "") if given else None


def _span(text: str, start: int, value: str, quote: str) -> tuple[int, int]:
    """Return where a value starts and ends; one longer than what was looked at goes on to its end."""
    stop = start + len(value)
    if len(value) >= _LONGEST_VALUE:
        rest = _TO_QUOTE if quote else _TO_SPACE
        stop = rest.match(text, stop).end()  # type: ignore[union-attr]  # it matches nothing at least
    return start, stop


def _is_given(text: str, match: re.Match[str], start: int, name: str) -> bool:
    """Whether what stands between a name and a value gives the one to the other."""
    sep = match["sep"]
    if sep.startswith(","):
        return bool(match["close"])
    if sep == ">":
        return text[max(0, start - 1) : start] == "<"
    if sep.strip():
        return True
    if match["close"]:
        return False
    if name.startswith("-"):
        return True
    line = text[max(0, start - 200) : start].rpartition("\n")[2]
    return (line.strip(" \t+") in _SETTERS and name.isupper()) or "login " in line or "machine " in line


def _quoted_value(text: str, quote: str) -> str:
    """Return what stands before the closing quote; without one, the first word, if it can be a value."""
    end = text.find(quote)
    while end > 0 and text[end - 1] == "\\" and len(quote) == 1:
        end = text.find(quote, end + 1)
    if end >= 0:
        return text[:end]
    if len(text) >= _LONGEST_VALUE:
        return text
    return "" if text[0] in " ),;:]}+." else text.split(maxsplit=1)[0]


def _bare_value(value: str, *, stated: bool) -> str:
    value = (_STATED_END if stated else _LOOSE_END).split(value, maxsplit=1)[0]
    return value if stated else value.rstrip(")]}")


def _is_code(value: str) -> bool:
    """Whether an unquoted value reads as an expression rather than as a text."""
    if _CODE.fullmatch(value):
        return True
    return _IDENTIFIER.fullmatch(value) is not None and _SECRET_WORD.search(value) is not None


def _stated_kind(name: str) -> NameKind:
    """The kind of a name that is an option or an environment variable: a value is stated there, never code."""
    if _LOGIN.fullmatch(name):
        return "login"
    if _SHORT_NAME.fullmatch(name):
        return "token"
    kind = name_kind(name)
    return "token" if kind == "likely" else kind


def _gives_away(kind: str, value: str) -> bool:
    """Whether a value under a name of this kind is to be taken out."""
    if not kind or not value or value == REDACTED or _REFERENCE.fullmatch(value):
        return False
    if kind == "login":
        return _USER_AND_PASSWORD.fullmatch(value) is not None
    if kind == "password":
        return not _PLAIN.fullmatch(value) or (value.isdigit() and len(value) > 3)
    if _PLAIN.fullmatch(value) or _PATH.fullmatch(value) or " " in value:
        return False
    if kind == "token":
        return len(value) >= 6
    return _is_mixed(value) if kind == "likely" else _looks_random(value)


def _is_mixed(value: str) -> bool:
    """Whether a value has letters and digits, and is long enough to be a key."""
    return len(value) >= 8 and _MIXED.match(value) is not None


def _looks_random(value: str) -> bool:
    """Whether a value reads as made by a machine, and not as a digest: letters and digits well mixed."""
    run = max(_RUN.findall(value), key=len, default="")
    return bool(run) and not _DIGEST.fullmatch(run) and len(_TURN.findall(run)) >= 4
