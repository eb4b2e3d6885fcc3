"""The machine: it steps through the opcodes of a pickle and makes, instead of objects, values that stand for them.

It imports nothing and calls nothing. Where a real unpickler would give up it goes on as long as opcodes can be told
from each other: what runs before an error has run, and what one implementation refuses another may accept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .harmless import LOADS_BYTES, WRAPPER
from .judge import MAX_NAMES, Judge
from .numpy_arrays import DTYPE, NotAnArray, read_array
from .opcodes import OPCODES
from .stream import Ended, Exhausted, Stream
from .values import UNKNOWN, Bag, Data, Global, Made, Pairs, Stored, is_made_by, is_no_text

_MAX_MARKS = 1_000_000
_NOTHING = object()

Within = Callable[[Data, bool], None]
"""Looks into bytes that a pickle holds; the second argument tells whether it loads them as a pickle itself."""


class _Refused(Exception):  # noqa: N818 — never leaves this file
    """A strict machine gives up, or any at what no unpickler gets past. The text says why."""


class Machine:
    """Runs one pickle.

    ``joblib`` says that arrays lie between the opcodes, ``strict`` that it is to give up where others would. ``within`` is asked to look into the bytes that the pickle holds.
    After ``run``: ``value`` is what it would load (``UNKNOWN`` if it has no end), ``ended`` whether it came to its end, ``ran_out``
    whether the data ended before, ``problem`` what is wrong with it (empty if nothing is), ``cut`` why it was not followed to its end, ``stored`` are all
    persistent IDs.
    """

    def __init__(
        self,
        stream: Stream,
        judge: Judge,
        *,
        joblib: bool = False,
        strict: bool = False,
        within: Within | None = None,
    ) -> None:
        self.stream: Stream = stream
        self.judge: Judge = judge
        self.joblib, self.strict, self.within = joblib, strict, within
        self.value: Any = UNKNOWN
        self.ended = self.ran_out = False
        self.problem = self.cut = ""
        self.stored: list[Stored] = []
        self.stack: list[Any] = []
        self._frame_end = 0
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self._globals: dict[tuple[str, str], Global] = {}

    def run(self) -> Machine:
        """Step through to the end, or as far as it goes; return itself."""
        stream, budget, opcodes = self.stream, self.stream.budget, OPCODES
        try:
            while not self.ended:
                if self._frame_end and stream.at >= self._frame_end:
                    self._leave_frame()
                opcode = opcodes[stream.byte()]
                if opcode is None:
                    self.bad(f"byte {stream.at - 1:,} is no opcode")
                    break
                budget.steps -= 1
                if budget.steps < 0:
                    raise Exhausted("it has too many opcodes")
                opcode(self)
        except Ended:
            self.ran_out = True
            self.problem = self.problem or "it ends in the middle of a pickle"
        except _Refused as error:
            self.problem = str(error)
        except Exhausted as error:
            self.cut = str(error)
        self.judge.settle()
        return self

    def bad(self, problem: str) -> None:
        """Take note of what a real unpickler would give up at: the first such thing is kept. A strict machine ends there."""
        if self.strict:
            raise _Refused(problem)
        self.problem = self.problem or problem

    # -- frames -------------------------------------------------------------------------------------

    def enter_frame(self, size: int) -> None:
        """Begin a frame. Python reads a frame at once; what of it is left when more is needed, it may drop."""
        if self._frame_end:
            self.judge.frames()
        self._frame_end = self.stream.at + size

    def _leave_frame(self) -> None:
        if self.stream.at > self._frame_end:
            self.judge.frames()
        self._frame_end = 0

    # -- the stack --------------------------------------------------------------------------------

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def pop(self) -> Any:
        """Take a value off the stack."""
        if self.stack:
            return self.stack.pop()
        self.bad(f"at byte {self.stream.at - 1:,} it takes from an empty stack")
        return UNKNOWN

    def top(self) -> Any:
        """Return the value on top, and leave it there."""
        if self.stack:
            return self.stack[-1]
        self.bad(f"at byte {self.stream.at - 1:,} its stack is empty")
        return UNKNOWN

    def mark(self) -> None:
        """Begin a run of values."""
        self._marks.append(self.stack)
        self.stack = []
        if len(self._marks) > _MAX_MARKS:
            raise Exhausted("it has too many marks")

    def since_mark(self) -> list[Any]:
        """Take all values since the last mark, and the mark."""
        items = self.stack
        if self._marks:
            self.stack = self._marks.pop()
        else:
            self.bad(f"at byte {self.stream.at - 1:,} a mark is missing")
            self.stack = []
        return items

    def drop(self) -> None:
        """Throw a value or a mark away."""
        if self.stack or not self._marks:
            self.pop()
        else:
            self.since_mark()

    def double(self) -> None:
        """Put the value on top there once more."""
        top = self.top()
        self._taken(top)
        self.push(top)

    def stop(self) -> None:
        """End with the value on top."""
        self.value = self.pop()
        self.ended = True
        if self._frame_end > self.stream.at:  # Python goes on behind the frame, others behind this
            self.judge.frames()

    # -- the memo -----------------------------------------------------------------------------------

    def put(self, index: Any = None) -> None:
        """Remember the value on top, under the next number if none is given."""
        if index is None:
            index = len(self._memo)
        if isinstance(index, int):
            self._memo[index] = self.top()
        elif self.strict and index is UNKNOWN:
            self.bad(f"before byte {self.stream.at:,} a number is none")
        else:  # whatever is taken from the memo from now on may be something else
            raise Exhausted("it remembers a value under a number that is too long to be followed")

    def get(self, index: Any) -> None:
        """Put a remembered value on the stack."""
        found = self._memo.get(index, _NOTHING) if isinstance(index, int) else _NOTHING
        if found is _NOTHING:
            self.bad(f"before byte {self.stream.at:,} it takes from its memo what is not there")
            found = UNKNOWN
        self._taken(found)
        self.push(found)

    def _taken(self, value: Any) -> None:
        if type(value) is Global:
            self.judge.taken(value)

    # -- data and what holds it ---------------------------------------------------------------------

    def data(self, found: Data) -> None:
        """Put bytes on the stack."""
        self.look_within(found)
        self.push(found)

    def look_within(self, found: Data) -> None:
        """Have bytes looked into: they may be a pickle themselves."""
        if self.within is not None and found.size > 1:
            self.within(found, False)

    def set_items(self, pairs: list[tuple[Any, Any]], how: str) -> None:
        """Set items of what is on top."""
        target = self.top()
        if isinstance(target, Pairs):
            target.add(pairs)
        else:
            self._fill(target, pairs, how)

    def append(self, values: list[Any], how: str) -> None:
        """Append or add values to what is on top."""
        target = self.top()
        if type(target) is list:
            target.extend(values)
        elif type(target) is Bag:
            target.items.extend(values)
        else:
            self._fill(target, values, how)

    def _fill(self, target: Any, items: list[Any], how: str) -> None:
        if not isinstance(target, Made):
            self.judge.changed(target, how)
            return
        self.judge.filled(target, items, how)
        if target.items is None:
            target.items = items
        else:
            target.items.extend(items)

    def find_stored(self, key: Any) -> None:
        """Put what is stored elsewhere on the stack."""
        self.judge.sought(key)
        found = Stored(key)
        self.stored.append(found)
        self.push(found)

    # -- imports and calls ----------------------------------------------------------------------------

    def import_name(self, module: Any, name: Any) -> None:
        """Import what is called so."""
        if not isinstance(module, str) or not isinstance(name, str):
            if self.judge.wary and (is_no_text(module) or is_no_text(name)):
                raise _Refused("it imports by what is no text, which every unpickler refuses")
            self.judge.import_by(module, name)
            self.push(UNKNOWN)
            return
        found = self._globals.get((module, name))
        if found is None:
            if len(self._globals) >= MAX_NAMES:
                raise Exhausted("it imports too many names")
            found = self._globals[module, name] = Global(module, name, script=self.judge.script)
        if not self.judge.imported(found):
            # Not the end, even to a strict one: what is imported may have any name, if it was made to have it.
            self.problem = self.problem or f"before byte {self.stream.at:,} it imports what no name means"
            self.push(UNKNOWN)
            return
        self.judge.taken(found)
        self.push(found)

    def import_extension(self, code: int) -> None:
        """Import what is registered under a number."""
        self.judge.extension(code)
        self.push(UNKNOWN)

    def call(self, callee: Any, args: Any, how: str) -> None:
        """Call something."""
        self.judge.call(callee, args, how)
        if self.within is not None and (loaded := _loaded(callee, args)) is not None:
            self.within(loaded, True)
        made = _evaluated(callee, args)
        if isinstance(made, Data) and made.at is None:
            self.look_within(made)
        self.push(made)

    def new(self, callee: Any, args: Any, how: str, keywords: Any = None) -> None:
        """Make an object of a class, without initialising it."""
        self.judge.call(callee, args, how)
        made = Made(callee, args)
        made.state = keywords
        self.push(made)

    def build(self) -> None:
        """Give an object its state."""
        state = self.pop()
        target = self.top()
        if not isinstance(target, Made):
            self.judge.changed(target, "BUILD")
            return
        self.judge.given(target, state)
        # What is left of the first of two states that a type or the description of an array is given is not followed.
        target.state = UNKNOWN if target.state is not None and is_made_by(target, DTYPE, WRAPPER) else state
        if is_made_by(target, WRAPPER):
            if self.joblib:
                self._array(target.state)
            else:  # what follows is an array, and no opcodes, unless someone made it both
                self.judge.wary = True

    def _array(self, state: Any) -> None:
        """Take the array that joblib reads at this place from the file itself."""
        if self._frame_end > self.stream.at:
            raise Exhausted("its frames go on behind the beginning of an array")
        self._frame_end = 0
        try:
            array = read_array(self.stream, state)
        except NotAnArray as error:
            raise Exhausted(f"an array in it can't be told from what follows: {error}") from None
        if array is not None:
            self.stack[-1] = array
            return
        inside = Machine(
            self.stream, self.judge, within=self.within
        ).run()  # of Python objects: a pickle of its own
        self.problem = self.problem or inside.problem
        if not inside.ended:
            raise Exhausted(inside.cut or "an array of objects in it has no end")
        self.stack[-1] = inside.value


def _loaded(callee: Any, args: Any) -> Data | None:
    """Return the bytes that a call loads as a pickle; None if it loads none."""
    if isinstance(callee, Global) and callee.label == LOADS_BYTES and isinstance(args, tuple):
        return next((each for each in args[:1] if type(each) is Data), None)
    return None


def _evaluated(callee: Any, args: Any) -> Any:
    """Return what a call returns: bytes, where they were written as text for Python 2, else what stands for it."""
    if isinstance(callee, Global) and isinstance(args, tuple):
        if (
            callee.label == "_codecs.encode"
            and len(args) == 2
            and all(isinstance(each, str) for each in args)
        ):
            if args[1].lower().replace("_", "-") in ("latin1", "latin-1") and _is_latin(args[0]):
                return Data(len(args[0]), None, args[0].encode("latin-1"))
        elif (
            callee.label in ("builtins.bytes", "builtins.bytearray")
            and len(args) == 1
            and type(args[0]) is Data
            and not args[0].mutable
        ):
            return args[0]._replace(mutable=callee.label == "builtins.bytearray")
    return Made(callee, args)


def _is_latin(text: str) -> bool:
    return not text or max(text) <= "\xff"
