"""Every pickle in a file that some loader might load: in it, in the archives and arrays it consists of, in what is compressed.

Whatever else a file is, it is also tried as a pickle from its first byte on: a file can be two things, and who loads it
chooses which.
"""

from __future__ import annotations

from io import BytesIO

from ....errors import BadFileError
from ....nouns.pickles import Pickles
from .. import npy
from ..archive import MAGIC as ZIP_MAGIC
from ..archive import Archive, Member
from ..limits import Cursor, Source
from ..part import part
from . import tar
from .harmless import WRAPPER
from .judge import Judge
from .machine import Machine
from .opcodes import OPCODE_BYTES
from .script import BYTECODE, calls
from .stream import Budget, Stream
from .unpacked import packing_of, unpack
from .values import Data, Lost
from .zips import LooseArchive

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
"""What the first of the five pickles in an old file of PyTorch holds; raw storages follow the last of them."""
_OF_OLD_TORCH = 5
_MAX_PICKLES = 10_000
_MAX_DEPTH, _DEEPEST = 4, 16
"""How deep archives may lie in each other, and how deep anything may: pickles in bytes of pickles."""
_HEAD = 512
_PROTO, _HIGHEST_PROTOCOL = 0x80, 5
_PICKLE_ENDINGS = (".pkl", ".pickle", ".joblib", ".debug_pkl")

_NEVER_ZIPS = (".safetensors", ".gguf", ".onnx", ".npy", ".json")
"""Endings of what no loader looks for the end of an archive in: it takes reading 64 KiB."""
_ZIPS = (ZIP_MAGIC, b"PK\x05\x06")
_HOLDERS = (*_ZIPS, npy.MAGIC)
_BEGINNINGS = frozenset(bytes([each]) for each in OPCODE_BYTES | frozenset(b"P\x93\x1fxB\xfd\x5d\x04"))
"""First bytes of what is worth looking into when it is a part of something: opcodes, archives, arrays, compressed data."""
_LONGEST_NAME = 120

_LITTLE, _MAX_INSIDE = 64 << 10, 16 << 20
"""How many bytes of something compressed are unpacked at first, and at most where nothing says that it is a pickle."""
_TRIED, _TRIED_BYTES = 500_000, 16 << 20
"""How many opcodes, and how many bytes, are tried of what has neither the mark nor the name of a pickle."""
_COST_OF_A_VALUE = 20
"""How many opcodes looking into bytes in a pickle takes, at least."""


def search(source: Source, *, name: str | None = None) -> Pickles | None:
    """Return what the pickles of a file come to; None without any.

    ``name`` is the file's; by it alone is a file without a mark taken for a pickle.

    Raises:
        OSError: the disk refused.
    """
    found = _Search()
    found.piece(source, "", _is_pickle_name(name or source.path), 0)
    return found.verdict()


def begins_as_pickle(head: bytes) -> bool:
    """Whether data begin as pickles of protocol 2 and later do."""
    return len(head) > 2 and head[0] == _PROTO and head[1] <= _HIGHEST_PROTOCOL


def _is_pickle_name(path: str) -> bool:
    return path.lower().endswith(_PICKLE_ENDINGS)


class _Search:
    def __init__(self) -> None:
        self.budget = Budget()
        self.judge = Judge()
        self.any = False

    def verdict(self) -> Pickles | None:
        return self.judge.verdict() if self.any or self.judge.unread else None

    def piece(self, source: Source, where: str, claimed: bool, depth: int, *, script: bool = False) -> None:
        """Look into a file, or what is one inside another; ``where`` tells which, ``claimed`` that its name says it is a pickle."""
        if min(self.budget.steps, self.budget.read) <= 0:
            self.judge.left_out("it holds more than is looked into")
            return
        if depth >= _DEEPEST:
            self._left_out(where, "it is nested too deeply")
            return
        source.file.seek(0)
        head = source.file.read(_HEAD)
        holds_others = head.startswith(_HOLDERS)
        if depth >= _MAX_DEPTH and (holds_others or tar.is_tar(head)):
            self._left_out(where, "it is nested too deeply")
        elif head.startswith(_ZIPS):
            self._zip(source, where, depth)
        elif holds_others:
            self._array(source, where, depth)
        elif tar.is_tar(head):
            self._tar(source, where, depth)
        elif depth < _MAX_DEPTH and self._compressed(source, head, where, claimed, depth):
            holds_others = True
        if not depth and not head.startswith(_ZIPS) and not source.path.lower().endswith(_NEVER_ZIPS):
            self._zip_at_end(source)
        if not holds_others:  # no unpickler gets past the first bytes of these, nor of what is compressed
            self._pickles(source, where, claimed, depth, script=script)

    def _left_out(self, where: str, why: str) -> None:
        self.judge.left_out(f"{where}: {why}" if where else why)

    # -- what holds others --------------------------------------------------------------------------

    def _zip(self, source: Source, where: str, depth: int) -> None:
        try:
            archive: Archive = Archive(source, "zip")
        except BadFileError as error:
            self._left_out(where, error.problem)
            try:
                archive = LooseArchive(source)
            except BadFileError:
                return
        self._members(source, archive, where, depth)

    def _zip_at_end(self, source: Source) -> None:
        """Look into an archive that begins behind other things: Python's library and PyTorch's look for its end only."""
        try:
            archive = LooseArchive(source)
        except BadFileError:
            return
        self._members(source, archive, "", 0)

    def _members(self, source: Source, archive: Archive, where: str, depth: int) -> None:
        names = {member.name for member in archive.members}
        roots = {name.partition("/")[0] for name in names}
        script = any(f"{root}/constants.pkl" in names for root in roots)
        for member in archive.members:
            if not member.name.endswith("/"):
                self._member(source, archive, member, _joined(where, member.name), depth, script)
                if script and member.name.lower().endswith((".py", BYTECODE)):
                    self._code(archive, member, _joined(where, member.name))
        if self.any and any(name.endswith(".py") and not (script and "/code/" in name) for name in names):
            self._left_out(where, "it holds Python code, which is not looked into")

    def _code(self, archive: Archive, member: Member, where: str) -> None:
        """Look into code in the language of TorchScript."""
        most = min(_MAX_INSIDE, self.budget.unpacked)
        try:
            code = archive.start(member, most)
        except BadFileError as error:
            self._left_out(where, error.problem)
            return
        self.budget.unpacked -= len(code)
        if len(code) < member.size:
            self._left_out(where, f"only the first {len(code):,} bytes of its code were looked at")
        self.judge.scripted(*calls(code))

    def _member(
        self, source: Source, archive: Archive, member: Member, where: str, depth: int, script: bool
    ) -> None:
        claimed = _is_pickle_name(member.name)
        try:
            start = archive.start(member, _HEAD)
            if not claimed and start[:1] not in _BEGINNINGS and not tar.is_tar(start):
                return
            if member.stored:
                inside = part(source, archive.place(member), member.packed, member.name)
                self.piece(inside, where, claimed, depth + 1, script=script)
                return
            most = min(_LITTLE, self.budget.unpacked)
            data = archive.start(member, most)
            if len(data) == most and (claimed or self._is_worth_more(data)):
                most = self._most(claimed)
                data = archive.start(member, most)
        except BadFileError as error:
            self._left_out(where, error.problem)
            return
        whole = len(data) < most or len(data) >= member.size
        self._unpacked(data, member.name, where, claimed, depth, whole=whole, script=script)

    def _array(self, source: Source, where: str, depth: int) -> None:
        """Look into an array of NumPy: one of objects is a pickle."""
        cursor = Cursor(source, npy.NAME, chunk=_HEAD)
        try:
            header = npy.read_header(cursor)
        except BadFileError as error:
            self._left_out(where, error.problem)
            return
        begin = cursor.at + (header.nbytes or 0)
        if begin >= source.size:
            return
        rest = part(source, begin, source.size - begin, source.path)
        if header.nbytes is None:
            self._pickles(rest, where, True, depth)
        else:
            self.piece(rest, where, False, depth + 1)

    def _tar(self, source: Source, where: str, depth: int) -> None:
        try:
            for member in tar.members(source):
                inside = part(source, member.at, member.size, member.name)
                claimed = _is_pickle_name(member.name)
                self.piece(inside, _joined(where, member.name), claimed, depth + 1)
        except ValueError as error:
            self._left_out(where, str(error))

    # -- what is compressed ---------------------------------------------------------------------------

    def _compressed(self, source: Source, head: bytes, where: str, claimed: bool, depth: int) -> bool:
        """Look into what is compressed as a whole; return whether it is."""
        packing = packing_of(head)
        if packing is None:
            return False
        found = unpack(source, packing, _LITTLE, self.budget)
        if found is None:
            if claimed:
                self.any = True
                self._left_out(where, f"it is compressed ({packing.name}), and can't be unpacked here")
            return claimed
        if not found.data:
            return False
        if not found.whole and (claimed or self._is_worth_more(found.data)):
            found = unpack(source, packing, self._most(claimed), self.budget) or found
        self._unpacked(found.data, source.path, where, claimed, depth, whole=found.whole)
        return True

    def _most(self, claimed: bool) -> int:
        """Return how many bytes may be unpacked of one thing: as many as its reader would, if that is said to be a pickle."""
        return self.budget.unpacked if claimed else min(_MAX_INSIDE, self.budget.unpacked)

    def _is_worth_more(self, start: bytes) -> bool:
        """Whether what begins so could be, or hold, a pickle."""
        if start.startswith(_ZIPS) or begins_as_pickle(start) or tar.is_tar(start):
            return True
        source = Source(BytesIO(start), len(start), "")
        if start.startswith(npy.MAGIC):
            try:
                return npy.read_header(Cursor(source, npy.NAME)).nbytes is None
            except BadFileError:
                return False
        machine = self._wary(source, 0)
        return machine.judge.called or machine.ran_out

    def _unpacked(
        self,
        data: bytes,
        path: str,
        where: str,
        claimed: bool,
        depth: int,
        *,
        whole: bool,
        script: bool = False,
    ) -> None:
        """Look into what was unpacked; if that is not all of it, and it is a pickle, say so."""
        self.budget.unpacked -= len(data)
        before, self.any = self.any, False
        judge, self.judge = self.judge, Judge()
        self.piece(Source(BytesIO(data), len(data), path), where, claimed, depth + 1, script=script)
        if not whole and self.any:
            self._left_out(where, f"only its first {len(data):,} bytes were unpacked")
        if not (whole or self.any) and self._wary(Source(BytesIO(data), len(data), path), 0).ran_out:
            self.any = True
            self._left_out(where, f"only its first {len(data):,} bytes were unpacked")
        if whole or self.any:  # of what is cut off here, that it is, is no news
            judge.take(self.judge)
        self.judge = judge
        self.any |= before

    # -- pickles ------------------------------------------------------------------------------------

    def _pickles(
        self, source: Source, where: str, claimed: bool, depth: int, *, script: bool = False
    ) -> None:
        """Look into the pickles that follow each other from the beginning on, if there are any."""
        at = count = 0
        old_torch = raw = False
        while at < source.size and count < _MAX_PICKLES:
            machine = self._pickle(source, at, where, claimed and not at, depth, script=script, raw=raw)
            if machine is None:
                break
            if not machine.ended:
                return
            count += 1
            at = machine.stream.at
            old_torch |= count == 1 and machine.value == MAGIC_NUMBER
            raw = old_torch and count >= _OF_OLD_TORCH
        if not count or at >= source.size or raw:
            return
        rest = part(source, at, source.size - at, source.path)
        rest.file.seek(0)
        if rest.file.read(_HEAD).startswith(_HOLDERS):
            self.piece(rest, where, False, depth + 1)
        else:
            self._left_out(where, f"{rest.size:,} bytes follow its pickles")

    def _pickle(
        self, source: Source, at: int, where: str, claimed: bool, depth: int, *, script: bool, raw: bool
    ) -> Machine | None:
        """Look into the pickle that begins at a place; return the machine that did, or None if there is none.

        ``raw`` says that what lies there should be something else.
        """
        source.file.seek(at)
        marked = begins_as_pickle(source.file.read(3))
        if not (claimed or marked) and not self._seems_pickled(source, at, follows=at > 0 and not raw):
            return None
        plain = machine = self._run(source, at, where, depth, script=script)
        if not (claimed or plain.ended or plain.cut or plain.judge.imports):
            return None  # bytes that happen to begin so
        self.any = True
        if WRAPPER in plain.judge.imports:  # by joblib it is loaded in one way, by pickle in another
            machine = self._run(source, at, where, depth, script=script, joblib=True)
            self.judge.take(plain.judge)
        self.judge.take(machine.judge)
        if why := machine.cut or machine.problem:
            self._left_out(where, why)
        return machine

    def _seems_pickled(self, source: Source, at: int, *, follows: bool) -> bool:
        """Whether what has no mark does something as a pickle."""
        machine = self._wary(source, at)
        if machine.judge.called or machine.cut:
            return True
        number = machine.value == MAGIC_NUMBER or isinstance(machine.value, Lost)
        return machine.ended and (follows or number or bool(machine.judge.imports))

    def _wary(self, source: Source, at: int) -> Machine:
        """Try what may be no pickle at all: within narrower limits, and giving up where any unpickler would."""
        budget = Budget(steps=min(_TRIED, self.budget.steps), read=min(_TRIED_BYTES, self.budget.read))
        steps, read = budget.steps, budget.read
        machine = Machine(Stream(source, budget, at), Judge(wary=True), strict=True).run()
        self.budget.steps -= steps - budget.steps
        self.budget.read -= read - budget.read
        return machine

    def _run(
        self, source: Source, at: int, where: str, depth: int, *, script: bool, joblib: bool = False
    ) -> Machine:
        def within(data: Data, loaded: bool) -> None:
            self._value(source, data, where, depth, claimed=loaded)

        stream, judge = Stream(source, self.budget, at), Judge(script=script)
        return Machine(stream, judge, joblib=joblib, within=within).run()

    def _value(self, source: Source, data: Data, where: str, depth: int, *, claimed: bool) -> None:
        """Look into bytes that a pickle holds, if they could be a pickle themselves, or are ``claimed`` to be one."""
        if data.at is None:
            inside = Source(BytesIO(data.start), data.size, source.path)
        else:
            inside = part(source, data.at, data.size, source.path)
        if not data.start:
            inside.file.seek(0)
        head = data.start or inside.file.read(3)
        if claimed and begins_as_pickle(head):
            return  # such are looked into when they are met, whoever loads them
        if head[:1] in _BEGINNINGS:
            self.budget.steps -= _COST_OF_A_VALUE
            called = f"bytes at {data.at:,}" if data.at is not None else "bytes"
            self.piece(inside, _joined(where, called), claimed, depth + 1)


def _joined(where: str, inside: str) -> str:
    inside = inside if len(inside) <= _LONGEST_NAME else inside[: _LONGEST_NAME - 1] + "…"
    return f"{where}: {inside}" if where else inside
