"""The journal: append-only, hash-chained, the truth of the store.

``journal/events.jsonl`` holds one line an event (see ``lines``). It is never rewritten. Beside it lie what
repair set aside: ``torn-…`` tails of writes that a crash cut short, ``quarantine-…`` copies of damaged lines.

Reading takes no lock and ignores a torn tail. Damaged stretches are skipped and remembered as ``damage``
until a repair event names them (offset, length and digest), after which they count as known gaps.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import msgspec

from ..errors import FormatError, JournalDamagedError, OutcomeUnknownError
from ..nouns.damage import Damage
from . import durable, lines
from .digest import of_bytes
from .lines import GENESIS, Line, Span

_CHUNK = 8 << 20  # bytes read at a time
EVENTS = "events.jsonl"
_IN_DOUBT = "in-doubt"


class RewrittenError(Exception):
    """The journal is not a continuation of what was read before: start over."""


class Evidence(msgspec.Struct, frozen=True):
    """A line that was on disk once: it ended at ``offset``, had hash ``head`` and number ``seq``."""

    offset: int
    head: str
    seq: int


class Journal:
    """One store's journal, read so far up to ``offset``.

    Not safe between threads by itself; its owner serialises. ``append`` needs the writers' lock.
    """

    def __init__(self, directory: str, *, temp_dir: str) -> None:
        self.directory, self.temp_dir = directory, temp_dir
        self.path = os.path.join(directory, EVENTS)
        self._doubt_path = os.path.join(directory, _IN_DOUBT)
        self._fd = -1
        self._write_fd = -1
        self._doubt = ""
        self._evidence: Evidence | None = None
        self._flushed = 0
        self.rewind()

    # -- reading --------------------------------------------------------------------------------

    def rewind(self, *, offset: int = 0, head: str = GENESIS, seq: int = 0) -> None:
        """Read on from a known good place: just after the line with that hash and number."""
        self.offset, self.head, self.seq = offset, head, seq
        self._spans: list[tuple[Span, int, int | None]] = []
        self._known: set[tuple[int, int, str]] = set()

    def close(self) -> None:
        """Give the descriptors back; the next use opens them again."""
        for fd in (self._fd, self._write_fd):
            if fd >= 0:
                os.close(fd)
        self._fd = self._write_fd = -1

    @property
    def fd(self) -> int:
        """The journal opened for reading."""
        if self._fd < 0:
            self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        return self._fd

    def is_replaced(self) -> bool:
        """Whether the file opened is no longer the one at its path.

        Raises:
            FileNotFoundError: there is none any more.
        """
        there = os.stat(self.path)
        here = os.fstat(self.fd)
        return (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino)

    def state(self) -> tuple[int, int]:
        """Return the file's size in bytes and modification time in ns: while both stay, nothing was written."""
        status = os.fstat(self.fd)
        return status.st_size, status.st_mtime_ns

    def expect(self, evidence: Evidence | None) -> None:
        """Take note of a line that was there once; a file that ends before it has lost events."""
        self._evidence = evidence

    @property
    def evidence(self) -> Evidence | None:
        """What ``expect`` was told, unless a repair event has since named the loss."""
        return self._evidence

    def size(self) -> int:
        """Bytes in the file now, read or not."""
        return os.fstat(self.fd).st_size

    def first(self) -> Line | None:
        """Return the journal's first line, or None when it is damaged or torn."""
        return lines.parse(os.pread(self.fd, lines.MAX_LINE, 0), 0, 0)

    def holds(self, offset: int, head: str, seq: int) -> bool:
        """Whether a good line with hash ``head`` and number ``seq`` ends exactly at ``offset``."""
        if offset == 0:
            return (head, seq) == (GENESIS, 0)
        window = os.pread(self.fd, min(offset, lines.MAX_LINE), max(0, offset - lines.MAX_LINE))
        if len(window) != min(offset, lines.MAX_LINE) or not window.endswith(b"\n"):
            return False
        at = window.rfind(lines.START)
        while at >= 0:
            line = lines.parse(window, at, 0)
            if line is not None and at + line.length == len(window):
                return (line.hash, line.seq) == (head, seq)
            at = window.rfind(lines.START, 0, at)
        return False

    def tail(self) -> Iterator[Line]:
        """Yield good lines not read yet, oldest first, moving ``offset`` past each.

        Damaged stretches with a good line after them are skipped and remembered; so is a damaged end of the
        file, which ``offset`` does not pass: it may still change.

        Raises:
            RewrittenError: the file no longer continues what was read before.
        """
        size = self.size()
        if size < self.offset:
            raise RewrittenError
        self._spans = [entry for entry in self._spans if entry[0].end <= self.offset]
        while self.offset < size:
            data = os.pread(self.fd, _CHUNK, self.offset)
            base, at, final = self.offset, 0, self.offset + len(data) >= size
            while at < len(data):
                line = lines.parse(data, at, base + at)
                if line is None:
                    if not final and len(data) - at < 2 * lines.MAX_LINE:
                        break  # the chunk ends inside this line: read on from here
                    at = self._skip(data, at, base)
                    if at < 0:
                        return
                    continue
                self._check_link(line)
                self.offset, self.head, self.seq = line.end, line.hash, line.seq
                at += line.length
                yield line
            if not data:
                return

    def _check_link(self, line: Line) -> None:
        gap = bool(self._spans) and self._spans[-1][0].end == line.offset
        if gap:
            span, after, _ = self._spans[-1]
            self._spans[-1] = (span, after, line.seq)
        elif line.prev != self.head:
            # The line is whole but follows something else than what was read: a cut and regrown tail, or a
            # line taken out. The first heals by reading anew, the second is damage.
            if not self.holds(self.offset, self.head, self.seq):
                raise RewrittenError
            self._spans.append(
                (Span(line.offset, 0, "the chain is broken: events are missing"), self.seq, line.seq)
            )

    def _skip(self, data: bytes, at: int, base: int) -> int:
        """Step over a bad stretch; return where the next good line is, or -1 at a torn or damaged end."""
        following = lines.resync(data, at)
        if following is None:
            data = os.pread(self.fd, self.size() - base, base)
            following = lines.resync(data, at)
        if following is not None:
            self._spans.append((Span(base + at, following - at, _describe(data, at)), self.seq, None))
            self.offset = base + following
            return following
        if not lines.is_torn(data[at:], base + at):
            self._spans.append((Span(base + at, len(data) - at, _describe(data, at)), self.seq, None))
        return -1

    def acknowledge(self, offset: int, length: int, digest: str, missing: int = 0) -> None:
        """Take a stretch named by a repair event as a known gap; ``missing`` is the last event known to be lost."""
        self._known.add((offset, length, digest))
        if self._evidence is not None and self._evidence.seq <= missing:
            self._evidence = None

    def damage(self) -> tuple[Damage, ...]:
        """Return the stretches that can't be trusted and that no repair event names."""
        found = [
            Damage(span.offset, span.length, after, before, span.problem)
            for span, after, before in self._spans
            if (span.offset, span.length, self._digest_of(span)) not in self._known
        ]
        if (lost := self._lost()) is not None:
            found.append(lost)
        return tuple(found)

    def _lost(self) -> Damage | None:
        """Say whether the end of the journal, or all of it, is gone without a trace in the file itself."""
        size, evidence = self.size(), self._evidence
        if evidence is not None and evidence.offset > size:
            problem = f"events are missing: event {evidence.seq} was on disk once, as index.json shows"
            return Damage(size, 0, self.seq, None, problem, evidence.seq)
        if size == 0 and (0, 0, of_bytes(b"")) not in self._known:
            return Damage(0, 0, 0, None, "the journal is empty: every event is missing")
        return None

    def _digest_of(self, span: Span) -> str:
        return of_bytes(os.pread(self.fd, span.length, span.offset))

    def in_doubt(self) -> str:
        """Return what is known of a write whose flush failed, or an empty text."""
        try:
            with open(self._doubt_path, encoding="utf-8", errors="replace") as file:
                return file.read().strip() or "a flush failed"
        except FileNotFoundError:
            return self._doubt

    # -- writing (all under the writers' lock, after tail() has been drained) ---------------------

    def append(self, body: dict[str, Any]) -> Line:
        """Append one event and flush it. On disk when this returns.

        Raises:
            JournalDamagedError: a line is damaged, or an earlier write is in doubt: ``mvtui repair`` first.
            OutcomeUnknownError: the flush failed; the line was cut off again where possible.
            StorageError: it could not be written; the journal is as before.
            LineTooLongError: the event does not fit a line.
        """
        self._refuse_if_damaged()
        raw = lines.seal(self.head, self.seq + 1, body)
        self.set_torn_tail_aside()
        fd = self._writer()
        try:
            durable.write_all(fd, raw)
        except OSError as error:
            self._cut(fd, error)
            raise durable.explain(error, "write the journal") from error
        try:
            durable.sync_appended(fd)
        except OSError as error:
            self._cut(fd, error)
            self._mark_doubt(f"event {self.seq + 1} at byte {self.offset}: {error.strerror}")
            raise OutcomeUnknownError(
                f"the disk did not confirm event {self.seq + 1}: {error.strerror}",
                hint="Look at the disk (dmesg), then run mvtui repair; nothing is written until then.",
            ) from error
        line = lines.parse(raw, 0, self.offset)
        if line is None:
            raise FormatError("the event does not survive its own encoding")
        self.offset, self.head, self.seq = line.end, line.hash, line.seq
        self._flushed = line.end
        return line

    def settle(self) -> None:
        """Flush what others wrote and may not have: before something is acknowledged because they wrote it."""
        if self._flushed < self.offset:
            with durable.explained("flush the journal"):
                durable.sync_appended(self._writer())
            self._flushed = self.offset

    def _refuse_if_damaged(self) -> None:
        if doubt := self.in_doubt():
            raise JournalDamagedError(
                f"an earlier write is in doubt ({doubt})", hint="Look at the disk, then run mvtui repair."
            )
        if damaged := self.damage():
            raise JournalDamagedError(
                f"the journal is damaged: {damaged[0]}",
                hint="mvtui repair quarantines the damage and journals the gap; reading goes on without it.",
            )

    def set_torn_tail_aside(self) -> str:
        """Cut what a crash left after the last good line, keeping its bytes in a side file; return its path."""
        size = self.size()
        if size <= self.offset:
            return ""
        rest = os.pread(self.fd, size - self.offset, self.offset)
        side = os.path.join(self.directory, f"torn-{self.offset}-{of_bytes(rest)[:12]}")
        with durable.explained("set a torn line aside"):
            durable.replace_file(side, rest, temp_dir=self.temp_dir)
            durable.truncate(self._writer(), self.offset)
        return side

    def quarantine(self, damage: Damage) -> dict[str, Any]:
        """Copy a damaged stretch to a side file; return what a repair event says of it."""
        raw = os.pread(self.fd, damage.length, damage.offset)
        name = of_bytes(raw)
        with durable.explained("quarantine a damaged line"):
            side = os.path.join(self.directory, f"quarantine-{damage.offset}-{name[:12]}")
            durable.replace_file(side, raw, temp_dir=self.temp_dir)
        gap = {"offset": damage.offset, "length": damage.length, "digest": name, "problem": damage.problem}
        if damage.missing:
            gap["missing"] = damage.missing
        if numbers := lines.legible_numbers(raw):
            gap["numbers"] = numbers
        return gap

    def pass_damage(self) -> None:
        """Step over a damaged end of the file, so that the next event is appended after it.

        Only for repair, when that event is about to name the stretch.
        """
        if self._spans and self._spans[-1][0].end == self.size():
            lost = os.pread(self.fd, self.size() - self.offset, self.offset).count(b"\n")
            self.offset = self.size()
            self.seq += max(1, lost)  # a number, once given, names one event

    def append_repair(self, body: dict[str, Any]) -> Line:
        """Append an event that names gaps, all of them acknowledged before."""
        self.pass_damage()
        return self.append(body)

    def clear_doubt(self) -> str:
        """Forget a write in doubt, now that repair has looked; return what it was.

        The end of the file is written again and flushed: after a failed flush the kernel may hold pages that it
        believes to be on disk.
        """
        doubt = self.in_doubt()
        if doubt:
            with durable.explained("clear the write in doubt"):
                durable.rewrite_end(self.path, 2 * lines.MAX_LINE)
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._doubt_path)
                durable.sync_dir(self.directory)
            self._doubt = ""
        return doubt

    def _writer(self) -> int:
        if self._write_fd < 0:
            with durable.explained("open the journal for writing"):
                self._write_fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        return self._write_fd

    def _cut(self, fd: int, error: OSError) -> None:
        try:
            os.ftruncate(fd, self.offset)
        except OSError as second:
            # What stays behind is a torn line or a whole one; repair tells them apart.
            self._mark_doubt(f"byte {self.offset}: {error.strerror}; cutting failed too: {second.strerror}")

    def _mark_doubt(self, what: str) -> None:
        self._doubt = what
        try:
            try:
                durable.replace_file(self._doubt_path, what.encode(), temp_dir=self.temp_dir)
            except OSError:  # a disk that flushes nothing can still show the mark to everyone on this machine
                durable.replace_file(self._doubt_path, what.encode(), temp_dir=self.temp_dir, durable=False)
        except OSError as error:
            raise OutcomeUnknownError(
                f"the disk fails: {what}; even that could not be noted ({error.strerror})",
                hint="Stop writing to this disk. Copy the store elsewhere, then run mvtui repair on the copy.",
            ) from error


def _describe(data: bytes, at: int) -> str:
    end = data.find(b"\n", at)
    what = data[at : end if end >= 0 else len(data)]
    return "a line's bytes do not match its hash" if what.startswith(lines.START) else "no journal line"


def create(directory: str, first: dict[str, Any], *, temp_dir: str) -> None:
    """Begin a journal with its first event, in one step; a journal that is there already stays.

    Raises:
        OSError: the disk refused; no journal is there.
    """
    durable.make_dirs(directory)
    raw = lines.seal(GENESIS, 1, first)
    durable.create_file(os.path.join(directory, EVENTS), raw, temp_dir=temp_dir)
