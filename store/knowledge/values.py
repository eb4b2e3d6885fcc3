"""Metrics and parameters as people write them: ``k=v`` words, and files in JSON, YAML or TOML.

Whatever the form, the result is flat: name → scalar, nested names joined with ``/``. Dates become ISO
text and lists become JSON text, so that every value is one the manifest can hold. Numbers are finite.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from ..errors import BadInputError, NotFoundError, StorageError
from ..nouns.manifest import Scalar

What = Literal["metric", "param", "tag"]
Locate = Callable[[str], str]

MAX_FILE = 16 * 1024 * 1024
"""Largest file of values that is read, in bytes."""
MAX_YAML = 2 * 1024 * 1024
"""Largest YAML that is read, in bytes: its parser takes seconds a megabyte."""
MAX_VALUES = 100_000
"""Most values one file may hold once YAML's aliases are written out."""
MAX_DEPTH = 64
MAX_NAME = 512
"""Longest name of a value, in characters, those it is nested in included."""

_INT = re.compile(r"[-+]?(?:0|[1-9]\d*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "none": None}
_INT64 = 2**63


def parse_pairs(words: Iterable[str], what: What) -> dict[str, Scalar]:
    """Read ``k=v`` words.

    A metric's value is a finite number, a tag's is text as it stands. A parameter's is read as an
    integer, a number, ``true``/``false``, ``null``/``none``, else text; double quotes keep it text
    (``seed='"7"'``).

    Raises:
        BadInputError: no ``=``, no name, a name given twice, or a metric that is no finite number.
    """
    values: dict[str, Scalar] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise BadInputError(
                f"{word!r} is not a {what}: it has no {'name' if equals else 'value'}",
                hint=f"Write name=value, such as {_EXAMPLES[what]}.",
            )
        if key in values:
            raise BadInputError(f"the {what} {key!r} is given twice", hint="Leave one of the two out.")
        values[key] = _READERS[what](key, text)
    return values


def read_values_file(path: str | os.PathLike[str], what: What = "param") -> dict[str, Scalar]:
    """Read a file of metrics or parameters; ``-`` is standard input.

    The ending says the form: ``.json``, ``.yaml``/``.yml``, ``.toml``; any other is tried as JSON, then
    as YAML. With ``what="metric"`` each value must be a finite number.

    Raises:
        NotFoundError: there is no such file.
        StorageError: it can't be read, or is a directory.
        BadInputError: it is larger than ``MAX_FILE``, malformed (the message names line and column),
            has a key twice, or a value that can't be kept (the message names the key).
    """
    name = "standard input" if path == "-" else os.fspath(path)
    text = _read_text(os.fspath(path), name)
    tree = _parse(text, name)
    if tree is None:
        raise BadInputError(f"{name} is empty", hint=f"It should hold {what}s: names and values.")
    if not isinstance(tree, Mapping):
        raise BadInputError(
            f"{name} holds {_describe(tree)} where names and values are expected",
            hint='Write a mapping, such as {"accuracy": 0.93}.',
        )
    return flatten(tree, what, name)


def flatten(tree: Mapping[Any, Any], what: What, where: str) -> dict[str, Scalar]:
    """Return a tree of metrics or parameters as flat names → scalars; ``where`` begins every complaint.

    Numbers of array libraries (anything with ``item()``, such as a NumPy or torch scalar) count as numbers.

    Raises:
        BadInputError: a value that can't be kept, a name that comes out twice, or too many of them.
    """
    if not isinstance(tree, Mapping):
        raise BadInputError(f"{where} is {_describe(tree)} where names and values are expected")
    values: dict[str, Scalar] = {}
    _flatten(tree, "", what, values, _Budget(where), 0)
    return values


# -- k=v words ----------------------------------------------------------------------------------

_EXAMPLES: dict[str, str] = {"metric": "accuracy=0.93", "param": "lr=1e-4", "tag": "owner=alice"}


def _metric_word(key: str, text: str) -> Scalar:
    value = float(text) if _FLOAT.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise BadInputError(
            f"the metric {key!r} is {text!r}, which is not a finite number",
            hint=f"Write a number, such as {key}=0.93; text belongs in --param or --tag.",
        )
    return value


def _param_word(_key: str, text: str) -> Scalar:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text) and len(text) < 20 and -_INT64 <= int(text) < _INT64:
        return int(text)
    if _FLOAT.fullmatch(text) and not text.lstrip("+-").isdigit() and math.isfinite(float(text)):
        return float(text)
    if len(text) >= 2 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text


def _tag_word(_key: str, text: str) -> Scalar:
    return text


_READERS: dict[str, Callable[[str, str], Scalar]] = {
    "metric": _metric_word,
    "param": _param_word,
    "tag": _tag_word,
}


# -- bytes → text → tree --------------------------------------------------------------------------


def _read_text(path: str, name: str) -> str:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MAX_FILE + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {name}", hint="Check the path.") from None
    except IsADirectoryError:
        raise StorageError(f"{name} is a directory", hint="Name the file inside it.") from None
    except PermissionError:
        raise StorageError(f"{name} may not be read by this user", hint=f"Try: chmod u+r {name}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StorageError(f"{name} can't be read: {reason}") from None
    if len(data) > MAX_FILE:
        raise BadInputError(
            f"{name} is larger than {MAX_FILE // 2**20} MiB, too large for a file of values",
            hint="Keep the few numbers that describe the version; register long records as files.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{name} is not text in UTF-8: byte {error.start:,} is 0x{data[error.start]:02x}",
            hint="Save it as UTF-8; a binary file can't hold values.",
        ) from None


def _parse(text: str, name: str) -> Any:
    ending = os.path.splitext(name)[1].lower()
    reader = {".json": _json, ".yaml": _yaml, ".yml": _yaml, ".toml": _toml}.get(ending, _guess)
    try:
        return reader(text, name)
    except RecursionError:
        raise BadInputError(f"{name} is nested too deeply", hint="Flatten it.") from None


def _guess(text: str, name: str) -> Any:
    try:
        return _json(text, name)
    except BadInputError:
        if text.lstrip()[:1] in {"{", "["}:
            raise
    return _yaml(text, name)


def _malformed(name: str, form: str, line: int, column: int, problem: str) -> BadInputError:
    return BadInputError(
        f"{name}, line {line}, column {column}: {problem}", hint=f"The file must be valid {form}."
    )


def _json(text: str, name: str) -> Any:
    if not text.strip():
        return None

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise _twice(name, twice)
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        problem = error.msg[:1].lower() + error.msg[1:]
        raise _malformed(name, "JSON", error.lineno, error.colno, problem) from None
    except ValueError as error:  # an integer of thousands of digits
        raise BadInputError(f"{name}: {error}", hint="Write such a number as text.") from None


def _toml(text: str, name: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text) or None
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(error), re.DOTALL)
        if found is None:
            end = text.count("\n") + 1
            problem = str(error).removesuffix(" (at end of document)")
            raise _malformed(name, "TOML", end, len(text) - text.rfind("\n"), problem) from None
        raise _malformed(name, "TOML", int(found[2]), int(found[3]), found[1]) from None
    except ValueError as error:
        raise BadInputError(f"{name}: {error}", hint="Write such a value as text.") from None


def _yaml(text: str, name: str) -> Any:
    from .yaml_values import YamlProblem, load

    if len(text) > MAX_YAML:
        raise BadInputError(
            f"{name} is larger than {MAX_YAML // 2**20} MiB, too large for YAML", hint="Write it as JSON."
        )
    try:
        return load(text, MAX_VALUES)
    except YamlProblem as error:
        raise _malformed(name, "YAML", error.line, error.column, error.problem) from None


def _twice(name: str, key: str) -> BadInputError:
    return BadInputError(f"{name}: the key {key!r} is there twice", hint="Leave one of the two out.")


# -- tree → flat ----------------------------------------------------------------------------------


class _Budget:
    """Counts values, so that a few lines of YAML aliases can't become millions of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left = MAX_VALUES

    def spend(self, depth: int) -> None:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            much = "nested too deeply" if depth > MAX_DEPTH else f"more than {MAX_VALUES:,} values"
            raise BadInputError(
                f"{self.name} is {much}" if depth > MAX_DEPTH else f"{self.name} holds {much}",
                hint="Keep the few values that describe the version.",
            )


def _flatten(
    tree: Mapping[Any, Any], above: str, what: What, into: dict[str, Scalar], budget: _Budget, depth: int
) -> None:
    for key, value in tree.items():
        budget.spend(depth)
        path = _name(above, _key_text(key), budget.name)
        if isinstance(value, Mapping):
            _flatten(value, path + "/", what, into, budget, depth + 1)
            continue
        if path in into:
            raise _twice(budget.name, path)
        into[path] = _scalar(value, path, what, budget)


def _name(above: str, key: str, where: str) -> str:
    if not key:
        raise BadInputError(f"{where}: a name is empty", hint="Give each value a name.")
    path = f"{above}{key}"
    if len(path) > MAX_NAME:
        raise BadInputError(
            f"{where}: the name {path[:40] + '…'!r} has {len(path):,} characters; {MAX_NAME} is the most",
            hint="Shorten it.",
        )
    return _encodable(path, f"{where}: a key")


def _key_text(key: object) -> str:
    if isinstance(key, bool) or key is None:
        return json.dumps(key)
    return key.isoformat() if hasattr(key, "isoformat") else str(key)


def _scalar(value: Any, path: str, what: What, budget: _Budget) -> Scalar:
    where = f"{budget.name}: {path!r}"
    if not isinstance(value, str | int | float | list | tuple) and callable(getattr(value, "item", None)):
        value = _item(value, where)
    if what == "metric":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInputError(
                f"{where} is {_describe(value)}; a metric is a finite number",
                hint="Keep numbers in the metrics file; text and lists belong in --params-file.",
            )
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise BadInputError(f"{where} is {value}; a metric is a finite number", hint="Leave it out.")
        return number
    if isinstance(value, list | tuple):
        return json.dumps(_plain(value, where, budget, 0), ensure_ascii=False)
    return _plain_scalar(value, where)


def _item(value: Any, where: str) -> Any:
    try:
        return value.item()
    except (RuntimeError, TypeError, ValueError) as error:
        raise BadInputError(f"{where} is an array of many values", hint="Reduce it to one number.") from error


def _plain(value: Any, where: str, budget: _Budget, depth: int) -> Any:
    budget.spend(depth)
    if isinstance(value, Mapping):
        return {_key_text(key): _plain(item, where, budget, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, where, budget, depth + 1) for item in value]
    return _plain_scalar(value, where)


def _plain_scalar(value: Any, where: str) -> Scalar:
    if isinstance(value, str):
        return _encodable(str(value), where)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if -_INT64 <= value < _INT64:
            return int(value)
        raise BadInputError(f"{where} has more than 64 bits", hint="Write it as text, in quotes.")
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        raise BadInputError(f"{where} is {value}, not a finite number", hint="Leave it out, or quote it.")
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise BadInputError(f"{where} is {_describe(value)}, which can't be kept", hint="Write it as text.")


def _encodable(text: str, where: str) -> str:
    # JSON can spell half a surrogate pair, which no file or terminal can hold.
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInputError(
            f"{where} holds half a character (a lone surrogate)", hint="Leave it out."
        ) from None
    return text


def _describe(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the word {json.dumps(value)}"
    if isinstance(value, str):
        return f"the text {value if len(value) <= 40 else value[:40] + '…'!r}"
    names = {list: "a list", dict: "a mapping", int: "a number", float: "a number", bytes: "binary data"}
    return names.get(type(value), f"a {type(value).__name__}")
