"""What the pickles of a file would import and call when loaded, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ....nouns.pickles import Pickles, PickleVerdict
from . import conduct, names
from .harmless import CONDITIONAL, LOADS_BYTES, WRAPPER
from .values import UNKNOWN, Bag, Data, Global, Lost, Made, Pairs, Stored, class_of, is_lost_data, is_made_by

DTYPE_NAME = "dtype"
"""How joblib's arrays of objects go on, read as one pickle with what is before them: a number of the memo means another text then, and
NumPy's type seems to be imported from a module of that name. Whatever module has one, it is a type."""
MAX_NAMES = 10_000
"""Most names of one sort that are kept."""
MAX_CALLS = 20
_SHOWN = 60


class Judge:
    """Takes note of what the machine meets. ``script`` says that it looks at a TorchScript archive.

    ``called`` tells whether something imported was called: then it is a pickle, whatever else it looks like. A ``wary`` judge is
    shown bytes that may be no pickle at all: what only makes sense in one is not believed.
    """

    def __init__(self, *, script: bool = False, wary: bool = False) -> None:
        self.script, self.wary = script, wary
        self.called = False
        self.imports: dict[str, None] = {}
        self.unsafe: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.unread: dict[str, None] = {}
        self.calls: dict[str, None] = {}
        self._lent: dict[str, int] = {}
        """Name with a condition → how often it was taken up, less how often it was used as it may be."""

    def imported(self, found: Global) -> bool:
        """Take note of an import; return False for what is none."""
        if self.wary and not (names.is_name(found.module) and names.is_name(found.name)):
            return False
        if self.wary and found.kind == "unknown" and found.name == DTYPE_NAME:
            return True
        _note(self.imports, found.label)
        if found.kind == "unsafe":
            _note(self.unsafe, found.label)
        elif found.kind == "unknown":
            _note(self.unknown, found.label)
        return True

    def taken(self, found: Global) -> None:
        """Take note that a global was put on the stack, by an import or from the memo."""
        if self._is_lent(found):
            self._lent[found.label] = self._lent.get(found.label, 0) + 1

    def _is_lent(self, found: Global) -> bool:
        """Whether a name may be used in one way only. What joblib's means matters to joblib, to which a judge is never wary."""
        return found.label in CONDITIONAL and not (self.wary and found.label == WRAPPER)

    def call(self, callee: Any, args: Any, how: str) -> None:
        """Take note of a call: of what, with what, by which opcode."""
        found = class_of(callee)
        if found is None:
            if self._is_made(callee) and (not self.wary or isinstance(args, tuple)):
                _note(self.unsafe, f"a call of what another call returned ({how})")
            return
        nothing = args is UNKNOWN or (isinstance(args, Made) and args.callee is UNKNOWN)
        self.called |= not (self.wary and nothing)  # what comes of no name are hardly the arguments of a call
        if self._is_lent(found):
            if found is callee and self._is_well_used(found, args, how):
                self._lent[found.label] = self._lent.get(found.label, 0) - 1
        elif found.kind == "unsafe":
            _note(self.calls, f"{found.label}({shown_arguments(args)})", MAX_CALLS)
        elif found.kind == "safe" and conduct.misused(found, args, how):
            _note(self.unknown, f"{found.label}, which may call what it is given ({how})")

    def _is_well_used(self, found: Global, args: Any, how: str) -> bool:
        if (
            found.label != LOADS_BYTES
        ):  # joblib takes whatever is an instance for what it wrote, however that was made
            return how == "NEWOBJ" and args == ()
        if not isinstance(args, tuple) or len(args) != 1:
            return False
        if isinstance(
            args[0], Data
        ):  # they were looked into when they were met, and can't have changed since
            return not args[0].mutable
        if is_lost_data(args[0]):
            self.left_out("it loads a pickle out of a text that is too long to be looked into")
            return True
        return False

    def _is_made(self, value: Any) -> bool:
        """Whether a value is made while loading, and not just what bytes leave on the stack that are no pickle at all."""
        return isinstance(value, (Made, Stored)) and not (self.wary and is_made_by(value, WRAPPER))

    def changed(self, found: Any, how: str) -> None:
        """Take note that a class or function itself is given a state or items."""
        if (changed := class_of(found)) is not None:
            self.called = True
            _note(self.unsafe, f"a change of {changed.label} itself ({how})")

    def given(self, target: Made, state: Any) -> None:
        """Take note that an object is given a state."""
        if conduct.overrides(target, state):
            _note(self.unsafe, f"a state that changes what {_class_shown(target)} does (BUILD)")

    def filled(self, target: Made, items: Iterable[Any], how: str) -> None:
        """Take note that an object is given items."""
        if conduct.filled_by_itself(target, items, how):
            _note(self.unknown, f"items that {_class_shown(target)} takes in its own way ({how})")

    def sought(self, key: Any) -> None:
        """Take note of a persistent ID."""
        if conduct.answers_within(key):
            _note(self.unknown, "an object in a persistent ID (PERSID)")

    def import_by(self, module: Any, name: Any) -> None:
        """Take note of an import whose name is not written in the pickle but made while it is loaded."""
        if not self.wary or self._is_made(module) or self._is_made(name):
            _note(self.unsafe, "an import by a name that is made while loading (STACK_GLOBAL)")

    def extension(self, code: int) -> None:
        """Take note of an import by a number, which means what the loading process has registered."""
        if not self.wary:
            _note(self.unsafe, f"extension {code} of copyreg (EXT)")

    def frames(self) -> None:
        """Take note that frames don't end where opcodes do: unpicklers then disagree about what is in it."""
        if not self.wary:
            _note(
                self.unsafe,
                "frames that don't end where opcodes or pickles do, which loaders read in different ways (FRAME)",
            )

    def scripted(self, unsafe: Iterable[str], unknown: Iterable[str]) -> None:
        """Take note of what code in TorchScript calls."""
        for name in unsafe:
            _note(self.unsafe, name)
        for name in unknown:
            _note(self.unknown, name)

    def left_out(self, why: str) -> None:
        """Take note of what could not be looked at."""
        _note(self.unread, why)

    def settle(self) -> None:
        """Take note, at the end of a pickle, of what was handed on, and might be called by others in other ways."""
        for label, left in self._lent.items():
            if left:
                _note(self.unsafe if label == LOADS_BYTES else self.unknown, label)
        self._lent.clear()

    def take(self, other: Judge) -> None:
        """Add what another one met."""
        for mine, theirs in (
            (self.imports, other.imports),
            (self.unsafe, other.unsafe),
            (self.unknown, other.unknown),
            (self.unread, other.unread),
        ):
            for name in theirs:
                _note(mine, name)
        for call in other.calls:
            _note(self.calls, call, MAX_CALLS)
        self.called |= other.called

    def verdict(self) -> Pickles:
        """Return what all this comes to."""
        verdict: PickleVerdict = "safe"
        if self.unsafe:
            verdict = "unsafe"
        elif self.unknown:
            verdict = "unknown"
        elif self.unread:
            verdict = "partial"
        return Pickles(
            verdict,
            tuple(self.imports),
            tuple(self.unsafe),
            tuple(self.unknown),
            tuple(self.unread),
            tuple(self.calls),
        )


def _note(found: dict[str, None], what: str, most: int = MAX_NAMES) -> None:
    if len(found) < most:
        found[what] = None


def _class_shown(target: Made) -> str:
    made_by = class_of(target.callee)
    return made_by.label if made_by is not None else "an object"


def shown_arguments(args: Any) -> str:
    """Return the arguments of a call as one short line."""
    values: Iterable[Any] = args if isinstance(args, tuple) else (args,)
    text = ", ".join(shown(each) for each, _ in zip(values, range(5), strict=False))
    return text if len(text) <= 2 * _SHOWN else text[: 2 * _SHOWN] + "…"


def shown(value: Any, depth: int = 0) -> str:
    """Return a value of the machine as one short text."""
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
    if value is None or isinstance(value, (bool, float)) or (isinstance(value, int) and abs(value) < 10**20):
        return repr(value)
    if isinstance(value, Global):
        return value.label[:_SHOWN]
    if isinstance(value, Data):
        return repr(value.start[:_SHOWN]) if 0 < value.size <= _SHOWN else f"{value.size:,} bytes"
    if isinstance(value, Lost):
        return f"{value.what} of {value.size:,} bytes"
    if depth < 2 and isinstance(value, (list, tuple)):
        inside = ", ".join(shown(each, depth + 1) for each in value[:3]) + (", …" if len(value) > 3 else "")
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if depth < 2 and isinstance(value, Made) and isinstance(value.callee, Global):
        return f"{value.callee.label[:_SHOWN]}(…)"
    return "{…}" if isinstance(value, (Pairs, Bag)) else "…"
