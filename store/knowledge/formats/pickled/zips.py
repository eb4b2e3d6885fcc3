"""The members of a zip archive that lies: all that any reader might find in it.

Loaders disagree about which of two directories counts, where offsets begin, whether a name may be there twice. Where
``archive`` refuses such an archive, this reads it in every way at once, so that nothing in it stays unseen.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....errors import BadFileError
from ..archive import ENTRY, MAX_DIRECTORY, MAX_ENTRIES, Archive, Directory, Member
from ..limits import Source


class LooseArchive(Archive):
    """An archive of which every member is taken that any of its directories lists.

    ``problems`` are why ``Archive`` would refuse it: they keep nothing from being looked at.

    Raises:
        BadFileError: no reader would find a directory in it.
    """

    def __init__(self, source: Source) -> None:
        self.problems: dict[str, None] = {}
        super().__init__(source, "zip")

    def _members(self) -> list[Member]:
        found: dict[tuple[int, int, int], Member] = {}
        for directory, shift in self._ways():
            for member in self._listed(directory):
                moved = member._replace(header=member.header + shift)
                found.setdefault((moved.header, moved.packed, moved.method), moved)
                if len(found) > MAX_ENTRIES:
                    raise self.bad(f"its directories list more than {MAX_ENTRIES:,} members")
        return list(found.values())

    def _ways(self) -> Iterator[tuple[Directory, int]]:
        """Yield every place where a reader might look for the directory, and by how much it then shifts all offsets."""
        place, (_, _, _, _, count, size, start, _) = self._end_record()
        said = [Directory(count, size, start, place)]
        try:
            if (large := self._directory64(place)) is not None:
                said.append(large)
        except BadFileError as error:
            self.problems[error.problem] = None
        for each in said:
            if each.start <= self.end:
                yield each, 0
            # Python's own library takes what lies right before the end, wherever that is said to begin.
            near = each.end - each.size
            if near >= 0 and near != each.start:
                yield each._replace(start=near), near - each.start

    def _listed(self, directory: Directory) -> list[Member]:
        whole = self.end
        self.at, self.end = directory.start, min(directory.end, whole, directory.start + MAX_DIRECTORY)
        found: list[Member] = []
        try:
            while self.left >= ENTRY.size and len(found) <= MAX_ENTRIES:
                member = self._member(directory.start)
                found.append(member._replace(size=member.packed) if member.stored else member)
        except BadFileError as error:
            self.problems[error.problem] = None
        finally:
            self.end = whole
        return found

    def _check(self, member: Member, directory: int, *, encrypted: bool) -> None:
        try:
            super()._check(member, directory, encrypted=encrypted)
        except BadFileError as error:
            self.problems[error.problem] = None
