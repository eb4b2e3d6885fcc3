"""config.toml: what a person may set. Every key has a default; a wrong value names its line and the choices."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import BadConfigError, BusyError, StorageError
from ..nouns.capture import PARTS, Part

if TYPE_CHECKING:
    from ..nouns.keys import KeySetting
    from ..nouns.policy import Policy
    from ..nouns.screen import ScreenSettings
    from .policy import PolicyProblem

TEMPLATE = """\
# mvtui store settings. Every line is optional; these are the defaults.

[lock]
# timeout = "30s"    # how long a command waits for another writer

[gc]
# grace = "14d"      # how long deleted objects stay in trash/

[capture]
# parts = ["git", "python", "system", "gpu", "command", "scheduler"]    # what register records of its surroundings
# timeout = "5s"     # how long git may take
# patch_limit = "1 MB"    # uncommitted changes up to this size are kept

[metrics]
# higher = []        # names for which more is better where mvtui doesn't know: ["my_index", "custom/*"]
# lower = []         # names for which less is

[live]
# copy = false       # true: live/ holds copies, for readers who see nothing of the store but live/

# Lines that begin with # and no space are examples, not defaults.

[keys]               # the full screen's; a person's own, in ~/.config/mvtui/config.toml, come before these
#"list.filter" = ["/", "ctrl-o"]    # actions are listed in the README

[screen]             # likewise
#columns = ["version", "stage", "metric", "delta", "age", "author", "tags"]

[access]             # who may do what; left out: everyone who can write the store. "@name" is a Unix group
#promote = { production = ["@ml-leads"] }
#rollback = ["alice", "@ml-leads"]
#override = ["alice"]

[adapters]
# base_in_stage = true    # false: an adapter may enter a stage before its base

#[[gate]]            # what a version must show to enter a stage; as many as you like
#stage = "production"
#metric = "accuracy"
#dataset = "test"
#min = 0.9
#within = "2%"       # no worse than what is in production, by more
"""

SPAN = 'a number and a unit (s, m, h, d, w), such as "30s" or "14d"'
"""How a span of time is written."""

_GOVERNING = frozenset({"gate", "access", "adapters"})
"""Tables that say what versions must show, and who may do what."""
_STILL_NS = 20_000_000  # nanoseconds since its last change after which the file is believed
_TRIES = 25
_SHOWN = 200  # characters of a bad value in a message
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d{1,9})\s*([smhdw])", re.ASCII)


class Config(msgspec.Struct, frozen=True):
    """The settings in force. Durations are in seconds; metrics are names, or patterns with ``*`` and ``?``.

    ``policy`` is None without gates and access rules. ``keys`` and ``screen`` are for the full screen, which checks them;
    ``screen`` is None where nothing is said of it.
    """

    lock_timeout: int = 30
    gc_grace: int = 14 * 86400
    writing_host: str = ""
    metrics_higher: tuple[str, ...] = ()
    metrics_lower: tuple[str, ...] = ()
    capture_parts: tuple[Part, ...] = PARTS
    capture_timeout: int = 5
    capture_patch_limit: int = 10**6
    live_copy: bool = False
    keys: tuple[KeySetting, ...] = ()
    screen: ScreenSettings | None = None
    policy: Policy | None = None


def stamp(path: str) -> tuple[int, ...] | None:
    """Return what tells one state of the file from the next; None without a file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def load(path: str) -> Config:
    """Read config.toml; a missing file means the defaults.

    Raises:
        BadConfigError: not TOML, an unknown key, or a bad value; the message names file and line.
        StorageError: it can't be read.
        BusyError: someone writes it again and again.
    """
    try:
        text = _read(path)
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(
            f"could not read {path}: {error}", hint="Check its mode and encoding (UTF-8)."
        ) from error
    if not _says_something(text):
        return Config()  # nothing but comments and headings: spare the import of a TOML parser at every start
    return _parse(text, path)


def _read(path: str) -> str:
    """Return what the file says once it lies still; nothing without a file.

    Most editors empty a file, or take it away, and then write: what is there in between would let everyone do everything.
    """
    for _ in range(_TRIES):
        before = stamp(path)
        changed = before[-1] if before is not None else os.stat(os.path.dirname(path)).st_ctime_ns
        if 0 <= (age := time.time_ns() - changed) < _STILL_NS:
            time.sleep((_STILL_NS - age) / 1e9)
            continue
        text = ""
        with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
            text = file.read()
        if stamp(path) == before:
            return text
    raise BusyError(f"{path} keeps changing", hint="Try again when it is written.")


def _parse(text: str, path: str) -> Config:
    import tomllib

    try:
        tables = tomllib.loads(text)
    except (
        ValueError,
        RecursionError,
    ) as error:  # no TOML; or numbers, or lists in lists, that Python won't read
        raise BadConfigError(
            f"{path}: {error}", hint="Mend that line, or delete the file for the defaults."
        ) from error
    values: dict[str, Any] = {}
    if not _GOVERNING.isdisjoint(tables):
        values["policy"] = _governing(tables, text, path)
    if "keys" in tables:
        from ..nouns.keys import read_keys

        values["keys"] = read_keys(tables.pop("keys"), text, path)
    if "screen" in tables:
        from ..nouns.screen import read_screen

        if (said := tables.pop("screen")) != {}:
            values["screen"] = read_screen(said, text, path)
    values |= _plain(tables, text, path)
    if both := set(values.get("metrics_higher", ())) & set(values.get("metrics_lower", ())):
        raise _bad(
            text, path, "lower", f"{min(both)!r} is in metrics.higher too", "a metric has one direction"
        )
    said = Config(**values)
    if said.policy is None:
        return said
    return msgspec.structs.replace(said, policy=said.policy.directed(said.metrics_higher, said.metrics_lower))


def _plain(tables: dict[str, Any], text: str, path: str) -> dict[str, Any]:
    """Return what the tables say whose keys hold one value each."""
    values: dict[str, Any] = {}
    for table, keys in tables.items():
        if table not in _KEYS or not isinstance(keys, dict):
            known = ", ".join(sorted({*_KEYS, "access", "adapters", "keys", "screen", "[gate]"}))
            raise _bad(text, path, table, f"unknown table [{table}]", f"known: {known}")
        for key, value in keys.items():
            if key not in _KEYS[table]:
                known = ", ".join(sorted(_KEYS[table]))
                raise _bad(text, path, key, f"unknown key {table}.{key}", f"known in [{table}]: {known}")
            field, read, allowed = _KEYS[table][key]
            try:
                values[field] = read(value)
            except (TypeError, ValueError):
                raise _bad(
                    text, path, key, f"{table}.{key} = {shown(value)} is not allowed", f"allowed: {allowed}"
                ) from None
    return values


def _governing(tables: dict[str, Any], text: str, path: str) -> Policy | None:
    """Take out the tables that govern stages; return what they say, None where that is nothing."""
    from . import policy  # here, and not for every command: most stores have none

    try:
        found = policy.read(*(tables.pop(name, {} if name != "gate" else []) for name in policy.TABLES))
    except policy.PolicyProblem as problem:
        raise _misplaced(text, path, problem) from None
    return found if found.encode() else None


def _bad(text: str, path: str, word: str, what: str, allowed: str, *, after: int = 0) -> BadConfigError:
    """Return the error for a word, looked for from line ``after`` + 1 on."""
    pattern = re.compile(rf"^\s*(?:\[\s*)?\"?{re.escape(word)}\b")
    lines = list(enumerate(text.splitlines(), 1))
    line = next((n for n, content in lines[after:] if pattern.match(content)), max(after, 1))
    return BadConfigError(f"{path}, line {line}: {what}; {allowed}", hint="Mend that line, or delete it.")


def _misplaced(text: str, path: str, problem: PolicyProblem) -> BadConfigError:
    """Return the error for a mistake in the gates, in [access] or in [adapters], with its line."""
    heading = re.compile(
        r"^\s*\[\[\s*gate\s*\]\]" if problem.table == "gate" else rf"^\s*\[\s*{problem.table}\b"
    )
    places = [n for n, content in enumerate(text.splitlines(), 1) if heading.match(content)]
    after = places[problem.at] if problem.at < len(places) else 0
    return _bad(text, path, problem.key, problem.what, problem.allowed, after=after)


def shown(value: object) -> str:
    """Return a value as a message about it has it."""
    try:
        found = repr(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "such a number"
    return found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"


def duration(value: object) -> int:
    """Return a span of time in seconds.

    Raises:
        ValueError: it isn't written as ``SPAN`` says.
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError
    return int(match[1]) * _UNITS[match[2]]


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


_SIZES = {
    "": 1,
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
}
_SIZE = r"(\d{1,9})\s*([kMG]?B|[KMG]iB|)"


def _bytes(value: object) -> int:
    match = re.fullmatch(_SIZE, value) if isinstance(value, str) else None
    if match is None:
        raise ValueError
    return int(match[1]) * _SIZES[match[2]]


def _parts(value: object) -> tuple[Part, ...]:
    if not isinstance(value, list) or not set(value) <= set(PARTS):
        raise ValueError
    return tuple(part for part in PARTS if part in value)


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_text, value))


_NAMES = 'a list of names of metrics, such as ["my_index", "custom/*"]'
_KEYS: dict[str, dict[str, tuple[str, Callable[[object], Any], str]]] = {
    "lock": {"timeout": ("lock_timeout", duration, SPAN)},
    "gc": {"grace": ("gc_grace", duration, SPAN)},
    "capture": {
        "parts": ("capture_parts", _parts, f"a list of some of: {', '.join(PARTS)}; [] for none"),
        "timeout": ("capture_timeout", duration, SPAN),
        "patch_limit": ("capture_patch_limit", _bytes, 'a number and a unit (B, kB, MB, GB), such as "1 MB"'),
    },
    "metrics": {
        "higher": ("metrics_higher", _names, _NAMES),
        "lower": ("metrics_lower", _names, _NAMES),
    },
    "live": {"copy": ("live_copy", _flag, "true or false")},
    "store": {
        "writing_host": (
            "writing_host",
            _text,
            "the name of the one host that may write, as hostname prints it",
        )
    },
}
_HEADINGS = frozenset(f"[{table}]" for table in (*_KEYS, "access", "adapters", "keys", "screen"))


def _says_something(text: str) -> bool:
    """Whether a line is more than a comment or the heading of a known table."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return any(line and line not in _HEADINGS for line in lines)
