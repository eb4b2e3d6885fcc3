"""What the code in a TorchScript archive could do to files when it is loaded: its ``__setstate__`` runs then.

It has a language of its own that can't import anything, but calls PyTorch's operators, and some of these write files:
``torch.from_file(path, True, …)`` maps one, and makes it if it is not there. The code is text (Python's syntax) in ``code/*.py``, or, for
mobile devices, in a pickle that names operators. What is looked at are the words in it, so that no way of writing hides one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BYTECODE = "bytecode.pkl"

_FILES = re.compile(rb"(?<!\w)(from_file|read_file|write_file|rpc_sync|rpc_async|rpc_remote)(?!\w)")
_GAP = rb"[\s\\]*"
_SAVE = re.compile(
    rb"(?<!\w)(?:torch"
    + _GAP
    + rb"\.|ops"
    + _GAP
    + rb"\."
    + _GAP
    + rb"\w+"
    + _GAP
    + rb"\.|aten::)"
    + _GAP
    + rb"save(?!\w)"
)
_ANY_SAVE = re.compile(rb"(?<!\w)save(?!\w)")
_OPERATOR = re.compile(
    rb"(?<!\w)ops" + _GAP + rb"\." + _GAP + rb"(\w+)" + _GAP + rb"\." + _GAP + rb"(\w+)|(?<!\w)(\w+)::(\w+)"
)
_ALIAS = re.compile(rb"(?<![\w.\"'])(torch|ops)(?!\w)(?!" + _GAP + rb"\.)")
_COMPUTED = re.compile(rb"(?<!\w)getattr(?!\w)[^)\n]*\\")
_PLAIN = frozenset(
    (
        b"aten",
        b"prim",
        b"prims",
        b"quantized",
        b"quantized_decomposed",
        b"sparse",
        b"torchvision",
        b"inductor",
    )
)
"""Operators' namespaces that only compute."""


class Found(NamedTuple):
    """What some code calls: names that reach files, and those of which nothing is known here."""

    unsafe: tuple[str, ...]
    unknown: tuple[str, ...]


def calls(code: bytes) -> Found:
    """Return what a piece of code may call that does more than compute."""
    unsafe = [f"torch.{name.decode()} (TorchScript)" for name in _FILES.findall(code)]
    unknown = []
    if _SAVE.search(code):
        unsafe.append("torch.save (TorchScript)")
    elif _ANY_SAVE.search(code):
        unknown.append("save (TorchScript)")
    for one, name, other, called in _OPERATOR.findall(code):
        if (space := one or other) not in _PLAIN:
            label = b"%s.%s" % (space, name or called)
            unknown.append(f"torch.ops.{label.decode('ascii', 'backslashreplace')} (TorchScript)")
    if _ALIAS.search(code):
        unknown.append("torch by another name (TorchScript)")
    if _COMPUTED.search(code):
        unknown.append("getattr by a name that is not written out (TorchScript)")
    return Found(tuple(dict.fromkeys(unsafe)), tuple(dict.fromkeys(unknown)))
