"""The opcodes of protocols 0 to 5 (``pickletools`` in Python's library describes them): what each has the machine do."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from .stream import MAX_KEPT, Ended, Exhausted
from .values import UNKNOWN, Bag, Data, Lost, Pairs

if TYPE_CHECKING:
    from .machine import Machine

Opcode: TypeAlias = "Callable[[Machine], None]"

_FLOAT = struct.Struct(">d")
_MAX_DIGITS = 100
_DIGITS = re.compile(r"[0-9a-fA-FxXoO_+L-]*")
_BYTES_KEPT = 64
"""Bytes that are kept of a value of bytes; single numbers of NumPy are shorter."""
_ESCAPED = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPES = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
    b"\n": b"",
}

# -- numbers ------------------------------------------------------------------------------------------


def _line(m: Machine) -> str | None:
    line = m.stream.line(long=not m.strict)
    return None if line is None else line.decode("latin-1")


def _whole(text: str | None) -> Any:
    if text is not None and len(text) > _MAX_DIGITS:
        text = text.strip().lstrip("0") or "0"
    if text is None or len(text) > _MAX_DIGITS:
        is_number = text is None or _DIGITS.fullmatch(text.strip())
        return Lost("number", MAX_KEPT if text is None else len(text)) if is_number else UNKNOWN
    for base in (10, 0):  # C reads 0x10, too
        with suppress(ValueError):
            return int(text.strip().rstrip("L"), base)
    return UNKNOWN


def _whole_line(m: Machine) -> None:
    text = _line(m)
    value = text == "01" if text in ("00", "01") else _whole(text)
    if value is UNKNOWN:
        m.bad(f"before byte {m.stream.at:,} a number is none")
    m.push(value)


def _float_line(m: Machine) -> None:
    text = _line(m)
    try:
        m.push(UNKNOWN if text is None else float(text))
    except ValueError:
        m.bad(f"before byte {m.stream.at:,} a number is none")
        m.push(UNKNOWN)


def _long(m: Machine, size: int) -> None:
    if size > _MAX_DIGITS:
        m.stream.skip(size)
        m.push(Lost("number", size))
    else:
        m.push(int.from_bytes(m.stream.take(size), "little", signed=True))


# -- texts and bytes ------------------------------------------------------------------------------------


def _quoted_line(m: Machine) -> None:
    quote = m.stream.take(1)
    if quote not in (b"'", b'"'):
        m.bad(f"before byte {m.stream.at:,} a text has no quotes")
    line = m.stream.line()
    if line is None:
        m.push(Lost("text", MAX_KEPT))
    elif not line.rstrip().endswith(quote):
        m.bad(f"before byte {m.stream.at:,} a text has no quotes")
        m.push(UNKNOWN)
    else:
        m.push(_old_text(_ESCAPED.sub(_unescaped, line.rstrip()[:-1])))


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1] or found[2]:
        return bytes([int(found[1], 16) if found[1] else int(found[2], 8) & 0xFF])
    return _ESCAPES.get(found[3], found[3] if found[3] in (b"\\", b"'", b'"') else found[0])


def _old_string(m: Machine, size: int) -> None:
    """Take a text of Python 2, or bytes: who loads it chooses which, and the encoding."""
    at = m.stream.at
    if size > MAX_KEPT:
        m.stream.skip(size)
        m.push(Lost("text", size))
    else:
        m.push(_old_text(m.stream.take(size)))
    m.look_within(Data(size, at))


def _old_text(data: bytes) -> Any:
    return data.decode("ascii") if data.isascii() else Lost("text", len(data))


def _text_line(m: Machine) -> None:
    line = m.stream.line()
    try:
        m.push(Lost("text", MAX_KEPT) if line is None else line.decode("raw-unicode-escape"))
    except UnicodeDecodeError:
        m.push(UNKNOWN)


def _text(m: Machine, size: int) -> None:
    if size > MAX_KEPT:
        m.stream.skip(size)
        m.push(Lost("text", size))
        return
    try:
        m.push(m.stream.take(size).decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        m.bad(f"before byte {m.stream.at:,} a text is not UTF-8")
        m.push(UNKNOWN)


def _bytes(m: Machine, size: int, *, mutable: bool = False) -> None:
    at = m.stream.at
    if size <= _BYTES_KEPT:
        m.data(Data(size, at, m.stream.take(size), mutable))
    else:
        m.stream.skip(size)
        m.data(Data(size, at, mutable=mutable))


# -- containers -----------------------------------------------------------------------------------------


def _paired(items: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(items[::2], items[1::2], strict=False))


def _drop_marked(m: Machine) -> None:
    m.since_mark()


def _set_item(m: Machine) -> None:
    value, key = m.pop(), m.pop()
    m.set_items([(key, value)], "SETITEM")


def _two(m: Machine) -> None:
    second, first = m.pop(), m.pop()
    m.push((first, second))


def _three(m: Machine) -> None:
    third, second, first = m.pop(), m.pop(), m.pop()
    m.push((first, second, third))


# -- imports and calls ------------------------------------------------------------------------------------


def _global(m: Machine) -> None:
    module: str | None = None
    try:
        module = _name(m)
        name = _name(m)
    except Ended as error:  # the end of the data ends a line, too, and costs it its last character
        rest = error.rest[:-1].decode("utf-8", "backslashreplace")
        m.import_name(*((rest, "") if module is None else (module, rest)))
        raise
    m.import_name(module, name)


def _name(m: Machine) -> str | None:
    line = m.stream.line(long=not m.strict)
    if line is None and m.strict:
        raise Exhausted("it imports by a name that is too long to be kept")
    return None if line is None else line.decode("utf-8", "backslashreplace")


def _stack_global(m: Machine) -> None:
    name, module = m.pop(), m.pop()
    m.import_name(module, name)


def _reduce(m: Machine) -> None:
    args, callee = m.pop(), m.pop()
    m.call(callee, args, "REDUCE")


def _new(m: Machine) -> None:
    args, callee = m.pop(), m.pop()
    m.new(callee, args, "NEWOBJ")


def _new_with_keywords(m: Machine) -> None:
    keywords, args, callee = m.pop(), m.pop(), m.pop()
    m.new(callee, args, "NEWOBJ_EX", keywords)


def _instance(m: Machine) -> None:
    _global(m)
    callee = m.pop()
    m.call(callee, tuple(m.since_mark()), "INST")


def _object(m: Machine) -> None:
    items = m.since_mark()
    if not items:
        m.bad(f"at byte {m.stream.at - 1:,} an object has no class")
        items = [UNKNOWN]
    m.call(items[0], tuple(items[1:]), "OBJ")


def _nothing(_machine: Machine) -> None:
    """Do nothing."""


_BY_CODE: dict[bytes, Opcode] = {
    b"(": lambda m: m.mark(),
    b".": lambda m: m.stop(),
    b"0": lambda m: m.drop(),
    b"1": _drop_marked,
    b"2": lambda m: m.double(),
    b"F": _float_line,
    b"I": _whole_line,
    b"J": lambda m: m.push(int.from_bytes(m.stream.take(4), "little", signed=True)),
    b"K": lambda m: m.push(m.stream.byte()),
    b"L": _whole_line,
    b"M": lambda m: m.push(m.stream.number(2)),
    b"N": lambda m: m.push(None),
    b"P": lambda m: m.find_stored(_line(m)),
    b"Q": lambda m: m.find_stored(m.pop()),
    b"R": _reduce,
    b"S": _quoted_line,
    b"T": lambda m: _old_string(m, m.stream.number(4)),
    b"U": lambda m: _old_string(m, m.stream.byte()),
    b"V": _text_line,
    b"X": lambda m: _text(m, m.stream.number(4)),
    b"a": lambda m: m.append([m.pop()], "APPEND"),
    b"b": lambda m: m.build(),
    b"c": _global,
    b"d": lambda m: m.push(Pairs(_paired(m.since_mark()))),
    b"}": lambda m: m.push(Pairs()),
    b"e": lambda m: m.append(m.since_mark(), "APPENDS"),
    b"g": lambda m: m.get(_whole(_line(m))),
    b"h": lambda m: m.get(m.stream.byte()),
    b"i": _instance,
    b"j": lambda m: m.get(m.stream.number(4)),
    b"l": lambda m: m.push(m.since_mark()),
    b"]": lambda m: m.push([]),
    b"o": _object,
    b"p": lambda m: m.put(_whole(_line(m))),
    b"q": lambda m: m.put(m.stream.byte()),
    b"r": lambda m: m.put(m.stream.number(4)),
    b"s": _set_item,
    b"t": lambda m: m.push(tuple(m.since_mark())),
    b")": lambda m: m.push(()),
    b"u": lambda m: m.set_items(_paired(m.since_mark()), "SETITEMS"),
    b"G": lambda m: m.push(_FLOAT.unpack(m.stream.take(8))[0]),
    b"\x80": lambda m: m.stream.skip(1),
    b"\x81": _new,
    b"\x82": lambda m: m.import_extension(m.stream.number(1)),
    b"\x83": lambda m: m.import_extension(m.stream.number(2)),
    b"\x84": lambda m: m.import_extension(m.stream.number(4)),
    b"\x85": lambda m: m.push((m.pop(),)),
    b"\x86": _two,
    b"\x87": _three,
    b"\x88": lambda m: m.push(True),
    b"\x89": lambda m: m.push(False),
    b"\x8a": lambda m: _long(m, m.stream.byte()),
    b"\x8b": lambda m: _long(m, m.stream.number(4)),
    b"B": lambda m: _bytes(m, m.stream.number(4)),
    b"C": lambda m: _bytes(m, m.stream.byte()),
    b"\x8c": lambda m: _text(m, m.stream.byte()),
    b"\x8d": lambda m: _text(m, m.stream.number(8)),
    b"\x8e": lambda m: _bytes(m, m.stream.number(8)),
    b"\x8f": lambda m: m.push(Bag([])),
    b"\x90": lambda m: m.append(m.since_mark(), "ADDITEMS"),
    b"\x91": lambda m: m.push(Bag(m.since_mark())),
    b"\x92": _new_with_keywords,
    b"\x93": _stack_global,
    b"\x94": lambda m: m.put(),
    b"\x95": lambda m: m.enter_frame(m.stream.number(8)),
    b"\x96": lambda m: _bytes(m, m.stream.number(8), mutable=True),
    b"\x97": lambda m: m.push(UNKNOWN),
    b"\x98": _nothing,
}

OPCODES: list[Opcode | None] = [_BY_CODE.get(bytes([code])) for code in range(256)]
"""Byte → what it has the machine do; None for one that is no opcode."""
OPCODE_BYTES = frozenset(code for code, opcode in enumerate(OPCODES) if opcode is not None)
